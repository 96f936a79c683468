//! Backpropagation through time: gate gradients first, step by step from the last, then the
//! gradients of weights and input as large products.
//!
//! Letters: as in the module above; d before a letter is the gradient of the loss.

use super::cells::{Part, Pointwise, Row, Rows};
use super::pack::{Fused, Transposed};
use super::plan::Plan;
use super::states::{States, Tape, is_active};
use super::weights;
use crate::Float;
use crate::buffer::Buffer;
use crate::pool::Shared;
use crate::recurrent::{Gradients, OutputGradients, Sequence};
use crate::simd::{Simd, Task, dispatch};
use crate::tile::{self, Product, Start};
use std::ops::Range;

pub(in super::super) fn backward(
    fused: &Fused,
    input: &Sequence<'_>,
    mut tape: Tape,
    upstream: &OutputGradients<'_>,
    gradients: &mut Gradients<'_>,
) {
    let layout = &fused.layout;
    let (batch, time) = (input.batch, input.time);
    assert_eq!(tape.size, [batch, time], "recurrent: the tape is for another batch or time");
    let states = States {
        layout,
        batch,
        held: time,
        z: Shared(tape.z.pointer()),
        h: Shared(tape.h.pointer()),
        c: Shared(tape.c.pointer()),
        reset: Shared(tape.reset.pointer()),
        all: true,
    };
    let state = batch * layout.stride;
    let (mut dh, mut dc) = (Buffer::zeros(state), Buffer::zeros(state));
    let mut dr = Buffer::uninit(if layout.resets_before() { state } else { 0 });
    let flow = Flow {
        dh: Shared(dh.pointer()),
        dc: Shared(dc.pointer()),
        dr: Shared(dr.pointer()),
        states,
    };
    let last_active: Vec<bool> = (0..batch).map(|b| flow.passes(input, time, b)).collect();
    flow.start(upstream, &last_active);
    {
        let plan = Plan::new(layout, fused.features, batch, time);
        let transposed = fused.transposed();
        let call = Call { input, upstream, plan: &plan, transposed, flow };
        dispatch(layout.isa, call);
    }
    for (i, gradient) in gradients.initial_states.iter_mut().enumerate() {
        if let Some(gradient) = gradient {
            for b in 0..batch {
                let row = if i == 0 { flow.dh(b) } else { flow.dc(b) };
                let units = layout.units;
                // SAFETY: a row holds `stride >= units` numbers; the threads are done.
                let row = unsafe { std::slice::from_raw_parts(row, units) };
                gradient[b * units..(b + 1) * units].copy_from_slice(row);
            }
        }
    }
    weights::gradients(fused, input, &states, gradients);
}

/// The gradients that flow from step to step: `(batch, stride)` each.
#[derive(Clone, Copy)]
struct Flow<'a> {
    dh: Shared<Float>,
    dc: Shared<Float>,
    /// The gradient of `r h`, within a step of the GRU without `reset_after`.
    dr: Shared<Float>,
    states: States<'a>,
}

impl Flow<'_> {
    #[inline(always)]
    fn dh(&self, b: usize) -> *mut Float {
        self.dh.0.wrapping_add(b * self.states.layout.stride)
    }
    #[inline(always)]
    fn dc(&self, b: usize) -> *mut Float {
        self.dc.0.wrapping_add(b * self.states.layout.stride)
    }

    #[inline(always)]
    fn dr(&self, b: usize) -> *mut Float {
        self.dr.0.wrapping_add(b * self.states.layout.stride)
    }

    /// Whether the output of the step before step `t` is the state then, and not a constant zero.
    fn passes(&self, input: &Sequence<'_>, t: usize, b: usize) -> bool {
        t > 0
            && if is_active(input, t - 1, b) {
                true
            } else {
                !input.zero_output_for_mask && (0..t).any(|t| is_active(input, t, b))
            }
    }

    /// The gradients after the last step.
    fn start(&self, upstream: &OutputGradients<'_>, last: &[bool]) {
        let Self { states, .. } = self;
        let units = states.layout.units;
        let add = |row: *mut Float, gradient: &[Float], b: usize| {
            // SAFETY: a row holds `stride >= units` numbers; no thread works on them yet.
            let row = unsafe { std::slice::from_raw_parts_mut(row, units) };
            let gradient = &gradient[b * units..(b + 1) * units];
            row.iter_mut().zip(gradient).for_each(|(row, d)| *row += d);
        };
        for (b, &passes) in last.iter().enumerate() {
            if let Some(Some(d)) = upstream.states.first() {
                add(self.dh(b), d, b);
            }
            if let Some(Some(d)) = upstream.states.get(1) {
                add(self.dc(b), d, b);
            }
            if let (Some(d), true) = (upstream.last_output, passes) {
                add(self.dh(b), d, b);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Call<'a> {
    input: &'a Sequence<'a>,
    upstream: &'a OutputGradients<'a>,
    plan: &'a Plan,
    transposed: &'a Transposed,
    flow: Flow<'a>,
}

impl Task for Call<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        self.plan.team.run(|i| {
            let [rows, blocks, panels] = self.plan.part(i);
            s.run(Worker { call: self, rows, blocks, panels });
        });
    }
}

