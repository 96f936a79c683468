//! The gradient of the input.

use super::{Call, Worker};
use crate::pool::share;
use crate::recurrent::fused::steps::source;
use crate::simd::Simd;
use crate::tile::{self, Columns, Product};

/// Rows of the input whose gradients are computed together.
const INPUT_ROWS: usize = 96;
impl Worker<'_> {
    /// `dx = dz K^T` for this thread's share of the steps.
    #[inline]
    pub(super) fn input_gradient<S: Simd>(&self, s: S) {
        let Call { fused, input, steps, states, dx, .. } = self.call;
        let layout = states.layout;
        let transposed = fused.transposed();
        let (vectors, features) = (transposed.kernel_vectors, fused.features);
        let width = vectors * layout.lanes;
        let depth = layout.blocks * layout.input.len() * layout.lanes;
        let mine = share(steps.count(), self.parts, self.part);
        for from in mine.clone().step_by(INPUT_ROWS) {
            let rows = from..(from + INPUT_ROWS).min(mine.end);
            for panel in 0..features.div_ceil(width) {
                let b = transposed.kernel.as_pointer().wrapping_add(panel * depth * width);
                let held = states.held * states.batch;
                let product = Product {
                    columns: Columns::first(layout.lanes, vectors, features - panel * width),
                    ..layout.over_gates(layout.input.len(), held, b, width)
                };
                let mut pairs = steps.pairs(rows.clone());
                let row = |_| {
                    let (t, b) = pairs.next().expect("a pair for each row");
                    let target = (b * input.time + source(input, t)) * features + panel * width;
                    (states.z(0, t, b).cast_const(), dx.0.wrapping_add(target))
                };
                // SAFETY: the gate gradients are complete; each step's gradient is one thread's.
                unsafe { tile::rows(s, vectors, &product, rows.len(), row) };
            }
        }
    }
}
