//! Which steps of which rows are computed: all, or those that the mask keeps.

use super::bands::Bands;
use super::cells::Rows;
use crate::pool::share;
use crate::recurrent::Sequence;
use std::ops::Range;

/// The steps of a call, in the order of processing.
#[derive(Debug)]
// All threads read it while one writes to its stack beside it: see `pool`.
#[repr(align(128))]
pub(super) struct Steps {
    pub batch: usize,
    pub time: usize,
    pub bands: Bands,
    zero_output: bool,
    kept: Option<Kept>,
}

/// What a mask keeps.
#[derive(Debug)]
struct Kept {
    /// `(time, batch)`: the mask.
    mask: Vec<bool>,
    /// The rows of each step, ascending, step after step.
    rows: Vec<usize>,
    /// Where the rows of a step start, and where the last ones end.
    starts: Vec<usize>,
    /// The first step of each row; `time` where there is none.
    first: Vec<usize>,
    /// How many steps each row has.
    count: Vec<usize>,
}

impl Kept {
    /// Those of some rows that compute at step `t`.
    fn at(&self, t: usize, of: &Range<usize>) -> &[usize] {
        let all = &self.rows[self.starts[t]..self.starts[t + 1]];
        let from = all.partition_point(|&b| b < of.start);
        let to = all.partition_point(|&b| b < of.end);
        &all[from..to]
    }
}

/// The time index that step `t` reads.
#[inline(always)]
pub(super) fn source(input: &Sequence<'_>, t: usize) -> usize {
    if input.go_backwards { input.time - 1 - t } else { t }
}

impl Steps {
    /// Without a mask nothing is allocated.
    pub(super) fn new(input: &Sequence<'_>) -> Steps {
        let (batch, time) = (input.batch, input.time);
        let kept = input.mask.map(|given| {
            let mut kept = Kept {
                mask: Vec::with_capacity(time * batch),
                rows: Vec::with_capacity(time * batch),
                starts: Vec::with_capacity(time + 1),
                first: vec![time; batch],
                count: vec![0; batch],
            };
            for t in 0..time {
                kept.starts.push(kept.rows.len());
                for b in 0..batch {
                    let keep = given[b * time + source(input, t)];
                    kept.mask.push(keep);
                    if keep {
                        kept.rows.push(b);
                        kept.first[b] = kept.first[b].min(t);
                        kept.count[b] += 1;
                    }
                }
            }
            kept.starts.push(kept.rows.len());
            kept
        });
        let bands = Bands::new(batch);
        Steps { batch, time, bands, zero_output: input.zero_output_for_mask, kept }
    }

    /// Whether there may be rows that skip a step.
    #[inline(always)]
    pub(super) fn are_masked(&self) -> bool {
        self.kept.is_some()
    }

    /// How many rows of steps are computed.
    pub(super) fn count(&self) -> usize {
        self.kept.as_ref().map_or(self.batch * self.time, |kept| kept.rows.len())
    }

