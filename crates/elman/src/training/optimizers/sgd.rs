//! Gradient descent.

use serde::{Deserialize, Serialize};

use super::config::optimizer_boilerplate;
use super::{Optimizer, OptimizerBase, Part, Slot, Step};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Stochastic gradient descent, with momentum if asked.
///
/// ```text
/// w -= lr * g                                              without momentum
/// m = momentum * m - lr * g;  w += m                       with momentum
/// m = momentum * m - lr * g;  w += momentum * m - lr * g   with nesterov
/// ```
/// Keras: `keras.optimizers.SGD`. Errors: a momentum outside of 0 to 1.
///
/// ```
/// use elman::training::optimizers::{Optimizer, Sgd};
/// let sgd = Sgd { momentum: 0.9, nesterov: true, ..Sgd::new(0.1) };
/// assert!(Sgd { momentum: 1.5, ..sgd }.check().is_err());
/// ```
#[doc(alias = "SGD")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sgd {
    /// The arguments that all optimizers have; the learning rate (0.01) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The share of the last step that is kept (0).
    pub momentum: f64,
    /// Nesterov's variant of momentum (false).
    pub nesterov: bool,
}

impl Default for Sgd {
    fn default() -> Self {
        Sgd { base: OptimizerBase::new(0.01), momentum: 0.0, nesterov: false }
    }
}

impl Sgd {
    /// Plain gradient descent.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Sgd {
        Sgd { base: OptimizerBase::new(learning_rate), ..Sgd::default() }
    }
}

impl Optimizer for Sgd {
    optimizer_boilerplate!("SGD");

    fn slots(&self) -> Vec<Slot> {
        if self.momentum == 0.0 { vec![] } else { vec![Slot::zeros("momentum")] }
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (lr, momentum) = (step.learning_rate, self.momentum as Float);
        let values = part.weights.iter_mut().zip(part.gradients);
        let Some(m) = part.slots.first_mut() else {
            values.for_each(|(w, g)| *w -= g * lr);
            return;
        };
        for ((w, g), m) in values.zip(m.iter_mut()) {
            *m = *m * momentum - g * lr;
            *w += if self.nesterov { *m * momentum - g * lr } else { *m };
        }
    }

    fn check(&self) -> Result<()> {
        check::fraction("optimizer SGD", "momentum", self.momentum)
    }
}
