//! Targets that are class numbers.

use super::mismatch;
use crate::{Error, Float, Result, Shape, Tensor};

/// The class numbers in `y_true`, one for each row of `y_pred`, checked. `ignored` is one that may
/// be anything, and comes as `None`.
pub(super) fn labels(
    place: &str,
    y_true: &Tensor,
    y_pred: &Tensor,
    ignored: Option<i64>,
) -> Result<Vec<Option<usize>>> {
    let (rows, classes) = (&y_pred.shape()[..y_pred.ndim().saturating_sub(1)], y_pred.width());
    let t = y_true.shape();
    let fits = t == rows
        || (t.len() == rows.len() + 1 && t.last() == Some(&1) && t[..rows.len()] == *rows);
    if !fits {
        let expected = format!(
            "{}, one class number for each row of the output {} (for one-hot rows use \
             categorical_crossentropy)",
            Shape::from(rows),
            Shape::from(y_pred.shape())
        );
        return Err(mismatch(place, "y", expected, y_true));
    }
    (0..y_true.len()).map(|i| label(place, y_true, i, classes, ignored)).collect()
}

/// Checks that the targets are class numbers below `classes`.
pub(super) fn check_labels(
    place: &str,
    y_true: &Tensor,
    classes: usize,
    ignored: Option<i64>,
) -> Result<()> {
    (0..y_true.len()).try_for_each(|i| label(place, y_true, i, classes, ignored).map(drop))
}

/// The class number at flat index `i` of the targets.
fn label(
    place: &str,
    y_true: &Tensor,
    i: usize,
    classes: usize,
    ignored: Option<i64>,
) -> Result<Option<usize>> {
    let y = y_true.data()[i];
    if ignored.is_some_and(|ignored| y == ignored as Float) {
        return Ok(None);
    }
    if y >= 0.0 && y < classes as Float && y.fract() == 0.0 {
        return Ok(Some(y as usize));
    }
    Err(Error::Value {
        place: format!("{place}, y"),
        position: y_true.position(i),
        value: f64::from(y),
        expected: match classes {
            0 => "a class number, for the output has no classes".into(),
            _ => format!("a class number from 0 to {}", classes - 1),
        },
    })
}
