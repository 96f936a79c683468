//! The gradients that flow from step to step, backward.

use super::states::States;
use super::steps::Steps;
use crate::Float;
use crate::pool::Shared;
use crate::recurrent::OutputGradients;

/// The gradients that flow from step to step: `(batch, stride)` each.
#[derive(Clone, Copy)]
pub(super) struct Flow<'a> {
    pub dh: Shared<Float>,
    pub dc: Shared<Float>,
    /// The gradient of `r h`, within a step of the GRU without `reset_after`.
    pub dr: Shared<Float>,
    /// With dropout: the gradient of what the gates of one mask see of the state.
    pub seen: Shared<Float>,
    pub states: States<'a>,
}

impl Flow<'_> {
    #[inline(always)]
    pub(super) fn dh(&self, b: usize) -> *mut Float {
        self.dh.0.wrapping_add(b * self.states.layout.stride)
    }
    #[inline(always)]
    pub(super) fn dc(&self, b: usize) -> *mut Float {
        self.dc.0.wrapping_add(b * self.states.layout.stride)
    }

    #[inline(always)]
    pub(super) fn seen(&self, b: usize) -> *mut Float {
        self.seen.0.wrapping_add(b * self.states.layout.stride)
    }

    #[inline(always)]
    pub(super) fn dr(&self, b: usize) -> *mut Float {
        self.dr.0.wrapping_add(b * self.states.layout.stride)
    }

    /// The gradients after the last step.
    pub(super) fn start(&self, upstream: &OutputGradients<'_>, steps: &Steps) {
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
