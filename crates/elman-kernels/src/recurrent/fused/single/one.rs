//! A step of a single row.

use super::{Call, equations};
use crate::Float;
use crate::buffer::Buffer;
use crate::pool::touch;
use crate::recurrent::fused::cells::Part;
use crate::recurrent::fused::layout::Layout;
use crate::recurrent::fused::reduced::{Panels, Reduced, Scaled};
use crate::recurrent::single::StepRow;
use crate::simd::{Simd, Task};
use crate::tile::{self, Chain, Columns, Parts, Product, Start, Weight};
use std::ops::Range;
use std::ptr::null;

/// One thread's part of the step.
pub(super) struct One<'a> {
    pub call: &'a Call<'a>,
    pub part: usize,
    pub blocks: Range<usize>,
    pub row: StepRow,
}

impl Task for One<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let One { call, part, blocks, row: at } = self;
        let fused = call.fused;
        let layout = &fused.layout;
        let Layout { block, units, row, lanes, .. } = *layout;
        let (first, count) = (blocks.start, blocks.len());
        let state = call.pointers(0);
        let z = state.z.wrapping_add(first * row);
        let x = call.x.0.wrapping_add(at.row * fused.features).cast_const();
        if call.team.size() > 1 {
            // SAFETY: the numbers of a row.
            unsafe {
                touch(x, fused.features);
                touch(state.h, units);
            }
        }
        let candidate = fused.candidate.as_pointer();
        let inner = layout.has_inner_bias();
        let starts = [fused.bias.as_pointer(), if inner { candidate } else { null() }, null()];
        let row_of = RowOf { call, x, h: state.h, z, first, count };
        match &fused.reduced {
            None => {
                let panels = [fused.kernel.as_pointer(), fused.recurrent.as_pointer()];
                row_of.products(s, panels, starts);
            }
            Some(Reduced::Bfloat16 { kernel, recurrent }) => {
                row_of.products(s, [kernel, recurrent].map(Panels::as_pointer), starts);
            }
            Some(Reduced::Int8 { kernel, recurrent, scaled }) => {
                let Scaled { bias, inner_bias, scale } = scaled;
                let starts = [bias, inner_bias, scale].map(Buffer::as_pointer);
                row_of.products(s, [kernel, recurrent].map(Panels::as_pointer), starts);
            }
        }
        let own = state.block(first, row, block);
        equations(s, layout, Part::First, own, count, 1);
        if !layout.resets_before() {
            return;
        }
        call.team.wait(part);
        let next = units * lanes;
        let of = |panels: *const Float, next: usize| panels.wrapping_add(first * next);
        let mut product = Product::plain(units, candidate, lanes, Columns::packed(lanes));
        product.start = Start::Result;
        let wide = tile::WIDE[0];
        let mut done = 0;
        while done < count {
            let n = if done + wide <= count { wide } else { 1 };
            product.b = of(candidate, next).wrapping_add(done * next);
            let z = z.wrapping_add(done * row);
            // SAFETY: as above; `r h` is complete, of other threads' units since they waited.
            unsafe {
                if n == wide {
                    tile::wide(s, 1, &product, state.reset, z, next, row);
                } else {
                    tile::rows(s, 1, &product, 1, |_| (state.reset.cast_const(), z));
                }
            }
            done += n;
        }
        equations(s, layout, Part::Second, own, count, 1);
    }
}

/// The row, and the blocks of a thread.
struct RowOf<'a> {
    call: &'a Call<'a>,
    x: *const Float,
    h: *const Float,
    z: *mut Float,
    first: usize,
    count: usize,
}

impl RowOf<'_> {
    /// Both products: `panels` are those of the kernel and the recurrent kernel, `starts` the bias,
    /// the inner bias and the scales, all of the first of all blocks.
    #[inline(always)]
    fn products<S: Simd, W: Weight>(
        &self,
        s: S,
        [kernel, recurrent]: [*const W; 2],
        [bias, inner_bias, scale]: [*const Float; 3],
    ) {
        let RowOf { call, x, h, z, first, count } = *self;
        let features = call.fused.features;
        let layout = &call.fused.layout;
        let Layout { units, row, lanes, .. } = *layout;
        let (input, from) = (layout.input.len(), layout.recurrent_at / lanes);
        let vectors = input.max(from + layout.recurrent.len());
        let kernel_next = W::panel(features, input * lanes);
        let recurrent_next = W::panel(units, layout.recurrent.len() * lanes);
        let chain = Chain {
            x,
            features,
            kernel: kernel.wrapping_add(first * kernel_next),
            kernel_next,
            bias: bias.wrapping_add(first * input * lanes),
            inner_bias: inner_bias.wrapping_add(first * lanes),
            h,
            units,
            recurrent: recurrent.wrapping_add(first * recurrent_next),
            recurrent_next,
            scale: scale.wrapping_add(first * vectors * lanes),
            z,
            z_next: row,
        };
        let parts = Parts { vectors, input, recurrent_from: from };
        // SAFETY: the panels hold blocks of those sizes, x and h the numbers of a row, and the
        // scratch a row of z for every block, of which this thread's are its own.
        unsafe { tile::chain(s, parts, chain, count, call.reverse) };
    }
}
