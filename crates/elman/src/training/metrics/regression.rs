//! Errors and similarities that are no losses.

use serde::{Deserialize, Serialize};

use super::{Definition, Mean, Measure};
use crate::training::losses::{self, Loss, align};
use crate::{Result, Tensor};

/// The root of the mean of `(y_true - y_pred)²`.
///
/// As in Keras, the mask of the predictions isn't considered.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, RootMeanSquaredError};
/// let mut metric = RootMeanSquaredError {}.metric();
/// metric.update(&array![[0.], [0.]].into(), &array![[1.], [7.]].into(), None)?;
/// assert_eq!(metric.result(), 5.0);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RootMeanSquaredError {}

/// The mean of the cosine of the angle between targets and predictions.
///
/// The [loss](crate::training::losses::CosineSimilarity) of this name is its negative.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{CosineSimilarity, Definition, Metric};
/// let mut metric = CosineSimilarity::default().metric();
/// metric.update(&array![[1., 0.]].into(), &array![[3., 4.]].into(), None)?;
/// assert!((metric.result() - 0.6).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CosineSimilarity {
    /// The axis of the vectors (-1). Keras doesn't save it, so a saved metric has its default.
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

impl Definition for RootMeanSquaredError {
    const CLASS_NAME: &'static str = "RootMeanSquaredError";
    const NAME: &'static str = "root_mean_squared_error";
    type State = Mean;

    fn update(
        &self,
        place: &str,
        state: &mut Mean,
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let (y, p) = align(place, y_true, y_pred)?;
        let squares = y.data().iter().zip(p.data()).map(|(y, p)| (p - y) * (p - y)).collect();
        state.update(&Tensor::from_parts(p.shape(), squares), weights)
    }

    fn results(&self, state: &Mean) -> Vec<f64> {
        vec![state.result().sqrt()]
    }
}

impl Measure for CosineSimilarity {
    const CLASS_NAME: &'static str = "CosineSimilarity";
    const NAME: &'static str = "cosine_similarity";

    fn values(&self, _: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let mut values = losses::CosineSimilarity { axis: self.axis }.values(y_true, y_pred)?;
        values.data_mut().iter_mut().for_each(|value| *value = -*value);
        Ok(values)
    }
}
