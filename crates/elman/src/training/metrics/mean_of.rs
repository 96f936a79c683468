//! Metrics that are functions.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Mean, Metric};
use crate::training::losses::masked;
use crate::{Result, Tensor};

type Values = dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync;

/// The mean of what a function of targets and predictions gives: one value for each row or element,
/// which masks and weights weigh, or one for the batch. Keras's `MeanMetricWrapper`, and what it
/// makes of a function among the metrics of `compile`.
///
/// A file holds the name alone, as Keras's do, so that the metric is left out when it is loaded.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::Compile;
/// use elman::training::metrics::MeanOf;
///
/// let too_large = MeanOf::new("too_large", |y, p| {
///     let values = p.data().iter().zip(y.data()).map(|(p, y)| f32::from(u8::from(p > y)));
///     Tensor::new(p.shape(), values.collect())
/// });
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).kernel_initializer(Initializer::Ones).input_shape([1]))?;
/// model.compile_with(Compile::new("sgd", "mse")?.metric(too_large));
/// let logs = model.evaluate(array![[1.], [2.]], array![[0.], [3.]])?;
/// assert_eq!(logs[1], ("too_large".into(), 0.5));
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone)]
pub struct MeanOf {
    name: String,
    values: Arc<Values>,
    mean: Mean,
}

impl MeanOf {
    /// The mean of the values of a function, which has that name in logs.
    pub fn new(
        name: &str,
        values: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> MeanOf {
        MeanOf { name: name.into(), values: Arc::new(values), mean: Mean::default() }
    }
}

impl Metric for MeanOf {
    fn name(&self) -> &str {
        &self.name
    }

    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        let values = (self.values)(y_true, y_pred)?;
        // Of a value for the whole batch, nothing tells the samples apart.
        if values.ndim() == 0 {
            return self.mean.update(&values, None);
        }
        self.mean.update(&values, masked(weights, y_pred.mask(), false)?.as_ref())
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }

    fn to_object(&self) -> Value {
        json!({
            "module": "builtins",
            "class_name": "function",
            "config": self.name,
            "registered_name": "function",
        })
    }

    fn clone_metric(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}
