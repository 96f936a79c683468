//! The one inner loop of every product: a tile of rows times a panel of up to four vectors of
//! columns, held in registers over the whole depth.
//!
//! Each element of the result is one chain of fused multiplications and additions in ascending
//! order of the depth, whatever the tile: lanes are columns, never depth. So an element does not
//! depend on how many rows or columns are computed beside it, nor on the instruction set.
//!
//! Letters: a left matrix, b panel of the right one, c result, r row of the tile, v vector of the
//! panel, k depth.

use crate::Float;
use crate::simd::{Simd, Task};

/// The most rows a tile has on any instruction set.
const MAX_ROWS: usize = 6;

/// What the elements of a tile begin with.
#[derive(Clone, Copy)]
pub(crate) enum Start {
    Zero,
    /// What `c` holds.
    Result,
    /// One number per column of the panel, `vectors * LANES` in all.
    Bias(*const Float),
}

/// Where the vectors of a row of `c` lie.
#[derive(Clone, Copy)]
pub(crate) struct Columns {
    /// From the row's pointer to each vector.
    pub offset: [usize; 4],
    /// How many lanes of each exist.
    pub lanes: [usize; 4],
    /// Whether all lanes of all vectors exist.
    pub full: bool,
}

impl Columns {
    /// Vectors of `lanes` side by side, all there.
    pub fn packed(lanes: usize) -> Columns {
        Columns { offset: [0, lanes, 2 * lanes, 3 * lanes], lanes: [lanes; 4], full: true }
    }

    /// The same, but `valid` columns alone exist.
    pub fn first(lanes: usize, vectors: usize, valid: usize) -> Columns {
        let mut columns = Columns::packed(lanes);
        columns.full = valid >= vectors * lanes;
        for v in 0..4 {
            columns.lanes[v] = valid.saturating_sub(v * lanes).min(lanes);
        }
        columns
    }
}

/// `c = start + a b` for a panel of columns, all but the rows.
///
/// The depth is `groups` of `segments` of `segment_len`, read from a row of `a` at
/// `group * group_stride + segment * segment_stride + k * a_step`, and from the panel without a
/// gap: row after row, `b_step` apart, of `vectors * LANES` numbers.
#[derive(Clone, Copy)]
pub(crate) struct Product {
    pub groups: usize,
    pub group_stride: usize,
    pub segments: usize,
    pub segment_len: usize,
    pub segment_stride: usize,
    pub a_step: usize,
    pub b: *const Float,
    pub b_step: usize,
    pub columns: Columns,
    pub start: Start,
    /// Add to `c` instead of storing: for sums over chunks of the depth.
    pub add: bool,
}

impl Product {
    /// A product over a depth that is contiguous in the rows of `a`.
    pub fn plain(depth: usize, b: *const Float, b_step: usize, columns: Columns) -> Product {
        Product {
            groups: 1,
            group_stride: 0,
            segments: 1,
            segment_len: depth,
            segment_stride: 0,
            a_step: 1,
            b,
            b_step,
            columns,
            start: Start::Zero,
            add: false,
        }
    }
}

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

/// The segments of the depth, in order.
#[inline(always)]
fn pairs(p: &Product) -> impl Iterator<Item = (usize, usize)> {
    let segments = p.segments;
    (0..p.groups).flat_map(move |group| (0..segments).map(move |segment| (group, segment)))
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
            for (group, segment) in pairs(p) {
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

/// How many panels [`wide`] takes at once: enough chains to cover the latency of the fused
/// multiplication, and few enough streams for the prefetcher.
pub(crate) const WIDE: [usize; 4] = [8, 4, 4, 2];

/// One row times `WIDE[vectors - 1]` panels at once, `b_next` apart in the right matrix, `c_next`
/// (and, for [`Start::Bias`], `vectors * LANES`) apart in the result; the columns are full.
///
/// # Safety
/// As [`rows`].
pub(crate) unsafe fn wide<S: Simd>(
    s: S,
    vectors: usize,
    product: &Product,
    a: *const Float,
    c: *mut Float,
    b_next: usize,
    c_next: usize,
) {
    match vectors {
        1 => s.run(Wide::<8, 1> { product, a, c, b_next, c_next }),
        2 => s.run(Wide::<4, 2> { product, a, c, b_next, c_next }),
        3 => s.run(Wide::<4, 3> { product, a, c, b_next, c_next }),
        _ => s.run(Wide::<2, 4> { product, a, c, b_next, c_next }),
    }
}

struct Wide<'a, const B: usize, const V: usize> {
    product: &'a Product,
    a: *const Float,
    c: *mut Float,
    b_next: usize,
    c_next: usize,
}

impl<const B: usize, const V: usize> Task for Wide<'_, B, V> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let p = self.product;
        let mut acc = [[s.splat(0.0); V]; B];
        // SAFETY: `wide`'s caller promises that the pointers are valid for the product.
        unsafe {
            for i in 0..B {
                for v in 0..V {
                    match p.start {
                        Start::Zero => {}
                        Start::Bias(bias) => acc[i][v] = s.load(bias.add((i * V + v) * S::LANES)),
                        Start::Result => {
                            acc[i][v] = s.load(self.c.add(i * self.c_next + v * S::LANES));
                        }
                    }
                }
            }
            let mut b = p.b;
            for (group, segment) in pairs(p) {
                let mut at = group * p.group_stride + segment * p.segment_stride;
                for _ in 0..p.segment_len {
                    let factor = s.splat(*self.a.add(at));
                    for i in 0..B {
                        for v in 0..V {
                            let panel = s.load(b.add(i * self.b_next + v * S::LANES));
                            acc[i][v] = s.fma(factor, panel, acc[i][v]);
                        }
                    }
                    at += p.a_step;
                    b = b.add(p.b_step);
                }
            }
            for i in 0..B {
                for v in 0..V {
                    s.store(self.c.add(i * self.c_next + v * S::LANES), acc[i][v]);
                }
            }
        }
    }
}
