//! Gradients on their way through the recurrent products, and through dropout.
//!
//! Letters: as in the module above; d before a letter is the gradient of the loss.

use super::backward::{Call, Worker};
use super::cells::Rows;
use super::layout::Slot;
use crate::Float;
use crate::buffer::Buffer;
use crate::recurrent::dropout::{add_multiple, multiply, runs};
use crate::simd::Simd;
use crate::tile::{self, Product, Start};
use std::ops::Range;

/// The right matrix of a product with gate gradients.
#[derive(Clone, Copy)]
pub(super) struct Right<'a> {
    /// Panels of units, over the vectors `slots`, which stand in a row of `z` from `from` on.
    pub panels: &'a Buffer,
    pub from: usize,
    pub slots: &'a [Slot],
}

impl Worker<'_> {
    /// The gradient of `r h`.
    pub(super) fn through_reset<S: Simd>(&self, s: S, t: usize, rows: Rows<'_>, right: Right<'_>) {
        let Call { factors, flow, .. } = self.call;
        self.product(s, t, rows, right, 0..1, flow.dr(0), Start::Zero);
        let Some(factors) = factors else { return };
        for i in 0..rows.len() {
            let b = rows.id(i);
            // SAFETY: the panels of these rows are this thread's own.
            let (units, dr) = unsafe { self.units(flow.dr(b)) };
            let factors = &factors.row(right.slots[0].gate, b)[units];
            dr.iter_mut().zip(factors).for_each(|(dr, &factor)| *dr *= factor);
        }
    }

    /// The gradient of the state.
    pub(super) fn through_state<S: Simd>(&self, s: S, t: usize, rows: Rows<'_>, right: Right<'_>) {
        let Call { factors, flow, .. } = self.call;
        let slots = right.slots;
        // The GRU's gradients carry a part that does not go through R.
        let mut adds = flow.states.layout.recurrent_at > 0;
        let Some(factors) = factors else {
            let start = if adds { Start::Result } else { Start::Zero };
            return self.product(s, t, rows, right, 0..slots.len(), flow.dh(0), start);
        };
        for run in runs(Some(factors), 0..slots.len()) {
            self.product(s, t, rows, right, run.clone(), flow.seen(0), Start::Zero);
            for i in 0..rows.len() {
                let b = rows.id(i);
                // SAFETY: the panels of these rows are this thread's own.
                let ((units, dh), (_, seen)) =
                    unsafe { (self.units(flow.dh(b)), self.units(flow.seen(b))) };
                let factors = &factors.row(slots[run.start].gate, b)[units];
                if adds {
                    add_multiple(dh, seen, factors);
                } else {
                    multiply(dh, seen, factors);
                }
            }
            adds = true;
        }
    }

    /// The units of this thread's panels, and what a row of gradients holds for them.
    ///
    /// # Safety
    /// The row is valid, and for these units nobody else uses it.
    unsafe fn units<'r>(&self, row: *mut Float) -> (Range<usize>, &'r mut [Float]) {
        let layout = self.call.flow.states.layout;
        let width = layout.transposed * layout.lanes;
        let to = (self.panels.end * width).min(layout.units);
        let from = (self.panels.start * width).min(to);
        // SAFETY: the caller's promise.
        (from..to, unsafe { std::slice::from_raw_parts_mut(row.add(from), to - from) })
    }

    /// `c = start + dz R^T`, over the vectors `run` of those that the panels are over.
    #[allow(clippy::too_many_arguments)] // The letters of the product.
    fn product<S: Simd>(
        &self,
        s: S,
        t: usize,
        rows: Rows<'_>,
        right: Right<'_>,
        run: Range<usize>,
        c: *mut Float,
        start: Start,
    ) {
        let Right { panels, from, slots } = right;
        let flow = self.call.flow;
        let states = flow.states;
        let layout = states.layout;
        let width = layout.transposed * layout.lanes;
        let depth = layout.blocks * layout.lanes;
        for panel in self.panels.clone() {
            let b = panels.as_pointer().wrapping_add(panel * slots.len() * depth * width);
            let b = b.wrapping_add(run.start * depth * width);
            let (next, pitch, pitch_of_z) =
                (states.next_block(), flow.pitch(), states.pitch_of_z());
            let product = Product { start, ..layout.over_gates(run.len(), next, b, width) };
            let z = states.z(0, t, 0).wrapping_add(from + run.start * layout.lanes);
            let row = |i| {
                let b = rows.id(i);
                (
                    z.wrapping_add(pitch_of_z.at(b)).cast_const(),
                    c.wrapping_add(pitch.at(b) + panel * width),
                )
            };
            // SAFETY: the gate gradients of the step are complete (those of other threads: after
            // the barrier); the panels of these rows are this thread's own.
            unsafe { tile::rows(s, layout.transposed, &product, rows.len(), row) };
        }
    }
}
