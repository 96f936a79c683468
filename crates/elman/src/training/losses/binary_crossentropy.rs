//! Cross-entropy of independent yes-or-no targets.

use serde_json::{Value, json};

use super::mean_error::mean_over_rows;
use super::{EPSILON, Evaluated, Loss};
use crate::{Float, Result, Tensor};

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
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct BinaryCrossentropy {
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
    /// Moves targets towards 0.5: `y (1 - s) + s / 2` (0).
    pub label_smoothing: f64,
}

impl Loss for BinaryCrossentropy {
    fn class_name(&self) -> &'static str {
        "BinaryCrossentropy"
    }

    fn config(&self) -> Value {
        json!({ "from_logits": self.from_logits, "label_smoothing": self.label_smoothing, "axis": -1 })
    }

    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        let s = self.label_smoothing as Float;
        let smooth = |y: Float| if s == 0.0 { y } else { y * (1.0 - s) + 0.5 * s };
        if self.from_logits {
            return mean_over_rows(self, y_true, y_pred, |y, z| {
                let y = smooth(y);
                // max(z, 0) - z y + log(1 + exp(-|z|)), which overflows for no z.
                let value = z.max(0.0) - z * y + (-z.abs()).exp().ln_1p();
                (value, 1.0 / (1.0 + (-z).exp()) - y)
            });
        }
        mean_over_rows(self, y_true, y_pred, |y, p| {
            let y = smooth(y);
            let clipped = p.clamp(EPSILON, 1.0 - EPSILON);
            let value = -(y * clipped.ln() + (1.0 - y) * (1.0 - clipped).ln());
            // Beyond the clip the loss is constant.
            let inside = p == clipped;
            (value, if inside { (p - y) / (p * (1.0 - p)) } else { 0.0 })
        })
    }

    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(*self)
    }
}
