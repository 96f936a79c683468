//! What a metric is.

use serde_json::Value;

use crate::{Result, Tensor};

/// A metric. To write your own, accumulate in `update` and give the value in `result`; for the
/// mean of a value for each row, a [`Measure`](super::Measure) is enough.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::Compile;
/// use elman::training::metrics::Metric;
/// use serde_json::{Value, json};
///
/// /// The largest error of all.
/// #[derive(Clone, Default)]
/// struct LargestError(f64);
///
/// impl Metric for LargestError {
///     fn name(&self) -> &str {
///         "largest_error"
///     }
///     fn update(&mut self, y: &Tensor, p: &Tensor, _: Option<&Tensor>) -> elman::Result<()> {
///         for (y, p) in y.data().iter().zip(p.data()) {
///             self.0 = self.0.max(f64::from((y - p).abs()));
///         }
///         Ok(())
///     }
///     fn result(&self) -> f64 {
///         self.0
///     }
///     fn reset(&mut self) {
///         self.0 = 0.0;
///     }
///     fn to_object(&self) -> Value {
///         json!(self.name())
///     }
///     fn clone_metric(&self) -> Box<dyn Metric> {
///         Box::new(self.clone())
///     }
/// }
///
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).kernel_initializer(Initializer::Zeros).input_shape([1]))?;
/// model.compile_with(Compile::new("sgd", "mse")?.metric(LargestError::default()));
/// let logs = model.evaluate(array![[1.], [2.]], array![[-3.], [1.]])?;
/// assert_eq!(logs[0], ("largest_error".into(), 3.0));
/// # Ok::<(), elman::Error>(())
/// ```
pub trait Metric: Send + Sync + 'static {
    /// Its name in logs and histories: what the user called it.
    fn name(&self) -> &str;

    /// Takes in a batch; `weights` weigh its samples, `(batch,)`, or its rows. The predictions may
    /// carry a mask.
    ///
    /// # Errors
    /// Targets that don't fit the predictions.
    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()>;

    /// The value over all that was taken in; 0 if nothing was. Of a metric with several values it
    /// is their mean, which is also what Keras's progress bar shows of them.
    fn result(&self) -> f64;

    /// All values, for a metric that has several: one for each threshold or class.
    fn results(&self) -> Vec<f64> {
        vec![self.result()]
    }

    /// Forgets what was taken in.
    fn reset(&mut self);

    /// The metric as Keras writes it into `compile_config`: a string or an object.
    fn to_object(&self) -> Value;

    /// A clone behind the trait.
    fn clone_metric(&self) -> Box<dyn Metric>;
}

impl Clone for Box<dyn Metric> {
    fn clone(&self) -> Self {
        self.clone_metric()
    }
}
