//! The gradients that flow from step to step, backward.

use super::bands::Pitch;
use super::states::States;
use super::steps::Steps;
use crate::Float;
use crate::pool::Shared;
use crate::recurrent::OutputGradients;
use std::ops::Range;

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

    /// The gradients after the last step, in some columns of some rows: those of the thread that calls,
    /// as with the states.
    pub(super) fn start(
        &self,
        upstream: &OutputGradients<'_>,
        steps: &Steps,
        rows: Range<usize>,
        columns: &Range<usize>,
    ) {
        let units = self.states.layout.units;
        let used = columns.start..columns.end.min(units);
        let row_of = |row: *mut Float| {
            // SAFETY: a row holds `stride` numbers; these are the thread's own.
            unsafe { std::slice::from_raw_parts_mut(row.add(columns.start), columns.len()) }
        };
        let add = |row: &mut [Float], gradient: &[Float], b: usize| {
            let gradient = &gradient[b * units..][used.clone()];
            row.iter_mut().zip(gradient).for_each(|(row, d)| *row += d);
        };
        for b in rows {
            let (dh, dc) = (row_of(self.dh(b)), row_of(self.dc(b)));
            dh.fill(0.0);
            dc.fill(0.0);
            if let Some(Some(d)) = upstream.states.first() {
                add(dh, d, b);
            }
            if let Some(Some(d)) = upstream.states.get(1) {
                add(dc, d, b);
            }
            let shows_state = steps.time > 0 && steps.shows_state(steps.time - 1, b);
            if let (Some(d), true) = (upstream.last_output, shows_state) {
                add(dh, d, b);
            }
        }
    }
}
