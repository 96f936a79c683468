//! Losses that compare targets and predictions by their ratio.

use super::loss::loss_methods;
use super::mean_error::sign;
use super::rows::{Asked, elementwise};
use super::{EPSILON, Evaluated, Loss};
use crate::{Result, Tensor};

/// `100 mean(|y_true - y_pred| / max(|y_true|, 1e-7))` over the last axis: Keras's `mape`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, MeanAbsolutePercentageError};
/// let (y, p) = (Tensor::from(array![[2., 4.]]), Tensor::from(array![[1., 5.]]));
/// assert_eq!(MeanAbsolutePercentageError.call(&y, &p, None)?.data(), [37.5]); // 50 %, 25 %
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct MeanAbsolutePercentageError;

/// `mean((log(y_true + 1) - log(y_pred + 1))²)` over the last axis: Keras's `msle`.
///
/// Targets and predictions below 1e-7 count as 1e-7.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, MeanSquaredLogarithmicError};
/// let (y, p) = (Tensor::from(array![[1.]]), Tensor::from(array![[3.]]));
/// let value = MeanSquaredLogarithmicError.call(&y, &p, None)?.data()[0];
/// assert!((value - 2f32.ln().powi(2)).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct MeanSquaredLogarithmicError;

impl MeanAbsolutePercentageError {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        elementwise(asked, y_true, y_pred, |y, p| {
            let scale = 100.0 / y.abs().max(EPSILON);
            ((p - y).abs() * scale, sign(p - y) * scale)
        })
    }
}

impl Loss for MeanAbsolutePercentageError {
    loss_methods!("MeanAbsolutePercentageError");
}

impl MeanSquaredLogarithmicError {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        elementwise(asked, y_true, y_pred, |y, p| {
            let difference = (p.max(EPSILON) + 1.0).ln() - (y.max(EPSILON) + 1.0).ln();
            let derivative = if p >= EPSILON { 2.0 * difference / (p + 1.0) } else { 0.0 };
            (difference * difference, derivative)
        })
    }
}

impl Loss for MeanSquaredLogarithmicError {
    loss_methods!("MeanSquaredLogarithmicError");
}
