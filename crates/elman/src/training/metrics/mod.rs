//! Keras's metrics: means over all samples that were seen since the last reset.

mod accuracy;
mod config;
mod mean;

pub use accuracy::{Accuracy, AccuracyKind};
pub use mean::MeanLoss;

pub(crate) use config::from_object;

use serde_json::Value;

use crate::training::losses::{MeanAbsoluteError, MeanSquaredError, row_weights};
use crate::{Error, Result, Tensor};

/// A metric. To write your own, accumulate in `update` and give the value in `result`.
pub trait Metric: Send + Sync + 'static {
    /// Its name in logs and histories: what the user called it.
    fn name(&self) -> &str;

    /// Takes in a batch; `weights` weigh its samples, `(batch,)`, or its rows.
    ///
    /// # Errors
    /// Targets that don't fit the predictions.
    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()>;

    /// The value over all that was taken in; 0 if nothing was.
    fn result(&self) -> f64;

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

/// The metric of Keras's name; it keeps that name in logs.
///
/// # Errors
/// [`Error::Unknown`] with the names that exist.
///
/// ```
/// use elman::prelude::*;
/// let mut metric = elman::training::metrics::get("accuracy")?;
/// // One output a row: a binary model, so everything above 0.5 counts as 1.
/// let (y, p) = (array![[1], [0], [1]].into(), array![[0.9], [0.2], [0.4]].into());
/// metric.update(&y, &p, None)?;
/// assert!((metric.result() - 2.0 / 3.0).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
pub fn get(name: &str) -> Result<Box<dyn Metric>> {
    let kind = match crate::names::snake_case(name).as_str() {
        "accuracy" | "acc" => AccuracyKind::Resolve,
        "binary_accuracy" => AccuracyKind::Binary,
        "categorical_accuracy" => AccuracyKind::Categorical,
        "sparse_categorical_accuracy" => AccuracyKind::SparseCategorical,
        "mse" | "mean_squared_error" => return Ok(Box::new(MeanLoss::new(name, MeanSquaredError))),
        "mae" | "mean_absolute_error" => {
            return Ok(Box::new(MeanLoss::new(name, MeanAbsoluteError)));
        }
        _ => {
            return Err(Error::Unknown {
                what: "metric",
                name: name.into(),
                known: "accuracy, binary_accuracy, categorical_accuracy, \
                        sparse_categorical_accuracy, mae, mse"
                    .into(),
            });
        }
    };
    Ok(Box::new(Accuracy::new(name, kind)))
}

/// A running mean.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    pub fn add(&mut self, value: f64, weight: f64) {
        self.sum += value * weight;
        self.count += weight;
    }

    /// Adds one value for each row, weighed.
    pub fn add_rows(&mut self, values: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        let weight = row_weights(values, weights)?;
        for (row, value) in values.data().iter().enumerate() {
            self.add(f64::from(*value), f64::from(weight(row)));
        }
        Ok(())
    }

    pub fn result(&self) -> f64 {
        if self.count == 0.0 { 0.0 } else { self.sum / self.count }
    }
}
