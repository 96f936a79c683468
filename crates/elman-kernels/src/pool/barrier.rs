//! What the threads of a team wait for each other with.
//!
//! A dissemination barrier (Hensgen, Finkel and Manber, "Two algorithms for barrier
//! synchronization", 1988): in round r every thread tells the one 2^r places further on that it
//! has come, and waits to be told. No line is written by two threads, so a round takes as long as one
//! line takes from one processor to another, and there are as many as the team's size has bits.

use super::wait_until;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number on cache lines of its own: processors fetch them in pairs.
#[derive(Default)]
#[repr(align(128))]
struct Padded(AtomicUsize);

/// See the module's documentation.
pub(super) struct Barrier {
    /// For each part, how often it has waited.
    waits: Vec<Padded>,
    /// `(rounds, size)`: the last wait of which each part was told.
    told: Vec<Padded>,
}

impl Barrier {
    pub(super) const fn new() -> Barrier {
        Barrier { waits: Vec::new(), told: Vec::new() }
    }

    /// Prepares for a team of so many.
    pub(super) fn begin(&mut self, size: usize) {
        let told = size * rounds(size);
        if self.told.len() < told {
            self.waits.resize_with(size, Padded::default);
            self.told.resize_with(told, Padded::default);
        }
        self.waits[..size].iter_mut().for_each(|n| *n.0.get_mut() = 0);
        self.told[..told].iter_mut().for_each(|n| *n.0.get_mut() = 0);
    }

    /// See [`Team::wait`](super::Team::wait).
    #[inline(always)]
    pub(super) fn wait(&self, size: usize, part: usize) {
        let mine = &self.waits[part].0;
        let wait = mine.load(Ordering::Relaxed) + 1;
        mine.store(wait, Ordering::Relaxed);
        for round in 0..rounds(size) {
            let told = &self.told[round * size..][..size];
            // Who is told a later wait has been told this one.
            let next = part + (1 << round);
            let next = if next < size { next } else { next - size };
            told[next].0.store(wait, Ordering::Release);
            wait_until(|| told[part].0.load(Ordering::Acquire) >= wait);
        }
    }
}

/// How many rounds it takes until all know of all.
#[inline(always)]
fn rounds(size: usize) -> usize {
    size.next_power_of_two().trailing_zeros() as usize
}
