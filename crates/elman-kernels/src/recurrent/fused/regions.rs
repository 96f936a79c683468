//! Memory of a call: what belongs to the rows of one thread lies together, and away from the next
//! thread's.
//!
//! Processors fetch rows ahead of the one that they are asked for, a dozen and more, as far as the
//! rows before were apart, and take them out of the cache of a thread that is about to write them.

use crate::Float;
use crate::pool::Shared;

/// Numbers between the regions of two threads, nearly all of them never touched: with half as many, some
/// layers still slow each other down.
const GAP: usize = 1 << 16;

/// Four buffers, in each of some regions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Regions {
    sizes: [usize; 4],
    /// Numbers from one region to the next.
    pub apart: usize,
    count: usize,
}

impl Regions {
    /// `count` regions of buffers of so many numbers.
    pub(super) fn new(sizes: [usize; 4], count: usize) -> Regions {
        // Each buffer on its own cache lines.
        let sizes = sizes.map(|size| size.next_multiple_of(16));
        let gap = if count > 1 { GAP } else { 0 };
        Regions { sizes, apart: sizes.iter().sum::<usize>() + gap, count }
    }

    /// The numbers of all.
    pub(super) fn len(&self) -> usize {
        self.count * self.apart
    }

    /// Where the buffers of the first region begin.
    pub(super) fn buffers(&self, memory: *mut Float) -> [Shared<Float>; 4] {
        let mut at = memory;
        self.sizes.map(|size| {
            let buffer = Shared(at);
            at = at.wrapping_add(size);
            buffer
        })
    }
}
