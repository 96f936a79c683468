//! What a product is, all but its rows.

use crate::Float;

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

    /// The segments of the depth, in order.
    #[inline(always)]
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (groups, segments) = (self.groups, self.segments);
        (0..groups).flat_map(move |group| (0..segments).map(move |segment| (group, segment)))
    }
}
