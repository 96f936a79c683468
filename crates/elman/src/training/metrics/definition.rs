//! Metrics as their arguments, and the state that they need to become metrics.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Metric, config};
use crate::{Result, Tensor};

/// One of Keras's metrics, as its arguments; [`Definition::metric`] makes the metric itself.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, Precision};
/// let mut metric = Precision { class_id: Some(1), ..Precision::default() }.named("of_class_1");
/// let (y, p) = (array![[1, 0], [0, 1]].into(), array![[0.2, 0.8], [0.1, 0.9]].into());
/// metric.update(&y, &p, None)?;
/// assert_eq!((metric.name(), metric.result()), ("of_class_1", 0.5));
/// # Ok::<(), elman::Error>(())
/// ```
pub trait Definition: Clone + Send + Sync + Serialize + DeserializeOwned + 'static {
    /// Keras's class name: `BinaryAccuracy`.
    const CLASS_NAME: &'static str;

    /// The name that Keras gives it by default: `binary_accuracy`.
    const NAME: &'static str;

    /// What it keeps of the batches.
    type State: Clone + Default + Send + Sync;

    /// Checks the arguments.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) that names the argument.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Takes a batch into the state; `place` names the metric in errors.
    ///
    /// # Errors
    /// Targets or weights that don't fit the predictions.
    fn update(
        &self,
        place: &str,
        state: &mut Self::State,
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()>;

    /// The values; most metrics have one.
    fn results(&self, state: &Self::State) -> Vec<f64>;

    /// The metric under its default name.
    fn metric(self) -> Defined<Self> {
        self.named(Self::NAME)
    }

    /// The metric under that name, which logs and histories show.
    fn named(self, name: &str) -> Defined<Self> {
        Defined { name: name.into(), definition: self, state: Self::State::default() }
    }
}

/// A metric made from its [`Definition`].
#[derive(Clone, Debug)]
pub struct Defined<D: Definition> {
    name: String,
    definition: D,
    state: D::State,
}

impl<D: Definition> Metric for Defined<D> {
    fn name(&self) -> &str {
        &self.name
    }

    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        self.definition.check()?;
        let place = format!("metric {}", self.name);
        self.definition.update(&place, &mut self.state, y_true, y_pred, weights)
    }

    fn result(&self) -> f64 {
        let results = self.results();
        results.iter().sum::<f64>() / results.len().max(1) as f64
    }

    fn results(&self) -> Vec<f64> {
        self.definition.results(&self.state)
    }

    fn reset(&mut self) {
        self.state = D::State::default();
    }

    fn to_object(&self) -> Value {
        let of = |definition: &D| serde_json::to_value(definition).unwrap_or_default();
        let config = of(&self.definition);
        let default = serde_json::from_value(serde_json::json!({})).ok();
        let is_default = default.is_some_and(|default| of(&default) == config);
        config::to_object(&self.name, D::CLASS_NAME, config, is_default)
    }

    fn clone_metric(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}
