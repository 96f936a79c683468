//! Metrics that are the mean of a value for each row.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Definition, Mean};
use crate::training::losses::masked;
use crate::{Result, Tensor};

/// A [`Definition`] of a metric that is the mean of values: one for each row, or for each element.
/// Keras's `MeanMetricWrapper`. Masks and weights weigh the values.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Measure, Metric};
///
/// /// How often the prediction is too large.
/// #[derive(Clone, serde::Serialize, serde::Deserialize)]
/// struct TooLarge {}
///
/// impl Measure for TooLarge {
///     const CLASS_NAME: &'static str = "TooLarge";
///     const NAME: &'static str = "too_large";
///
///     fn values(&self, _: &str, y: &Tensor, p: &Tensor) -> elman::Result<Tensor> {
///         let values = p.data().iter().zip(y.data()).map(|(p, y)| f32::from(u8::from(p > y)));
///         Tensor::new(p.shape(), values.collect())
///     }
/// }
///
/// let mut metric = TooLarge {}.metric();
/// metric.update(&array![[1.], [2.]].into(), &array![[3.], [0.]].into(), None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), elman::Error>(())
/// ```
pub trait Measure: Clone + Send + Sync + Serialize + DeserializeOwned + 'static {
    /// As [`Definition::CLASS_NAME`].
    const CLASS_NAME: &'static str;

    /// As [`Definition::NAME`].
    const NAME: &'static str;

    /// As [`Definition::check`].
    ///
    /// # Errors
    /// An argument that can't be.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The values of a batch.
    ///
    /// # Errors
    /// Targets that don't fit the predictions.
    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor>;
}

impl<M: Measure> Definition for M {
    const CLASS_NAME: &'static str = M::CLASS_NAME;
    const NAME: &'static str = M::NAME;
    type State = Mean;

    fn check(&self) -> Result<()> {
        Measure::check(self)
    }

    fn update(
        &self,
        place: &str,
        state: &mut Mean,
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let values = self.values(place, y_true, y_pred)?;
        state.update(&values, masked(weights, y_pred.mask(), false)?.as_ref())
    }

    fn results(&self, state: &Mean) -> Vec<f64> {
        vec![state.result()]
    }
}
