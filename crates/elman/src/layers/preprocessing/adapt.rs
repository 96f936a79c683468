//! Mean and variance of data that come at once or in batches.

use crate::{Tensor, ops};

/// Mean and variance for each place along the axes that are kept.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    /// The lengths of the axes that are kept.
    pub shape: Vec<usize>,
    pub mean: Vec<f64>,
    pub variance: Vec<f64>,
    /// How many values each mean is of.
    count: usize,
}

impl Moments {
    /// Those of one array, all of whose lengths are positive; `axes` ascend.
    pub fn of(x: &Tensor, axes: &[usize]) -> Moments {
        let shape: Vec<usize> = axes.iter().map(|axis| x.shape()[*axis]).collect();
        let width = shape.iter().product();
        let columns = ops::permute(x, &ops::bring_last(x.ndim(), axes));
        let count = x.len() / width;
        let mean_of = |value: &dyn Fn(usize, f64) -> f64| {
            let mut sums = vec![0.0; width];
            for row in columns.data().chunks_exact(width) {
                for (i, (sum, x)) in sums.iter_mut().zip(row).enumerate() {
                    *sum += value(i, f64::from(*x));
                }
            }
            sums.iter().map(|sum| sum / count as f64).collect::<Vec<f64>>()
        };
        let mean = mean_of(&|_, x| x);
        let variance = mean_of(&|i, x| (x - mean[i]).powi(2));
        Moments { shape, mean, variance, count }
    }

    /// Those of the data so far, of which `other` is a further batch of the same shape.
    pub fn add(&mut self, other: &Moments) {
        self.count += other.count;
        let new = other.count as f64 / self.count as f64;
        let old = 1.0 - new;
        let own = self.mean.iter_mut().zip(&mut self.variance);
        for ((mean, variance), (m, v)) in own.zip(other.mean.iter().zip(&other.variance)) {
            let whole = *mean * old + m * new;
            *variance =
                (*variance + (*mean - whole).powi(2)) * old + (v + (m - whole).powi(2)) * new;
            *mean = whole;
        }
    }
}
