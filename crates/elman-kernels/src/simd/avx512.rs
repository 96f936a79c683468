//! AVX-512: sixteen lanes, thirty-two registers.

use super::{Simd, Task};
use std::arch::x86_64::*;

/// Proof that the processor has the instructions: only [`Avx512::detect`] makes one.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma");
        found.then_some(Avx512(()))
    }
}

/// Compiles a task for the instruction set.
///
/// # Safety
/// The processor has the instructions.
#[inline(never)]
#[target_feature(enable = "avx512f,avx2,fma")]
unsafe fn enter<T: Task>(simd: Avx512, task: T) -> T::Output {
    task.run(simd)
}

macro_rules! operations {
    ($($name:ident($($arg:ident),*) = $value:expr;)*) => {$(
        #[inline(always)]
        fn $name(self, $($arg: Self::V),*) -> Self::V {
            // SAFETY: the token proves that the processor has the instructions.
            unsafe { $value }
        }
    )*};
}

impl Simd for Avx512 {
    type V = __m512;
    const LANES: usize = 16;
    const TILE_ROWS: [usize; 4] = [6, 6, 6, 6];

    #[inline(always)]
    fn run<T: Task>(self, task: T) -> T::Output {
        // SAFETY: the token proves that the processor has the instructions.
        unsafe { enter(self, task) }
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        // SAFETY: the token proves that the processor has the instructions.
        unsafe { _mm512_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(self, p: *const f32) -> Self::V {
        // SAFETY: the token, and the caller's promise about `p`.
        unsafe { _mm512_loadu_ps(p) }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32, v: Self::V) {
        // SAFETY: the token, and the caller's promise about `p`.
        unsafe { _mm512_storeu_ps(p, v) }
    }
    #[inline(always)]
    unsafe fn load_pairs(self, p: *const u32) -> [Self::V; 2] {
        // SAFETY: the token, and the caller's promise about `p`.
        unsafe {
            let words = _mm512_loadu_si512(p.cast());
            [_mm512_slli_epi32::<16>(words), words].map(|v| _mm512_castsi512_ps(v))
        }
    }
    #[inline(always)]
    unsafe fn load_bytes(self, p: *const i8) -> Self::V {
        // SAFETY: the token, and the caller's promise about `p`.
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(p.cast()))) }
    }

    operations! {
        add(a, b) = _mm512_add_ps(a, b);
        sub(a, b) = _mm512_sub_ps(a, b);
        mul(a, b) = _mm512_mul_ps(a, b);
        div(a, b) = _mm512_div_ps(a, b);
        fma(a, b, c) = _mm512_fmadd_ps(a, b, c);
        fnma(a, b, c) = _mm512_fnmadd_ps(a, b, c);
        min(a, b) = _mm512_min_ps(a, b);
        max(a, b) = _mm512_max_ps(a, b);
        abs(a) = _mm512_abs_ps(a);
        copysign(magnitude, sign) = {
            // Bit by bit: the sign bit from the one, the others from the other.
            let bit = _mm512_set1_epi32(i32::MIN);
            let (m, s) = (_mm512_castps_si512(magnitude), _mm512_castps_si512(sign));
            _mm512_castsi512_ps(_mm512_ternarylogic_epi32::<0xd8>(m, s, bit))
        };
        if_positive(x, a, b) =
            _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(x, _mm512_setzero_ps()), b, a);
        scale(p, t) = {
            let n = _mm512_slli_epi32::<23>(_mm512_castps_si512(t));
            _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(p), n))
        };
    }

    #[inline(always)]
    unsafe fn load_part(self, p: *const f32, n: usize) -> Self::V {
        // SAFETY: the token; lanes that the mask leaves out are not read.
        unsafe { _mm512_maskz_loadu_ps(first(n), p) }
    }
    #[inline(always)]
    unsafe fn store_part(self, p: *mut f32, v: Self::V, n: usize) {
        // SAFETY: the token; lanes that the mask leaves out are not written.
        unsafe { _mm512_mask_storeu_ps(p, first(n), v) }
    }
}

/// The mask of the first `n` lanes.
#[inline(always)]
fn first(n: usize) -> __mmask16 {
    if n >= 16 { !0 } else { (1 << n) - 1 }
}
