//! The gradients of weights, biases and input: products of the gate gradients of all steps.
//!
//! The depth of the weights' products is `(time, batch)`; it is summed in chunks of [`CHUNK`],
//! each one chain, added up in order. The bias is one more row of the left matrix, of ones.
//!
//! Letters: as in the module above.

use super::layout::Slot;
use super::pack::Fused;
use super::states::{States, is_active, source};
use crate::Float;
use crate::buffer::Buffer;
use crate::pool::{Shared, share, team};
use crate::recurrent::{Gradients, Sequence};
use crate::simd::{Simd, Task, dispatch};
use crate::tile::{self, Columns, Product};
use std::ops::Range;
use std::ptr::null_mut;

/// Rows of the depth of a weights' product that are summed as one chain: a panel of that many
/// rows stays in the second-level cache while all the tiles of a block use it.
const CHUNK: usize = 256;
/// Rows of the input whose gradients are computed together.
const INPUT_ROWS: usize = 96;
/// Multiplications that are worth a thread of their own.
const WORK_PER_THREAD: usize = 600_000;

/// Computes them all; `z` of the tape holds gate gradients.
pub(super) fn gradients(
    fused: &Fused,
    input: &Sequence<'_>,
    states: &States<'_>,
    gradients: &mut Gradients<'_>,
) {
    let layout = &fused.layout;
    let steps = input.batch * input.time;
    let work = steps * layout.blocks * layout.row * (2 * fused.features + layout.units);
    let dx = Shared(gradients.x.as_mut().map_or(null_mut(), |x| x.as_mut_ptr()));
    let columns = layout.cell.gates() * layout.units;
    let bias = gradients.bias.as_mut().map_or(null_mut(), |bias| bias.as_mut_ptr());
    let has_two = fused.layout.recurrent_at > 0 && !layout.resets_before() && !bias.is_null();
    let recurrent = gradients.recurrent_kernel.as_mut_ptr();
    let mut parts = vec![Part {
        left: Left::Input,
        size: fused.features,
        from: 0,
        slots: &layout.input,
        target: Shared(gradients.kernel.as_mut_ptr()),
        ones: Shared(bias),
    }];
    parts.push(Part {
        left: Left::State,
        size: layout.units,
        from: layout.recurrent_at,
        slots: &layout.recurrent,
        target: Shared(recurrent),
        ones: Shared(if has_two { bias.wrapping_add(columns) } else { null_mut() }),
    });
    if layout.resets_before() {
        parts.push(Part {
            left: Left::Reset,
            size: layout.units,
            from: 0,
            slots: &[Slot { gate: 2, unit: 0 }],
            target: Shared(recurrent),
            ones: Shared(null_mut()),
        });
    }
    let team = team(crate::num_threads().min(work / WORK_PER_THREAD));
    let call = Call { fused, input, states: *states, dx, parts: &parts };
    team.run(|i| dispatch(layout.isa, Worker { call, part: i, parts: team.size() }));
}

/// The left matrix of a product, `(time, batch)` rows of which each step gives one.
#[derive(Clone, Copy)]
enum Left {
    Input,
    State,
    Reset,
}

/// One weight's gradient: `target += left^T dz`.
#[derive(Clone, Copy)]
struct Part<'a> {
    left: Left,
    /// Columns of `left`.
    size: usize,
    /// Where the vectors that it takes start in a row of `z`, and which they are.
    from: usize,
    slots: &'a [Slot],
    target: Shared<Float>,
    /// The bias's gradient, or null.
    ones: Shared<Float>,
}

#[derive(Clone, Copy)]
struct Call<'a> {
    fused: &'a Fused,
    input: &'a Sequence<'a>,
    states: States<'a>,
    dx: Shared<Float>,
    parts: &'a [Part<'a>],
}

struct Worker<'a> {
    call: Call<'a>,
    part: usize,
    parts: usize,
}

impl Task for Worker<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        if !self.call.dx.0.is_null() {
            self.input_gradient(s);
        }
        let mut packed = Buffer::default();
        for part in self.call.parts {
            self.weight_gradient(s, part, &mut packed);
        }
    }
}

