//! Cross-entropy of one class among several, with targets as rows of probabilities.

use serde_json::{Value, json};

use super::{EPSILON, Evaluated, Loss};
use crate::{Error, Float, Result, Shape, Tensor};

/// `-sum(y log p)` over the last axis, for one-hot targets: Keras's `categorical_crossentropy`.
///
/// Probabilities are divided by their sum and kept within `[1e-7, 1 - 1e-7]`. With `from_logits`
/// the predictions are numbers before the softmax.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{CategoricalCrossentropy, Loss};
/// let (y, p) = (Tensor::from(array![[0., 1., 0.]]), Tensor::from(array![[0.25, 0.5, 0.25]]));
/// let value = CategoricalCrossentropy::default().evaluate(&y, &p)?.values.data()[0];
/// assert!((value - 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CategoricalCrossentropy {
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
    /// Moves targets towards the uniform: `y (1 - s) + s / n` (0).
    pub label_smoothing: f64,
}

impl Loss for CategoricalCrossentropy {
    fn class_name(&self) -> &'static str {
        "CategoricalCrossentropy"
    }

    fn config(&self) -> Value {
        json!({ "from_logits": self.from_logits, "label_smoothing": self.label_smoothing, "axis": -1 })
    }

    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        if y_true.shape() != y_pred.shape() {
            return Err(Error::Mismatch {
                place: self.class_name().into(),
                what: "y".into(),
                expected: format!(
                    "the shape of the model's output, {}, one column a class (for class numbers \
                     use sparse_categorical_crossentropy)",
                    Shape::from(y_pred.shape())
                ),
                got: Shape::from(y_true.shape()).to_string(),
            });
        }
        let width = y_pred.width().max(1);
        let s = self.label_smoothing as Float;
        let smooth = |y: Float| y * (1.0 - s) + s / width as Float;
        let mut values = Vec::with_capacity(y_pred.len() / width);
        let mut gradient = Vec::with_capacity(y_pred.len());
        for (y, p) in y_true.data().chunks_exact(width).zip(y_pred.data().chunks_exact(width)) {
            let y: Vec<Float> = y.iter().map(|y| if s == 0.0 { *y } else { smooth(*y) }).collect();
            values.push(match self.from_logits {
                true => softmax_crossentropy(&y, p, &mut gradient),
                false => crossentropy(&y, p, &mut gradient),
            });
        }
        Ok(Evaluated {
            values: Tensor::from_parts(&y_pred.shape()[..y_pred.ndim() - 1], values),
            gradient: Tensor::from_parts(y_pred.shape(), gradient),
        })
    }

    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(*self)
    }
}

/// One row of `-sum(y log(q))` with `q = p / sum(p)`; appends the gradient of p.
fn crossentropy(y: &[Float], p: &[Float], gradient: &mut Vec<Float>) -> Float {
    let sum: Float = p.iter().sum();
    let mut value = 0.0;
    // d(-y log q)/dq = -y / q where q is not clipped; then through q = p / sum(p).
    let mut through_sum = 0.0;
    let start = gradient.len();
    for (y, p) in y.iter().zip(p) {
        let q = p / sum;
        let clipped = q.clamp(EPSILON, 1.0 - EPSILON);
        value -= y * clipped.ln();
        let dq = if q == clipped { -y / q } else { 0.0 };
        through_sum += dq * q;
        gradient.push(dq);
    }
    gradient[start..].iter_mut().for_each(|g| *g = (*g - through_sum) / sum);
    value
}

/// One row of the cross-entropy of `softmax(z)`; appends the gradient of z.
pub(super) fn softmax_crossentropy(y: &[Float], z: &[Float], gradient: &mut Vec<Float>) -> Float {
    let max = z.iter().copied().fold(Float::NEG_INFINITY, Float::max);
    let total: Float = z.iter().map(|z| (z - max).exp()).sum();
    let log_total = total.ln() + max;
    let weight: Float = y.iter().sum();
    for (y, z) in y.iter().zip(z) {
        gradient.push(weight * (z - log_total).exp() - y);
    }
    y.iter().zip(z).map(|(y, z)| y * (log_total - z)).sum()
}
