//! What the weights of a panel are held as.

use crate::Float;
use crate::simd::Simd;

/// A number of a panel, or several.
pub(crate) trait Weight: Copy + Send + Sync {
    /// Whether results are to be multiplied by a number for each column.
    const SCALED: bool;
    /// Whether they have to be unpacked.
    const UNPACKED: bool;

    /// How many there are in a panel of so many rows of `width` columns.
    fn panel(depth: usize, width: usize) -> usize;

    /// Adds `factors` times the panels of `B` blocks, `next` apart, to the vectors `F` to `T` of
    /// each: one fused multiplication after the other, in the order of the depth.
    ///
    /// # Safety
    /// The factors are valid for reading `depth` numbers, the panels for what [`Weight::panel`]
    /// says.
    unsafe fn sweep<S: Simd, const B: usize, const V: usize, const F: usize, const T: usize>(
        s: S,
        factors: *const Float,
        depth: usize,
        panel: *const Self,
        next: usize,
        acc: [[S::V; V]; B],
    ) -> [[S::V; V]; B];
}

/// As they are.
impl Weight for Float {
    const SCALED: bool = false;
    const UNPACKED: bool = false;

    fn panel(depth: usize, width: usize) -> usize {
        depth * width
    }

    #[inline(always)]
    unsafe fn sweep<S: Simd, const B: usize, const V: usize, const F: usize, const T: usize>(
        s: S,
        factors: *const Float,
        depth: usize,
        mut panel: *const Float,
        next: usize,
        mut acc: [[S::V; V]; B],
    ) -> [[S::V; V]; B] {
        for k in 0..depth {
            // SAFETY: the caller's promise.
            unsafe {
                let factor = s.splat(*factors.add(k));
                for i in 0..B {
                    for v in F..T {
                        let b = s.load(panel.add(i * next + (v - F) * S::LANES));
                        acc[i][v] = s.fma(factor, b, acc[i][v]);
                    }
                }
                panel = panel.add((T - F) * S::LANES);
            }
        }
        acc
    }
}

/// Two numbers of a column below each other, each rounded to what the format has: the upper one as
/// the lower half, which is the first half of an f32, the other as the word as it is, whose last bits
/// are the upper one. A last row without another has a zero below it.
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub(crate) struct Pair(pub u32);

impl Weight for Pair {
    const SCALED: bool = false;
    const UNPACKED: bool = true;

    fn panel(depth: usize, width: usize) -> usize {
        depth.div_ceil(2) * width
    }

    #[inline(always)]
    unsafe fn sweep<S: Simd, const B: usize, const V: usize, const F: usize, const T: usize>(
        s: S,
        factors: *const Float,
        depth: usize,
        panel: *const Pair,
        next: usize,
        mut acc: [[S::V; V]; B],
    ) -> [[S::V; V]; B] {
        let mut panel = panel.cast::<u32>();
        for k in (0..depth / 2 * 2).step_by(2) {
            // SAFETY: the caller's promise.
            unsafe {
                let [upper, lower] = [s.splat(*factors.add(k)), s.splat(*factors.add(k + 1))];
                for i in 0..B {
                    for v in F..T {
                        let at = panel.add(i * next + (v - F) * S::LANES);
                        let [first, second] = s.load_pairs(at);
                        acc[i][v] = s.fma(upper, first, acc[i][v]);
                        acc[i][v] = s.fma(lower, second, acc[i][v]);
                    }
                }
                panel = panel.add((T - F) * S::LANES);
            }
        }
        if depth % 2 == 1 {
            // SAFETY: the caller's promise.
            unsafe {
                let factor = s.splat(*factors.add(depth - 1));
                for i in 0..B {
                    for v in F..T {
                        let at = panel.add(i * next + (v - F) * S::LANES);
                        let [first, _] = s.load_pairs(at);
                        acc[i][v] = s.fma(factor, first, acc[i][v]);
                    }
                }
            }
        }
        acc
    }
}

/// Multiples of a power of two for each column.
impl Weight for i8 {
    const SCALED: bool = true;
    const UNPACKED: bool = true;

    fn panel(depth: usize, width: usize) -> usize {
        depth * width
    }

    #[inline(always)]
    unsafe fn sweep<S: Simd, const B: usize, const V: usize, const F: usize, const T: usize>(
        s: S,
        factors: *const Float,
        depth: usize,
        mut panel: *const i8,
        next: usize,
        mut acc: [[S::V; V]; B],
    ) -> [[S::V; V]; B] {
        for k in 0..depth {
            // SAFETY: the caller's promise.
            unsafe {
                let factor = s.splat(*factors.add(k));
                for i in 0..B {
                    for v in F..T {
                        let b = s.load_bytes(panel.add(i * next + (v - F) * S::LANES));
                        acc[i][v] = s.fma(factor, b, acc[i][v]);
                    }
                }
                panel = panel.add((T - F) * S::LANES);
            }
        }
        acc
    }
}
