//! Cross-entropy of independent yes-or-no targets.

use serde::{Deserialize, Serialize};

use super::loss::loss_methods;
use super::rows::{Asked, elementwise};
use super::{EPSILON, Evaluated, Loss};
use crate::{Error, Float, Result, Tensor};

/// `-(y log p + (1 - y) log(1 - p))`, the mean over the last axis: Keras's `binary_crossentropy`.
///
/// Probabilities are kept within `[1e-7, 1 - 1e-7]`. With `from_logits` the predictions are
/// numbers before the sigmoid, which is more precise far from 0.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{BinaryCrossentropy, Loss};
/// let (y, p) = (Tensor::from(array![[1.]]), Tensor::from(array![[0.25]]));
/// let value = BinaryCrossentropy::default().evaluate(&y, &p)?.values.data()[0];
/// assert!((value - 4f32.ln()).abs() < 1e-6);
/// let from_logits = BinaryCrossentropy { from_logits: true, ..Default::default() };
/// assert_eq!(from_logits.call(&y, &Tensor::from(array![[200.]]), None)?.data(), [0.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BinaryCrossentropy {
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
    /// Moves targets towards 0.5: `y (1 - s) + s / 2` (0).
    pub label_smoothing: f64,
    /// The axis that the mean is over (-1).
    pub axis: isize,
}

impl Default for BinaryCrossentropy {
    fn default() -> Self {
        BinaryCrossentropy { from_logits: false, label_smoothing: 0.0, axis: -1 }
    }
}

impl BinaryCrossentropy {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: self.axis, wants_gradient };
        let smooth = smoothing(self.label_smoothing, 2);
        if self.from_logits {
            return elementwise(asked, y_true, y_pred, |y, z| logit_crossentropy(smooth(y), z));
        }
        elementwise(asked, y_true, y_pred, |y, p| crossentropy(smooth(y), p))
    }
}

/// The cross-entropy of a probability, and its derivative.
pub(super) fn crossentropy(y: Float, p: Float) -> (Float, Float) {
    let clipped = p.clamp(EPSILON, 1.0 - EPSILON);
    let value = -(y * clipped.ln() + (1.0 - y) * (1.0 - clipped).ln());
    // Beyond the clip the loss is constant.
    let inside = p == clipped;
    (value, if inside { (p - y) / (p * (1.0 - p)) } else { 0.0 })
}

/// The cross-entropy of the sigmoid of a logit, and its derivative by the logit.
pub(super) fn logit_crossentropy(y: Float, z: Float) -> (Float, Float) {
    // max(z, 0) - z y + log(1 + exp(-|z|)), which overflows for no z.
    (z.max(0.0) - z * y + (-z.abs()).exp().ln_1p(), sigmoid(z) - y)
}

pub(super) fn sigmoid(z: Float) -> Float {
    1.0 / (1.0 + (-z).exp())
}

/// What a target counts as with label smoothing among so many classes.
pub(super) fn smoothing(label_smoothing: f64, classes: usize) -> impl Fn(Float) -> Float {
    let s = label_smoothing as Float;
    let uniform = s / classes.max(1) as Float;
    move |y| if s == 0.0 { y } else { y * (1.0 - s) + uniform }
}

/// Checks Keras's argument `label_smoothing`.
pub(super) fn check_smoothing(loss: &dyn Loss, label_smoothing: f64) -> Result<()> {
    if (0.0..=1.0).contains(&label_smoothing) {
        return Ok(());
    }
    Err(Error::InvalidArgument {
        place: format!("loss {}", loss.class_name()),
        argument: "label_smoothing",
        expected: "a number from 0 to 1".into(),
        got: label_smoothing.to_string(),
    })
}

impl Loss for BinaryCrossentropy {
    loss_methods!("BinaryCrossentropy");

    fn check(&self) -> Result<()> {
        check_smoothing(self, self.label_smoothing)
    }
}
