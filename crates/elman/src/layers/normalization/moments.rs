//! Mean and variance of columns, and the gradient through both: the arithmetic of
//! `BatchNormalization`.

use crate::{Float, Tensor};

/// What Keras adds to the number of values that a mask leaves, so that it is never zero.
const EPSILON: f64 = 1e-7;

/// Statistics of each column of an array of rows.
pub(super) struct Columns {
    pub mean: Vec<f64>,
    pub variance: Vec<f64>,
    /// The number of values that they were taken over; none if they weren't taken over the rows.
    counts: Option<Vec<f64>>,
}

/// Calls `visit` with the column, the value and whether it counts, for every value.
fn for_each(x: &Tensor, used: Option<&[bool]>, mut visit: impl FnMut(usize, f64, bool)) {
    let width = x.width().max(1);
    for (i, v) in x.data().iter().enumerate() {
        visit(i % width, f64::from(*v), used.is_none_or(|used| used[i]));
    }
}

impl Columns {
    /// Mean and variance of the rows of `x`, or of what counts in them.
    pub fn of(x: &Tensor, used: Option<&[bool]>) -> Columns {
        let zeros = vec![0.0; x.width()];
        let (mut counts, mut mean, mut variance) = (zeros.clone(), zeros.clone(), zeros);
        for_each(x, used, |column, v, counts_in| {
            if counts_in {
                mean[column] += v;
                counts[column] += 1.0;
            }
        });
        if used.is_some() {
            counts.iter_mut().for_each(|count| *count += EPSILON);
        }
        mean.iter_mut().zip(&counts).for_each(|(mean, count)| *mean /= count);
        for_each(x, used, |column, v, counts_in| {
            if counts_in {
                variance[column] += (v - mean[column]).powi(2);
            }
        });
        variance.iter_mut().zip(&counts).for_each(|(variance, count)| *variance /= count);
        Columns { mean, variance, counts: Some(counts) }
    }

    /// Statistics that were recorded earlier.
    pub fn recorded(mean: &[Float], variance: &[Float]) -> Columns {
        let wide = |values: &[Float]| values.iter().map(|v| f64::from(*v)).collect();
        Columns { mean: wide(mean), variance: wide(variance), counts: None }
    }

    /// `(x - mean) / sqrt(variance + epsilon)`, scaled and shifted where there are weights for it.
    pub fn normalize(&self, x: &Tensor, epsilon: f64, scale: &[Float], shift: &[Float]) -> Tensor {
        let inverse = self.inverse(epsilon);
        let mut y = x.clone();
        for row in y.data_mut().chunks_exact_mut(x.width().max(1)) {
            for (i, v) in row.iter_mut().enumerate() {
                *v = ((f64::from(*v) - self.mean[i]) * inverse[i]) as Float;
            }
            row.iter_mut().zip(scale).for_each(|(v, scale)| *v *= scale);
            row.iter_mut().zip(shift).for_each(|(v, shift)| *v += shift);
        }
        y
    }

    /// [`Columns::normalize`] as a function of rows in which `side` numbers stand side by side under
    /// each column.
    pub fn normalizer(
        self,
        epsilon: f64,
        scale: Vec<Float>,
        shift: Vec<Float>,
        side: usize,
    ) -> impl Fn(&[Float], &mut [Float]) + Send + Sync + 'static {
        let (mean, inverse) = (self.mean.clone(), self.inverse(epsilon));
        move |x, y| {
            let columns = (0..mean.len()).cycle();
            let parts = x.chunks_exact(side).zip(y.chunks_exact_mut(side)).zip(columns);
            for ((x, y), i) in parts {
                for (x, y) in x.iter().zip(y) {
                    *y = ((f64::from(*x) - mean[i]) * inverse[i]) as Float;
                    if let Some(scale) = scale.get(i) {
                        *y *= scale;
                    }
                    if let Some(shift) = shift.get(i) {
                        *y += shift;
                    }
                }
            }
        }
    }

    /// The means, and what is multiplied by.
    pub fn recorded_scale(&self, epsilon: f64) -> [Vec<f64>; 2] {
        [self.mean.clone(), self.inverse(epsilon)]
    }

    fn inverse(&self, epsilon: f64) -> Vec<f64> {
        self.variance.iter().map(|variance| (variance + epsilon).sqrt().recip()).collect()
    }

    /// The gradient of `x` from that of [`Columns::normalize`]'s result; those of the weights are
    /// added to.
    ///
    /// With g = dy * scale, N values and i = 1 / sqrt(v + epsilon):
    /// ```text
    /// dv = -i³ / 2 * sum(g * (x - m))     dm = -i * sum(g) - 2 dv / N * sum(x - m)
    /// dx = g * i + (dm + 2 dv * (x - m)) / N, the latter where x counts
    /// ```
    /// The sum of x - m is only nearly zero where the number of values was raised.
    pub fn backward(
        &self,
        x: &Tensor,
        used: Option<&[bool]>,
        dy: &Tensor,
        epsilon: f64,
        scale: &[Float],
        [of_scale, of_shift]: [&mut [Float]; 2],
    ) -> Tensor {
        let width = x.width();
        let inverse = self.inverse(epsilon);
        let (mut sums, mut along) = (vec![0.0; width], vec![0.0; width]);
        let mut rest = vec![0.0; width];
        let mut gradients = dy.data().iter();
        for_each(x, used, |column, v, counts_in| {
            let d = gradients.next().map_or(0.0, |d| f64::from(*d));
            sums[column] += d;
            along[column] += d * (v - self.mean[column]);
            rest[column] += if counts_in { v - self.mean[column] } else { 0.0 };
        });
        for (sum, d) in of_shift.iter_mut().zip(&sums) {
            *sum += *d as Float;
        }
        for (i, sum) in of_scale.iter_mut().enumerate() {
            *sum += (along[i] * inverse[i]) as Float;
        }
        let scale = |column: usize| scale.get(column).map_or(1.0, |scale| f64::from(*scale));
        let mut dx = dy.clone();
        let mut values = dx.data_mut().iter_mut();
        for_each(x, used, |column, v, counts_in| {
            let Some(d) = values.next() else { return };
            let (scale, inverse) = (scale(column), inverse[column]);
            let mut dx = f64::from(*d) * scale * inverse;
            if let (Some(counts), true) = (&self.counts, counts_in) {
                let dv = -0.5 * inverse.powi(3) * scale * along[column];
                let dm = -inverse * scale * sums[column] - 2.0 * dv * rest[column] / counts[column];
                dx += (dm + 2.0 * dv * (v - self.mean[column])) / counts[column];
            }
            *d = dx as Float;
        });
        dx
    }
}