    /// Those of some rows that compute at step `t`.
    #[inline(always)]
    pub(super) fn rows(&self, t: usize, of: &Range<usize>) -> Rows<'_> {
        match &self.kept {
            None => Rows::Range(of.start, of.len()),
            Some(kept) => Rows::List(kept.at(t, of)),
        }
    }

    /// Those of some rows that skip step `t`.
    pub(super) fn skipped(&self, t: usize, of: &Range<usize>) -> impl Iterator<Item = usize> {
        let of = if self.are_masked() { of.clone() } else { 0..0 };
        of.filter(move |&b| !self.is_active(t, b))
    }

    /// The step and the row of each of some rows that computes at one of some steps.
    #[inline(always)]
    pub(super) fn pairs_of(&self, steps: Range<usize>, of: &Range<usize>) -> PairsOf<'_> {
        PairsOf { all: self, of: of.clone(), t: 0, next: of.end, kept: [].iter(), rest: steps }
    }

    /// How many rows of steps a band has, if all are computed.
    pub(super) fn of_band(&self) -> usize {
        self.bands.rows * self.time
    }

    /// The step and the row of the computed ones, number `range` of them: if all are, in the order
    /// in which they are stored, and otherwise step by step.
    pub(super) fn pairs(&self, range: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
        let rows = self.bands.rows;
        // The step at hand, its next row, and where the rows of its band end.
        let (mut t, mut b, mut end) = match &self.kept {
            Some(kept) => (kept.starts.partition_point(|&start| start <= range.start) - 1, 0, 0),
            None => {
                let whole = self.of_band().max(1);
                let (band, place) = (range.start / whole, range.start % whole);
                (place / rows.max(1), band * rows + place % rows.max(1), (band + 1) * rows)
            }
        };
        range.map(move |i| match &self.kept {
            None => {
                let pair = (t, b);
                b += 1;
                if b == end {
                    t += 1;
                    if t == self.time {
                        (t, end) = (0, end + rows);
                    } else {
                        b -= rows;
                    }
                }
                pair
            }
            Some(kept) => {
                while kept.starts[t + 1] <= i {
                    t += 1;
                }
                (t, kept.rows[i])
            }
        })
    }

    /// Whether row `b` computes at step `t`.
    #[inline(always)]
    fn is_active(&self, t: usize, b: usize) -> bool {
        self.kept.as_ref().is_none_or(|kept| kept.mask[t * self.batch + b])
    }

    /// Whether the output of row `b` at step `t` is the state after it, and not a constant zero.
    #[inline(always)]
    pub(super) fn shows_state(&self, t: usize, b: usize) -> bool {
        let Some(kept) = &self.kept else { return true };
        kept.mask[t * self.batch + b] || (!self.zero_output && kept.first[b] <= t)
    }

    /// The rows of part `part` of `parts`: parts of about as many steps.
    pub(super) fn share(&self, parts: usize, part: usize) -> Range<usize> {
        let Some(kept) = &self.kept else {
            // Whole bands, if that is not too coarse.
            let (rows, bands) = (self.bands.rows, self.batch / self.bands.rows.max(1));
            if bands < 2 * parts {
                return share(self.batch, parts, part);
            }
            let Range { start, end } = share(bands, parts, part);
            return start * rows..end * rows;
        };
        let cut = |part: usize| {
            if part == parts {
                return self.batch;
            }
            let mut before = 0;
            let belongs = |&count: &usize| {
                let middle = before + count / 2;
                before += count;
                middle < self.count() * part / parts
            };
            kept.count.iter().copied().take_while(belongs).count()
        };
        cut(part)..cut(part + 1)
    }
}

/// See [`Steps::pairs_of`].
pub(super) struct PairsOf<'a> {
    all: &'a Steps,
    of: Range<usize>,
    /// The step at hand, and its next row or those that remain of what the mask keeps.
    t: usize,
    next: usize,
    kept: std::slice::Iter<'a, usize>,
    /// The steps after it.
    rest: Range<usize>,
}

impl Iterator for PairsOf<'_> {
    type Item = (usize, usize);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, usize)> {
        if let Some(kept) = &self.all.kept {
            loop {
                if let Some(&b) = self.kept.next() {
                    return Some((self.t, b));
                }
                self.t = self.rest.next()?;
                self.kept = kept.at(self.t, &self.of).iter();
            }
        }
        while self.next == self.of.end {
            self.t = self.rest.next()?;
            self.next = self.of.start;
        }
        self.next += 1;
        Some((self.t, self.next - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_all_rows_and_balance_their_steps() {
        let (batch, time) = (12, 8);
        let lengths = [0, 8, 8, 8, 1, 1, 1, 1, 1, 1, 2, 0];
        let mask: Vec<bool> = (0..batch * time).map(|i| i % time < lengths[i / time]).collect();
        let input = Sequence {
            x: &[],
            batch,
            time,
            go_backwards: false,
            initial_states: &[],
            mask: Some(&mask),
            zero_output_for_mask: false,
            input_dropout: None,
            recurrent_dropout: None,
        };
        let steps = Steps::new(&input);
        assert_eq!(steps.count(), 32);
        for parts in [1, 2, 3, 7, 30] {
            let mut next = 0;
            for part in 0..parts {
                let rows = steps.share(parts, part);
                assert_eq!(rows.start, next);
                next = rows.end;
            }
            assert_eq!(next, batch);
        }
        assert_eq!(steps.share(2, 0), 0..3);
        let pairs: Vec<_> = steps.pairs(9..13).collect();
        assert_eq!(pairs, [(0, 10), (1, 1), (1, 2), (1, 3)]);
    }
}
