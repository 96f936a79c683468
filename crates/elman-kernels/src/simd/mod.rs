//! One small vector interface over the instruction sets, and the dispatch to them.
//!
//! Kernels are written once, generic over [`Simd`]. A value of a type that implements it is a
//! token: it exists only where the processor was found to have the instructions, so its operations
//! are safe. A kernel is a [`Task`] whose `run` is inlined into a function compiled for the
//! instruction set.

#[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
mod avx2;
#[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
mod avx512;
pub(crate) mod math;
#[cfg(all(target_arch = "aarch64", target_feature = "neon", not(feature = "f64")))]
mod neon;
mod portable;

use crate::{Float, Isa};

/// The most lanes a vector of any instruction set has.
pub(crate) const MAX_LANES: usize = 16;

/// Vectors of [`Float`] and what the kernels do with them.
///
/// Everything here gives the same bits on every instruction set, with one exception: the portable
/// `fma` rounds twice where the target has no fused instruction.
pub(crate) trait Simd: Copy + Send + Sync + 'static {
    /// A vector.
    type V: Copy;
    /// Numbers in a vector.
    const LANES: usize;
    /// The rows of the largest tile of 1, 2, 3 and 4 vectors that fits the registers.
    const TILE_ROWS: [usize; 4];
    /// The most vectors that weights are added to while they are unpacked: what is unpacked takes
    /// registers, too. At least 4.
    const UNPACKED_CHAINS: usize = 12;

    /// Runs a task compiled for this instruction set.
    fn run<T: Task>(self, task: T) -> T::Output;

    fn splat(self, value: Float) -> Self::V;
    /// # Safety
    /// `p` is valid for reading `LANES` numbers.
    unsafe fn load(self, p: *const Float) -> Self::V;
    /// # Safety
    /// `p` is valid for writing `LANES` numbers.
    unsafe fn store(self, p: *mut Float, v: Self::V);

    /// The two numbers of each of `LANES` words: the lower half with zeros behind it, and the word
    /// as it is.
    ///
    /// # Safety
    /// `p` is valid for reading `LANES` words.
    unsafe fn load_pairs(self, p: *const u32) -> [Self::V; 2];
    /// `LANES` small integers.
    ///
    /// # Safety
    /// `p` is valid for reading `LANES` bytes.
    unsafe fn load_bytes(self, p: *const i8) -> Self::V;

    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a b + c`, rounded once.
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `c - a b`, rounded once.
    fn fnma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `a < b ? a : b`, so a NaN in either gives `b`.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a > b ? a : b`, so a NaN in either gives `b`.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    fn abs(self, a: Self::V) -> Self::V;
    /// `|magnitude|` with the sign of `sign`.
    fn copysign(self, magnitude: Self::V, sign: Self::V) -> Self::V;
    /// `x > 0 ? a : b`.
    fn if_positive(self, x: Self::V, a: Self::V, b: Self::V) -> Self::V;
    /// `p 2^n` where `t = n + 1.5 2^23` (see [`math`]): adds `n` to the exponent of `p`. Both `p`
    /// and the result must be normal. f32 only.
    fn scale(self, p: Self::V, t: Self::V) -> Self::V;

    /// `f` of each lane: for what is too rare to be written in vectors.
    #[inline(always)]
    fn map(self, v: Self::V, f: impl Fn(Float) -> Float) -> Self::V {
        let mut lanes = [0.0; MAX_LANES];
        // SAFETY: `lanes` holds `MAX_LANES >= LANES` numbers.
        unsafe {
            self.store(lanes.as_mut_ptr(), v);
            lanes[..Self::LANES].iter_mut().for_each(|x| *x = f(*x));
            self.load(lanes.as_ptr())
        }
    }

    /// The first `n` numbers at `p`, then zeros.
    ///
    /// # Safety
    /// `p` is valid for reading `min(n, LANES)` numbers.
    #[inline(always)]
    unsafe fn load_part(self, p: *const Float, n: usize) -> Self::V {
        if n >= Self::LANES {
            // SAFETY: the caller's promise.
            return unsafe { self.load(p) };
        }
        if n == 0 {
            return self.splat(0.0);
        }
        let mut lanes = [0.0; MAX_LANES];
        // SAFETY: `n < LANES` numbers by the caller's promise, and `lanes` has room for them.
        unsafe {
            std::ptr::copy_nonoverlapping(p, lanes.as_mut_ptr(), n);
            self.load(lanes.as_ptr())
        }
    }

    /// Stores the first `n` lanes.
    ///
    /// # Safety
    /// `p` is valid for writing `min(n, LANES)` numbers.
    #[inline(always)]
    unsafe fn store_part(self, p: *mut Float, v: Self::V, n: usize) {
        if n >= Self::LANES {
            // SAFETY: the caller's promise.
            return unsafe { self.store(p, v) };
        }
        let mut lanes = [0.0; MAX_LANES];
        // SAFETY: `lanes` holds `MAX_LANES >= LANES` numbers; `n` by the caller's promise.
        unsafe {
            self.store(lanes.as_mut_ptr(), v);
            std::ptr::copy_nonoverlapping(lanes.as_ptr(), p, n);
        }
    }
}

/// Something to compute with vectors. Implementations mark `run`, and what it calls,
/// `#[inline(always)]`: only inlined code is compiled for the instruction set.
pub(crate) trait Task {
    type Output;
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// The instruction sets that this build and this machine can run, worst first.
pub(crate) fn available() -> Vec<Isa> {
    #[allow(unused_mut)] // On most targets there is nothing to add.
    let mut all = vec![Isa::Portable];
    #[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
    {
        all.extend(avx2::Avx2::detect().map(|_| Isa::Avx2));
        all.extend(avx512::Avx512::detect().map(|_| Isa::Avx512));
    }
    #[cfg(all(target_arch = "aarch64", target_feature = "neon", not(feature = "f64")))]
    all.push(Isa::Neon);
    all
}

/// Runs a task on an instruction set; on the portable one if that is not available.
pub(crate) fn dispatch<T: Task>(isa: Isa, task: T) -> T::Output {
    match isa {
        #[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
        Isa::Avx2 => {
            if let Some(simd) = avx2::Avx2::detect() {
                return simd.run(Enter(task));
            }
        }
        #[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
        Isa::Avx512 => {
            if let Some(simd) = avx512::Avx512::detect() {
                return simd.run(Enter(task));
            }
        }
        #[cfg(all(target_arch = "aarch64", target_feature = "neon", not(feature = "f64")))]
        Isa::Neon => return neon::Neon.run(task),
        #[cfg(test)]
        Isa::Emulated => return portable::Portable::<{ portable::WIDE }>.run(task),
        _ => {}
    }
    portable::Portable::<4>.run(task)
}

/// Passes a task on: a task of its own, so that the detection above stays out of its function.
#[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
struct Enter<T>(T);

#[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
impl<T: Task> Task for Enter<T> {
    type Output = T::Output;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> T::Output {
        self.0.run(simd)
    }
}
