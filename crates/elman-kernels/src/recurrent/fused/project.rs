//! The projection of the input.
//!
//! Letters: as in the module above.

use super::forward::{Call, Worker};
use super::steps::source;
use crate::Float;
use crate::buffer::Buffer;
use crate::recurrent::dropout::{multiply, runs};
use crate::simd::Simd;
use crate::tile::{self, Columns, Product, Start};
use std::ops::Range;

impl Worker<'_> {
    /// Room for the input of a portion as a gate sees it: none without dropout.
    pub(super) fn input_copies(&self) -> Buffer {
        let Call { fused, input, portion, .. } = self.call;
        let rows = if input.input_dropout.is_some() { portion * self.rows.len() } else { 0 };
        Buffer::uninit(rows * fused.features)
    }

    /// `z = x K + b` for some steps.
    pub(super) fn project<S: Simd>(&self, s: S, portion: Range<usize>, copies: &mut Buffer) {
        let Call { fused, input, steps, states, .. } = &self.call;
        let (layout, features) = (states.layout, fused.features);
        let slots = &layout.input;
        let width = slots.len() * layout.lanes;
        let held_from = if states.all { 0 } else { portion.start };
        let packed = Columns::packed(layout.lanes);
        let n = portion.clone().map(|t| steps.rows(t, &self.rows).len()).sum();
        let pairs = || steps.pairs_of(portion.clone(), &self.rows);
        let x = |t: usize, b: usize| &input.x[(b * steps.time + source(input, t)) * features..];
        let factors = input.input_factors(features);
        let copies = copies.pointer();
        let (step, pitch) = (states.bands.rows * layout.row, states.pitch_of_z());
        for run in runs(factors, 0..slots.len()) {
            if let Some(factors) = factors {
                for (i, (t, b)) in pairs().enumerate() {
                    let copy = copies.wrapping_add(i * features);
                    // SAFETY: there is room for every row of a portion.
                    let copy = unsafe { std::slice::from_raw_parts_mut(copy, features) };
                    multiply(copy, x(t, b), factors.row(slots[run.start].gate, b));
                }
            }
            let skipped = run.start * layout.lanes;
            for block in self.blocks.clone() {
                let panel = fused.kernel.as_pointer();
                let panel = panel.wrapping_add(block * features * width + skipped);
                let mut product = Product::plain(features, panel, width, packed);
                let bias = fused.bias.as_pointer().wrapping_add(block * width + skipped);
                product.start = Start::Bias(bias);
                let mut pairs = pairs();
                // Of the first row and step of those held; then by constant distances.
                let z = states.z(block, 0, 0).wrapping_add(skipped);
                let next = |i| {
                    let (t, b) = pairs.next().expect("as many as were counted");
                    let seen: *const Float = match factors {
                        None => x(t, b).as_ptr(),
                        Some(_) => copies.wrapping_add(i * features),
                    };
                    (seen, z.wrapping_add((t - held_from) * step + pitch.at(b)))
                };
                // SAFETY: `n` rows compute, each `features` numbers of x; the rows of `z` of this
                // thread's blocks and rows are its own.
                unsafe { tile::rows(s, run.len(), &product, n, next) };
            }
        }
    }
}
