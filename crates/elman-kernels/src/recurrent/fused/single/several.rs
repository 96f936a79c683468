//! A step of several rows, block by block.

use super::{Call, equations};
use crate::Float;
use crate::recurrent::fused::cells::{Part, Row};
use crate::recurrent::fused::layout::Layout;
use crate::simd::{Simd, Task};
use crate::tile::{self, Columns, Product, Start};
use std::ops::Range;

/// One thread's part of the step.
pub(super) struct Several<'a> {
    pub call: &'a Call<'a>,
    pub part: usize,
    pub blocks: Range<usize>,
}

impl Task for Several<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let layout = &self.call.fused.layout;
        let resets = layout.resets_before();
        for block in self.in_order() {
            let z = self.z(if resets { block } else { self.part });
            self.products(s, block, z);
            self.each_row(s, Part::First, block, z);
        }
        if !resets {
            return;
        }
        self.call.team.wait(self.part);
        for block in self.in_order() {
            let z = self.z(block);
            self.candidate(s, block, z);
            self.each_row(s, Part::Second, block, z);
        }
    }
}

impl Several<'_> {
    fn in_order(&self) -> impl Iterator<Item = usize> + use<> {
        let (blocks, reverse) = (self.blocks.clone(), self.call.reverse);
        (0..blocks.len()).map(move |i| if reverse { blocks.end - 1 - i } else { blocks.start + i })
    }

    /// The pre-activations of all rows: the GRU without `reset_after` keeps those of every block,
    /// of others each thread has those of one.
    fn z(&self, place: usize) -> *mut Float {
        let Call { fused, rows, scratch, .. } = self.call;
        scratch.z.0.wrapping_add(place * rows.len() * fused.layout.row)
    }

    /// Both products of a block.
    #[inline(always)]
    fn products<S: Simd>(&self, s: S, block: usize, z: *mut Float) {
        let &Call { fused, rows, .. } = self.call;
        let (layout, features, n) = (&fused.layout, fused.features, rows.len());
        let Layout { units, row, lanes, stride, .. } = *layout;
        let z_of = |i: usize| z.wrapping_add(i * row);
        let width = layout.input.len() * lanes;
        let panel = fused.kernel.as_pointer().wrapping_add(block * features * width);
        let mut product = Product::plain(features, panel, width, Columns::packed(lanes));
        product.start = Start::Bias(fused.bias.as_pointer().wrapping_add(block * width));
        let x = self.call.x.0;
        // SAFETY: the panel and the bias are those of the block; every row of x holds `features`
        // numbers, every row of z the vectors of a block.
        unsafe {
            let row = |i: usize| (x.wrapping_add(rows[i].row * features).cast_const(), z_of(i));
            tile::rows(s, layout.input.len(), &product, n, row);
        }
        if layout.has_inner_bias() {
            let bias = fused.candidate.as_pointer().wrapping_add(block * lanes);
            for i in 0..n {
                // SAFETY: one vector per block; a row of z has four.
                unsafe { std::ptr::copy_nonoverlapping(bias, z_of(i).add(3 * lanes), lanes) };
            }
        }
        let width = layout.recurrent.len() * lanes;
        let panel = fused.recurrent.as_pointer().wrapping_add(block * units * width);
        let mut product = Product::plain(units, panel, width, Columns::packed(lanes));
        product.start = Start::Result;
        let h = self.call.h.0.cast_const();
        // SAFETY: as above; every row of h holds `units` numbers.
        unsafe {
            let row = |i: usize| {
                let z = z_of(i).wrapping_add(layout.recurrent_at);
                (h.wrapping_add(rows[i].stream * stride), z)
            };
            tile::rows(s, layout.recurrent.len(), &product, n, row);
        }
    }

    /// Adds `(r h) R_g` to the candidate's pre-activation.
    #[inline(always)]
    fn candidate<S: Simd>(&self, s: S, block: usize, z: *mut Float) {
        let &Call { fused, rows, scratch, .. } = self.call;
        let layout = &fused.layout;
        let (units, width) = (layout.units, layout.lanes);
        let panel = fused.candidate.as_pointer().wrapping_add(block * units * width);
        let mut product = Product::plain(units, panel, width, Columns::packed(width));
        product.start = Start::Result;
        let row = |i: usize| {
            let reset = scratch.reset.0.wrapping_add(i * layout.stride).cast_const();
            (reset, z.wrapping_add(i * layout.row))
        };
        // SAFETY: the panel is that of the block; `r h` of every row is complete, of other threads'
        // units since they waited.
        unsafe { tile::rows(s, 1, &product, rows.len(), row) };
    }

    /// The equations of a block.
    #[inline(always)]
    fn each_row<S: Simd>(&self, s: S, part: Part, block: usize, z: *mut Float) {
        let Call { fused, rows, .. } = self.call;
        let layout = &fused.layout;
        let mut i = 0;
        while i < rows.len() {
            // Streams that lie side by side go together.
            let run = rows[i..].iter().zip(rows[i].stream..);
            let n = run.take_while(|(row, stream)| row.stream == *stream).count();
            let row = self.call.pointers(i).block(block, 0, layout.block);
            let row = Row { z: z.wrapping_add(i * layout.row), ..row };
            equations(s, layout, part, row, 1, n);
            i += n;
        }
    }
}
