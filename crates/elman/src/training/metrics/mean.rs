//! Metrics that are the mean of a loss.

use serde_json::Value;

use super::{Mean, Metric, config};
use crate::training::losses::Loss;
use crate::{Result, Tensor};

/// The mean of a loss over all samples: `mse`, `mae`.
#[derive(Clone)]
pub struct MeanLoss {
    name: String,
    loss: Box<dyn Loss>,
    mean: Mean,
}

impl MeanLoss {
    /// The mean of `loss`, under that name.
    pub fn new(name: &str, loss: impl Loss) -> MeanLoss {
        MeanLoss { name: name.into(), loss: Box::new(loss), mean: Mean::default() }
    }
}

impl Metric for MeanLoss {
    fn name(&self) -> &str {
        &self.name
    }

    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        self.mean.add_rows(&self.loss.evaluate(y_true, y_pred)?.values, weights)
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn to_object(&self) -> Value {
        config::to_object(&self.name, self.loss.class_name())
    }

    fn clone_metric(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}
