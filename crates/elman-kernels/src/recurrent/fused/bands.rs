//! Where the rows of the batch are in a buffer.
//!
//! Threads that share a batch write to rows of their own, but processors fetch the lines beside
//! those that they are asked for: with the rows of a step side by side, each thread would take some
//! of the other's away at every step, a third of the time of small layers. So the batch is cut into
//! bands of a few rows, and all steps of a band lie together, away from those of other threads. The
//! cut depends on the size of the batch alone: it is the order in which gradients are summed.

/// Rows of a band.
const ROWS: usize = 4;

/// The bands of a batch: of [`ROWS`] rows each if that divides it, or a single one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bands {
    /// Rows of a band.
    pub rows: usize,
    /// Of the number of a row, the bits that count within its band.
    within: usize,
}

impl Bands {
    pub(super) fn new(batch: usize) -> Bands {
        if batch.is_multiple_of(ROWS) {
            Bands { rows: ROWS, within: ROWS - 1 }
        } else {
            Bands::whole(batch)
        }
    }

    /// A single band.
    pub(super) fn whole(batch: usize) -> Bands {
        Bands { rows: batch, within: usize::MAX }
    }

    /// Which row of a buffer `(bands, held, rows)` is row `b` of the batch at step `t`.
    #[inline(always)]
    pub(super) fn place(self, held: usize, t: usize, b: usize) -> usize {
        (b & !self.within) * held + t * self.rows + (b & self.within)
    }

    /// From row 0 of such a buffer to the others at the same step.
    pub(super) fn pitch(self, held: usize, width: usize) -> Pitch {
        Pitch { within: self.within, row: width, band: held * width }
    }
}

/// How far a row of the batch is from row 0, in numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pitch {
    within: usize,
    row: usize,
    /// For each row in the bands before.
    band: usize,
}

impl Pitch {
    /// One row after the other.
    pub(super) fn plain(width: usize) -> Pitch {
        Pitch { within: usize::MAX, row: width, band: width }
    }

    #[inline(always)]
    pub(super) fn at(self, b: usize) -> usize {
        (b & !self.within) * self.band + (b & self.within) * self.row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_step_has_a_place_of_its_own() {
        for batch in [1, 3, 4, 5, 8, 12] {
            let (bands, held, width) = (Bands::new(batch), 7, 3);
            let mut places: Vec<_> =
                (0..batch).flat_map(|b| (0..held).map(move |t| bands.place(held, t, b))).collect();
            for t in 0..held {
                for b in 0..batch {
                    let from_first = bands.place(held, t, b) - bands.place(held, t, 0);
                    assert_eq!(bands.pitch(held, width).at(b), width * from_first);
                }
            }
            places.sort_unstable();
            assert!(places.into_iter().eq(0..batch * held), "{batch}");
        }
    }
}