struct Worker<'a> {
    call: Call<'a>,
    rows: Range<usize>,
    blocks: Range<usize>,
    panels: Range<usize>,
}

impl Task for Worker<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        let input = self.call.input;
        let masked = input.mask.is_some();
        let mut active: Vec<usize> = Vec::with_capacity(if masked { self.rows.len() } else { 0 });
        for t in (0..input.time).rev() {
            if masked {
                active.clear();
                active.extend(self.rows.clone().filter(|&b| is_active(input, t, b)));
                self.pass(t);
                self.step(s, t, Rows::List(&active));
            } else {
                self.step(s, t, Rows::Range(self.rows.start, self.rows.len()));
            }
        }
    }
}

impl Worker<'_> {
    /// One step of some rows.
    fn step<S: Simd>(&self, s: S, t: usize, rows: Rows<'_>) {
        let Call { plan, transposed, flow, .. } = self.call;
        let states = flow.states;
        let layout = states.layout;
        let recurrent = &transposed.recurrent;
        self.pointwise(s, t, rows, Part::First);
        plan.barrier.wait();
        if layout.resets_before() {
            let c = flow.dr(0);
            self.product(s, t, rows, (&transposed.candidate, 0, 1), c, Start::Zero);
            plan.barrier.wait();
            self.pointwise(s, t, rows, Part::Second);
            plan.barrier.wait();
        }
        // The GRU's gradients carry a part that does not go through R.
        let start = if layout.recurrent_at > 0 { Start::Result } else { Start::Zero };
        let part = (recurrent, layout.recurrent_at, layout.recurrent.len());
        self.product(s, t, rows, part, flow.dh(0), start);
        plan.barrier.wait();
    }

    /// Gates to gate gradients.
    fn pointwise<S: Simd>(&self, s: S, t: usize, rows: Rows<'_>, part: Part) {
        let Call { input, upstream, flow, .. } = self.call;
        let states = flow.states;
        let layout = states.layout;
        for block in self.blocks.clone() {
            let unit = block * layout.block;
            let units = layout.units.saturating_sub(unit).min(layout.block);
            let (dy, dy_units) = match upstream.sequence {
                Some(dy) => (dy.as_ptr().wrapping_add(t * layout.units + unit), units),
                None => (std::ptr::NonNull::<Float>::dangling().as_ptr().cast_const(), 0),
            };
            let row = Row {
                z: states.z(block, t, 0),
                h: states.h(t, 0).wrapping_add(unit),
                c: states.c(t, 0).wrapping_add(unit),
                h_next: states.h(t + 1, 0).wrapping_add(unit),
                c_next: states.c(t + 1, 0).wrapping_add(unit),
                reset: flow.dr(0).wrapping_add(unit),
                dh: flow.dh(0).wrapping_add(unit),
                dc: flow.dc(0).wrapping_add(unit),
                dy,
                dy_units,
            };
            let strides = [layout.row, layout.stride, input.time * layout.units];
            // The places of this block, step and rows are this thread's own.
            Pointwise { layout, part, rows, row, strides, save: true, backward: true }.run(s);
        }
    }

    /// The gradient with respect to a state: `start + dz R^T` over `vectors` vectors of the rows
    /// of `z`, from number `from` on.
    fn product<S: Simd>(
        &self,
        s: S,
        t: usize,
        rows: Rows<'_>,
        (panels, from, vectors): (&Buffer, usize, usize),
        c: *mut Float,
        start: Start,
    ) {
        let states = self.call.flow.states;
        let layout = states.layout;
        let width = layout.transposed * layout.lanes;
        let depth = layout.blocks * vectors * layout.lanes;
        for panel in self.panels.clone() {
            let b = panels.as_pointer().wrapping_add(panel * depth * width);
            let held = states.held * states.batch;
            let product = Product { start, ..layout.over_gates(vectors, held, b, width) };
            let row = |i| {
                let b = rows.id(i);
                let z = states.z(0, t, b).wrapping_add(from);
                (z.cast_const(), c.wrapping_add(b * layout.stride + panel * width))
            };
            // SAFETY: the gate gradients of the step are complete (those of other threads: after
            // the barrier); the panels of these rows are this thread's own.
            unsafe { tile::rows(s, layout.transposed, &product, rows.len(), row) };
        }
    }

    /// The rows that step `t` skips: the gradient of a repeated output is one of the state, and
    /// the gate gradients are zero.
    fn pass(&self, t: usize) {
        let Call { input, upstream, flow, .. } = self.call;
        let states = flow.states;
        let layout = states.layout;
        for b in self.rows.clone().filter(|&b| !is_active(input, t, b)) {
            for block in self.blocks.clone() {
                // SAFETY: this thread's rows and blocks.
                unsafe { std::ptr::write_bytes(states.z(block, t, b), 0, layout.row) };
            }
            let Some(dy) = upstream.sequence else { continue };
            if !flow.passes(input, t + 1, b) {
                continue;
            }
            let first = self.blocks.start * layout.block;
            for unit in first..(self.blocks.end * layout.block).min(layout.units) {
                let d = dy[(b * input.time + t) * layout.units + unit];
                // SAFETY: this thread's rows and units.
                unsafe { *flow.dh(b).add(unit) += d };
            }
        }
    }
}
