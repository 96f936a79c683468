//! The products and equations of the steps.
//!
//! Letters: as in the module above.

use super::cells::{Part, Pointwise, Row, Rows};
use super::forward::{Call, Worker};
use super::steps::source;
use crate::Float;
use crate::simd::{Simd, Task};
use crate::tile::{self, Columns, Product, Start};
use std::ops::Range;
use std::ptr::null_mut;

impl Worker<'_> {
    /// `z = x K + b` for some steps.
    pub(super) fn project<S: Simd>(&self, s: S, portion: Range<usize>) {
        let Call { fused, input, steps, states, .. } = self.call;
        let (layout, features) = (states.layout, fused.features);
        let vectors = layout.input.len();
        let width = vectors * layout.lanes;
        let n = portion.clone().map(|t| steps.rows(t, &self.rows).len()).sum();
        let held_from = if states.all { 0 } else { portion.start };
        let packed = Columns::packed(layout.lanes);
        for block in self.blocks.clone() {
            let panel = fused.kernel.as_pointer().wrapping_add(block * features * width);
            let mut product = Product::plain(features, panel, width, packed);
            let bias = fused.bias.as_pointer().wrapping_add(block * width);
            product.start = Start::Bias(bias);
            let mut pairs = portion.clone().flat_map(|t| {
                let rows = steps.rows(t, &self.rows);
                (0..rows.len()).map(move |i| (t, rows.id(i)))
            });
            let next = |_| {
                let (t, b) = pairs.next().expect("as many as were counted");
                let x = (b * steps.time + source(input, t)) * features;
                (input.x[x..].as_ptr(), states.z(block, t - held_from, b))
            };
            // SAFETY: `n` rows compute, each `features` numbers of x; the rows of `z` of this
            // thread's blocks and rows are its own.
            unsafe { tile::rows(s, vectors, &product, n, next) };
        }
    }

    /// One step of some rows, whose pre-activations stand at place `at` of `z`.
    pub(super) fn step<S: Simd>(&self, s: S, t: usize, at: usize, rows: Rows<'_>) {
        let Call { fused, plan, states, .. } = self.call;
        let layout = states.layout;
        if !layout.resets_before() {
            let panels = fused.recurrent.as_pointer();
            let a = states.h(t, 0).cast_const();
            let (vectors, from) = (layout.recurrent.len(), layout.recurrent_at);
            self.half(s, [t, at], rows, (panels, vectors, from), a, Part::First);
        } else {
            let a = states.h(t, 0).cast_const();
            let panels = (fused.recurrent.as_pointer(), 2, layout.recurrent_at);
            self.half(s, [t, at], rows, panels, a, Part::First);
            plan.barrier.wait();
            let a = states.reset(t, 0).cast_const();
            let panels = (fused.candidate.as_pointer(), 1, 0);
            self.half(s, [t, at], rows, panels, a, Part::Second);
        }
        plan.barrier.wait();
    }

    /// Adds a recurrent product to vectors of `z`, then applies the equations.
    fn half<S: Simd>(
        &self,
        s: S,
        [t, at]: [usize; 2],
        rows: Rows<'_>,
        (panels, vectors, from): (*const Float, usize, usize),
        a: *const Float,
        part: Part,
    ) {
        let Call { fused, states, .. } = self.call;
        let layout = states.layout;
        let (depth, width) = (layout.units, vectors * layout.lanes);
        let packed = Columns::packed(layout.lanes);
        let a = |b: usize| a.wrapping_add(b * layout.stride);
        let has_inner_bias = layout.recurrent_at > 0 && !layout.resets_before();
        let target = |block: usize, b: usize| {
            let z = states.z(block, at, b);
            if has_inner_bias {
                // `g'` of the GRU starts from its own bias; the projection has left its place free.
                // SAFETY: the row has four vectors, `candidate` one per block.
                unsafe {
                    let bias = fused.candidate.as_pointer().add(block * layout.lanes);
                    std::ptr::copy_nonoverlapping(bias, z.add(3 * layout.lanes), layout.lanes);
                }
            }
            z.wrapping_add(from)
        };
        let mut block = self.blocks.start;
        while block < self.blocks.end {
            let mut product =
                Product::plain(depth, panels.wrapping_add(block * depth * width), width, packed);
            product.start = Start::Result;
            let mut count = tile::WIDE[vectors - 1];
            if rows.len() == 1 && block + count <= self.blocks.end {
                let b = rows.id(0);
                for i in (0..count).rev() {
                    target(block + i, b);
                }
                let next = states.held * states.batch * layout.row;
                // SAFETY: as below, for `count` blocks.
                unsafe {
                    tile::wide(s, vectors, &product, a(b), target(block, b), depth * width, next);
                }
            } else {
                count = 1;
                let row = |i| (a(rows.id(i)), target(block, rows.id(i)));
                // SAFETY: the states before step `t` are complete (of other threads' units: after
                // the barrier); the rows of `z` of this thread's blocks and rows are its own.
                unsafe { tile::rows(s, vectors, &product, rows.len(), row) };
            }
            for block in block..block + count {
                let unit = block * layout.block;
                let row = Row {
                    z: states.z(block, at, 0),
                    h: states.h(t, 0).wrapping_add(unit),
                    c: states.c(t, 0).wrapping_add(unit),
                    h_next: states.h(t + 1, 0).wrapping_add(unit),
                    c_next: states.c(t + 1, 0).wrapping_add(unit),
                    reset: states.reset(t, 0).wrapping_add(unit),
                    dh: null_mut(),
                    dc: null_mut(),
                    dy: std::ptr::null(),
                    dy_units: 0,
                };
                let strides = [layout.row, layout.stride, 0];
                let save = states.all;
                // The places of this block, step and rows are this thread's own.
                Pointwise { layout, part, rows, row, strides, save, backward: false }.run(s);
            }
            block += count;
        }
    }
}
