//! The gradients that flow from step to step, backward.

use super::bands::Pitch;
use super::regions::Regions;
use super::states::States;
use super::steps::Steps;
use crate::Float;
use crate::pool::Shared;
use crate::recurrent::OutputGradients;
use std::ops::Range;

/// Steps that the buffers have room for: one, and a gap that keeps bands apart.
const KEPT: usize = 2;

/// The buffers of such gradients; with dropout, `seen` as well.
pub(super) fn regions(states: &States<'_>, dropout: bool) -> Regions {
    let (layout, rows) = (states.layout, states.bands.of_thread(states.batch));
    let state = KEPT * rows * layout.stride;
    let where_needed = |needed: bool| if needed { state } else { 0 };
    let sizes = [
        state,
        where_needed(layout.cell.states() == 2),
        where_needed(layout.resets_before()),
        where_needed(dropout),
    ];
    Regions::new(sizes, states.batch / rows.max(1))
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
    /// As [`States::apart`].
    pub apart: usize,
}

impl Flow<'_> {
    /// Those of one region, as if there were no others.
    pub(super) fn region(self, region: usize) -> Self {
        let there = |p: Shared<Float>| Shared(p.0.wrapping_add(region.wrapping_mul(self.gap())));
        let [dh, dc, dr, seen] = [self.dh, self.dc, self.dr, self.seen].map(there);
        Flow { dh, dc, dr, seen, states: self.states.region(region), ..self }
    }

    #[inline(always)]
    fn gap(&self) -> usize {
        self.states.bands.gap(KEPT, self.states.layout.stride, self.apart)
    }
    /// From row 0 to the others of its region.
    #[inline(always)]
    pub(super) fn pitch(&self) -> Pitch {
        self.states.bands.pitch(KEPT, self.states.layout.stride)
    }
    #[inline(always)]
    fn row(&self, of: Shared<Float>, b: usize) -> *mut Float {
        let gap = self.states.bands.region(b).wrapping_mul(self.gap());
        of.0.wrapping_add(self.pitch().at(b)).wrapping_add(gap)
    }
    #[inline(always)]
    pub(super) fn dh(&self, b: usize) -> *mut Float {
        self.row(self.dh, b)
    }
    #[inline(always)]
    pub(super) fn dc(&self, b: usize) -> *mut Float {
        self.row(self.dc, b)
    }
    #[inline(always)]
    pub(super) fn seen(&self, b: usize) -> *mut Float {
        self.row(self.seen, b)
    }
    #[inline(always)]
    pub(super) fn dr(&self, b: usize) -> *mut Float {
        self.row(self.dr, b)
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
            let dh = row_of(self.dh(b));
            dh.fill(0.0);
            if let Some(Some(d)) = upstream.states.first() {
                add(dh, d, b);
            }
            if self.states.layout.cell.states() == 2 {
                let dc = row_of(self.dc(b));
                dc.fill(0.0);
                if let Some(Some(d)) = upstream.states.get(1) {
                    add(dc, d, b);
                }
            }
            let shows_state = steps.time > 0 && steps.shows_state(steps.time - 1, b);
            if let (Some(d), true) = (upstream.last_output, shows_state) {
                add(dh, d, b);
            }
        }
    }
}
