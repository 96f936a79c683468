//! Adadelta.

use serde::{Deserialize, Serialize};

use super::config::optimizer_boilerplate;
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Scales each step by the ratio of the running root mean squares of steps and gradients (Zeiler,
/// 2012).
///
/// ```text
/// a = rho * a + (1 - rho) * g²
/// delta = -sqrt(d + epsilon) * g / sqrt(a + epsilon)
/// d = rho * d + (1 - rho) * delta²        w += lr * delta
/// ```
/// Keras: `keras.optimizers.Adadelta`. The paper's learning rate is 1. Errors: a rho outside of 0
/// to 1, a negative epsilon.
///
/// ```
/// use elman::training::optimizers::{Adadelta, Optimizer};
/// let adadelta = Adadelta { rho: 0.9, ..Adadelta::new(1.0) };
/// assert_eq!(adadelta.slots()[1].name, "accumulated_delta_var");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adadelta {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The decay of both means (0.95).
    pub rho: f64,
    /// Keeps the division from zero (1e-7).
    pub epsilon: f64,
}

impl Default for Adadelta {
    fn default() -> Self {
        Adadelta { base: OptimizerBase::default(), rho: 0.95, epsilon: 1e-7 }
    }
}

impl Adadelta {
    /// Adadelta with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Adadelta {
        Adadelta { base: OptimizerBase::new(learning_rate), ..Adadelta::default() }
    }
}

impl Optimizer for Adadelta {
    optimizer_boilerplate!("Adadelta");

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::zeros("accumulated_grad"), Slot::zeros("accumulated_delta_var")]
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (lr, epsilon) = (step.learning_rate, self.epsilon as Float);
        let (rho, rest) = (self.rho as Float, (1.0 - self.rho) as Float);
        let [gradients, deltas] = part.take_slots();
        let values = part.weights.iter_mut().zip(part.gradients);
        for ((w, g), (a, d)) in values.zip(gradients.iter_mut().zip(deltas)) {
            *a = rho * *a + rest * (g * g);
            let delta = -((*d + epsilon).sqrt() * g / (*a + epsilon).sqrt());
            *d = rho * *d + rest * (delta * delta);
            *w += lr * delta;
        }
    }

    fn check(&self) -> Result<()> {
        check::fraction("optimizer Adadelta", "rho", self.rho)?;
        check::not_negative("optimizer Adadelta", "epsilon", self.epsilon)
    }
}
