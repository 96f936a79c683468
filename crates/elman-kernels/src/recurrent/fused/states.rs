//! Where the states and gates of a call are.
//!
//! Letters: as in the module above.

use super::bands::{Bands, Pitch};
use super::layout::Layout;
use super::steps::Steps;
use crate::Float;
use crate::buffer::Buffer;
use crate::pool::Shared;
use crate::recurrent::Sequence;
use std::ops::Range;

/// What backward needs: see the module's documentation for `z`.
#[derive(Debug)]
pub(in super::super) struct Tape {
    /// The gates.
    pub(super) z: Buffer,
    /// `(bands, time + 1, rows, stride)`: the states before each step, and the last.
    pub(super) h: Buffer,
    /// The same of the carry; empty unless LSTM.
    pub(super) c: Buffer,
    /// The same of `r h`, of the GRU without `reset_after`.
    pub(super) reset: Buffer,
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
    pub z: Shared<Float>,
    pub h: Shared<Float>,
    pub c: Shared<Float>,
    pub reset: Shared<Float>,
    /// Whether the buffers hold every step, or the states of two steps and one carry.
    pub all: bool,
}

impl States<'_> {
    /// Those of a thread that has some rows to itself, so many numbers further on.
    pub fn of(self, further: usize, rows: &Range<usize>) -> Self {
        let own = |p: Shared<Float>, width: usize| {
            // Where row 0 would be.
            Shared(p.0.wrapping_add(further).wrapping_sub(rows.start * width))
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

    /// The row of `z` of a block at a step, counted from the first one held.
    #[inline(always)]
    pub fn z(&self, block: usize, t: usize, b: usize) -> *mut Float {
        let place = block * self.held * self.batch + self.bands.place(self.held, t, b);
        self.z.0.wrapping_add(place * self.layout.row)
    }
    /// The state before step `t`.
    #[inline(always)]
    pub fn h(&self, t: usize, b: usize) -> *mut Float {
        let t = if self.all { t } else { t & 1 };
        self.h.0.wrapping_add(self.state(t, b))
    }
    /// The carry before step `t`.
    #[inline(always)]
    pub fn c(&self, t: usize, b: usize) -> *mut Float {
        let t = if self.all { t } else { 0 };
        self.c.0.wrapping_add(self.state(t, b))
    }
    /// `r h` of step `t`.
    #[inline(always)]
    pub fn reset(&self, t: usize, b: usize) -> *mut Float {
        let t = if self.all { t } else { 0 };
        self.reset.0.wrapping_add(self.state(t, b))
    }
    #[inline(always)]
    fn state(&self, t: usize, b: usize) -> usize {
        self.bands.place(self.kept, t, b) * self.layout.stride
    }

    /// From one block of `z` to the next.
    #[inline(always)]
    pub fn next_block(&self) -> usize {
        self.held * self.batch * self.layout.row
    }
    /// From row 0 of `z` to the others.
    #[inline(always)]
    pub fn pitch_of_z(&self) -> Pitch {
        self.bands.pitch(self.held, self.layout.row)
    }
    /// From row 0 of the states to the others.
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
