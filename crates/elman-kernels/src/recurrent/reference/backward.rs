//! Backward in plain loops: backpropagation through time.
//!
//! Letters: as in the module above; d before a letter is the gradient of the loss.

use super::{Dropout, Problem, Trace};
use crate::activation;
use crate::real::Real;
use crate::recurrent::Cell;

/// The gradients that come from above; shapes as in
/// [`OutputGradients`](crate::OutputGradients).
#[derive(Clone, Copy)]
pub(crate) struct Upstream<'a, R> {
    pub sequence: Option<&'a [R]>,
    pub last_output: Option<&'a [R]>,
    pub states: &'a [Option<&'a [R]>],
}

/// The gradients of everything, in the shapes of what they belong to.
#[derive(Debug)]
pub(crate) struct Result<R> {
    pub x: Vec<R>,
    pub h: Vec<R>,
    pub c: Vec<R>,
    pub kernel: Vec<R>,
    pub recurrent_kernel: Vec<R>,
    pub bias: Vec<R>,
}

/// What one step hands to the kernels' gradients.
struct Step<'a, R> {
    /// Gradient of `x K + b` and of `h R + b'`: the same but for the GRU's candidate.
    dx: &'a mut [R],
    dh: &'a mut [R],
    /// In: gradient of the new state; out: of the old one, without the part through R.
    state: &'a mut [R],
    carry: &'a mut [R],
}

/// The gradients of the loss, given those of the outputs.
pub(crate) fn backward<R: Real>(
    p: &Problem<'_, R>,
    trace: &Trace<R>,
    up: &Upstream<'_, R>,
) -> Result<R> {
    let (batch, time, units, columns) = (p.batch, p.time, p.units, p.columns());
    let zero = R::of(0.0);
    let state = |i: usize| match up.states.get(i) {
        Some(Some(gradient)) => gradient.to_vec(),
        _ => vec![zero; batch * units],
    };
    let mut out = Result {
        x: vec![zero; p.x.len()],
        h: state(0),
        c: state(1),
        kernel: vec![zero; p.kernel.len()],
        recurrent_kernel: vec![zero; p.recurrent_kernel.len()],
        bias: vec![zero; p.cell.bias_len(units)],
    };
    let (mut dzx, mut dzh) = (vec![zero; columns], vec![zero; columns]);
    for b in 0..batch {
        let first = (0..time).find(|&step| p.is_active(step, b)).unwrap_or(time);
        let (dh, dc) =
            (&mut out.h[b * units..(b + 1) * units], &mut out.c[b * units..(b + 1) * units]);
        for step in (0..time).rev() {
            let active = p.is_active(step, b);
            // A masked step repeats the state of the step before it, or gives constant zeros.
            if step >= first && (active || !p.zero_output_for_mask) {
                if let Some(dy) = up.sequence {
                    add(dh, &dy[(b * time + step) * units..][..units]);
                }
                if let (Some(dy), true) = (up.last_output, step + 1 == time) {
                    add(dh, &dy[b * units..(b + 1) * units]);
                }
            }
            if !active {
                continue;
            }
            let row = step * batch + b;
            let [of_x, of_h] = p.dropout(b);
            let parts = Step { dx: &mut dzx, dh: &mut dzh, state: dh, carry: dc };
            match p.cell {
                Cell::SimpleRnn { .. } => simple_rnn(p, trace, row, parts),
                Cell::Lstm { .. } => lstm(p, trace, row, parts),
                Cell::Gru { .. } => gru(p, trace, row, of_h, parts, &mut out.recurrent_kernel),
            }
            // The GRU without `reset_after` has seen to its candidate itself.
            let gates = p.cell.gates();
            let shared = match p.cell {
                Cell::Gru { reset_after: false, .. } => 2,
                _ => gates,
            };
            let h = &trace.h[row * units..(row + 1) * units];
            let (dr, dz) = (&mut out.recurrent_kernel, &dzh[..shared * units]);
            of_h.add_gradients(dh, dr, dz, h, p.recurrent_kernel, columns, 0..shared);
            let x = p.x_row(step, b);
            let dx = &mut out.x[(b * time + p.source(step)) * p.features..][..p.features];
            of_x.add_gradients(dx, &mut out.kernel, &dzx, x, p.kernel, columns, 0..gates);
            let (input, recurrent) = out.bias.split_at_mut(columns);
            add(input, &dzx);
            if !recurrent.is_empty() {
                add(recurrent, &dzh);
            }
        }
    }
    out
}

fn add<R: Real>(y: &mut [R], x: &[R]) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y += x);
}

