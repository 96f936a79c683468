//! The one inner loop of every product: a tile of rows times a panel of up to four vectors of
//! columns, held in registers over the whole depth.
//!
//! Each element of the result is one chain of fused multiplications and additions in ascending
//! order of the depth, whatever the tile: lanes are columns, never depth. So an element does not
//! depend on how many rows or columns are computed beside it, nor on the instruction set.
//!
//! Letters: a left matrix, b panel of the right one, c result, r row of the tile, v vector of the
//! panel, k depth.

mod product;
mod wide;

pub(crate) use product::{Columns, Product, Start};
pub(crate) use wide::{WIDE, wide};

use crate::Float;
use crate::simd::{Simd, Task};

/// The most rows a tile has on any instruction set.
const MAX_ROWS: usize = 6;

/// Computes `n` rows with a panel of `vectors` (1 to 4) vectors; `row(i)`, called once for each row
/// in turn, gives its pointers into `a` and `c`.
///
/// # Safety
/// The pointers of the rows, of the panel and of the bias are valid for what [`Product`] says is
/// read and written there; no row of `c` overlaps anything else that is read or written.
pub(crate) unsafe fn rows<S: Simd>(
    s: S,
    vectors: usize,
    product: &Product,
    n: usize,
    mut row: impl FnMut(usize) -> (*const Float, *mut Float),
) {
    let most = S::TILE_ROWS[vectors - 1];
    let groups = n.div_ceil(most);
    let mut first = 0;
    for group in 0..groups {
        // Groups of nearly equal size: a last group of one row would waste the panel.
        let m = (n - first).div_ceil(groups - group);
        let mut a = [std::ptr::null(); MAX_ROWS];
        let mut c = [std::ptr::null_mut(); MAX_ROWS];
        for r in 0..m {
            (a[r], c[r]) = row(first + r);
        }
        first += m;
        // SAFETY: the caller's promise.
        unsafe { tile(s, vectors, m, product, &a, &c) };
    }
}

/// One tile of `m` rows and `vectors` vectors.
///
/// # Safety
/// As [`rows`], for the first `m` pointers; `m` and `vectors` are within the instruction set's
/// `TILE_ROWS`.
pub(crate) unsafe fn tile<S: Simd>(
    s: S,
    vectors: usize,
    m: usize,
    product: &Product,
    a: &[*const Float; MAX_ROWS],
    c: &[*mut Float; MAX_ROWS],
) {
    macro_rules! sizes {
        ($($m:literal x $v:literal),*) => {
            match (m, vectors) {
                $(($m, $v) if $m <= S::TILE_ROWS[$v - 1] =>
                    s.run(Tile::<$m, $v> { product, a, c }),)*
                _ => unreachable!("no tile of {m} x {vectors}"),
            }
        };
    }
    sizes!(
        1 x 1, 2 x 1, 3 x 1, 4 x 1, 5 x 1, 6 x 1, 1 x 2, 2 x 2, 3 x 2, 4 x 2, 5 x 2, 6 x 2,
        1 x 3, 2 x 3, 3 x 3, 4 x 3, 5 x 3, 6 x 3, 1 x 4, 2 x 4, 3 x 4, 4 x 4, 5 x 4, 6 x 4
    );
}

struct Tile<'a, const M: usize, const V: usize> {
    product: &'a Product,
    a: &'a [*const Float; MAX_ROWS],
    c: &'a [*mut Float; MAX_ROWS],
}

impl<const M: usize, const V: usize> Task for Tile<'_, M, V> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let p = self.product;
        let a: [*const Float; M] = std::array::from_fn(|r| self.a[r]);
        let zero = s.splat(0.0);
        let mut acc = [[zero; V]; M];
        // SAFETY: `tile`'s caller promises that the pointers are valid for the product.
        unsafe {
            match p.start {
                Start::Zero => {}
                Start::Bias(bias) => {
                    for v in 0..V {
                        let value = s.load(bias.add(v * S::LANES));
                        for row in &mut acc {
                            row[v] = value;
                        }
                    }
                }
                Start::Result => {
                    for r in 0..M {
                        acc[r] = load(s, self.c[r], &p.columns);
                    }
                }
            }
            let mut b = p.b;
            for (group, segment) in p.pairs() {
                let mut at = group * p.group_stride + segment * p.segment_stride;
                for _ in 0..p.segment_len {
                    let mut panel = [zero; V];
                    for v in 0..V {
                        panel[v] = s.load(b.add(v * S::LANES));
                    }
                    for r in 0..M {
                        let factor = s.splat(*a[r].add(at));
                        for v in 0..V {
                            acc[r][v] = s.fma(factor, panel[v], acc[r][v]);
                        }
                    }
                    at += p.a_step;
                    b = b.add(p.b_step);
                }
            }
            for r in 0..M {
                if p.add {
                    let sum: [S::V; V] = load(s, self.c[r], &p.columns);
                    for v in 0..V {
                        acc[r][v] = s.add(sum[v], acc[r][v]);
                    }
                }
                store(s, self.c[r], &p.columns, &acc[r]);
            }
        }
    }
}

/// # Safety
/// The vectors at `c` are valid for reading.
#[inline(always)]
unsafe fn load<S: Simd, const V: usize>(s: S, c: *const Float, columns: &Columns) -> [S::V; V] {
    let mut row = [s.splat(0.0); V];
    for v in 0..V {
        // SAFETY: the caller's promise.
        row[v] = unsafe {
            if columns.full {
                s.load(c.add(columns.offset[v]))
            } else {
                s.load_part(c.add(columns.offset[v]), columns.lanes[v])
            }
        };
    }
    row
}

/// # Safety
/// The vectors at `c` are valid for writing.
#[inline(always)]
unsafe fn store<S: Simd, const V: usize>(s: S, c: *mut Float, columns: &Columns, row: &[S::V; V]) {
    for v in 0..V {
        // SAFETY: the caller's promise.
        unsafe {
            if columns.full {
                s.store(c.add(columns.offset[v]), row[v]);
            } else {
                s.store_part(c.add(columns.offset[v]), row[v], columns.lanes[v]);
            }
        }
    }
}
