//! Memory for the kernels: aligned to cache lines, not cleared, and kept for the next call.

use crate::Float;
use std::cell::Cell;
use std::mem::MaybeUninit;

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
        Buffer { lines: vec![MaybeUninit::new(Line([0.0; 16])); len.div_ceil(16)] }
    }

    /// Makes room for `len` numbers; what it held is lost.
    pub(crate) fn reserve(&mut self, len: usize) {
        let lines = len.div_ceil(16);
        if self.lines.len() < lines {
            self.lines = Vec::with_capacity(lines);
            // SAFETY: within the capacity, and `MaybeUninit` needs no value.
            unsafe { self.lines.set_len(lines) };
        }
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

thread_local! {
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