fn simple_rnn<R: Real>(p: &Problem<'_, R>, trace: &Trace<R>, row: usize, s: Step<'_, R>) {
    let u = p.units;
    let at = row * u..(row + 1) * u;
    let activation = p.cell.activations().0;
    activation::backward(activation, &trace.pre[at.clone()], &trace.gates[at], s.state, s.dx, u);
    s.dh.copy_from_slice(s.dx);
    s.state.fill(R::of(0.0));
}

fn lstm<R: Real>(p: &Problem<'_, R>, trace: &Trace<R>, row: usize, s: Step<'_, R>) {
    let (activation, recurrent_activation) = p.cell.activations();
    let (u, zero) = (p.units, R::of(0.0));
    let z = &trace.pre[row * 4 * u..(row + 1) * 4 * u];
    let a = &trace.gates[row * 4 * u..(row + 1) * 4 * u];
    let (i, f, g, o) = (&a[..u], &a[u..2 * u], &a[2 * u..3 * u], &a[3 * u..]);
    let c = &trace.c[row * u..(row + 1) * u];
    let c_next = &trace.c[(row + p.batch) * u..][..u];
    let mut active_c = c_next.to_vec();
    activation::forward_in_place(activation, &mut active_c, u);
    let through_output: Vec<R> = (0..u).map(|j| s.state[j] * o[j]).collect();
    let mut dc = vec![zero; u];
    activation::backward(activation, c_next, &active_c, &through_output, &mut dc, u);
    add(&mut dc, s.carry);
    let mut da = vec![zero; 4 * u];
    for j in 0..u {
        da[j] = dc[j] * g[j];
        da[u + j] = dc[j] * c[j];
        da[2 * u + j] = dc[j] * i[j];
        da[3 * u + j] = s.state[j] * active_c[j];
        s.carry[j] = dc[j] * f[j];
    }
    for (gate, kind) in
        [recurrent_activation, recurrent_activation, activation, recurrent_activation]
            .into_iter()
            .enumerate()
    {
        let at = gate * u..(gate + 1) * u;
        activation::backward(
            kind,
            &z[at.clone()],
            &a[at.clone()],
            &da[at.clone()],
            &mut s.dx[at],
            u,
        );
    }
    s.dh.copy_from_slice(s.dx);
    s.state.fill(zero);
}

fn gru<R: Real>(
    p: &Problem<'_, R>,
    trace: &Trace<R>,
    row: usize,
    of_h: Dropout<'_, R>,
    s: Step<'_, R>,
    dr_kernel: &mut [R],
) {
    let (activation, recurrent_activation) = p.cell.activations();
    let reset_after = matches!(p.cell, Cell::Gru { reset_after: true, .. });
    let (u, columns, zero, one) = (p.units, p.columns(), R::of(0.0), R::of(1.0));
    let pre = &trace.pre[row * columns..(row + 1) * columns];
    let a = &trace.gates[row * columns..(row + 1) * columns];
    let (z, r, g) = (&a[..u], &a[u..2 * u], &a[2 * u..]);
    let h = &trace.h[row * u..(row + 1) * u];
    let inner = &trace.inner[row * u..(row + 1) * u];
    let mut da = vec![zero; 2 * u];
    let dg: Vec<R> = (0..u).map(|j| s.state[j] * (one - z[j])).collect();
    activation::backward(activation, &pre[2 * u..], g, &dg, &mut s.dx[2 * u..], u);
    for j in 0..u {
        da[j] = s.state[j] * (h[j] - g[j]);
        s.state[j] = s.state[j] * z[j];
    }
    let dcandidate = &s.dx[2 * u..];
    if reset_after {
        for j in 0..u {
            da[u + j] = dcandidate[j] * inner[j];
            s.dh[2 * u + j] = dcandidate[j] * r[j];
        }
    } else {
        let mut dreset = vec![zero; u];
        let r_kernel = p.recurrent_kernel;
        of_h.add_gradients(&mut dreset, dr_kernel, dcandidate, inner, r_kernel, columns, 2..3);
        for j in 0..u {
            da[u + j] = dreset[j] * h[j];
            s.state[j] += dreset[j] * r[j];
        }
    }
    let da = &da;
    for at in [0..u, u..2 * u] {
        let (z, a, da) = (&pre[at.clone()], &a[at.clone()], &da[at.clone()]);
        activation::backward(recurrent_activation, z, a, da, &mut s.dx[at], u);
    }
    s.dh[..2 * u].copy_from_slice(&s.dx[..2 * u]);
}
