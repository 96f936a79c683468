//! Cross-entropy of one class among several, with targets as rows of probabilities.

use serde::{Deserialize, Serialize};

use super::binary_crossentropy::{check_smoothing, smoothing};
use super::loss::loss_methods;
use super::rows::{Asked, rowwise};
use super::{EPSILON, Evaluated, Loss, mismatch};
use crate::{Float, Result, Shape, Tensor};

/// `-sum(y log p)` over the last axis, for one-hot targets: Keras's `categorical_crossentropy`.
///
/// Probabilities are divided by their sum and kept within `[1e-7, 1 - 1e-7]`. With `from_logits`
/// the predictions are numbers before the softmax. Gradients are exact for targets of any sum;
/// Keras on TensorFlow has those of logits right only where targets sum to 1.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{CategoricalCrossentropy, Loss};
/// let (y, p) = (Tensor::from(array![[0., 1., 0.]]), Tensor::from(array![[0.25, 0.5, 0.25]]));
/// let value = CategoricalCrossentropy::default().evaluate(&y, &p)?.values.data()[0];
/// assert!((value - 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CategoricalCrossentropy {
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
    /// Moves targets towards the uniform: `y (1 - s) + s / n` (0), where `n` is, as in Keras, the
    /// size of the last axis whatever `axis` is.
    pub label_smoothing: f64,
    /// The axis of the classes (-1).
    pub axis: isize,
}

impl Default for CategoricalCrossentropy {
    fn default() -> Self {
        CategoricalCrossentropy { from_logits: false, label_smoothing: 0.0, axis: -1 }
    }
}

impl CategoricalCrossentropy {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        check_one_hot(self, y_true, y_pred)?;
        let asked = Asked { place: self.class_name(), axis: self.axis, wants_gradient };
        let smooth = smoothing(self.label_smoothing, y_pred.width());
        rowwise(asked, y_true, y_pred, |y, p, gradient| {
            let targets = || y.iter().map(|y| smooth(*y));
            match self.from_logits {
                true => softmax_crossentropy(targets, p, gradient),
                false => crossentropy(targets, p, gradient),
            }
        })
    }
}

impl Loss for CategoricalCrossentropy {
    loss_methods!("CategoricalCrossentropy");

    fn check(&self) -> Result<()> {
        check_smoothing(self, self.label_smoothing)
    }
}

/// Checks that targets have one column a class.
pub(super) fn check_one_hot(loss: &dyn Loss, y_true: &Tensor, y_pred: &Tensor) -> Result<()> {
    if y_true.shape() == y_pred.shape() {
        return Ok(());
    }
    let expected = format!(
        "the shape of the model's output, {}, one column a class (for class numbers use \
         sparse_categorical_crossentropy)",
        Shape::from(y_pred.shape())
    );
    Err(mismatch(loss.class_name(), "y", expected, y_true))
}

/// One row of `-sum(y log(q))` with `q = p / sum(p)`, clipped.
fn crossentropy<I: Iterator<Item = Float>>(
    targets: impl Fn() -> I,
    p: &[Float],
    gradient: Option<&mut [Float]>,
) -> Float {
    let sum: Float = p.iter().sum();
    if let Some(gradient) = gradient {
        // d(-y log q)/dq = -y / q where q is not clipped.
        for ((y, p), g) in targets().zip(p).zip(&mut *gradient) {
            let q = p / sum;
            *g = if q == clip(q) { -y / q } else { 0.0 };
        }
        through_sum(p, sum, gradient);
    }
    -targets().zip(p).map(|(y, p)| y * clip(p / sum).ln()).sum::<Float>()
}

pub(super) fn clip(p: Float) -> Float {
    p.clamp(EPSILON, 1.0 - EPSILON)
}

/// From the gradient of `p / sum(p)` to that of `p`.
pub(super) fn through_sum(p: &[Float], sum: Float, gradient: &mut [Float]) {
    let dot: Float = p.iter().zip(&*gradient).map(|(p, g)| p / sum * g).sum();
    gradient.iter_mut().for_each(|g| *g = (*g - dot) / sum);
}

/// One row of the cross-entropy of `softmax(z)`.
pub(super) fn softmax_crossentropy<I: Iterator<Item = Float>>(
    targets: impl Fn() -> I,
    z: &[Float],
    gradient: Option<&mut [Float]>,
) -> Float {
    let max = z.iter().copied().fold(Float::NEG_INFINITY, Float::max);
    let total: Float = match gradient {
        None => z.iter().map(|z| (z - max).exp()).sum(),
        Some(gradient) => {
            z.iter().zip(&mut *gradient).for_each(|(z, g)| *g = (z - max).exp());
            let total: Float = gradient.iter().sum();
            let scale = targets().sum::<Float>() / total;
            targets().zip(gradient).for_each(|(y, g)| *g = *g * scale - y);
            total
        }
    };
    let log_total = total.ln() + max;
    targets().zip(z).map(|(y, z)| y * (log_total - z)).sum()
}
