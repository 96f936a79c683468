//! A loss with another reduction or name than it has by itself.

use serde_json::Value;

use super::{Evaluated, Loss, Reduction};
use crate::{Result, Shape, Tensor};

/// A loss with a reduction and a name of its own, made by [`Loss::with_reduction`] and
/// [`Loss::with_name`]; Keras's arguments `reduction` and `name`, which all losses have.
#[derive(Clone)]
pub struct Reduced {
    pub(super) loss: Box<dyn Loss>,
    pub(super) reduction: Reduction,
    pub(super) name: String,
}

impl Reduced {
    /// The loss as it is.
    pub(super) fn new(loss: Box<dyn Loss>) -> Reduced {
        Reduced { reduction: loss.reduction(), name: loss.name(), loss }
    }
}

impl Loss for Reduced {
    fn class_name(&self) -> &'static str {
        self.loss.class_name()
    }

    fn config(&self) -> Value {
        self.loss.config()
    }

    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        self.loss.evaluate(y_true, y_pred)
    }

    fn values(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        self.loss.values(y_true, y_pred)
    }

    fn check_targets(&self, y_true: &Tensor, output: &Shape) -> Result<()> {
        self.loss.check_targets(y_true, output)
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn check(&self) -> Result<()> {
        self.loss.check()
    }

    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(self.clone())
    }
}
