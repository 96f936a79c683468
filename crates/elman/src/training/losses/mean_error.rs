//! Losses that are the mean of an error over the last axis.

use super::loss::loss_methods;
use super::rows::{Asked, elementwise};
use super::{Evaluated, Loss};
use crate::{Result, Tensor};

/// `mean((y_true - y_pred)²)` over the last axis: Keras's `mse`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, MeanSquaredError};
/// let (y, p) = (Tensor::from(array![[0., 2.]]), Tensor::from(array![[1., 5.]]));
/// assert_eq!(MeanSquaredError.evaluate(&y, &p)?.values.data(), [5.0]); // (1 + 9) / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct MeanSquaredError;

/// `mean(|y_true - y_pred|)` over the last axis: Keras's `mae`.
///
/// Where both are equal, the gradient is 0.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, MeanAbsoluteError};
/// let (y, p) = (Tensor::from(array![[0., 2.]]), Tensor::from(array![[1., 5.]]));
/// assert_eq!(MeanAbsoluteError.evaluate(&y, &p)?.values.data(), [2.0]); // (1 + 3) / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct MeanAbsoluteError;

impl MeanSquaredError {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        elementwise(asked, y_true, y_pred, |y, p| ((p - y) * (p - y), 2.0 * (p - y)))
    }
}

impl Loss for MeanSquaredError {
    loss_methods!("MeanSquaredError");
}

impl MeanAbsoluteError {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        elementwise(asked, y_true, y_pred, |y, p| ((p - y).abs(), sign(p - y)))
    }
}

impl Loss for MeanAbsoluteError {
    loss_methods!("MeanAbsoluteError");
}

/// The sign of a number, 0 for 0: the derivative that TensorFlow gives the absolute value.
pub(super) fn sign(x: crate::Float) -> crate::Float {
    if x == 0.0 { 0.0 } else { x.signum() }
}
