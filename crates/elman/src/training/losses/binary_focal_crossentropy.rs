//! Cross-entropy of yes-or-no targets that counts hard cases more.

use serde::{Deserialize, Serialize};

use super::binary_crossentropy::{
    check_smoothing, crossentropy, logit_crossentropy, sigmoid, smoothing,
};
use super::loss::loss_methods;
use super::rows::{Asked, elementwise};
use super::{Evaluated, Loss};
use crate::{Float, Result, Tensor};

/// `(1 - q)^gamma` times the binary cross-entropy, the mean over the last axis, where
/// `q = y p + (1 - y)(1 - p)` is how right the prediction is: Keras's `binary_focal_crossentropy`.
///
/// [Lin et al., 2017](https://arxiv.org/abs/1708.02002).
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{BinaryFocalCrossentropy, Loss};
/// let (y, p) = (Tensor::from(array![[1.]]), Tensor::from(array![[0.5]]));
/// let value = BinaryFocalCrossentropy::default().call(&y, &p, None)?.data()[0];
/// assert!((value - 0.25 * 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BinaryFocalCrossentropy {
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
    /// Moves targets towards 0.5: `y (1 - s) + s / 2` (0).
    pub label_smoothing: f64,
    /// The axis that the mean is over (-1).
    pub axis: isize,
    /// Whether class 1 weighs `alpha` and class 0 `1 - alpha` (false).
    pub apply_class_balancing: bool,
    /// The weight of class 1 (0.25).
    pub alpha: f64,
    /// How much less right predictions count (2).
    pub gamma: f64,
}

impl Default for BinaryFocalCrossentropy {
    fn default() -> Self {
        BinaryFocalCrossentropy {
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
            apply_class_balancing: false,
            alpha: 0.25,
            gamma: 2.0,
        }
    }
}

impl BinaryFocalCrossentropy {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: self.axis, wants_gradient };
        let smooth = smoothing(self.label_smoothing, 2);
        let (alpha, gamma) = (self.alpha as Float, self.gamma as Float);
        elementwise(asked, y_true, y_pred, |y, given| {
            let y = smooth(y);
            // The entropy of a logit isn't clipped, and is differentiated by the logit itself.
            let p = if self.from_logits { sigmoid(given) } else { given };
            let (entropy, d_entropy) = match self.from_logits {
                true => logit_crossentropy(y, given),
                false => crossentropy(y, p),
            };
            let wrong = 1.0 - (y * p + (1.0 - y) * (1.0 - p));
            let factor = power(wrong, gamma);
            let through = if self.from_logits { p * (1.0 - p) } else { 1.0 };
            let d_factor = (1.0 - 2.0 * y) * d_power(wrong, gamma) * through;
            let weight = match self.apply_class_balancing {
                true => y * alpha + (1.0 - y) * (1.0 - alpha),
                false => 1.0,
            };
            (weight * factor * entropy, weight * (factor * d_entropy + d_factor * entropy))
        })
    }
}

/// `x^exponent`; the usual exponent is quicker by hand.
pub(super) fn power(x: Float, exponent: Float) -> Float {
    if exponent == 2.0 { x * x } else { x.powf(exponent) }
}

/// The derivative of [`power`] by `x`, which is 0 where the exponent is.
pub(super) fn d_power(x: Float, exponent: Float) -> Float {
    match exponent {
        2.0 => 2.0 * x,
        0.0 => 0.0,
        _ => exponent * x.powf(exponent - 1.0),
    }
}

impl Loss for BinaryFocalCrossentropy {
    loss_methods!("BinaryFocalCrossentropy");

    fn check(&self) -> Result<()> {
        check_smoothing(self, self.label_smoothing)
    }
}