impl Worker<'_> {
    /// `dx = dz K^T` for this thread's share of the steps.
    #[inline]
    fn input_gradient<S: Simd>(&self, s: S) {
        let Call { fused, input, states, dx, .. } = self.call;
        let layout = states.layout;
        let transposed = fused.transposed();
        let (vectors, features) = (transposed.kernel_vectors, fused.features);
        let width = vectors * layout.lanes;
        let depth = layout.blocks * layout.input.len() * layout.lanes;
        let mine = share(input.batch * input.time, self.parts, self.part);
        for from in mine.clone().step_by(INPUT_ROWS) {
            let rows = from..(from + INPUT_ROWS).min(mine.end);
            for panel in 0..features.div_ceil(width) {
                let b = transposed.kernel.as_pointer().wrapping_add(panel * depth * width);
                let held = states.held * states.batch;
                let product = Product {
                    columns: Columns::first(layout.lanes, vectors, features - panel * width),
                    ..layout.over_gates(layout.input.len(), held, b, width)
                };
                let row = |i| {
                    let (t, b) = ((rows.start + i) / input.batch, (rows.start + i) % input.batch);
                    let target = (b * input.time + source(input, t)) * features + panel * width;
                    (states.z(0, t, b).cast_const(), dx.0.wrapping_add(target))
                };
                // SAFETY: the gate gradients are complete; each step's gradient is one thread's.
                unsafe { tile::rows(s, vectors, &product, rows.len(), row) };
            }
        }
    }

    /// `target += left^T dz` for this thread's share of the rows (of the left matrix, transposed)
    /// or, if they are few, of the blocks.
    #[inline]
    fn weight_gradient<S: Simd>(&self, s: S, part: &Part<'_>, packed: &mut Buffer) {
        let Call { input, states, .. } = self.call;
        let layout = states.layout;
        let vectors = part.slots.len();
        let tile_rows = S::TILE_ROWS[vectors - 1];
        let all = part.size + usize::from(!part.ones.0.is_null());
        let tiles = all.div_ceil(tile_rows);
        let by_tiles = tiles >= 4 * self.parts;
        let (tiles, blocks) = if by_tiles {
            (share(tiles, self.parts, self.part), 0..layout.blocks)
        } else {
            (0..tiles, share(layout.blocks, self.parts, self.part))
        };
        if tiles.is_empty() || blocks.is_empty() {
            return;
        }
        let m = tiles.start * tile_rows..(tiles.end * tile_rows).min(all);
        packed.reserve(tiles.len() * tile_rows * CHUNK);
        let left = packed.pointer();
        let stride = layout.cell.gates() * layout.units;
        let depth = input.batch * input.time;
        for from in (0..depth).step_by(CHUNK) {
            let k = from..(from + CHUNK).min(depth);
            self.pack(part, left, m.clone(), k.clone(), tile_rows);
            for block in blocks.clone() {
                let dz = states.z(block, 0, 0).cast_const();
                let mut product = Product::plain(
                    k.len(),
                    dz.wrapping_add(k.start * layout.row + part.from),
                    layout.row,
                    layout.keras_columns(block, part.slots),
                );
                product.a_step = tile_rows;
                product.add = true;
                for tile in 0..tiles.len() {
                    let first = m.start + tile * tile_rows;
                    let row = |r| {
                        let a = left.wrapping_add(tile * tile_rows * k.len() + r).cast_const();
                        let c = if first + r == part.size {
                            part.ones.0
                        } else {
                            part.target.0.wrapping_add((first + r) * stride)
                        };
                        (a, c)
                    };
                    // SAFETY: `left` holds the tiles packed above; these rows and columns of the
                    // target are this thread's own.
                    unsafe {
                        tile::rows(s, vectors, &product, tile_rows.min(m.end - first), row);
                    }
                }
            }
        }
    }

    /// Packs rows `k` of the left matrix as tiles `(k, tile_rows)` over its columns `m`, of which
    /// number `part.size` is ones. Masked steps, which have no gate gradients, are zero, so that
    /// whatever x holds there has no effect.
    #[inline]
    fn pack(
        &self,
        part: &Part<'_>,
        left: *mut Float,
        m: Range<usize>,
        k: Range<usize>,
        tile_rows: usize,
    ) {
        let Call { fused, input, states, .. } = self.call;
        let depth = k.len();
        for (i, k) in k.enumerate() {
            let (t, b) = (k / input.batch, k % input.batch);
            let active = is_active(input, t, b);
            let row = match part.left {
                Left::Input => {
                    let x = (b * input.time + source(input, t)) * fused.features;
                    input.x[x..].as_ptr()
                }
                Left::State => states.h(t, b).cast_const(),
                Left::Reset => states.reset(t, b).cast_const(),
            };
            let (mut tile, mut r) = (left.wrapping_add(i * tile_rows), 0);
            for column in m.clone() {
                // SAFETY: a row holds `part.size` numbers; `left` has room for `m.len()` columns,
                // in whole tiles, of `depth <= CHUNK` rows.
                unsafe {
                    let value = match () {
                        () if !active => 0.0,
                        () if column == part.size => 1.0,
                        () => *row.add(column),
                    };
                    *tile.add(r) = value;
                    r += 1;
                    if r == tile_rows {
                        (tile, r) = (tile.wrapping_add(tile_rows * depth), 0);
                    }
                }
            }
        }
    }
}
