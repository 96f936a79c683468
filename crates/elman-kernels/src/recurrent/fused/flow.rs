//! The gradients that flow from step to step, backward.

use super::bands::Pitch;
use super::states::States;
use super::steps::Steps;
use crate::Float;
use crate::pool::Shared;
use crate::recurrent::OutputGradients;

/// Steps that the buffers have room for: one, and a gap that keeps bands apart.
const KEPT: usize = 2;

/// The size of a buffer of such gradients.
pub(super) fn size(states: &States<'_>) -> usize {
    KEPT * states.batch * states.layout.stride
}

/// The gradients that flow from step to step: `(bands, KEPT, rows, stride)` each.
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
    /// From row 0 to the others.
    #[inline(always)]
    pub(super) fn pitch(&self) -> Pitch {
        self.states.bands.pitch(KEPT, self.states.layout.stride)
    }
    #[inline(always)]
    pub(super) fn dh(&self, b: usize) -> *mut Float {
        self.dh.0.wrapping_add(self.pitch().at(b))
    }
    #[inline(always)]
    pub(super) fn dc(&self, b: usize) -> *mut Float {
        self.dc.0.wrapping_add(self.pitch().at(b))
    }

    #[inline(always)]
    pub(super) fn seen(&self, b: usize) -> *mut Float {
        self.seen.0.wrapping_add(self.pitch().at(b))
    }

    #[inline(always)]
    pub(super) fn dr(&self, b: usize) -> *mut Float {
        self.dr.0.wrapping_add(self.pitch().at(b))
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
