//! AVX2 with FMA: eight lanes, sixteen registers.

use super::{Simd, Task};
use std::arch::x86_64::*;

/// Proof that the processor has the instructions: only [`Avx2::detect`] makes one.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        found.then_some(Avx2(()))
    }
}

/// Compiles a task for the instruction set.
///
/// # Safety
/// The processor has the instructions.
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
unsafe fn enter<T: Task>(simd: Avx2, task: T) -> T::Output {
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

impl Simd for Avx2 {
    type V = __m256;
    const LANES: usize = 8;
    const TILE_ROWS: [usize; 4] = [6, 6, 3, 3];

    #[inline(always)]
    fn run<T: Task>(self, task: T) -> T::Output {
        // SAFETY: the token proves that the processor has the instructions.
        unsafe { enter(self, task) }
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        // SAFETY: the token proves that the processor has the instructions.
        unsafe { _mm256_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(self, p: *const f32) -> Self::V {
        // SAFETY: the token, and the caller's promise about `p`.
        unsafe { _mm256_loadu_ps(p) }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32, v: Self::V) {
        // SAFETY: the token, and the caller's promise about `p`.
        unsafe { _mm256_storeu_ps(p, v) }
    }
    #[inline(always)]
    unsafe fn load_pairs(self, p: *const u32) -> [Self::V; 2] {
        // SAFETY: the token, and the caller's promise about `p`.
        unsafe {
            let words = _mm256_loadu_si256(p.cast());
            [_mm256_slli_epi32::<16>(words), words].map(|v| _mm256_castsi256_ps(v))
        }
    }
    #[inline(always)]
    unsafe fn load_bytes(self, p: *const i8) -> Self::V {
        // SAFETY: the token, and the caller's promise about `p`.
        unsafe { _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(p.cast()))) }
    }

    operations! {
        add(a, b) = _mm256_add_ps(a, b);
        sub(a, b) = _mm256_sub_ps(a, b);
        mul(a, b) = _mm256_mul_ps(a, b);
        div(a, b) = _mm256_div_ps(a, b);
        fma(a, b, c) = _mm256_fmadd_ps(a, b, c);
        fnma(a, b, c) = _mm256_fnmadd_ps(a, b, c);
        min(a, b) = _mm256_min_ps(a, b);
        max(a, b) = _mm256_max_ps(a, b);
        abs(a) = _mm256_andnot_ps(_mm256_set1_ps(-0.0), a);
        copysign(magnitude, sign) = {
            let bit = _mm256_set1_ps(-0.0);
            _mm256_or_ps(_mm256_andnot_ps(bit, magnitude), _mm256_and_ps(bit, sign))
        };
        if_positive(x, a, b) =
            _mm256_blendv_ps(b, a, _mm256_cmp_ps::<_CMP_GT_OQ>(x, _mm256_setzero_ps()));
        scale(p, t) = {
            let n = _mm256_slli_epi32::<23>(_mm256_castps_si256(t));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), n))
        };
    }
}
