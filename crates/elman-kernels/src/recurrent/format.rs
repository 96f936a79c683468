//! Fewer bits for each weight.

use super::{Cell, Weights};
use crate::Float;

/// What the kernels hold weights as. A single stream spends its time reading them, so that fewer
/// bits are faster as soon as the weights outgrow a cache, and what is computed with them stays
/// [`Float`]: weights are rounded once, and everything else is as before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WeightFormat {
    /// As they are.
    #[default]
    Float32,
    /// Sixteen bits each, with eight bits of precision: a relative error of at most 2^-8. Of each two
    /// rows of a kernel, the first is rounded to the nearest bfloat16, the upper half of an f32, and
    /// the second to the nearest f32 whose lower half has the bits of the first: a word holds both,
    /// and is itself the second. So weights that were bfloat16 before may change by as much.
    Bfloat16,
    /// Multiples from -127 to 127 of a power of two for each column of both kernels together: an
    /// error of at most 1 / 127 of the largest weight of the column, and about a third of that on
    /// average. Biases stay as they are.
    Int8,
}

/// The least exponent of a power of two that columns are multiples of: smaller weights are zero.
const LEAST_EXPONENT: i32 = -60;

/// Weights that a format of fewer bits can hold.
pub(super) struct Rounded {
    pub format: WeightFormat,
    pub kernel: Vec<Float>,
    pub recurrent_kernel: Vec<Float>,
    /// For each column, what its weights are multiples of; ones, unless integers.
    pub scales: Vec<Float>,
}

impl Rounded {
    /// The weights in a format; none if it holds them as they are.
    pub(super) fn new(
        cell: Cell,
        units: usize,
        weights: &Weights<'_>,
        format: WeightFormat,
    ) -> Option<Self> {
        if format == WeightFormat::Float32 {
            return None;
        }
        let columns = cell.gates() * units;
        let mut rounded = Rounded {
            format,
            kernel: weights.kernel.to_vec(),
            recurrent_kernel: weights.recurrent_kernel.to_vec(),
            scales: vec![1.0; columns],
        };
        match format {
            WeightFormat::Float32 => {}
            WeightFormat::Bfloat16 => rounded.round_pairs(columns),
            WeightFormat::Int8 => rounded.round_integers(columns),
        }
        Some(rounded)
    }

    /// The weights that are rounded, and this bias.
    pub(super) fn weights<'a>(&'a self, bias: Option<&'a [Float]>) -> Weights<'a> {
        Weights { kernel: &self.kernel, recurrent_kernel: &self.recurrent_kernel, bias }
    }

    fn round_pairs(&mut self, columns: usize) {
        for pair in self.rows(2 * columns) {
            let (first, second) = pair.split_at_mut(columns);
            first.iter_mut().for_each(|w| *w = bfloat16(*w));
            for (w, first) in second.iter_mut().zip(first) {
                *w = nearest(*w, bits(*first) >> 16);
            }
        }
    }

    fn round_integers(&mut self, columns: usize) {
        let mut largest = vec![0.0; columns];
        for row in self.rows(columns) {
            let row = largest.iter_mut().zip(row);
            row.for_each(|(largest, w)| {
                // So that no NaN is lost.
                *largest = if w.abs() > *largest || w.is_nan() { w.abs() } else { *largest };
            });
        }
        let scales: Vec<Float> = largest.into_iter().map(scale).collect();
        for row in self.rows(columns) {
            for (w, scale) in row.iter_mut().zip(&scales) {
                *w = (*w / scale).round().clamp(-127.0, 127.0) * scale;
            }
        }
        self.scales = scales;
    }

    /// The rows of both kernels, as many at once as have so many numbers.
    fn rows(&mut self, numbers: usize) -> impl Iterator<Item = &mut [Float]> {
        let kernels = [&mut self.kernel, &mut self.recurrent_kernel];
        kernels.into_iter().flat_map(move |kernel| kernel.chunks_mut(numbers.max(1)))
    }
}

