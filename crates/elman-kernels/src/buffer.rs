//! Memory for the kernels: aligned to cache lines, not cleared, and kept for the next call.

use crate::Float;
use crate::memory::prefer_large_pages;
use std::cell::{Cell, RefCell};
use std::mem::{MaybeUninit, take};

/// 64 bytes of f32: vectors that straddle two cache lines load at half the speed.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([Float; 16]);

/// Aligned memory for numbers. It is handed out as a pointer, because parts of it belong to
/// different threads, and nothing may be read that was not written before.
#[derive(Default)]
pub(crate) struct Buffer {
    lines: Vec<MaybeUninit<Line>>,
}

impl Buffer {
    /// Room for `len` numbers, to be written before they are read.
    pub(crate) fn uninit(len: usize) -> Buffer {
        let mut buffer = Buffer::default();
        buffer.reserve(len);
        buffer
    }

    /// Zeros.
    pub(crate) fn zeros(len: usize) -> Buffer {
        let mut buffer = Buffer::uninit(len);
        buffer.lines.fill(MaybeUninit::new(Line([0.0; 16])));
        buffer
    }

    /// Makes room for `len` numbers; what it held is lost.
    pub(crate) fn reserve(&mut self, len: usize) {
        let lines = len.div_ceil(16);
        if self.lines.len() >= lines {
            return;
        }
        keep(take(&mut self.lines));
        self.lines = kept(lines).unwrap_or_else(|| {
            let mut memory = Vec::with_capacity(lines);
            // SAFETY: within the capacity, and `MaybeUninit` needs no value.
            unsafe { memory.set_len(lines) };
            prefer_large_pages(&mut memory);
            memory
        });
    }

    pub(crate) fn pointer(&mut self) -> *mut Float {
        self.lines.as_mut_ptr().cast()
    }

    pub(crate) fn as_pointer(&self) -> *const Float {
        self.lines.as_ptr().cast()
    }
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Buffer({})", self.lines.len() * 16)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        keep(take(&mut self.lines));
    }
}

/// Memory of buffers that are gone, the oldest first. Training takes and leaves the same buffers at
/// every step; the system would take their pages back in between, and ask every processor to forget
/// them, which costs small layers more than all of their arithmetic.
type Spares = RefCell<Vec<Vec<MaybeUninit<Line>>>>;

/// How much a thread keeps at most: this many buffers, and this many lines (64 MiB).
const SPARES: usize = 16;
const SPARE_LINES: usize = 1 << 20;
/// Buffers of fewer lines are not worth looking for.
const FEW_LINES: usize = 16;

/// Keeps memory for later, and gives up what was kept longest for it.
fn keep(memory: Vec<MaybeUninit<Line>>) {
    if memory.len() < FEW_LINES || memory.len() > SPARE_LINES {
        return;
    }
    // Not while the thread ends.
    let _ = KEPT.try_with(|spares| {
        let mut spares = spares.borrow_mut();
        spares.push(memory);
        let mut lines: usize = spares.iter().map(Vec::len).sum();
        let mut surplus = 0;
        while lines > SPARE_LINES || spares.len() - surplus > SPARES {
            lines -= spares[surplus].len();
            surplus += 1;
        }
        spares.drain(..surplus);
    });
}

/// Memory of so many lines, or hardly more, if some was kept.
fn kept(lines: usize) -> Option<Vec<MaybeUninit<Line>>> {
    if lines < FEW_LINES {
        return None;
    }
    KEPT.try_with(|spares| {
        let mut spares = spares.borrow_mut();
        let fits = |memory: &Vec<_>| (lines..=lines + lines / 8).contains(&memory.len());
        let at = spares.iter().rposition(fits)?;
        Some(spares.remove(at))
    })
    .ok()?
}

thread_local! {
    static KEPT: Spares = const { RefCell::new(Vec::new()) };
    static SCRATCH: Cell<Buffer> = const { Cell::new(Buffer { lines: Vec::new() }) };
}

/// Gives `f` scratch memory for `len` numbers that this thread keeps between calls: a stream that
/// steps ten thousand times a second allocates once.
pub(crate) fn with_scratch<R>(len: usize, f: impl FnOnce(*mut Float) -> R) -> R {
    // Taken out while in use: a nested call gets memory of its own.
    let mut buffer = SCRATCH.take();
    buffer.reserve(len);
    let result = f(buffer.pointer());
    SCRATCH.set(buffer);
    result
}
