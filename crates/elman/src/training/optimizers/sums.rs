//! Sums that norms and means are made of.
//!
//! They are in f64, so that they are exact to f32 however long a vector is, and in an order of
//! their own that depends on nothing but its length.

use crate::Float;

/// How many values are added up side by side.
const LANES: usize = 8;
/// How many values are computed at once, to be added up.
const CHUNK: usize = 64;

/// The sum of squares.
#[allow(clippy::unnecessary_cast, reason = "Float is f64 in the verification build")]
pub(super) fn sum_of_squares(values: &[Float]) -> f64 {
    let mut sums = [0.0; LANES];
    for chunk in values.chunks(LANES) {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += *v as f64 * *v as f64;
        }
    }
    sums.iter().sum()
}

/// The mean.
#[allow(clippy::unnecessary_cast, reason = "Float is f64 in the verification build")]
pub(super) fn mean(values: &[Float]) -> Float {
    let mut sums = [0.0; LANES];
    for chunk in values.chunks(LANES) {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += *v as f64;
        }
    }
    (sums.iter().sum::<f64>() / values.len() as f64) as Float
}

/// The root of the mean of squares.
pub(super) fn root_mean_square(values: &[Float]) -> Float {
    (sum_of_squares(values) / values.len() as f64).sqrt() as Float
}

/// The sum of the squares of `of(a, b)`, for pairs of values: as [`sum_of_squares`], but without
/// holding all results at once.
pub(super) fn sum_of_squares_of(
    a: &[Float],
    b: &[Float],
    of: impl Fn(Float, Float) -> Float,
) -> f64 {
    let mut results = [0.0; CHUNK];
    let mut sum = 0.0;
    for (a, b) in a.chunks(CHUNK).zip(b.chunks(CHUNK)) {
        let results = &mut results[..a.len()];
        for ((result, a), b) in results.iter_mut().zip(a).zip(b) {
            *result = of(*a, *b);
        }
        sum += sum_of_squares(results);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_of_all_values() {
        for len in [1, 7, 8, 9, 63, 64, 65, 200] {
            let values: Vec<Float> = (1..=len).map(|i| i as Float).collect();
            let n = len as f64;
            let squares = n * (n + 1.0) * (2.0 * n + 1.0) / 6.0;
            assert_eq!(sum_of_squares(&values), squares);
            assert_eq!(f64::from(mean(&values)), (n + 1.0) / 2.0);
            let difference = |a: Float, b: Float| a - 3.0 * b;
            assert_eq!(sum_of_squares_of(&values, &values, difference), 4.0 * squares);
        }
    }
}
