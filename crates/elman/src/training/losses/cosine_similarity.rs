//! The angle between targets and predictions.

use serde::{Deserialize, Serialize};

use super::loss::loss_methods;
use super::rows::{Asked, rowwise};
use super::{EPSILON, Evaluated, Loss};
use crate::{Float, Result, Tensor};

/// `-sum(t p)` along an axis, for targets and predictions divided by their lengths: Keras's
/// `cosine_similarity`. -1 is the same direction, 0 a right angle, 1 the opposite.
///
/// What is shorter than 1e-7 is divided by that.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{CosineSimilarity, Loss};
/// let (y, p) = (Tensor::from(array![[1., 0.]]), Tensor::from(array![[3., 4.]]));
/// assert!((CosineSimilarity::default().call(&y, &p, None)?.data()[0] + 0.6).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CosineSimilarity {
    /// The axis of the vectors (-1). Keras doesn't save it, so a saved model has its default.
    #[serde(skip_serializing_if = "is_last")]
    pub axis: isize,
}

fn is_last(axis: &isize) -> bool {
    *axis == -1
}

impl Default for CosineSimilarity {
    fn default() -> Self {
        CosineSimilarity { axis: -1 }
    }
}

impl CosineSimilarity {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: self.axis, wants_gradient };
        rowwise(asked, y_true, y_pred, |y, p, gradient| {
            let (of_y, of_p) = (inverse_length(y), inverse_length(p));
            let dot: Float = y.iter().zip(p).map(|(y, p)| y * p).sum();
            let similarity = dot * of_y * of_p;
            if let Some(gradient) = gradient {
                // Below the smallest length the divisor is constant.
                let turns = if of_p < 1.0 / EPSILON { similarity * of_p } else { 0.0 };
                for ((y, p), g) in y.iter().zip(p).zip(gradient) {
                    *g = of_p * (turns * p - y * of_y);
                }
            }
            -similarity
        })
    }
}

/// One over the length of a vector, that is taken to be 1e-7 at least.
pub(crate) fn inverse_length(row: &[Float]) -> Float {
    (1.0 / row.iter().map(|x| x * x).sum::<Float>().sqrt()).min(1.0 / EPSILON)
}

impl Loss for CosineSimilarity {
    loss_methods!("CosineSimilarity");
}
