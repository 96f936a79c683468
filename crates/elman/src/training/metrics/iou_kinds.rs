//! Intersection over union of particular targets and predictions.

use serde::{Deserialize, Serialize};

use super::iou::{Together, all, int64, last};
use super::{Definition, Iou};
use crate::{Float, Result, Tensor};

/// [`Iou`] of two classes, from predictions that are 1 from a threshold on: Keras's `BinaryIoU`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{BinaryIou, Definition, Metric};
/// let mut metric = BinaryIou { threshold: 0.3, ..BinaryIou::default() }.metric();
/// metric.update(&array![0, 1, 0, 1].into(), &array![0.1, 0.2, 0.4, 0.7].into(), None)?;
/// assert!((metric.result() - 1. / 3.).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BinaryIou {
    /// As [`Iou::dtype`].
    pub dtype: String,
    /// The classes whose mean is the result (both).
    pub target_class_ids: Vec<usize>,
    /// From which prediction on the class is 1 (0.5).
    pub threshold: f64,
}

/// [`Iou`] of all classes: Keras's `MeanIoU`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, MeanIou, Metric};
/// let mut metric = MeanIou::new(2).metric();
/// metric.update(&array![0, 0, 1, 1].into(), &array![0, 1, 0, 1].into(), None)?;
/// assert!((metric.result() - 1. / 3.).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanIou {
    /// As [`Iou::dtype`].
    #[serde(default = "int64")]
    pub dtype: String,
    /// The number of classes.
    pub num_classes: usize,
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

/// [`Iou`] for one-hot targets, and predictions with a column for each class: Keras's `OneHotIoU`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, OneHotIou};
/// let mut metric = OneHotIou::new(2, [1]).metric();
/// metric.update(&array![[0, 1], [1, 0]].into(), &array![[0.2, 0.8], [0.3, 0.7]].into(), None)?;
/// assert!((metric.result() - 0.5).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneHotIou {
    /// As [`Iou::dtype`].
    #[serde(default = "int64")]
    pub dtype: String,
    /// The number of classes.
    pub num_classes: usize,
    /// The classes whose mean is the result.
    pub target_class_ids: Vec<usize>,
    /// A class of targets that doesn't count (none).
    #[serde(default)]
    pub ignore_class: Option<i64>,
    /// Whether predictions are class numbers (false), not a column for each class.
    #[serde(default)]
    pub sparse_y_pred: bool,
    /// The axis of the classes (-1). Others are an error.
    #[serde(default = "last")]
    pub axis: isize,
}

/// [`OneHotIou`] of all classes: Keras's `OneHotMeanIoU`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, OneHotMeanIou};
/// let mut metric = OneHotMeanIou::new(2).metric();
/// metric.update(&array![[0, 1], [1, 0]].into(), &array![[0.2, 0.8], [0.3, 0.7]].into(), None)?;
/// assert!((metric.result() - 0.25).abs() < 1e-6); // 0 and 1 / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneHotMeanIou {
    /// As [`Iou::dtype`].
    #[serde(default = "int64")]
    pub dtype: String,
    /// The number of classes.
    pub num_classes: usize,
    /// A class of targets that doesn't count (none).
    #[serde(default)]
    pub ignore_class: Option<i64>,
    /// Whether predictions are class numbers (false), not a column for each class.
    #[serde(default)]
    pub sparse_y_pred: bool,
    /// The axis of the classes (-1). Others are an error.
    #[serde(default = "last")]
    pub axis: isize,
}

impl Default for BinaryIou {
    fn default() -> Self {
        BinaryIou { dtype: int64(), target_class_ids: vec![0, 1], threshold: 0.5 }
    }
}

impl MeanIou {
    /// For so many classes, with Keras's defaults.
    pub fn new(num_classes: usize) -> MeanIou {
        let (ignore_class, sparse_y_true, sparse_y_pred) = (None, true, true);
        let (dtype, axis) = (int64(), -1);
        MeanIou { dtype, num_classes, ignore_class, sparse_y_true, sparse_y_pred, axis }
    }
}

impl OneHotIou {
    /// For so many classes, of which those are measured, with Keras's defaults.
    pub fn new(num_classes: usize, target_class_ids: impl Into<Vec<usize>>) -> OneHotIou {
        OneHotIou {
            dtype: int64(),
            num_classes,
            target_class_ids: target_class_ids.into(),
            ignore_class: None,
            sparse_y_pred: false,
            axis: -1,
        }
    }
}

impl OneHotMeanIou {
    /// For so many classes, with Keras's defaults.
    pub fn new(num_classes: usize) -> OneHotMeanIou {
        let (dtype, axis) = (int64(), -1);
        OneHotMeanIou { dtype, num_classes, ignore_class: None, sparse_y_pred: false, axis }
    }
}

/// The general metric that a particular one is.
trait Kind {
    fn general(&self) -> Iou;

    /// The predictions as class numbers or columns.
    fn predictions(&self, y_pred: &Tensor) -> Tensor {
        y_pred.clone()
    }
}

impl Kind for BinaryIou {
    fn general(&self) -> Iou {
        Iou { dtype: self.dtype.clone(), ..Iou::new(2, &self.target_class_ids[..]) }
    }

    fn predictions(&self, y_pred: &Tensor) -> Tensor {
        let threshold = self.threshold as Float;
        let class = |p: &Float| super::accuracy::share(*p >= threshold);
        Tensor::from_parts(y_pred.shape(), y_pred.data().iter().map(class).collect())
    }
}

impl Kind for MeanIou {
    fn general(&self) -> Iou {
        let MeanIou { num_classes, ignore_class, sparse_y_true, sparse_y_pred, axis, .. } = *self;
        let (dtype, target_class_ids) = (self.dtype.clone(), all(num_classes));
        Iou {
            dtype,
            num_classes,
            target_class_ids,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        }
    }
}

impl Kind for OneHotIou {
    fn general(&self) -> Iou {
        Iou {
            dtype: self.dtype.clone(),
            num_classes: self.num_classes,
            target_class_ids: self.target_class_ids.clone(),
            ignore_class: self.ignore_class,
            sparse_y_true: false,
            sparse_y_pred: self.sparse_y_pred,
            axis: self.axis,
        }
    }
}

impl Kind for OneHotMeanIou {
    fn general(&self) -> Iou {
        Iou {
            dtype: self.dtype.clone(),
            num_classes: self.num_classes,
            target_class_ids: all(self.num_classes),
            ignore_class: self.ignore_class,
            sparse_y_true: false,
            sparse_y_pred: self.sparse_y_pred,
            axis: self.axis,
        }
    }
}

macro_rules! kinds {
    ($($name:ident $class:literal $snake:literal,)*) => {
        $(impl Definition for $name {
            const CLASS_NAME: &'static str = $class;
            const NAME: &'static str = $snake;
            type State = Together;

            fn check(&self) -> Result<()> {
                self.general().check()
            }

            fn update(
                &self,
                place: &str,
                state: &mut Together,
                y_true: &Tensor,
                y_pred: &Tensor,
                weights: Option<&Tensor>,
            ) -> Result<()> {
                let y_pred = self.predictions(y_pred);
                self.general().update(place, state, y_true, &y_pred, weights)
            }

            fn results(&self, state: &Together) -> Vec<f64> {
                self.general().results(state)
            }
        })*
    };
}

kinds! {
    BinaryIou "BinaryIoU" "binary_io_u",
    MeanIou "MeanIoU" "mean_io_u",
    OneHotIou "OneHotIoU" "one_hot_io_u",
    OneHotMeanIou "OneHotMeanIoU" "one_hot_mean_io_u",
}
