//! Running means and sums of values.

use super::element_weights;
use crate::training::losses::{masked, same_rank};
use crate::{Result, Tensor};

/// The weighted mean of values, each sample counting alike: Keras's `Mean`.
///
/// Where a sample has several values, it counts with their mean, so that batches of longer
/// sequences don't count more.
///
/// ```
/// use elman::Tensor;
/// use elman::training::metrics::Mean;
/// let mut mean = Mean::default();
/// mean.update(&Tensor::from(ndarray::array![1., 3.]), None)?;
/// mean.update(&Tensor::from(ndarray::array![5.]), Some(&Tensor::from(ndarray::array![2.])))?;
/// assert_eq!(mean.result(), 3.5); // (1 + 3 + 2 * 5) / 4
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    total: f64,
    count: f64,
}

impl Mean {
    /// Takes in a value.
    pub fn add(&mut self, value: f64, weight: f64) {
        self.total += value * weight;
        self.count += weight;
    }

    /// Takes in the values of a batch, whose first axis is the samples. Weights have the shape of
    /// the values, or of their first axes; a mask on the values counts beside weights only, as in
    /// Keras.
    ///
    /// # Errors
    /// [`Error::Mismatch`](crate::Error::Mismatch) for weights that don't fit.
    pub fn update(&mut self, values: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        let taken = by_sample(values, weights, true)?;
        self.total += taken.total;
        self.count += taken.count;
        Ok(())
    }

    /// The mean; 0 if nothing was taken in.
    pub fn result(&self) -> f64 {
        super::divide(self.total, self.count)
    }

    /// Forgets what was taken in.
    pub fn reset(&mut self) {
        *self = Mean::default();
    }
}

/// The weighted sum of values: Keras's `Sum`.
///
/// ```
/// use elman::Tensor;
/// use elman::training::metrics::Sum;
/// let mut sum = Sum::default();
/// sum.update(&Tensor::from(ndarray::array![1., 3.]), None)?;
/// sum.update(&Tensor::from(ndarray::array![5.]), Some(&Tensor::from(ndarray::array![2.])))?;
/// assert_eq!(sum.result(), 14.0);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    total: f64,
}

impl Sum {
    /// Takes in the values of a batch, as [`Mean::update`] does.
    ///
    /// # Errors
    /// As [`Mean::update`].
    pub fn update(&mut self, values: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        self.total += by_sample(values, weights, false)?.total;
        Ok(())
    }

    /// The sum.
    pub fn result(&self) -> f64 {
        self.total
    }

    /// Forgets what was taken in.
    pub fn reset(&mut self) {
        *self = Sum::default();
    }
}

struct Taken {
    total: f64,
    count: f64,
}

/// The sum of the values of all samples and of their weights, where each sample has the mean, or
/// else the sum, of what belongs to it.
fn by_sample(values: &Tensor, weights: Option<&Tensor>, means: bool) -> Result<Taken> {
    let total = |tensor: &Tensor| tensor.data().iter().map(|v| f64::from(*v)).sum::<f64>();
    let per_sample = |shape: &[usize]| match means {
        true => shape.iter().skip(1).product::<usize>().max(1) as f64,
        false => 1.0,
    };
    let Some(weights) = weights else {
        let count = values.shape().first().copied().unwrap_or(1) as f64;
        return Ok(Taken { total: total(values) / per_sample(values.shape()), count });
    };
    // A mask on the values, of a class that is ignored, counts here and only here.
    let weights = masked(Some(weights), values.mask(), false)?.unwrap_or_else(|| weights.clone());
    let (of_values, of_weights) = same_rank(values.shape(), weights.shape());
    let weights = weights.reshape(of_weights)?;
    let values = values.clone().reshape(of_values)?;
    // Axes that the weights don't tell apart are averaged over first.
    let told = weights.ndim().min(values.ndim());
    let inner = values.shape()[told..].iter().product::<usize>().max(1);
    let scale = if means { inner as f64 } else { 1.0 };
    let shape = &values.shape()[..told];
    let spread = element_weights("sample_weight", Some(&weights), shape)?;
    let rows = values.data().chunks_exact(inner);
    let row = |row: &[crate::Float]| row.iter().map(|v| f64::from(*v)).sum::<f64>() / scale;
    let weighed = rows.zip(&spread).map(|(values, weight)| row(values) * f64::from(*weight));
    Ok(Taken {
        total: weighed.sum::<f64>() / per_sample(shape),
        count: spread.iter().map(|w| f64::from(*w)).sum::<f64>() / per_sample(shape),
    })
}
