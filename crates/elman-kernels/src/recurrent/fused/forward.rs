//! Forward over whole sequences.
//!
//! Letters: as in the module above.

use super::bands::Bands;
use super::dropped::Dropped;
use super::output::Targets;
use super::pack::Fused;
use super::plan::Plan;
use super::states::{States, Tape};
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
    let (regions, rows) = plan.regions(save);
    let state = rows * layout.stride;
    let carries = layout.cell.states() - 1;
    let resets = usize::from(layout.resets_before());
    // What is not saved may lie as it is read best.
    let bands = if save { steps.bands } else { Bands::whole(rows) };
    // Two steps at a time.
    let kept = if save { time + 1 } else { 2 };
    let factors = input.recurrent_factors(layout.units);
    let sizes = [
        layout.blocks * held * rows * layout.row,
        kept * state,
        carries * kept * state,
        resets * kept * state,
    ];
    let copies = factors.map_or(0, |factors| factors.masks()) * batch * layout.stride;
    let mut run = |[z, h, c, reset]: [*mut Float; 4], region, copies| {
        let states = States {
            layout,
            batch: rows,
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
        let call = Call { fused, input, steps, plan, states, region, dropped, targets, portion };
        dispatch(layout.isa, call);
    };
    if save {
        let mut buffers = sizes.map(Buffer::uninit);
        let mut copies = Buffer::uninit(copies);
        run(buffers.each_mut().map(Buffer::pointer), None, copies.pointer());
        drop(plan);
        let [z, h, c, reset] = buffers;
        return Some(Box::new(Tape { z, h, c, reset, steps }));
    }
    // Each part on its own cache lines.
    let sizes = sizes.map(|size| size.next_multiple_of(16));
    let region = sizes.iter().sum::<usize>() + BETWEEN_REGIONS;
    with_scratch(regions * region + copies, |scratch| {
        let mut at = 0;
        let buffers = sizes.map(|size| {
            at += size;
            scratch.wrapping_add(at - size)
        });
        run(buffers, (regions > 1).then_some(region), scratch.wrapping_add(regions * region));
    });
    None
}

/// Numbers from one thread's region to the next: processors fetch rows ahead of those that they are
/// asked for, a dozen and more, and would take those of the next thread out of its cache.
const BETWEEN_REGIONS: usize = 1 << 12;

#[derive(Clone, Copy)]
// All threads read it while one writes to its stack beside it: see `pool`.
#[repr(align(128))]
pub(super) struct Call<'a> {
    pub fused: &'a Fused,
    pub input: &'a Sequence<'a>,
    pub steps: &'a Steps,
    pub plan: &'a Plan<'a>,
    pub states: States<'a>,
    /// Numbers from one thread's states to the next's, if each has its own.
    region: Option<usize>,
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
            let states = match self.region {
                Some(region) => self.states.of(part * region, &rows),
                None => self.states,
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
