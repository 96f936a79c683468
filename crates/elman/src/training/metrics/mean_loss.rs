//! Metrics that are the mean of a loss.

use serde_json::Value;

use super::{Mean, Metric, config};
use crate::training::losses::{Loss, masked};
use crate::{Result, Tensor};

/// The mean of a loss over all samples: Keras's metrics `MeanSquaredError`, `BinaryCrossentropy`,
/// `Hinge`, … The loss's own reduction isn't used.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::Huber;
/// use elman::training::metrics::{MeanLoss, Metric};
/// let mut metric = MeanLoss::new("huber", Huber { delta: 2.0 });
/// metric.update(&array![[0.], [0.]].into(), &array![[1.], [3.]].into(), None)?;
/// assert_eq!(metric.result(), 2.25); // (0.5 + 4) / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone)]
pub struct MeanLoss {
    name: String,
    loss: Box<dyn Loss>,
    mean: Mean,
}

impl MeanLoss {
    /// The mean of `loss`, under that name.
    pub fn new(name: &str, loss: impl Loss) -> MeanLoss {
        MeanLoss::of(name, Box::new(loss))
    }

    pub(super) fn of(name: &str, loss: Box<dyn Loss>) -> MeanLoss {
        MeanLoss { name: name.into(), loss, mean: Mean::default() }
    }
}

impl Metric for MeanLoss {
    fn name(&self) -> &str {
        &self.name
    }

    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        self.loss.check()?;
        let values = self.loss.values(y_true, y_pred)?;
        self.mean.update(&values, masked(weights, y_pred.mask(), false)?.as_ref())
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }

    fn to_object(&self) -> Value {
        config::mean_loss_to_object(&self.name, &*self.loss)
    }

    fn clone_metric(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}
