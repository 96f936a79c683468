//! Backpropagation through time: gate gradients first, step by step from the last, then the
//! gradients of weights and input as large products.
//!
//! Letters: as in the module above; d before a letter is the gradient of the loss.

use super::bands::Pitch;
use super::cells::{Part, Pitches, Pointwise, Row, Rows};
use super::flow::{self, Flow};
use super::gradients;
use super::layout::CANDIDATE;
use super::pack::{Fused, Transposed};
use super::plan::Plan;
use super::states::{States, Tape};
use super::steps::Steps;
use super::through::Right;
use crate::Float;
use crate::buffer::Buffer;
use crate::pool;
use crate::recurrent::dropout::Factors;
use crate::recurrent::{Gradients, OutputGradients, Sequence};
use crate::simd::{Simd, Task, dispatch};
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
    let (bands, apart, held, kept) = (tape.bands, tape.regions.apart, time, time + 1);
    let [z, h, c, reset] = tape.regions.buffers(tape.memory.pointer());
    let states = States { layout, batch, bands, held, kept, apart, z, h, c, reset, all: true };
    let factors = input.recurrent_factors(layout.units);
    let regions = flow::regions(&states, factors.is_some());
    let mut memory = Buffer::uninit(regions.len());
    let [dh, dc, dr, seen] = regions.buffers(memory.pointer());
    let flow = Flow { dh, dc, dr, seen, states, apart: regions.apart };
    {
        let steps = &tape.steps;
        let plan = &Plan::new(layout, fused.features, steps, pool::Task::Backward);
        let transposed = fused.transposed();
        dispatch(layout.isa, Call { steps, factors, upstream, plan, transposed, flow });
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

#[derive(Clone, Copy)]
// All threads read it while one writes to its stack beside it: see `pool`.
#[repr(align(128))]
pub(super) struct Call<'a> {
    steps: &'a Steps,
    /// Those of the states.
    pub factors: Option<Factors<'a, Float>>,
    upstream: &'a OutputGradients<'a>,
    plan: &'a Plan<'a>,
    transposed: &'a Transposed,
    pub flow: Flow<'a>,
}

impl Task for Call<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        self.plan.team.run(|part| {
            let [rows, blocks, panels] = self.plan.part(part);
            s.run(Worker { call: self, part, rows, blocks, panels });
        });
    }
}

pub(super) struct Worker<'a> {
    pub call: Call<'a>,
    part: usize,
    rows: Range<usize>,
    blocks: Range<usize>,
    /// Those of the transposed recurrent kernel.
    pub panels: Range<usize>,
}

impl Task for Worker<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        let Call { steps, upstream, flow, .. } = self.call;
        // The tape may have been made by more threads, or fewer.
        let bands = flow.states.bands;
        let regions = bands.region(self.rows.start)..bands.region(self.rows.end.max(1) - 1) + 1;
        let each = bands.of_thread(steps.batch);
        let workers: Vec<Worker<'_>> = regions
            .map(|region| {
                let rows =
                    (region * each).max(self.rows.start)..((region + 1) * each).min(self.rows.end);
                let call = Call { flow: flow.region(region), ..self.call };
                Worker {
                    call,
                    rows,
                    blocks: self.blocks.clone(),
                    panels: self.panels.clone(),
                    ..self
                }
            })
            .collect();
        let columns = flow.states.layout.columns(&self.blocks);
        for Worker { call, rows, .. } in &workers {
            call.flow.start(upstream, steps, rows.clone(), &columns);
        }
        for t in (0..steps.time).rev() {
            for worker in &workers {
                worker.pass(t);
                worker.step(s, t, steps.rows(t, &worker.rows));
            }
        }
    }
}

impl Worker<'_> {
    /// One step of some rows.
    fn step<S: Simd>(&self, s: S, t: usize, rows: Rows<'_>) {
        let Call { plan, transposed, flow, .. } = self.call;
        let layout = flow.states.layout;
        if rows.len() == 0 {
            // As forward.
            return plan.wait(self.part);
        }
        self.pointwise(s, t, rows, Part::First);
        plan.wait(self.part);
        if layout.resets_before() {
            let candidate = Right { panels: &transposed.candidate, from: 0, slots: &CANDIDATE };
            self.through_reset(s, t, rows, candidate);
            plan.wait(self.part);
            self.pointwise(s, t, rows, Part::Second);
            plan.wait(self.part);
        }
        let recurrent = Right {
            panels: &transposed.recurrent,
            from: layout.recurrent_at,
            slots: &layout.recurrent,
        };
        self.through_state(s, t, rows, recurrent);
        plan.wait(self.part);
    }

    /// Gates to gate gradients.
    fn pointwise<S: Simd>(&self, s: S, t: usize, rows: Rows<'_>, part: Part) {
        let Call { steps, upstream, flow, .. } = self.call;
        let states = flow.states;
        let layout = states.layout;
        let first = self.blocks.start;
        let unit = first * layout.block;
        let (dy, dy_units) = match upstream.sequence {
            Some(dy) => {
                let dy = dy.as_ptr().wrapping_add(t * layout.units + unit);
                (dy, layout.units.saturating_sub(unit))
            }
            None => (std::ptr::NonNull::<Float>::dangling().as_ptr().cast_const(), 0),
        };
        let row = Row {
            z: states.z(first, t, 0),
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
        let pitches = Pitches {
            z: states.pitch_of_z(),
            h: states.pitch(),
            state: states.pitch(),
            reset: flow.pitch(),
            flow: flow.pitch(),
            dy: Pitch::plain(steps.time * layout.units),
        };
        let (blocks, next) = (self.blocks.len(), states.next_block());
        // The places of these blocks, step and rows are this thread's own.
        let save = true;
        Pointwise { layout, blocks, next, part, rows, row, pitches, save, backward: true }.run(s);
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
