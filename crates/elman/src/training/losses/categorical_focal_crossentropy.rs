//! Cross-entropy of classes that counts hard cases more.

use serde::{Deserialize, Serialize};

use super::binary_crossentropy::{check_smoothing, smoothing};
use super::binary_focal_crossentropy::{d_power, power};
use super::categorical_crossentropy::{check_one_hot, clip, through_sum};
use super::loss::loss_methods;
use super::rows::{Asked, rowwise};
use super::{Evaluated, Loss};
use crate::{Error, Float, Result, Tensor};

/// `-sum(alpha (1 - p)^gamma y log p)` over the last axis, for one-hot targets: Keras's
/// `categorical_focal_crossentropy`.
///
/// Probabilities are divided by their sum and kept within `[1e-7, 1 - 1e-7]`.
/// [Lin et al., 2017](https://arxiv.org/abs/1708.02002).
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{CategoricalFocalCrossentropy, Loss};
/// let (y, p) = (Tensor::from(array![[0., 1., 0.]]), Tensor::from(array![[0.25, 0.5, 0.25]]));
/// let value = CategoricalFocalCrossentropy::default().call(&y, &p, None)?.data()[0];
/// assert!((value - 0.25 * 0.25 * 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CategoricalFocalCrossentropy {
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
    /// Moves targets towards the uniform: `y (1 - s) + s / n` (0).
    pub label_smoothing: f64,
    /// The axis of the classes (-1).
    pub axis: isize,
    /// The weight of all classes, or of each (0.25).
    pub alpha: Alpha,
    /// How much less right predictions count (2).
    pub gamma: f64,
}

/// A weight for all classes, or one for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Alpha {
    /// One weight for all.
    All(f64),
    /// One for each class, in their order.
    Each(Vec<f64>),
}

impl Default for CategoricalFocalCrossentropy {
    fn default() -> Self {
        CategoricalFocalCrossentropy {
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
            alpha: Alpha::All(0.25),
            gamma: 2.0,
        }
    }
}

impl CategoricalFocalCrossentropy {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        check_one_hot(self, y_true, y_pred)?;
        let asked = Asked { place: self.class_name(), axis: self.axis, wants_gradient };
        let classes = y_pred.shape()[super::resolve(asked.place, self.axis, y_pred.ndim())?];
        let alpha = match &self.alpha {
            Alpha::All(alpha) => vec![*alpha as Float; classes],
            Alpha::Each(alpha) => alpha.iter().map(|alpha| *alpha as Float).collect(),
        };
        if alpha.len() != classes {
            return Err(Error::InvalidArgument {
                place: format!("loss {}", self.class_name()),
                argument: "alpha",
                expected: format!("a number for each of {classes} classes"),
                got: format!("{} numbers", alpha.len()),
            });
        }
        let (smooth, gamma) =
            (smoothing(self.label_smoothing, y_pred.width()), self.gamma as Float);
        rowwise(asked, y_true, y_pred, |y, z, gradient| {
            // What is summed and divided: the predictions, or the exponentials of logits.
            let max = z.iter().copied().fold(Float::NEG_INFINITY, Float::max);
            let mass = |z: Float| if self.from_logits { (z - max).exp() } else { z };
            let sum: Float = z.iter().map(|z| mass(*z)).sum();
            if let Some(gradient) = gradient {
                for (((y, z), alpha), g) in y.iter().zip(z).zip(&alpha).zip(&mut *gradient) {
                    let q = mass(*z) / sum;
                    let of_q = power(1.0 - q, gamma) / q - d_power(1.0 - q, gamma) * q.ln();
                    *g = if q == clip(q) { -smooth(*y) * alpha * of_q } else { 0.0 };
                }
                match self.from_logits {
                    false => through_sum(z, sum, gradient),
                    true => {
                        let q = || z.iter().map(|z| mass(*z) / sum);
                        let dot: Float = q().zip(&*gradient).map(|(q, g)| q * g).sum();
                        q().zip(gradient).for_each(|(q, g)| *g = q * (*g - dot));
                    }
                }
            }
            let term = |((y, z), alpha): ((&Float, &Float), &Float)| {
                let q = clip(mass(*z) / sum);
                -smooth(*y) * alpha * power(1.0 - q, gamma) * q.ln()
            };
            y.iter().zip(z).zip(&alpha).map(term).sum()
        })
    }
}

impl Loss for CategoricalFocalCrossentropy {
    loss_methods!("CategoricalFocalCrossentropy");

    fn check(&self) -> Result<()> {
        check_smoothing(self, self.label_smoothing)
    }
}
