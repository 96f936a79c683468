//! Lanes in plain Rust, which the compiler turns into whatever the target always has (such as SSE2
//! on x86-64): four, and in tests sixteen that stand in for AVX-512.

use super::{Simd, Task};
use crate::Float;

/// `N` lanes; needs no proof.
#[derive(Clone, Copy)]
pub(super) struct Portable<const N: usize>;

/// The lanes of the stand-in.
pub(super) const WIDE: usize = 16;

#[inline(always)]
fn each<const N: usize>(
    a: [Float; N],
    b: [Float; N],
    f: impl Fn(Float, Float) -> Float,
) -> [Float; N] {
    std::array::from_fn(|i| f(a[i], b[i]))
}

/// Without the instruction, a fused multiplication is a call that takes a hundred times as long:
/// the stand-in alone affords it.
#[inline(always)]
fn fma<const N: usize>(a: Float, b: Float, c: Float) -> Float {
    if N == WIDE || cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
        a.mul_add(b, c)
    } else {
        a * b + c
    }
}

/// A function of its own, as on the other instruction sets: inlined everywhere, the tiles would
/// take minutes to compile.
#[inline(never)]
fn enter<T: Task, const N: usize>(simd: Portable<N>, task: T) -> T::Output {
    task.run(simd)
}

impl<const N: usize> Simd for Portable<N> {
    type V = [Float; N];
    const LANES: usize = N;
    const TILE_ROWS: [usize; 4] = if N == WIDE { [6; 4] } else { [6, 4, 4, 2] };

    #[inline(always)]
    fn run<T: Task>(self, task: T) -> T::Output {
        enter(self, task)
    }

    #[inline(always)]
    fn splat(self, value: Float) -> Self::V {
        [value; N]
    }
    #[inline(always)]
    unsafe fn load(self, p: *const Float) -> Self::V {
        // SAFETY: the caller's promise; unaligned reads need no alignment.
        unsafe { p.cast::<[Float; N]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut Float, v: Self::V) {
        // SAFETY: the caller's promise; unaligned writes need no alignment.
        unsafe { p.cast::<[Float; N]>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn load_pairs(self, p: *const u32) -> [Self::V; 2] {
        // SAFETY: the caller's promise; unaligned reads need no alignment.
        let words = unsafe { p.cast::<[u32; N]>().read_unaligned() };
        [words.map(|word| word << 16), words]
            .map(|pair| pair.map(|bits| f32::from_bits(bits) as Float))
    }
    #[inline(always)]
    unsafe fn load_bytes(self, p: *const i8) -> Self::V {
        // SAFETY: the caller's promise.
        unsafe { p.cast::<[i8; N]>().read() }.map(Float::from)
    }

    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        std::array::from_fn(|i| fma::<N>(a[i], b[i], c[i]))
    }
    #[inline(always)]
    fn fnma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        std::array::from_fn(|i| fma::<N>(-a[i], b[i], c[i]))
    }
    #[inline(always)]
    fn min(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        each(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn abs(self, a: Self::V) -> Self::V {
        a.map(Float::abs)
    }
    #[inline(always)]
    fn copysign(self, magnitude: Self::V, sign: Self::V) -> Self::V {
        each(magnitude, sign, Float::copysign)
    }
    #[inline(always)]
    fn if_positive(self, x: Self::V, a: Self::V, b: Self::V) -> Self::V {
        std::array::from_fn(|i| if x[i] > 0.0 { a[i] } else { b[i] })
    }

    #[cfg(not(feature = "f64"))]
    #[inline(always)]
    fn scale(self, p: Self::V, t: Self::V) -> Self::V {
        each(p, t, |p, t| f32::from_bits(p.to_bits().wrapping_add(t.to_bits() << 23)))
    }
    #[cfg(feature = "f64")]
    #[inline(always)]
    fn scale(self, _p: Self::V, _t: Self::V) -> Self::V {
        unreachable!("the double precision build has the library's exponential")
    }
}
