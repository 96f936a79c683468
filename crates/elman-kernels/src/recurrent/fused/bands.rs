//! Where the rows of the batch are in a buffer.
//!
//! Threads that share a batch write to rows of their own, but processors fetch the lines beside
//! those that they are asked for: with the rows of a step side by side, each thread would take some
//! of the other's away at every step, a third of the time of small layers. So the batch is cut into
//! bands of a few rows, and all steps of a band lie together, away from those of other threads. The
//! cut depends on the size of the batch alone: it is the order in which gradients are summed.
//!
//! Where each thread has as many rows, its bands are in a region of its own: see `regions`.

/// Rows of a band.
const ROWS: usize = 4;
/// A shift that leaves nothing of a row's number.
const NONE: u32 = usize::BITS - 1;

/// The bands of a batch: of [`ROWS`] rows each if that divides it, or a single one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bands {
    /// Rows of a band.
    pub rows: usize,
    /// Of the number of a row, the bits that count within its band.
    within: usize,
    /// Above how many bits it counts the threads.
    threads: u32,
}

impl Bands {
    pub(super) fn new(batch: usize) -> Bands {
        if batch.is_multiple_of(ROWS) {
            Bands { rows: ROWS, within: ROWS - 1, threads: NONE }
        } else {
            Bands::whole(batch)
        }
    }

    /// A single band.
    pub(super) fn whole(batch: usize) -> Bands {
        Bands { rows: batch, within: usize::MAX, threads: NONE }
    }

    /// The same, with the rows of so many threads apart: if each has a power of two of rows, as it has
    /// usually, and they are whole groups of so many.
    pub(super) fn apart(self, batch: usize, threads: usize, group: usize) -> Bands {
        let each = batch / threads.max(1);
        let whole = batch.is_multiple_of(threads) && each.is_multiple_of(group);
        let cuts = self.within < each && whole && each.is_power_of_two();
        Bands { threads: if cuts { each.trailing_zeros() } else { NONE }, ..self }
    }

    /// The rows of a thread that has them apart, or all.
    #[inline(always)]
    pub(super) fn of_thread(self, batch: usize) -> usize {
        batch.min(1 << self.threads)
    }

    /// From row 0 of a buffer `(bands, held, rows, width)` to the others of its region at the same step.
    #[inline(always)]
    pub(super) fn pitch(self, held: usize, width: usize) -> Pitch {
        Pitch { within: self.within, row: width, band: held * width }
    }

    /// Which region a row is in.
    #[inline(always)]
    pub(super) fn region(self, b: usize) -> usize {
        b >> self.threads
    }

    /// Numbers between what a region has of such a buffer and what the next one has, of regions so
    /// many numbers apart.
    #[inline(always)]
    pub(super) fn gap(self, held: usize, width: usize, apart: usize) -> usize {
        apart.wrapping_sub((held * width) << self.threads)
    }

    /// The bands of one region, as if there were no others.
    pub(super) fn of_region(self) -> Bands {
        Bands { threads: NONE, ..self }
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
        let (held, width) = (7, 3);
        for (batch, threads) in [(1, 1), (3, 1), (5, 1), (8, 1), (12, 1), (16, 2), (32, 4)] {
            let bands = Bands::new(batch).apart(batch, threads, 4);
            let rows = bands.of_thread(batch);
            assert_eq!(rows, batch / threads);
            let gap = bands.gap(held, width, held * rows * width + 5);
            let pitch = bands.pitch(held, width);
            let place = |t: usize, b: usize| {
                t * bands.rows * width + pitch.at(b) + bands.region(b).wrapping_mul(gap)
            };
            let mut places: Vec<_> = (0..batch)
                .flat_map(|b| (0..held).map(move |t| (b, t)))
                .map(|(b, t)| place(t, b))
                .collect();
            places.sort_unstable();
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= width), "{batch}");
            assert_eq!(places[places.len() - 1], (batch * held - 1) * width + (threads - 1) * 5);
        }
    }
}
