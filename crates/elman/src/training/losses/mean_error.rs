//! Losses that are the mean of an error over the last axis.

use serde_json::{Value, json};

use super::{Evaluated, Loss, align};
use crate::{Float, Result, Tensor};

/// `mean((y_true - y_pred)²)` over the last axis: Keras's `mse`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, MeanSquaredError};
/// let (y, p) = (Tensor::from(array![[0., 2.]]), Tensor::from(array![[1., 5.]]));
/// assert_eq!(MeanSquaredError.evaluate(&y, &p)?.values.data(), [5.0]); // (1 + 9) / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanSquaredError;

/// `mean(|y_true - y_pred|)` over the last axis: Keras's `mae`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, MeanAbsoluteError};
/// let (y, p) = (Tensor::from(array![[0., 2.]]), Tensor::from(array![[1., 5.]]));
/// assert_eq!(MeanAbsoluteError.evaluate(&y, &p)?.values.data(), [2.0]); // (1 + 3) / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanAbsoluteError;

impl Loss for MeanSquaredError {
    fn class_name(&self) -> &'static str {
        "MeanSquaredError"
    }

    fn config(&self) -> Value {
        json!({})
    }

    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        mean_over_rows(self, y_true, y_pred, |y, p| ((p - y) * (p - y), 2.0 * (p - y)))
    }

    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(*self)
    }
}

impl Loss for MeanAbsoluteError {
    fn class_name(&self) -> &'static str {
        "MeanAbsoluteError"
    }

    fn config(&self) -> Value {
        json!({})
    }

    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        mean_over_rows(self, y_true, y_pred, |y, p| {
            let sign = if p > y {
                1.0
            } else if p < y {
                -1.0
            } else {
                0.0
            };
            ((p - y).abs(), sign)
        })
    }

    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(*self)
    }
}

/// The mean over each row of an elementwise loss; `f` gives its value and derivative.
pub(super) fn mean_over_rows(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl Fn(Float, Float) -> (Float, Float),
) -> Result<Evaluated> {
    let (y, p) = align(loss.class_name(), y_true, y_pred)?;
    let width = p.width().max(1);
    let mut values = Vec::with_capacity(p.len() / width);
    let mut gradient = Vec::with_capacity(p.len());
    for (y, p) in y.data().chunks_exact(width).zip(p.data().chunks_exact(width)) {
        let mut sum = 0.0;
        for (y, p) in y.iter().zip(p) {
            let (value, derivative) = f(*y, *p);
            sum += value;
            gradient.push(derivative / width as Float);
        }
        values.push(sum / width as Float);
    }
    let rows = &p.shape()[..p.ndim().saturating_sub(1)];
    Ok(Evaluated {
        values: Tensor::from_parts(rows, values),
        gradient: Tensor::from_parts(y_pred.shape(), gradient),
    })
}
