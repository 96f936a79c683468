//! The gradient of the input.

use super::weights::Scratch;
use super::{Call, Worker};
use crate::Float;
use crate::pool::share;
use crate::recurrent::dropout::{Factors, add_multiple, multiply, runs};
use crate::recurrent::fused::steps::source;
use crate::simd::Simd;
use crate::tile::{self, Columns, Product};
use std::ops::Range;

/// Rows of the input whose gradients are computed together.
const ROWS: usize = 96;

/// Some of the computed steps, and some of their features.
struct Window {
    steps: Range<usize>,
    features: Range<usize>,
}

impl Worker<'_> {
    /// `dx = dz K^T` for this thread's share of the steps.
    #[inline]
    pub(super) fn input_gradient<S: Simd>(&self, s: S, scratch: &mut Scratch) {
        let Call { fused, input, steps, states, .. } = self.call;
        let (layout, features) = (states.layout, fused.features);
        let vectors = fused.transposed().kernel_vectors;
        let width = vectors * layout.lanes;
        let factors = input.input_factors(features);
        scratch.seen.reserve(if factors.is_some() { ROWS * width } else { 0 });
        let seen = scratch.seen.pointer();
        let mine = share(steps.count(), self.parts, self.part);
        for from in mine.clone().step_by(ROWS) {
            for first in (0..features).step_by(width) {
                let window = Window {
                    steps: from..(from + ROWS).min(mine.end),
                    features: first..(first + width).min(features),
                };
                let Some(factors) = factors else {
                    let columns = Columns::first(layout.lanes, vectors, features - first);
                    let target = |_, t, b| self.dx(t, b).wrapping_add(first);
                    self.input_product(s, &window, 0..layout.input.len(), columns, target);
                    continue;
                };
                for run in runs(Some(factors), 0..layout.input.len()) {
                    let columns = Columns::packed(layout.lanes);
                    let target = |i, _, _| seen.wrapping_add(i * width);
                    self.input_product(s, &window, run.clone(), columns, target);
                    self.through_dropout(&window, factors, run.start, seen);
                }
            }
        }
    }

    /// The gradient of the input of step `t` of row `b`.
    #[inline(always)]
    fn dx(&self, t: usize, b: usize) -> *mut Float {
        let Call { fused, input, dx, .. } = self.call;
        dx.0.wrapping_add((b * input.time + source(input, t)) * fused.features)
    }

    /// The product over the vectors `run` of a row of `z`, for a panel of features; `target(i, t,
    /// b)` is where that of step `t` of row `b` goes, the `i`th of the window.
    #[inline(always)]
    fn input_product<S: Simd>(
        &self,
        s: S,
        window: &Window,
        run: Range<usize>,
        columns: Columns,
        target: impl Fn(usize, usize, usize) -> *mut Float,
    ) {
        let Call { fused, steps, states, .. } = self.call;
        let layout = states.layout;
        let transposed = fused.transposed();
        let vectors = transposed.kernel_vectors;
        let width = vectors * layout.lanes;
        let depth = layout.blocks * layout.lanes;
        let at = window.features.start / width * layout.input.len() + run.start;
        let b = transposed.kernel.as_pointer().wrapping_add(at * depth * width);
        let next = states.next_block();
        let product = Product { columns, ..layout.over_gates(run.len(), next, b, width) };
        let mut pairs = steps.pairs(window.steps.clone());
        let row = |i| {
            let (t, b) = pairs.next().expect("a pair for each row");
            let z = states.z(0, t, b).wrapping_add(run.start * layout.lanes);
            (z.cast_const(), target(i, t, b))
        };
        // SAFETY: the gate gradients are complete; each step's gradient is one thread's.
        unsafe { tile::rows(s, vectors, &product, window.steps.len(), row) };
    }

    /// `dx = m seen`, from the second gate on `dx += m seen`: `seen` is the gradient of what vector
    /// `v` of a row of `z` saw of x.
    fn through_dropout(
        &self,
        window: &Window,
        factors: Factors<'_, Float>,
        v: usize,
        seen: *const Float,
    ) {
        let Call { fused, steps, states, .. } = self.call;
        let Range { start, end } = window.features;
        let width = fused.transposed().kernel_vectors * states.layout.lanes;
        for (i, (t, b)) in steps.pairs(window.steps.clone()).enumerate() {
            // SAFETY: `seen` holds a row of `width` for each step of the window; each step's
            // gradient is one thread's.
            let (dx, seen) = unsafe {
                (
                    std::slice::from_raw_parts_mut(self.dx(t, b).add(start), end - start),
                    std::slice::from_raw_parts(seen.add(i * width), end - start),
                )
            };
            let factors = &factors.row(states.layout.input[v].gate, b)[start..end];
            if v == 0 { multiply(dx, seen, factors) } else { add_multiple(dx, seen, factors) }
        }
    }
}
