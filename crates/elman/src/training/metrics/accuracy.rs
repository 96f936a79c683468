//! The share of predictions that are right.

use serde::{Deserialize, Serialize};

use super::Measure;
use crate::training::losses::{ClassKind, align, argmax, mismatch};
use crate::{Float, Result, Shape, Tensor};

/// How often predictions equal targets: Keras's class `Accuracy`.
///
/// The string `"accuracy"` means another, by the shapes: see [`get`](super::get).
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Accuracy, Definition, Metric};
/// let mut metric = Accuracy {}.metric();
/// metric.update(&array![[1], [2]].into(), &array![[1], [3]].into(), None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accuracy {}

/// How often a prediction is above the threshold exactly if the target is 1.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{BinaryAccuracy, Definition, Metric};
/// let mut metric = BinaryAccuracy { threshold: 0.7 }.metric();
/// metric.update(&array![[1], [0]].into(), &array![[0.6], [0.6]].into(), None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BinaryAccuracy {
    /// What a prediction of 1 is above (0.5).
    pub threshold: f64,
}

/// How often the largest prediction of a row stands where the largest target stands.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{CategoricalAccuracy, Definition, Metric};
/// let mut metric = CategoricalAccuracy {}.metric();
/// metric.update(&array![[0, 1], [1, 0]].into(), &array![[0.2, 0.8], [0.3, 0.7]].into(), None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CategoricalAccuracy {}

/// How often the largest prediction of a row stands at the class number.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, SparseCategoricalAccuracy};
/// let mut metric = SparseCategoricalAccuracy {}.metric();
/// metric.update(&array![1, 0].into(), &array![[0.2, 0.8], [0.3, 0.7]].into(), None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SparseCategoricalAccuracy {}

/// The accuracy that the shapes ask for, as Keras decides for `"accuracy"`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AccuracyByShape {}

impl Default for BinaryAccuracy {
    fn default() -> Self {
        BinaryAccuracy { threshold: 0.5 }
    }
}

impl Measure for Accuracy {
    const CLASS_NAME: &'static str = "Accuracy";
    const NAME: &'static str = "accuracy";

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        hits(place, y_true, y_pred, |y, p| y == p)
    }
}

impl Measure for BinaryAccuracy {
    const CLASS_NAME: &'static str = "BinaryAccuracy";
    const NAME: &'static str = "binary_accuracy";

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let threshold = self.threshold as Float;
        hits(place, y_true, y_pred, |y, p| y == share(p > threshold))
    }
}

impl Measure for CategoricalAccuracy {
    const CLASS_NAME: &'static str = "CategoricalAccuracy";
    const NAME: &'static str = "categorical_accuracy";

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let y = classes_of_one_hot(place, y_true, y_pred)?;
        let hit = |row: usize, p: &[Float]| y.data()[row] == argmax(p) as Float;
        Ok(by_row(y_pred, y.shape(), hit))
    }
}

impl Measure for SparseCategoricalAccuracy {
    const CLASS_NAME: &'static str = "SparseCategoricalAccuracy";
    const NAME: &'static str = "sparse_categorical_accuracy";

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        check_class_numbers(place, y_true, y_pred)?;
        let rows = rows(y_pred);
        // As in Keras, a last axis of one is dropped from the result.
        let shape = if rows.len() > 1 { rows.strip_suffix(&[1]).unwrap_or(rows) } else { rows };
        let hit = |row: usize, p: &[Float]| y_true.data()[row] == argmax(p) as Float;
        Ok(by_row(y_pred, shape, hit))
    }
}

impl Measure for AccuracyByShape {
    const CLASS_NAME: &'static str = "accuracy";
    const NAME: &'static str = "accuracy";

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        match ClassKind::of(y_true, y_pred) {
            ClassKind::Binary => BinaryAccuracy::default().values(place, y_true, y_pred),
            ClassKind::Sparse => SparseCategoricalAccuracy {}.values(place, y_true, y_pred),
            ClassKind::OneHot => CategoricalAccuracy {}.values(place, y_true, y_pred),
        }
    }
}

pub(super) fn share(hit: bool) -> Float {
    if hit { 1.0 } else { 0.0 }
}

/// The shape of the rows of an array.
pub(super) fn rows(x: &Tensor) -> &[usize] {
    &x.shape()[..x.ndim().saturating_sub(1)]
}

/// 1 or 0 for each element.
fn hits(
    place: &str,
    y_true: &Tensor,
    y_pred: &Tensor,
    hit: impl Fn(Float, Float) -> bool,
) -> Result<Tensor> {
    let (y, p) = align(place, y_true, y_pred)?;
    let values = y.data().iter().zip(p.data()).map(|(y, p)| share(hit(*y, *p))).collect();
    Ok(Tensor::from_parts(p.shape(), values))
}

/// 1 or 0 for each row of the predictions.
pub(super) fn by_row(
    y_pred: &Tensor,
    shape: &[usize],
    hit: impl Fn(usize, &[Float]) -> bool,
) -> Tensor {
    let width = y_pred.width();
    let value = |row| share(hit(row, &y_pred.data()[row * width..(row + 1) * width]));
    Tensor::from_parts(shape, (0..rows(y_pred).iter().product()).map(value).collect())
}

/// The class of each row of one-hot targets.
pub(super) fn classes_of_one_hot(place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    if y_true.shape() != y_pred.shape() {
        let expected = format!("{}, one column a class", Shape::from(y_pred.shape()));
        return Err(mismatch(place, "y", expected, y_true));
    }
    let width = y_true.width();
    let class = |row| argmax(&y_true.data()[row * width..(row + 1) * width]) as Float;
    let classes = (0..rows(y_true).iter().product()).map(class).collect();
    Ok(Tensor::from_parts(rows(y_true), classes))
}

/// Checks that there is a class number for each row of predictions.
pub(super) fn check_class_numbers(place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<()> {
    let (rows, t) = (rows(y_pred), y_true.shape());
    if t == rows || (t.len() == rows.len() + 1 && t.strip_suffix(&[1]) == Some(rows)) {
        return Ok(());
    }
    let expected = format!(
        "{}, one class number for each row of {}",
        Shape::from(rows),
        Shape::from(y_pred.shape())
    );
    Err(mismatch(place, "y", expected, y_true))
}
