//! Keras's rule for targets and predictions whose ranks differ by an axis of one.

use super::same_rank;
use crate::{Error, Result, Shape, Tensor};

/// Targets and predictions of the same shape, for losses that compare them element by element:
/// a last axis of one is dropped from, or added to, the one that has one axis more or less.
///
/// Shapes that differ otherwise are an error: Keras would repeat the smaller one, which is never
/// what was meant.
pub(crate) fn align(place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<(Tensor, Tensor)> {
    if y_true.shape() == y_pred.shape() {
        return Ok((y_true.clone(), y_pred.clone()));
    }
    let (t, p) = same_rank(y_true.shape(), y_pred.shape());
    if t == p {
        return Ok((y_true.clone().reshape(t)?, y_pred.clone().reshape(p)?));
    }
    let expected = format!("the shape of the model's output, {}", Shape::from(y_pred.shape()));
    Err(mismatch(place, "y", expected, y_true))
}

/// The error for an array of a shape that doesn't fit.
pub(crate) fn mismatch(place: &str, what: &str, expected: String, got: &Tensor) -> Error {
    Error::Mismatch {
        place: place.into(),
        what: what.into(),
        expected,
        got: Shape::from(got.shape()).to_string(),
    }
}
