//! The gradients of weights and biases.
//!
//! The depth of these products is the computed steps, in order; it is summed in chunks of up to
//! [`CHUNK`], each one chain, added up in order. The bias is one more row of the left matrix, of
//! ones.

use super::{Call, Left, Part, Worker};
use crate::Float;
use crate::buffer::Buffer;
use crate::pool::share;
use crate::recurrent::fused::steps::{Steps, source};
use crate::simd::Simd;
use crate::tile::{self, Product};
use std::ops::Range;

/// Rows of the depth of a weights' product that are summed as one chain: a panel of that many
/// rows stays in the second-level cache while all the tiles of a block use it.
const CHUNK: usize = 256;

/// Blocks for which the left matrix is not worth packing: each uses all of it once.
const FEW_BLOCKS: usize = 2;

/// What a thread works with; its buffers serve one part after the other.
#[derive(Default)]
pub(super) struct Scratch {
    /// A chunk of the left matrix, transposed.
    left: Buffer,
    /// A chunk of the gate gradients of a block, where masked steps lie between them.
    right: Buffer,
    /// With dropout: the gradients of what the gates of one mask see of some rows of the input.
    pub seen: Buffer,
}

impl Worker<'_> {
    /// `target += left^T dz` for share `turn` of the rows (of the left matrix, transposed) or, if
    /// they are few, of the blocks; or for this thread's share of the chunks.
    #[inline]
    pub(super) fn weight_gradient<S: Simd>(
        &self,
        s: S,
        part: &Part<'_>,
        turn: usize,
        scratch: &mut Scratch,
    ) {
        let Call { steps, states, sums, partial, .. } = self.call;
        let layout = states.layout;
        let vectors = part.slots.len();
        let tile_rows = S::TILE_ROWS[vectors - 1];
        let (_, ones) = sums.target(part.left);
        let all = part.size + usize::from(ones.is_some());
        let tiles = all.div_ceil(tile_rows);
        let by_tiles = tiles >= 4 * self.parts || layout.blocks < self.parts;
        let (tiles, blocks) = if partial.is_some() {
            (0..tiles, 0..layout.blocks)
        } else if by_tiles {
            (share(tiles, self.parts, turn), 0..layout.blocks)
        } else {
            (0..tiles, share(layout.blocks, self.parts, turn))
        };
        if tiles.is_empty() || blocks.is_empty() {
            return;
        }
        let m = tiles.start * tile_rows..(tiles.end * tile_rows).min(all);
        let width = vectors * layout.lanes;
        scratch.left.reserve(tiles.len() * tile_rows * CHUNK);
        scratch.right.reserve(if steps.are_masked() { width * CHUNK } else { 0 });
        let (left, right) = (scratch.left.pointer(), scratch.right.pointer());
        let in_place = self.in_place(part, m.end, blocks.len());
        let stride = layout.cell.gates() * layout.units;
        let mine = partial.map_or(0..usize::MAX, |partial| partial.share(self.part));
        for (chunk, k) in chunks(steps).enumerate().skip(mine.start).take(mine.len()) {
            let kept = partial.and_then(|partial| partial.sums(chunk, &sums));
            let (target, ones) = kept.unwrap_or(sums).target(part.left);
            if in_place.is_none() {
                self.pack(part, left, m.clone(), k.clone(), tile_rows);
            }
            for block in blocks.clone() {
                let (dz, dz_step) = if steps.are_masked() {
                    self.gather(part, right, block, k.clone());
                    (right.cast_const(), width)
                } else {
                    let (t, b) = first(steps, k.start);
                    (states.z(block, t, b).wrapping_add(part.from).cast_const(), layout.row)
                };
                let columns = layout.keras_columns(block, part.slots);
                let mut product = Product::plain(k.len(), dz, dz_step, columns);
                product.a_step = in_place.as_ref().map_or(tile_rows, |_| layout.stride);
                product.add = kept.is_none();
                for tile in 0..tiles.len() {
                    let first = m.start + tile * tile_rows;
                    let row = |r| {
                        let a = match &in_place {
                            Some(in_place) => in_place(k.start).wrapping_add(first + r),
                            None => left.wrapping_add(tile * tile_rows * k.len() + r).cast_const(),
                        };
                        let c = match ones {
                            Some(ones) if first + r == part.size => ones,
                            _ => target.wrapping_add((first + r) * stride),
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

    /// The left matrix where it stands, if its rows lie one after the other and are used so seldom
    /// that packing them would not pay: states, without masks and dropout.
    fn in_place(
        &self,
        part: &Part<'_>,
        columns: usize,
        blocks: usize,
    ) -> Option<impl Fn(usize) -> *const Float> {
        let Call { steps, states, .. } = self.call;
        let in_a_band = !steps.are_masked() && group(steps) <= steps.of_band();
        let as_it_stands = part.factors.is_none() && in_a_band && columns <= part.size;
        if !as_it_stands || blocks > FEW_BLOCKS || matches!(part.left, Left::Input) {
            return None;
        }
        let is_state = matches!(part.left, Left::State);
        Some(move |from: usize| {
            let (t, b) = first(steps, from);
            if is_state { states.h(t, b).cast_const() } else { states.reset(t, b).cast_const() }
        })
    }

    /// Packs rows `k` of the left matrix, as the gates see it, as tiles `(k, tile_rows)` over its columns `m`, of which
    /// number `part.size` is ones.
    #[inline]
    fn pack(
        &self,
        part: &Part<'_>,
        left: *mut Float,
        m: Range<usize>,
        k: Range<usize>,
        tile_rows: usize,
    ) {
        let Call { fused, input, steps, states, .. } = self.call;
        let next = tile_rows * k.len();
        // The tiles of columns as they are; what remains goes number by number.
        let whole = match part.factors {
            None => (m.end.min(part.size).saturating_sub(m.start)) / tile_rows,
            Some(_) => 0,
        };
        let rest = m.start + whole * tile_rows..m.end;
        for (i, (t, b)) in steps.pairs(k).enumerate() {
            let row = match part.left {
                Left::Input => {
                    let x = (b * steps.time + source(input, t)) * fused.features;
                    input.x[x..].as_ptr()
                }
                Left::State => states.h(t, b).cast_const(),
                Left::Reset => states.reset(t, b).cast_const(),
            };
            let factors = part.factors.map(|factors| factors.row(part.slots[0].gate, b));
            let to = left.wrapping_add(i * tile_rows);
            // SAFETY: a row holds `part.size` numbers; `left` has room for `m.len()` columns, in
            // whole tiles, of the rows.
            unsafe {
                copy_tiles(row.add(m.start), to, [whole, tile_rows, next]);
                let to = to.add(whole * next);
                let Some(factors) = factors else {
                    // Less than a tile, and the ones.
                    for (n, column) in rest.clone().enumerate() {
                        *to.add(n) = if column == part.size { 1.0 } else { *row.add(column) };
                    }
                    continue;
                };
                for (n, column) in rest.clone().enumerate() {
                    *to.add(n / tile_rows * next + n % tile_rows) = match column {
                        _ if column == part.size => 1.0,
                        _ => *row.add(column) * factors[column],
                    };
                }
            }
        }
    }

    /// Copies rows `k` of the gate gradients of a block, one after the other.
    #[inline]
    fn gather(&self, part: &Part<'_>, right: *mut Float, block: usize, k: Range<usize>) {
        let Call { steps, states, .. } = self.call;
        let width = part.slots.len() * states.layout.lanes;
        for (i, (t, b)) in steps.pairs(k).enumerate() {
            let dz = states.z(block, t, b).wrapping_add(part.from).cast_const();
            // SAFETY: a row of `z` holds `part.from + width` numbers; `right` has room for `CHUNK`
            // rows of `width`.
            unsafe { std::ptr::copy_nonoverlapping(dz, right.add(i * width), width) };
        }
    }
}

/// The step and the row that row `k` of the depth is of; `k` is within a chunk, so there is one.
fn first(steps: &Steps, k: usize) -> (usize, usize) {
    steps.pairs(k..k + 1).next().expect("a row of the depth")
}

/// How many rows of the depth follow each other without a chunk that goes beyond them: those of as
/// few bands as make up a good chunk, or where a mask skips some all.
pub(in super::super) fn group(steps: &Steps) -> usize {
    let (all, band) = (steps.count(), steps.of_band());
    if steps.are_masked() || band == 0 { all } else { all.min(band * (CHUNK / 2).div_ceil(band)) }
}

/// The chunks of the depth: of each group as few as can be, of about the same size.
pub(super) fn chunks(steps: &Steps) -> impl Iterator<Item = Range<usize>> {
    let (all, group) = (steps.count(), group(steps).max(1));
    (0..all).step_by(group).flat_map(move |from| {
        let size = group.min(all - from);
        let chunks = size.div_ceil(CHUNK);
        (0..chunks).map(move |i| {
            let Range { start, end } = share(size, chunks, i);
            from + start..from + end
        })
    })
}

/// Copies `tiles` times `rows` numbers that follow each other to places `next` apart.
///
/// # Safety
/// As `copy_nonoverlapping`, for each tile.
#[inline(always)]
unsafe fn copy_tiles(from: *const Float, to: *mut Float, [tiles, rows, next]: [usize; 3]) {
    macro_rules! sizes {
        ($($n:literal),*) => {
            match rows {
                // A few numbers at a time: too few for a call.
                $($n => for tile in 0..tiles {
                    // SAFETY: the caller's promise.
                    unsafe {
                        let numbers = from.add(tile * $n).cast::<[Float; $n]>().read();
                        to.add(tile * next).cast::<[Float; $n]>().write(numbers);
                    }
                },)*
                _ => unreachable!("no tile has {rows} rows"),
            }
        };
    }
    sizes!(2, 3, 4, 6);
}
