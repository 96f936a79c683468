//! Backpropagation through time: gate gradients first, step by step from the last, then the
//! gradients of weights and input as large products.
//!
//! Letters: as in the module above; d before a letter is the gradient of the loss.

use super::cells::{Part, Pointwise, Row, Rows};
use super::gradients;
use super::pack::{Fused, Transposed};
use super::plan::Plan;
use super::states::{States, Tape};
use super::steps::Steps;
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
    mut tape: Box<Tape>,
    upstream: &OutputGradients<'_>,
    gradients: &mut Gradients<'_>,
) {
    let layout = &fused.layout;
    let Steps { batch, time, .. } = tape.steps;
    assert!(
        batch == input.batch && time == input.time,
        "recurrent: the tape is for another batch or time"
    );
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
    flow.start(upstream, &tape.steps);
    {
        let plan = Plan::new(layout, fused.features, &tape.steps);
        let transposed = fused.transposed();
        let call = Call { steps: &tape.steps, upstream, plan: &plan, transposed, flow };
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
    gradients::from_gates(fused, input, &tape.steps, &states, gradients);
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

    /// The gradients after the last step.
    fn start(&self, upstream: &OutputGradients<'_>, steps: &Steps) {
        let Self { states, .. } = self;
        let units = states.layout.units;
        let add = |row: *mut Float, gradient: &[Float], b: usize| {
            // SAFETY: a row holds `stride >= units` numbers; no thread works on them yet.
            let row = unsafe { std::slice::from_raw_parts_mut(row, units) };
            let gradient = &gradient[b * units..(b + 1) * units];
            row.iter_mut().zip(gradient).for_each(|(row, d)| *row += d);
        };
        for b in 0..steps.batch {
            if let Some(Some(d)) = upstream.states.first() {
                add(self.dh(b), d, b);
            }
            if let Some(Some(d)) = upstream.states.get(1) {
                add(self.dc(b), d, b);
            }
            let shows_state = steps.time > 0 && steps.shows_state(steps.time - 1, b);
            if let (Some(d), true) = (upstream.last_output, shows_state) {
                add(self.dh(b), d, b);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Call<'a> {
    steps: &'a Steps,
    upstream: &'a OutputGradients<'a>,
    plan: &'a Plan<'a>,
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
        let steps = self.call.steps;
        for t in (0..steps.time).rev() {
            self.pass(t);
            self.step(s, t, steps.rows(t, &self.rows));
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
        let Call { steps, upstream, flow, .. } = self.call;
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
            let strides = [layout.row, layout.stride, steps.time * layout.units];
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

    /// The rows that step `t` skips: the gradient of a repeated output is one of the state.
    fn pass(&self, t: usize) {
        let Call { steps, upstream, flow, .. } = self.call;
        let Some(dy) = upstream.sequence else { return };
        let layout = flow.states.layout;
        let first = self.blocks.start * layout.block;
        let n = (self.blocks.end * layout.block).min(layout.units).saturating_sub(first);
        for b in steps.skipped(t, &self.rows).filter(|&b| steps.shows_state(t, b)) {
            let dy = &dy[(b * steps.time + t) * layout.units + first..][..n];
            // SAFETY: this thread's rows and units.
            let dh = unsafe { std::slice::from_raw_parts_mut(flow.dh(b).add(first), n) };
            dh.iter_mut().zip(dy).for_each(|(dh, &d)| *dh += d);
        }
    }
}
