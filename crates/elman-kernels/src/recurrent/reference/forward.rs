//! Forward in plain loops.

use super::{Dropout, Problem, Trace};
use crate::activation::forward_in_place;
use crate::real::Real;
use crate::recurrent::Cell;

/// Runs the layer over the sequence.
pub(crate) fn forward<R: Real>(p: &Problem<'_, R>) -> Trace<R> {
    let (batch, time, units, columns) = (p.batch, p.time, p.units, p.columns());
    let zero = R::of(0.0);
    let is_lstm = matches!(p.cell, Cell::Lstm { .. });
    let is_gru = matches!(p.cell, Cell::Gru { .. });
    let state = batch * units;
    let mut trace = Trace {
        pre: vec![zero; time * batch * columns],
        gates: vec![zero; time * batch * columns],
        h: vec![zero; (time + 1) * state],
        c: vec![zero; if is_lstm { (time + 1) * state } else { 0 }],
        inner: vec![zero; if is_gru { time * state } else { 0 }],
        sequence: vec![zero; batch * time * units],
        last_output: vec![zero; state],
    };
    if let Some(h) = p.initial_states.first() {
        trace.h[..state].copy_from_slice(h);
    }
    if let Some(c) = p.initial_states.get(1) {
        trace.c[..state].copy_from_slice(c);
    }
    for step in 0..time {
        for b in 0..batch {
            let output = &mut trace.last_output[b * units..(b + 1) * units];
            let row = (step * batch + b) * units;
            let (before, after) = trace.h.split_at_mut((step + 1) * state);
            let h = &before[row..row + units];
            let h_next = &mut after[b * units..(b + 1) * units];
            if p.is_active(step, b) {
                let (before, after) =
                    trace.c.split_at_mut(if is_lstm { (step + 1) * state } else { 0 });
                let z = &mut trace.pre[(step * batch + b) * columns..][..columns];
                let a = &mut trace.gates[(step * batch + b) * columns..][..columns];
                let [of_x, of_h] = p.dropout(b);
                project(p, of_x, p.x_row(step, b), z);
                match p.cell {
                    Cell::SimpleRnn { .. } => simple_rnn(p, of_h, h, z, a, h_next),
                    Cell::Lstm { .. } => {
                        let c_next = &mut after[b * units..(b + 1) * units];
                        lstm(p, of_h, h, &before[row..row + units], z, a, h_next, c_next);
                    }
                    Cell::Gru { .. } => {
                        gru(p, of_h, h, z, a, &mut trace.inner[row..row + units], h_next);
                    }
                }
                output.copy_from_slice(h_next);
            } else {
                h_next.copy_from_slice(h);
                if is_lstm {
                    trace.c.copy_within(row..row + units, row + state);
                }
                if p.zero_output_for_mask {
                    output.fill(zero);
                }
            }
            trace.sequence[(b * time + step) * units..][..units].copy_from_slice(output);
        }
    }
    trace
}

/// `z = x K + b`, with the bias's first row.
fn project<R: Real>(p: &Problem<'_, R>, of_x: Dropout<'_, R>, x: &[R], z: &mut [R]) {
    match p.bias {
        Some(bias) => z.copy_from_slice(&bias[..z.len()]),
        None => z.fill(R::of(0.0)),
    }
    of_x.add_product(z, x, p.kernel, p.columns(), 0..p.cell.gates());
}

fn simple_rnn<R: Real>(
    p: &Problem<'_, R>,
    of_h: Dropout<'_, R>,
    h: &[R],
    z: &mut [R],
    a: &mut [R],
    h_next: &mut [R],
) {
    of_h.add_product(z, h, p.recurrent_kernel, p.columns(), 0..p.cell.gates());
    a.copy_from_slice(z);
    forward_in_place(p.cell.activations().0, a, p.units);
    h_next.copy_from_slice(a);
}

#[allow(clippy::too_many_arguments)] // The letters of the equations.
fn lstm<R: Real>(
    p: &Problem<'_, R>,
    of_h: Dropout<'_, R>,
    h: &[R],
    c: &[R],
    z: &mut [R],
    a: &mut [R],
    h_next: &mut [R],
    c_next: &mut [R],
) {
    let (activation, recurrent_activation) = p.cell.activations();
    let u = p.units;
    of_h.add_product(z, h, p.recurrent_kernel, p.columns(), 0..p.cell.gates());
    a.copy_from_slice(z);
    forward_in_place(recurrent_activation, &mut a[..2 * u], u);
    forward_in_place(activation, &mut a[2 * u..3 * u], u);
    forward_in_place(recurrent_activation, &mut a[3 * u..], u);
    for j in 0..u {
        c_next[j] = a[u + j] * c[j] + a[j] * a[2 * u + j];
    }
    h_next.copy_from_slice(c_next);
    forward_in_place(activation, h_next, u);
    for j in 0..u {
        h_next[j] = a[3 * u + j] * h_next[j];
    }
}

fn gru<R: Real>(
    p: &Problem<'_, R>,
    of_h: Dropout<'_, R>,
    h: &[R],
    z: &mut [R],
    a: &mut [R],
    inner: &mut [R],
    h_next: &mut [R],
) {
    let (activation, recurrent_activation) = p.cell.activations();
    let reset_after = matches!(p.cell, Cell::Gru { reset_after: true, .. });
    let (u, columns) = (p.units, p.columns());
    if let (true, Some(bias)) = (reset_after, p.bias) {
        let recurrent = &bias[columns..];
        z[..2 * u].iter_mut().zip(recurrent).for_each(|(z, &b)| *z += b);
        inner.copy_from_slice(&recurrent[2 * u..]);
    }
    of_h.add_product(&mut z[..2 * u], h, p.recurrent_kernel, columns, 0..2);
    a[..2 * u].copy_from_slice(&z[..2 * u]);
    forward_in_place(recurrent_activation, &mut a[..2 * u], u);
    let (r, candidate) = (&a[u..2 * u], &mut z[2 * u..]);
    if reset_after {
        of_h.add_product(inner, h, p.recurrent_kernel, columns, 2..3);
        for j in 0..u {
            candidate[j] += r[j] * inner[j];
        }
    } else {
        for j in 0..u {
            inner[j] = r[j] * h[j];
        }
        of_h.add_product(candidate, inner, p.recurrent_kernel, columns, 2..3);
    }
    a[2 * u..].copy_from_slice(candidate);
    forward_in_place(activation, &mut a[2 * u..], u);
    for j in 0..u {
        h_next[j] = a[j] * h[j] + (R::of(1.0) - a[j]) * a[2 * u + j];
    }
}
