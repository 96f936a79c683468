//! The share of predictions with the right class among their first.

use serde::{Deserialize, Serialize};

use super::Measure;
use super::accuracy::{by_row, check_class_numbers, classes_of_one_hot};
use crate::{Error, Float, Result, Tensor};

/// How often the class of a one-hot target is among the `k` largest predictions of its row.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, TopKCategoricalAccuracy};
/// let mut metric = TopKCategoricalAccuracy { k: 2 }.metric();
/// let (y, p) = (array![[0, 1, 0], [1, 0, 0]], array![[0.3, 0.2, 0.1], [0.1, 0.2, 0.3]]);
/// metric.update(&y.into(), &p.into(), None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopKCategoricalAccuracy {
    /// How many count as first (5).
    pub k: usize,
}

/// How often the class number is among the `k` largest predictions of its row.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, SparseTopKCategoricalAccuracy};
/// let definition = SparseTopKCategoricalAccuracy { k: 2, ..Default::default() };
/// let mut metric = definition.metric();
/// let p = array![[0.3, 0.2, 0.1], [0.1, 0.2, 0.3]];
/// metric.update(&array![1, 0].into(), &p.into(), None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SparseTopKCategoricalAccuracy {
    /// How many count as first (5).
    pub k: usize,
    /// Whether the predictions are class numbers themselves, best first (false).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub from_sorted_ids: bool,
}

impl Default for TopKCategoricalAccuracy {
    fn default() -> Self {
        TopKCategoricalAccuracy { k: 5 }
    }
}

impl Default for SparseTopKCategoricalAccuracy {
    fn default() -> Self {
        SparseTopKCategoricalAccuracy { k: 5, from_sorted_ids: false }
    }
}

impl Measure for TopKCategoricalAccuracy {
    const CLASS_NAME: &'static str = "TopKCategoricalAccuracy";
    const NAME: &'static str = "top_k_categorical_accuracy";

    fn check(&self) -> Result<()> {
        check_k(self.k)
    }

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let y = classes_of_one_hot(place, y_true, y_pred)?;
        Ok(by_row(y_pred, y.shape(), |row, p| in_top_k(y.data()[row], p, self.k)))
    }
}

impl Measure for SparseTopKCategoricalAccuracy {
    const CLASS_NAME: &'static str = "SparseTopKCategoricalAccuracy";
    const NAME: &'static str = "sparse_top_k_categorical_accuracy";

    fn check(&self) -> Result<()> {
        check_k(self.k)
    }

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        check_class_numbers(place, y_true, y_pred)?;
        Ok(by_row(y_pred, y_true.shape(), |row, p| match self.from_sorted_ids {
            true => p.iter().take(self.k).any(|id| *id == y_true.data()[row]),
            false => in_top_k(y_true.data()[row], p, self.k),
        }))
    }
}

fn check_k(k: usize) -> Result<()> {
    if k > 0 {
        return Ok(());
    }
    Err(Error::InvalidArgument {
        place: "top-k accuracy".into(),
        argument: "k",
        expected: "a positive integer".into(),
        got: "0".into(),
    })
}

/// TensorFlow's `in_top_k`: fewer than `k` predictions are larger, so that all that tie with the
/// last are in; and never where a prediction isn't finite.
fn in_top_k(class: Float, p: &[Float], k: usize) -> bool {
    let class = if class >= 0.0 { p.get(class as usize) } else { None };
    class.is_some_and(|of_class| {
        p.iter().all(|p| p.is_finite()) && p.iter().filter(|p| *p > of_class).count() < k
    })
}
