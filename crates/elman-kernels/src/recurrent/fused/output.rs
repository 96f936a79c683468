//! What leaves the kernels: outputs and final states, and the states that masked steps keep.

use super::forward::{Call, Worker};
use crate::Float;
use crate::pool::Shared;
use crate::recurrent::Outputs;
use std::ptr::null_mut;

/// The caller's slices, as pointers that threads share; null where absent.
#[derive(Clone, Copy)]
pub(super) struct Targets {
    sequence: Shared<Float>,
    last: Shared<Float>,
    states: [Shared<Float>; 2],
}

impl Targets {
    pub fn new(out: &mut Outputs<'_>) -> Targets {
        let pointer = |slice: &mut Option<&mut [Float]>| {
            Shared(slice.as_mut().map_or(null_mut(), |slice| slice.as_mut_ptr()))
        };
        let mut states = [Shared(null_mut()); 2];
        for (state, slice) in states.iter_mut().zip(out.states.iter_mut()) {
            *state = Shared(slice.as_mut_ptr());
        }
        Targets {
            sequence: pointer(&mut out.sequence),
            last: pointer(&mut out.last_output),
            states,
        }
    }
}

impl Worker<'_> {
    /// Keeps the states of the rows that step `t` skips.
    #[inline]
    pub(super) fn hold(&self, t: usize) {
        let Call { steps, states, .. } = &self.call;
        if !steps.are_masked() {
            return;
        }
        let (from, n) = (self.blocks.start * states.layout.block, self.blocks.len());
        let n = n * states.layout.block;
        for b in steps.skipped(t, &self.rows) {
            // SAFETY: this thread's rows and units of two different steps.
            unsafe {
                let (old, new) = (states.h(t, b).add(from), states.h(t + 1, b).add(from));
                std::ptr::copy_nonoverlapping(old, new, n);
                if states.all && states.layout.cell.states() == 2 {
                    let (old, new) = (states.c(t, b).add(from), states.c(t + 1, b).add(from));
                    std::ptr::copy_nonoverlapping(old, new, n);
                }
            }
        }
    }

    /// Writes the outputs of step `t`.
    pub(super) fn emit(&self, t: usize) {
        let Call { steps, states, targets, .. } = &self.call;
        let units = states.layout.units;
        let (from, n) = (self.units.start, self.units.len());
        let last = t + 1 == steps.time && !targets.last.0.is_null();
        if targets.sequence.0.is_null() && !last {
            return;
        }
        for b in self.rows.clone() {
            let zero = !steps.shows_state(t, b);
            let copy = |to: *mut Float| {
                // SAFETY: the rows and units of this thread, which are within the caller's slice.
                unsafe {
                    if zero {
                        std::ptr::write_bytes(to, 0, n);
                    } else {
                        std::ptr::copy_nonoverlapping(states.h(t + 1, b).add(from), to, n);
                    }
                }
            };
            if !targets.sequence.0.is_null() {
                copy(targets.sequence.0.wrapping_add((b * steps.time + t) * units + from));
            }
            if last {
                copy(targets.last.0.wrapping_add(b * units + from));
            }
        }
    }

    /// Writes the final states, and the last output of a sequence without steps.
    pub(super) fn finish(&self) {
        let Call { steps, states, targets, .. } = &self.call;
        let units = states.layout.units;
        let (from, n) = (self.units.start, self.units.len());
        for b in self.rows.clone() {
            let at = b * units + from;
            // SAFETY: the rows and units of this thread, which are within the caller's slices.
            unsafe {
                if steps.time == 0 && !targets.last.0.is_null() {
                    std::ptr::write_bytes(targets.last.0.add(at), 0, n);
                }
                let finals = [states.h(steps.time, b), states.c(steps.time, b)];
                for (target, state) in targets.states.iter().zip(finals) {
                    if !target.0.is_null() {
                        std::ptr::copy_nonoverlapping(state.add(from), target.0.add(at), n);
                    }
                }
            }
        }
    }
}
