//! The one inner loop of every product: a tile of rows times a panel of up to four vectors of
//! columns, held in registers over the whole depth.
//!
//! Each element of the result is one chain of fused multiplications and additions in ascending
//! order of the depth, whatever the tile: lanes are columns, never depth. So an element does not
//! depend on how many rows or columns are computed beside it, nor on the instruction set.
//!
//! Letters: a left matrix, b panel of the right one, c result, r row of the tile, v vector of the
//! panel, k depth.

mod chain;
mod product;
mod weight;
mod wide;

pub(crate) use chain::{Chain, Parts, chain};
pub(crate) use product::{Columns, Product, Start};
pub(crate) use weight::{Pair, Weight};
pub(crate) use wide::{WIDE, wide};

use crate::Float;
use crate::simd::{MAX_LANES, Simd, Task};

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
        let mut begin = [[s.splat(0.0); V]; M];
        // SAFETY: `tile`'s caller promises that the pointers are valid for the product.
        unsafe {
            match p.start {
                Start::Zero => {}
                Start::Bias(bias) => {
                    for v in 0..V {
                        let value = s.load(bias.add(v * S::LANES));
                        begin.iter_mut().for_each(|row| row[v] = value);
                    }
                }
                Start::Result => {
                    for r in 0..M {
                        begin[r] = load(s, self.c[r], &p.columns);
                    }
                }
            }
            let end = self.sweep(s, begin);
            for r in 0..M {
                let mut row = end[r];
                if p.add {
                    let sum: [S::V; V] = load(s, self.c[r], &p.columns);
                    for v in 0..V {
                        row[v] = s.add(sum[v], row[v]);
                    }
                }
                store(s, self.c[r], &p.columns, &row);
            }
        }
    }
}

impl<const M: usize, const V: usize> Tile<'_, M, V> {
    /// Adds the products over the whole depth. By itself, with an array that nothing else touches:
    /// that array must live in registers, and an index in a loop that is not unrolled is enough to
    /// keep it in memory.
    ///
    /// # Safety
    /// As [`tile`].
    #[inline(always)]
    unsafe fn sweep<S: Simd>(&self, s: S, begin: [[S::V; V]; M]) -> [[S::V; V]; M] {
        let p = self.product;
        let a: [*const Float; M] = std::array::from_fn(|r| self.a[r]);
        let zero = s.splat(0.0);
        let mut acc = [[zero; V]; M];
        for r in 0..M {
            for v in 0..V {
                acc[r][v] = begin[r][v];
            }
        }
        let mut b = p.b;
        macro_rules! add {
            ($at:expr) => {
                // The shorter side waits in registers while the other passes by one at a time:
                // three rows of four vectors fill all sixteen registers of AVX2 this way.
                if M < V {
                    let mut factors = [zero; M];
                    for r in 0..M {
                        factors[r] = s.splat(*a[r].add($at));
                    }
                    for v in 0..V {
                        let panel = s.load(b.add(v * S::LANES));
                        for r in 0..M {
                            acc[r][v] = s.fma(factors[r], panel, acc[r][v]);
                        }
                    }
                } else {
                    let mut panel = [zero; V];
                    for v in 0..V {
                        panel[v] = s.load(b.add(v * S::LANES));
                    }
                    for r in 0..M {
                        let factor = s.splat(*a[r].add($at));
                        for v in 0..V {
                            acc[r][v] = s.fma(factor, panel[v], acc[r][v]);
                        }
                    }
                }
                b = b.add(p.b_step);
            };
        }
        for (group, segment) in p.pairs() {
            let mut at = group * p.group_stride + segment * p.segment_stride;
            let mut left = p.segment_len;
            // SAFETY: the caller's promise.
            unsafe {
                if p.a_step == 1 {
                    // Constant distances cost no instructions.
                    while left >= 4 {
                        add!(at);
                        add!(at + 1);
                        add!(at + 2);
                        add!(at + 3);
                        at += 4;
                        left -= 4;
                    }
                }
                while left >= 2 {
                    add!(at);
                    add!(at + p.a_step);
                    at += 2 * p.a_step;
                    left -= 2;
                }
                while left > 0 {
                    add!(at);
                    at += p.a_step;
                    left -= 1;
                }
            }
        }
        let mut end = [[zero; V]; M];
        for r in 0..M {
            for v in 0..V {
                end[r][v] = acc[r][v];
            }
        }
        end
    }
}

/// The vectors of a row, cut to the lanes that exist: a task of its own, since code of this size in
/// the middle of [`Tile`] keeps its loops from being unrolled, and then the accumulators lie in
/// memory.
struct Cut<'a, const V: usize> {
    c: *mut Float,
    columns: &'a Columns,
}

/// # Safety
/// The vectors at `c` are valid for reading.
#[inline(always)]
unsafe fn load<S: Simd, const V: usize>(s: S, c: *mut Float, columns: &Columns) -> [S::V; V] {
    let mut row = [s.splat(0.0); V];
    if columns.full {
        for v in 0..V {
            // SAFETY: the caller's promise.
            row[v] = unsafe { s.load(c.add(columns.offset[v])) };
        }
        return row;
    }
    let mut numbers = [0.0; 4 * MAX_LANES];
    s.run(Load(Cut::<V> { c, columns }, &mut numbers));
    for v in 0..V {
        // SAFETY: there is room for four vectors.
        row[v] = unsafe { s.load(numbers.as_ptr().add(v * S::LANES)) };
    }
    row
}

/// # Safety
/// The vectors at `c` are valid for writing.
#[inline(always)]
unsafe fn store<S: Simd, const V: usize>(s: S, c: *mut Float, columns: &Columns, row: &[S::V; V]) {
    if columns.full {
        for v in 0..V {
            // SAFETY: the caller's promise.
            unsafe { s.store(c.add(columns.offset[v]), row[v]) };
        }
        return;
    }
    let mut numbers = [0.0; 4 * MAX_LANES];
    for v in 0..V {
        // SAFETY: there is room for four vectors.
        unsafe { s.store(numbers.as_mut_ptr().add(v * S::LANES), row[v]) };
    }
    s.run(Store(Cut::<V> { c, columns }, &numbers));
}

struct Load<'a, const V: usize>(Cut<'a, V>, &'a mut [Float; 4 * MAX_LANES]);

impl<const V: usize> Task for Load<'_, V> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Load(Cut { c, columns }, numbers) = self;
        for v in 0..V {
            // SAFETY: the lanes that exist are valid by the promise of `load`'s caller; there is
            // room for four vectors.
            unsafe {
                let vector = s.load_part(c.add(columns.offset[v]), columns.lanes[v]);
                s.store(numbers.as_mut_ptr().add(v * S::LANES), vector);
            }
        }
    }
}

struct Store<'a, const V: usize>(Cut<'a, V>, &'a [Float; 4 * MAX_LANES]);

impl<const V: usize> Task for Store<'_, V> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Store(Cut { c, columns }, numbers) = self;
        for v in 0..V {
            // SAFETY: as in `Load`.
            unsafe {
                let vector = s.load(numbers.as_ptr().add(v * S::LANES));
                s.store_part(c.add(columns.offset[v]), vector, columns.lanes[v]);
            }
        }
    }
}
