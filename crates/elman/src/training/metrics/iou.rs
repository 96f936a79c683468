//! How far targets and predictions of classes overlap.

use serde::{Deserialize, Serialize};

use super::accuracy::rows;
use super::{Definition, divide, element_weights};
use crate::training::losses::{argmax, mismatch};
use crate::{Error, Float, Result, Shape, Tensor};

/// The mean over some classes of `TP / (TP + FP + FN)`, intersection over union: Keras's `IoU`.
///
/// Classes that occur neither in targets nor in predictions are left out. Class numbers that don't
/// exist are left out too. As in Keras, the mask of the predictions isn't considered, and weights
/// are cut to integers unless `dtype` is `float32`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Iou, Metric};
/// let mut metric = Iou::new(2, [0]).metric();
/// metric.update(&array![0, 0, 1, 1].into(), &array![0, 1, 0, 1].into(), None)?;
/// assert!((metric.result() - 1. / 3.).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iou {
    /// The type to count in: `int64`, or `float32` for weights that are no integers.
    #[serde(default = "int64")]
    pub dtype: String,
    /// The number of classes.
    pub num_classes: usize,
    /// The classes whose mean is the result.
    pub target_class_ids: Vec<usize>,
    /// A class of targets that doesn't count (none).
    #[serde(default)]
    pub ignore_class: Option<i64>,
    /// Whether targets are class numbers (true), not one-hot.
    #[serde(default = "crate::defaults::yes")]
    pub sparse_y_true: bool,
    /// Whether predictions are class numbers (true), not a column for each class.
    #[serde(default = "crate::defaults::yes")]
    pub sparse_y_pred: bool,
    /// The axis of the classes (-1). Others are an error.
    #[serde(default = "last")]
    pub axis: isize,
}

/// More classes than anyone needs: their pairs are counted, and must fit into memory.
const MAX_CLASSES: usize = 1 << 13;

/// All of so many classes.
pub(super) fn all(num_classes: usize) -> Vec<usize> {
    (0..num_classes.min(MAX_CLASSES)).collect()
}

pub(super) fn int64() -> String {
    "int64".into()
}

pub(super) fn last() -> isize {
    -1
}

impl Iou {
    /// For so many classes, of which those are measured, with Keras's defaults.
    pub fn new(num_classes: usize, target_class_ids: impl Into<Vec<usize>>) -> Iou {
        Iou {
            dtype: int64(),
            num_classes,
            target_class_ids: target_class_ids.into(),
            ignore_class: None,
            sparse_y_true: true,
            sparse_y_pred: true,
            axis: -1,
        }
    }

    /// Whether numbers are cut to integers.
    fn is_integer(&self) -> bool {
        self.dtype.contains("int")
    }

    /// The class numbers of targets or predictions.
    fn classes(&self, place: &str, x: &Tensor, sparse: bool) -> Result<Tensor> {
        if sparse {
            return Ok(x.clone());
        }
        if x.width() != self.num_classes || x.ndim() == 0 {
            let expected = format!("(…, {}), a column for each class", self.num_classes);
            return Err(mismatch(place, "an array of columns", expected, x));
        }
        let classes = x.data().chunks(x.width().max(1)).map(|row| argmax(row) as Float).collect();
        Tensor::new(rows(x), classes)
    }

    /// The class that a number means, if that exists.
    fn class(&self, number: Float) -> Option<usize> {
        let number = if self.is_integer() { number.trunc() } else { number };
        (number >= 0.0 && number < self.num_classes as Float).then_some(number as usize)
    }
}

/// For each class of targets and of predictions, how often they come together.
#[derive(Clone, Debug, Default)]
pub struct Together(Vec<f64>);

impl Definition for Iou {
    const CLASS_NAME: &'static str = "IoU";
    const NAME: &'static str = "io_u";
    type State = Together;

    fn check(&self) -> Result<()> {
        let wrong = |argument, expected: String, got: String| {
            Err(Error::InvalidArgument { place: Self::CLASS_NAME.into(), argument, expected, got })
        };
        if let Some(class) = self.target_class_ids.iter().find(|id| **id >= self.num_classes) {
            let expected = format!("classes below num_classes, {}", self.num_classes);
            return wrong("target_class_ids", expected, class.to_string());
        }
        if !(1..=MAX_CLASSES).contains(&self.num_classes) {
            let expected = format!("an integer from 1 to {MAX_CLASSES}");
            return wrong("num_classes", expected, self.num_classes.to_string());
        }
        if !["int", "int32", "int64", "uint8", "float32"].contains(&&self.dtype[..]) {
            return wrong("dtype", "int64 or float32".into(), self.dtype.clone());
        }
        if self.axis != -1 {
            return Err(Error::Unsupported {
                place: format!("metric {}", Self::CLASS_NAME),
                option: format!("axis = {}", self.axis),
                advice: "give the classes the last axis".into(),
            });
        }
        Ok(())
    }

    fn update(
        &self,
        place: &str,
        Together(counts): &mut Together,
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let y = self.classes(place, y_true, self.sparse_y_true)?;
        let p = self.classes(place, y_pred, self.sparse_y_pred)?;
        if y.len() != p.len() {
            let expected = format!("as many classes as the output {}", Shape::from(y_pred.shape()));
            return Err(mismatch(place, "y", expected, y_true));
        }
        counts.resize(self.num_classes * self.num_classes, 0.0);
        let weights = element_weights(place, weights, y.shape())?;
        for ((y, p), weight) in y.data().iter().zip(p.data()).zip(weights) {
            let weight = if self.is_integer() { weight.trunc() } else { weight };
            let number = if self.is_integer() { y.trunc() } else { *y };
            let ignored = self.ignore_class.is_some_and(|class| number == class as Float);
            if let (Some(y), Some(p), false) = (self.class(*y), self.class(*p), ignored) {
                counts[y * self.num_classes + p] += f64::from(weight);
            }
        }
        Ok(())
    }

    fn results(&self, Together(counts): &Together) -> Vec<f64> {
        let n = self.num_classes;
        if counts.is_empty() {
            return vec![0.0];
        }
        let (mut total, mut occurring) = (0.0, 0.0);
        for class in &self.target_class_ids {
            let targets: f64 = counts[class * n..(class + 1) * n].iter().sum();
            let predictions: f64 = counts.iter().skip(*class).step_by(n).sum();
            let both = counts[class * n + class];
            let union = targets + predictions - both;
            if union > 1e-9 {
                occurring += 1.0;
                total += both / (union + 1e-7);
            }
        }
        vec![divide(total, occurring + 1e-7)]
    }
}