/// The least power of two of which 127 are as much as `largest`; NaN, and with it all results of
/// the column, if that is no number.
fn scale(largest: Float) -> Float {
    if !largest.is_finite() {
        return Float::NAN;
    }
    let mut scale = Float::powi(2.0, LEAST_EXPONENT);
    while largest > 127.0 * scale {
        scale *= 2.0;
    }
    scale
}

/// The bits of a weight, or of the f32 nearest to it.
#[allow(clippy::unnecessary_cast)] // Not in double precision.
pub(super) fn bits(w: Float) -> u32 {
    (w as f32).to_bits()
}

/// To the nearest, ties to even; what is no number stays none.
fn bfloat16(w: Float) -> Float {
    if w.is_nan() {
        // Whose upper half says so.
        return Float::NAN;
    }
    let bits = bits(w);
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) & 0xffff_0000;
    Float::from(f32::from_bits(rounded))
}

/// The nearest number whose last bits are these 16. Not a subnormal one, which some processors take
/// long for; what is no finite number becomes none, whatever its last bits.
fn nearest(w: Float, last: u32) -> Float {
    const SIGN: u32 = 1 << 31;
    let bits = bits(w);
    let with = |first: u32| Float::from(f32::from_bits(bits & SIGN | first << 16 | last));
    if !w.is_finite() {
        return with(f32::NAN.to_bits() >> 16);
    }
    // The bits of positive numbers are in the order of the numbers.
    let below = (bits & !SIGN).saturating_sub(last) >> 16;
    let least = if last == 0 { 0 } else { f32::MIN_POSITIVE.to_bits() >> 16 };
    let [below, above] = [below, below + 1].map(|x| with(x.clamp(least, f32::MAX.to_bits() >> 16)));
    if (above - w).abs() < (below - w).abs() { above } else { below }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bfloat16_rounds_to_the_nearest() {
        let one = 1.0 + 2.0_f32.powi(-7);
        for (w, expected) in [
            (1.0, 1.0),
            (1.0 + 2.0_f32.powi(-9), 1.0),
            // Halfway: to the even one.
            (1.0 + 2.0_f32.powi(-8), 1.0),
            (one + 2.0_f32.powi(-8), 1.0 + 2.0_f32.powi(-6)),
            (-0.1, -0.100_097_656),
            (f32::INFINITY, f32::INFINITY),
        ] {
            assert_eq!(bfloat16(w as Float), expected as Float, "{w}");
        }
        assert!(bfloat16(Float::NAN).is_nan());
    }

    #[test]
    fn the_second_of_a_pair_is_the_nearest_with_the_bits_of_the_first() {
        for w in [0.1, -0.1, 1.0, -1.0, 0.999_999_9, 3.0e-5, -7.5, 1.0e38].map(Float::from) {
            for last in [0, 1, 0x7fff, 0x8000, 0xbdcd, 0xffff] {
                let found = nearest(w, last);
                assert_eq!(bits(found) & 0xffff, last, "{w} {last:x}");
                assert!((found / w - 1.0).abs() <= Float::powi(2.0, -8), "{w} {last:x}");
                for step in [0x1_0000, -0x1_0000] {
                    let other = Float::from(f32::from_bits(bits(found).wrapping_add_signed(step)));
                    assert!((other - w).abs() >= (found - w).abs(), "{w} {last:x}");
                }
            }
        }
        assert_eq!(bits(nearest(-0.0, 0)), 1 << 31);
        assert_eq!(bits(nearest(0.0, 0xbf80)), 0x0080_bf80);
        assert!(nearest(Float::from(f32::MAX), 1).is_finite());
        assert!(nearest(Float::INFINITY, 0).is_nan() && nearest(Float::NAN, 0xffff).is_nan());
    }

    #[test]
    fn scales_are_the_least_powers_of_two_that_suffice() {
        for (largest, expected) in
            [(127.0, 1.0), (127.5, 2.0), (1.0, 1.0 / 64.0), (0.99, 1.0 / 128.0)]
        {
            assert_eq!(scale(largest), expected, "{largest}");
        }
        assert!(scale(0.0) > 0.0 && scale(Float::NAN).is_nan() && scale(Float::INFINITY).is_nan());
    }
}
