//! Forward over whole sequences.
//!
//! Letters: as in the module above.

use super::cells::Rows;
use super::output::Targets;
use super::pack::Fused;
use super::plan::Plan;
use super::states::{States, Tape, initial_states, is_active};
use crate::Float;
use crate::buffer::{Buffer, with_scratch};
use crate::pool::Shared;
use crate::recurrent::{Outputs, Sequence};
use crate::simd::{Simd, Task, dispatch};
use std::ops::Range;

/// Runs the layer; keeps a tape if `save`.
pub(in super::super) fn forward(
    fused: &Fused,
    input: &Sequence<'_>,
    out: &mut Outputs<'_>,
    save: bool,
) -> Option<Tape> {
    assert!(
        input.input_dropout.is_none() && input.recurrent_dropout.is_none(),
        "recurrent: the fused kernels compute no dropout yet"
    );
    let layout = &fused.layout;
    let (batch, time) = (input.batch, input.time);
    let plan = Plan::new(layout, fused.features, batch, time);
    let portion = plan.portion(time);
    let held = if save { time } else { portion };
    let state = batch * layout.stride;
    let carries = layout.cell.states() - 1;
    let resets = usize::from(layout.resets_before());
    let z = layout.blocks * held * batch * layout.row;
    let steps = if save { [time + 1, time + 1, time] } else { [2, 1, 1] };
    let sizes = [z, steps[0] * state, carries * steps[1] * state, resets * steps[2] * state];
    let mut run = |[z, h, c, reset]: [*mut Float; 4]| {
        let states = States {
            layout,
            batch,
            held,
            z: Shared(z),
            h: Shared(h),
            c: Shared(c),
            reset: Shared(reset),
            all: save,
        };
        let targets = Targets::new(out);
        let call = Call { fused, input, plan: &plan, states, targets, portion };
        dispatch(layout.isa, call);
    };
    if save {
        let [z, h, c, reset] = sizes.map(Buffer::uninit);
        let mut tape = Tape { z, h, c, reset, size: [batch, time] };
        run([tape.z.pointer(), tape.h.pointer(), tape.c.pointer(), tape.reset.pointer()]);
        return Some(tape);
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
pub(super) struct Call<'a> {
    pub fused: &'a Fused,
    pub input: &'a Sequence<'a>,
    pub plan: &'a Plan,
    pub states: States<'a>,
    pub targets: Targets,
    portion: usize,
}

impl Task for Call<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        initial_states(self.input, &self.states);
        let plan = self.plan;
        plan.team.run(|i| {
            let [rows, blocks, _] = plan.part(i);
            let width = self.states.layout.block;
            let units = blocks.start * width..(blocks.end * width).min(self.states.layout.units);
            s.run(Worker { call: self, rows, blocks, units });
        });
    }
}

/// One thread's part of the call.
pub(super) struct Worker<'a> {
    pub call: Call<'a>,
    pub rows: Range<usize>,
    pub blocks: Range<usize>,
    /// The units of its blocks.
    pub units: Range<usize>,
}

impl Task for Worker<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        let Call { input, portion, states, .. } = self.call;
        // Without a mask the rows are a range, and nothing is allocated.
        let masked = input.mask.is_some();
        let mut active: Vec<usize> = Vec::with_capacity(if masked { self.rows.len() } else { 0 });
        let mut seen = vec![false; if masked { input.batch } else { 0 }];
        let mut from = 0;
        while from < input.time {
            let to = (from + portion).min(input.time);
            self.project(s, from..to);
            for t in from..to {
                let at = if states.all { t } else { t - from };
                if masked {
                    active.clear();
                    active.extend(self.rows.clone().filter(|&b| is_active(input, t, b)));
                    active.iter().for_each(|&b| seen[b] = true);
                    self.hold(t);
                    self.step(s, t, at, Rows::List(&active));
                } else {
                    self.step(s, t, at, Rows::Range(self.rows.start, self.rows.len()));
                }
                self.emit(t, &seen);
            }
            from = to;
        }
        self.finish();
    }
}
