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
    /// The upper half of an f32, rounded to the nearest: eight bits of precision, a relative error
    /// of at most 2^-9.
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
        if format == WeightFormat::Int8 {
            let mut largest = vec![0.0; columns];
            for row in rounded.rows(columns) {
                let row = largest.iter_mut().zip(row);
                row.for_each(|(largest, w)| {
                    // So that no NaN is lost.
                    *largest = if w.abs() > *largest || w.is_nan() { w.abs() } else { *largest };
                });
            }
            rounded.scales = largest.into_iter().map(scale).collect();
        }
        let scales = std::mem::take(&mut rounded.scales);
        for row in rounded.rows(columns) {
            for (w, scale) in row.iter_mut().zip(&scales) {
                *w = match format {
                    WeightFormat::Float32 => *w,
                    WeightFormat::Bfloat16 => bfloat16(*w),
                    WeightFormat::Int8 => (*w / scale).round().clamp(-127.0, 127.0) * scale,
                };
            }
        }
        rounded.scales = scales;
        Some(rounded)
    }

    /// The weights that are rounded, and this bias.
    pub(super) fn weights<'a>(&'a self, bias: Option<&'a [Float]>) -> Weights<'a> {
        Weights { kernel: &self.kernel, recurrent_kernel: &self.recurrent_kernel, bias }
    }

    fn rows(&mut self, columns: usize) -> impl Iterator<Item = &mut [Float]> {
        let kernels = [&mut self.kernel, &mut self.recurrent_kernel];
        kernels.into_iter().flat_map(move |kernel| kernel.chunks_mut(columns.max(1)))
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

/// To the nearest, ties to even; what is no number stays none.
#[allow(clippy::unnecessary_cast)] // Not in double precision.
fn bfloat16(w: Float) -> Float {
    let w = w as f32;
    if w.is_nan() {
        return w as Float;
    }
    let bits = w.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) & 0xffff_0000;
    f32::from_bits(rounded) as Float
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
    fn scales_are_the_least_powers_of_two_that_suffice() {
        for (largest, expected) in
            [(127.0, 1.0), (127.5, 2.0), (1.0, 1.0 / 64.0), (0.99, 1.0 / 128.0)]
        {
            assert_eq!(scale(largest), expected, "{largest}");
        }
        assert!(scale(0.0) > 0.0 && scale(Float::NAN).is_nan() && scale(Float::INFINITY).is_nan());
    }
}
