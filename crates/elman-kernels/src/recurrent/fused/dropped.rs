//! The states as the gates see them: a copy for each mask, made anew at every step.

use super::cells::Rows;
use crate::Float;
use crate::pool::Shared;
use crate::recurrent::dropout::{Factors, multiply};
use std::ops::Range;

#[derive(Clone, Copy)]
pub(super) struct Dropped<'a> {
    pub factors: Factors<'a, Float>,
    /// `(masks, batch, stride)`.
    pub copies: Shared<Float>,
    pub batch: usize,
    pub stride: usize,
}

impl Dropped<'_> {
    /// Zeros in some columns of some rows: the lanes beyond the last unit stay so.
    pub(super) fn start(&self, rows: Range<usize>, columns: &Range<usize>) {
        for mask in 0..self.factors.masks() {
            for b in rows.clone() {
                let copy = (mask * self.batch + b) * self.stride + columns.start;
                // SAFETY: within the buffer, and the thread's own.
                unsafe { std::ptr::write_bytes(self.copies.0.add(copy), 0, columns.len()) };
            }
        }
    }

    /// What a gate sees of the state of row `b`.
    #[inline(always)]
    pub(super) fn row(&self, gate: usize, b: usize) -> *mut Float {
        let copy = self.factors.mask(gate) * self.batch + b;
        self.copies.0.wrapping_add(copy * self.stride)
    }

    /// Makes the copies of some units of some rows of a state: those of the thread that calls.
    pub(super) fn fill(&self, h: impl Fn(usize) -> *mut Float, rows: Rows<'_>, of: Range<usize>) {
        for mask in 0..self.factors.masks() {
            for i in 0..rows.len() {
                let b = rows.id(i);
                // SAFETY: the state is complete; this thread's rows and units of the copy are its
                // own, and nobody reads them before the next barrier.
                let (h, copy) = unsafe {
                    (
                        std::slice::from_raw_parts(h(b).add(of.start), of.len()),
                        std::slice::from_raw_parts_mut(self.row(mask, b).add(of.start), of.len()),
                    )
                };
                multiply(copy, h, &self.factors.row(mask, b)[of.clone()]);
            }
        }
    }
}
