//! Forward over whole sequences.
//!
//! Letters: as in the module above.

use super::bands::Bands;
use super::dropped::Dropped;
use super::output::Targets;
use super::pack::Fused;
use super::plan::Plan;
use super::states::{States, Tape, initial_states};
use super::steps::Steps;
use crate::Float;
use crate::buffer::{Buffer, with_scratch};
use crate::pool::{self, Shared};
use crate::recurrent::{Outputs, Sequence};
use crate::simd::{Simd, Task, dispatch};
use std::ops::Range;

/// Runs the layer; keeps a tape if `save`.
pub(in super::super) fn forward(
    fused: &Fused,
    input: &Sequence<'_>,
    out: &mut Outputs<'_>,
    save: bool,
) -> Option<Box<Tape>> {
    let layout = &fused.layout;
    let (batch, time) = (input.batch, input.time);
    let steps = Steps::new(input);
    let task = if save { pool::Task::ForwardSaving } else { pool::Task::Forward };
    let plan = Plan::new(layout, fused.features, &steps, task);
    let portion = plan.portion();
    let held = if save { time } else { portion };
    let state = batch * layout.stride;
    let carries = layout.cell.states() - 1;
    let resets = usize::from(layout.resets_before());
    let z = layout.blocks * held * batch * layout.row;
    // What is not saved may lie as it is read best.
    let bands = if save || plan.cuts_rows() { steps.bands } else { Bands::whole(batch) };
    // Two steps at a time, and some room that keeps bands apart.
    let kept = if save { time + 1 } else { 3 };
    let factors = input.recurrent_factors(layout.units);
    let sizes = [
        z,
        kept * state,
        carries * kept * state,
        resets * kept * state,
        factors.map_or(0, |factors| factors.masks()) * state,
    ];
    let mut run = |[z, h, c, reset, copies]: [*mut Float; 5]| {
        let states = States {
            layout,
            batch,
            bands,
            held,
            kept,
            z: Shared(z),
            h: Shared(h),
            c: Shared(c),
            reset: Shared(reset),
            all: save,
        };
        let stride = layout.stride;
        let copies = Shared(copies);
        let dropped = factors.map(|factors| Dropped { factors, copies, batch, stride });
        let targets = Targets::new(out);
        let (steps, plan) = (&steps, &plan);
        let call = Call { fused, input, steps, plan, states, dropped, targets, portion };
        dispatch(layout.isa, call);
    };
    if save {
        let mut buffers = sizes.map(Buffer::uninit);
        run(buffers.each_mut().map(Buffer::pointer));
        drop(plan);
        let [z, h, c, reset, _] = buffers;
        return Some(Box::new(Tape { z, h, c, reset, steps }));
    }
    // Each part on its own cache lines.
    let sizes = sizes.map(|size| size.next_multiple_of(16));
    with_scratch(sizes.iter().sum(), |scratch| {
        let mut at = 0;
        run(sizes.map(|size| {
            at += size;
            scratch.wrapping_add(at - size)
        }));
    });
    None
}

#[derive(Clone, Copy)]
// All threads read it while one writes to its stack beside it: see `pool`.
#[repr(align(128))]
pub(super) struct Call<'a> {
    pub fused: &'a Fused,
    pub input: &'a Sequence<'a>,
    pub steps: &'a Steps,
    pub plan: &'a Plan<'a>,
    pub states: States<'a>,
    pub dropped: Option<Dropped<'a>>,
    pub targets: Targets,
    /// Steps whose input is projected at once.
    pub portion: usize,
}

impl Task for Call<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        initial_states(self.input, &self.states);
        if let Some(dropped) = self.dropped {
            dropped.clear();
        }
        let plan = self.plan;
        plan.team.run(|part| {
            let [rows, blocks, _] = plan.part(part);
            let width = self.states.layout.block;
            let units = blocks.start * width..(blocks.end * width).min(self.states.layout.units);
            s.run(Worker { call: self, part, rows, blocks, units });
        });
    }
}

/// One thread's part of the call.
pub(super) struct Worker<'a> {
    pub call: Call<'a>,
    pub part: usize,
    pub rows: Range<usize>,
    pub blocks: Range<usize>,
    /// The units of its blocks.
    pub units: Range<usize>,
}

impl Task for Worker<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        let Call { steps, portion, states, .. } = self.call;
        let mut copies = self.input_copies();
        let mut from = 0;
        while from < steps.time {
            let to = (from + portion).min(steps.time);
            self.project(s, from..to, &mut copies);
            for t in from..to {
                let at = if states.all { t } else { t - from };
                self.hold(t);
                self.step(s, t, at, steps.rows(t, &self.rows));
                self.emit(t);
            }
            from = to;
        }
        self.finish();
    }
}
