//! Where the states and gates of a call are.
//!
//! Letters: as in the module above.

use super::bands::{Bands, Pitch};
use super::layout::Layout;
use super::regions::Regions;
use super::steps::Steps;
use crate::Float;
use crate::buffer::Buffer;
use crate::pool::Shared;
use crate::recurrent::Sequence;
use std::ops::Range;

/// What backward needs: see the module's documentation for `z`.
#[derive(Debug)]
pub(in super::super) struct Tape {
    /// The gates; `(bands, time + 1, rows, stride)`: the states before each step, and the last; the same
    /// of the carry, for LSTM alone; the same of `r h`, of the GRU without `reset_after`.
    pub(super) memory: Buffer,
    pub(super) regions: Regions,
    /// Where its rows are.
    pub(super) bands: Bands,
    /// The steps it is for. Backward asks these, not the caller's mask: what was skipped was never
    /// written.
    pub(super) steps: Steps,
}

/// Where the buffers of a call are, and how they are indexed.
#[derive(Clone, Copy)]
pub(super) struct States<'a> {
    pub layout: &'a Layout,
    pub batch: usize,
    pub bands: Bands,
    /// Steps that `z` holds.
    pub held: usize,
    /// Steps that the other buffers have room for.
    pub kept: usize,
    /// Numbers from what belongs to the rows of one thread to the next one's, if `bands` are apart.
    pub apart: usize,
    pub z: Shared<Float>,
    pub h: Shared<Float>,
    pub c: Shared<Float>,
    pub reset: Shared<Float>,
    /// Whether the buffers hold every step, or the states of two steps and one carry.
    pub all: bool,
}

impl States<'_> {
    /// Those of a thread whose rows nobody else reads, in its region.
    pub fn of(self, part: usize, rows: &Range<usize>) -> Self {
        let own = |p: Shared<Float>, width: usize| {
            // Where row 0 would be.
            Shared(p.0.wrapping_add(part * self.apart).wrapping_sub(rows.start * width))
        };
        let Layout { row, stride, .. } = *self.layout;
        States {
            batch: rows.len(),
            bands: Bands::whole(rows.len()),
            z: own(self.z, row),
            h: own(self.h, stride),
            c: own(self.c, stride),
            reset: own(self.reset, stride),
            ..self
        }
    }

    /// Those of one region, as if there were no others.
    pub fn region(self, region: usize) -> Self {
        let Layout { row, stride, .. } = *self.layout;
        let there = |p: Shared<Float>, held: usize, width: usize| {
            let gap = self.bands.gap(held, width, self.apart);
            Shared(p.0.wrapping_add(region.wrapping_mul(gap)))
        };
        States {
            batch: self.bands.of_thread(self.batch),
            bands: self.bands.of_region(),
            z: there(self.z, self.held, row),
            h: there(self.h, self.kept, stride),
            c: there(self.c, self.kept, stride),
            reset: there(self.reset, self.kept, stride),
            ..self
        }
    }

    /// The row of `z` of a block at a step, counted from the first one held.
    #[inline(always)]
    pub fn z(&self, block: usize, t: usize, b: usize) -> *mut Float {
        let Layout { row, .. } = *self.layout;
        let gap = self.bands.region(b).wrapping_mul(self.bands.gap(self.held, row, self.apart));
        let step = block * self.next_block() + t * self.bands.rows * row;
        self.z.0.wrapping_add(step + self.pitch_of_z().at(b)).wrapping_add(gap)
    }
    /// The state before step `t`.
    #[inline(always)]
    pub fn h(&self, t: usize, b: usize) -> *mut Float {
        self.state(self.h, if self.all { t } else { t & 1 }, b)
    }
    /// The carry before step `t`.
    #[inline(always)]
    pub fn c(&self, t: usize, b: usize) -> *mut Float {
        self.state(self.c, if self.all { t } else { 0 }, b)
    }
    /// `r h` of step `t`.
    #[inline(always)]
    pub fn reset(&self, t: usize, b: usize) -> *mut Float {
        self.state(self.reset, if self.all { t } else { 0 }, b)
    }
    #[inline(always)]
    fn state(&self, states: Shared<Float>, t: usize, b: usize) -> *mut Float {
        let Layout { stride, .. } = *self.layout;
        let gap = self.bands.region(b).wrapping_mul(self.bands.gap(self.kept, stride, self.apart));
        let row = t * self.bands.rows * stride + self.pitch().at(b);
        states.0.wrapping_add(row).wrapping_add(gap)
    }

    /// From one block of `z` to the next.
    #[inline(always)]
    pub fn next_block(&self) -> usize {
        self.held * self.bands.of_thread(self.batch) * self.layout.row
    }
    /// From row 0 of `z` to the others of its region.
    #[inline(always)]
    pub fn pitch_of_z(&self) -> Pitch {
        self.bands.pitch(self.held, self.layout.row)
    }
    /// From row 0 of the states to the others of its region.
    #[inline(always)]
    pub fn pitch(&self) -> Pitch {
        self.bands.pitch(self.kept, self.layout.stride)
    }

    /// Copies some of the initial states into the first place of the buffers. By the thread that uses them:
    /// from another processor's cache each line comes by itself, and takes as long as a step.
    pub(super) fn start(&self, input: &Sequence<'_>, rows: Range<usize>, columns: Range<usize>) {
        let units = self.layout.units;
        let used = columns.start..columns.end.min(units);
        for i in 0..self.layout.cell.states() {
            for b in rows.clone() {
                let row = if i == 0 { self.h(0, b) } else { self.c(0, b) };
                // SAFETY: the buffers hold `stride` numbers for each row; these are the thread's own.
                let row = unsafe {
                    std::slice::from_raw_parts_mut(row.add(columns.start), columns.len())
                };
                let (row, rest) = row.split_at_mut(used.len());
                match input.initial_states.get(i) {
                    Some(state) => row.copy_from_slice(&state[b * units..][used.clone()]),
                    None => row.fill(0.0),
                }
                rest.fill(0.0);
            }
        }
    }
}
