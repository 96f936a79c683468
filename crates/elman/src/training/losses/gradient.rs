//! What a loss computes: values, and how to get from them to gradients.

use std::fmt;

use crate::{Float, Tensor};

/// What a loss computes.
#[derive(Debug)]
pub struct Evaluated {
    /// The values, most often one for each row of the predictions.
    pub values: Tensor,
    /// Their gradients with respect to the predictions.
    pub gradient: Gradient,
}

impl Evaluated {
    /// Values and gradients; a tensor as the gradient is as [`Gradient::rows`] takes it.
    pub fn new(values: Tensor, gradient: impl Into<Gradient>) -> Evaluated {
        Evaluated { values, gradient: gradient.into() }
    }
}

type Pullback = Box<dyn FnOnce(&[Float]) -> Tensor + Send>;

/// The gradients of the values of a loss with respect to the predictions.
pub struct Gradient(Kind);

enum Kind {
    Rows(Tensor),
    Pullback(Pullback),
}

impl Gradient {
    /// For values that depend on one row of the predictions each: the gradient of every value with
    /// respect to its row, in the shape of the predictions.
    pub fn rows(gradient: Tensor) -> Gradient {
        Gradient(Kind::Rows(gradient))
    }

    /// For values that depend on more: a function from a factor for each value to the gradient of
    /// the sum of the values times their factors.
    ///
    /// ```
    /// use elman::Tensor;
    /// use elman::training::losses::Gradient;
    /// // The values p[0] * p[1] and p[1], at p = [2, 3].
    /// let gradient = Gradient::pullback(|factors| {
    ///     Tensor::new([2], vec![3.0 * factors[0], 2.0 * factors[0] + factors[1]]).unwrap()
    /// });
    /// assert_eq!(gradient.of_weighted_sum(&[1.0, 10.0]).data(), [3.0, 12.0]);
    /// ```
    pub fn pullback(f: impl FnOnce(&[Float]) -> Tensor + Send + 'static) -> Gradient {
        Gradient(Kind::Pullback(Box::new(f)))
    }

    /// The gradient of the sum of the values, each times its factor.
    pub fn of_weighted_sum(self, factors: &[Float]) -> Tensor {
        match self.0 {
            Kind::Rows(mut gradient) => {
                let width = gradient.len() / factors.len().max(1);
                let rows = gradient.data_mut().chunks_exact_mut(width.max(1));
                for (row, factor) in rows.zip(factors) {
                    row.iter_mut().for_each(|g| *g *= factor);
                }
                gradient
            }
            Kind::Pullback(f) => f(factors),
        }
    }
}

impl From<Tensor> for Gradient {
    fn from(gradient: Tensor) -> Gradient {
        Gradient::rows(gradient)
    }
}

impl fmt::Debug for Gradient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Rows(gradient) => f.debug_tuple("Gradient::rows").field(gradient).finish(),
            Kind::Pullback(_) => f.write_str("Gradient::pullback"),
        }
    }
}
