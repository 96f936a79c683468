//! Keras's rule for targets and predictions whose ranks differ by an axis of one.

use crate::{Error, Result, Shape, Tensor};

/// Targets and predictions of the same shape, for losses that compare them element by element:
/// a last axis of one is dropped from, or added to, the one that has one axis more or less.
pub(crate) fn align(place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<(Tensor, Tensor)> {
    let (t, p) = (y_true.shape(), y_pred.shape());
    if t == p {
        return Ok((y_true.clone(), y_pred.clone()));
    }
    // (batch,) targets for (batch, 1) predictions: the targets get the axis; with more axes
    // (batch, time) Keras takes it from the predictions.
    if p.len() == t.len() + 1 && p.last() == Some(&1) && p[..t.len()] == *t {
        return match t.len() {
            1 => Ok((y_true.clone().reshape(p)?, y_pred.clone())),
            _ => Ok((y_true.clone(), y_pred.clone().reshape(t)?)),
        };
    }
    if t.len() == p.len() + 1 && t.last() == Some(&1) && t[..p.len()] == *p {
        return match p.len() {
            1 => Ok((y_true.clone(), y_pred.clone().reshape(t)?)),
            _ => Ok((y_true.clone().reshape(p)?, y_pred.clone())),
        };
    }
    Err(Error::Mismatch {
        place: place.into(),
        what: "y".into(),
        expected: format!("the shape of the model's output, {}", Shape::from(p)),
        got: Shape::from(t).to_string(),
    })
}
