//! Advanced SIMD of AArch64: thirty-two registers of four numbers, taken in pairs.
//!
//! A vector is two registers: pairs fill the pipes, of which processors have two to four, with as many
//! chains as AVX2 has in its tiles, and tiles fill the registers as those fill AVX2's sixteen.

use super::{Simd, Task};
use std::arch::aarch64::*;

/// Needs no proof: this module is compiled only for targets that always have the instructions.
#[derive(Clone, Copy)]
pub(super) struct Neon;

/// A function of its own, as on the other instruction sets.
#[inline(never)]
fn enter<T: Task>(simd: Neon, task: T) -> T::Output {
    task.run(simd)
}

macro_rules! operations {
    ($($name:ident($($arg:ident),*) = $value:expr;)*) => {$(
        #[inline(always)]
        fn $name(self, $($arg: Self::V),*) -> Self::V {
            // SAFETY: every processor of the target has the instructions.
            let each = |$($arg: float32x4_t),*| unsafe { $value };
            [each($($arg[0]),*), each($($arg[1]),*)]
        }
    )*};
}

impl Simd for Neon {
    /// The lower numbers and the upper ones. Nothing here walks them by `map` or in a loop: where it
    /// did, accumulators lay in memory.
    type V = [float32x4_t; 2];
    const LANES: usize = 8;
    const TILE_ROWS: [usize; 4] = [6, 4, 3, 3];
    // The compiler unpacks as early as it can.
    const UNPACKED_CHAINS: usize = 6;

    #[inline(always)]
    fn run<T: Task>(self, task: T) -> T::Output {
        enter(self, task)
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        // SAFETY: every processor of the target has the instructions.
        [unsafe { vdupq_n_f32(value) }; 2]
    }
    #[inline(always)]
    unsafe fn load(self, p: *const f32) -> Self::V {
        // SAFETY: the target, and the caller's promise about `p`.
        unsafe { [vld1q_f32(p), vld1q_f32(p.add(4))] }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32, [lower, upper]: Self::V) {
        // SAFETY: the target, and the caller's promise about `p`.
        unsafe {
            vst1q_f32(p, lower);
            vst1q_f32(p.add(4), upper);
        }
    }
    #[inline(always)]
    unsafe fn load_pairs(self, p: *const u32) -> [Self::V; 2] {
        // SAFETY: the target, and the caller's promise about `p`.
        unsafe {
            let words = [vld1q_u32(p), vld1q_u32(p.add(4))];
            let first = words.map(|words| vreinterpretq_f32_u32(vshlq_n_u32::<16>(words)));
            [first, words.map(|words| vreinterpretq_f32_u32(words))]
        }
    }
    #[inline(always)]
    unsafe fn load_bytes(self, p: *const i8) -> Self::V {
        // SAFETY: the target, and the caller's promise about `p`.
        unsafe {
            let wide = vmovl_s8(vld1_s8(p));
            let lower = vmovl_s16(vget_low_s16(wide));
            [vcvtq_f32_s32(lower), vcvtq_f32_s32(vmovl_high_s16(wide))]
        }
    }

    operations! {
        add(a, b) = vaddq_f32(a, b);
        sub(a, b) = vsubq_f32(a, b);
        mul(a, b) = vmulq_f32(a, b);
        div(a, b) = vdivq_f32(a, b);
        fma(a, b, c) = vfmaq_f32(c, a, b);
        fnma(a, b, c) = vfmsq_f32(c, a, b);
        // Not the instructions of that name, which pass on a NaN from either side.
        min(a, b) = vbslq_f32(vcltq_f32(a, b), a, b);
        max(a, b) = vbslq_f32(vcgtq_f32(a, b), a, b);
        abs(a) = vabsq_f32(a);
        copysign(magnitude, sign) = vbslq_f32(vdupq_n_u32(1 << 31), sign, magnitude);
        if_positive(x, a, b) = vbslq_f32(vcgtzq_f32(x), a, b);
        scale(p, t) = {
            let n = vshlq_n_u32::<23>(vreinterpretq_u32_f32(t));
            vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(p), n))
        };
    }
}
