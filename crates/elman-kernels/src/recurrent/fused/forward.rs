//! Forward over whole sequences.
//!
//! Letters: as in the module above.

use super::bands::Bands;
use super::dropped::Dropped;
use super::output::Targets;
use super::pack::Fused;
use super::plan::Plan;
use super::regions::Regions;
use super::states::{States, Tape};
use super::steps::Steps;
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
    // What is not saved may lie as it is read best.
    let (bands, rows) = if save {
        let bands = plan.apart(steps.bands);
        (bands, bands.of_thread(batch))
    } else {
        let rows = plan.most_rows();
        (Bands::whole(rows), rows)
    };
    // Of what is not saved, two steps at a time.
    let kept = if save { time + 1 } else { 2 };
    let state = kept * rows * layout.stride;
    let carry = if layout.cell.states() == 2 { state } else { 0 };
    let reset = if layout.resets_before() { state } else { 0 };
    let sizes = [layout.blocks * held * rows * layout.row, state, carry, reset];
    let count = if save { batch / rows.max(1) } else { plan.regions() };
    let regions = Regions::new(sizes, count);
    let factors = input.recurrent_factors(layout.units);
    let copies = factors.map_or(0, |factors| factors.masks()) * batch * layout.stride;
    let mut run = |memory, copies| {
        let [z, h, c, reset] = regions.buffers(memory);
        let states = States {
            layout,
            batch,
            bands,
            held,
            kept,
            apart: regions.apart,
            z,
            h,
            c,
            reset,
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
        let (mut memory, mut copies) = (Buffer::uninit(regions.len()), Buffer::uninit(copies));
        run(memory.pointer(), copies.pointer());
        drop(plan);
        return Some(Box::new(Tape { memory, regions, bands, steps }));
    }
    with_scratch(regions.len() + copies, |memory| run(memory, memory.wrapping_add(regions.len())));
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
        let plan = self.plan;
        plan.team.run(|part| {
            let [rows, blocks, _] = plan.part(part);
            let width = self.states.layout.block;
            let units = blocks.start * width..(blocks.end * width).min(self.states.layout.units);
            let states = match self.states.all {
                true => self.states.region(self.states.bands.region(rows.start)),
                false => self.states.of(if plan.is_split() { 0 } else { part }, &rows),
            };
            s.run(Worker { call: Call { states, ..self }, part, rows, blocks, units });
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
        let Call { input, steps, plan, portion, states, dropped, .. } = self.call;
        let columns = states.layout.columns(&self.blocks);
        states.start(input, self.rows.clone(), columns.clone());
        if let Some(dropped) = dropped {
            dropped.start(self.rows.clone(), &columns);
        }
        plan.wait(self.part);
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
