//! Adamax.

use serde::{Deserialize, Serialize};

use super::adam::check_moments;
use super::config::optimizer_boilerplate;
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step};
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Adam with the largest gradient in the place of the mean square (Kingma and Ba, 2014).
///
/// ```text
/// m += (g - m) (1 - beta_1)        u = max(beta_2 * u, |g|)
/// w -= lr * m / ((1 - beta_1^t) (u + epsilon))
/// ```
/// Keras: `keras.optimizers.Adamax`. Errors: a beta outside of 0 to 1, a negative epsilon.
///
/// ```
/// use elman::training::optimizers::{Adamax, Optimizer};
/// let adamax = Adamax { beta_1: 0.8, ..Adamax::new(0.01) };
/// assert_eq!(adamax.slots()[1].name, "norm");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adamax {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The decay of the mean of gradients (0.9).
    pub beta_1: f64,
    /// The decay of the largest gradient (0.999).
    pub beta_2: f64,
    /// Keeps the division from zero (1e-7).
    pub epsilon: f64,
}

impl Default for Adamax {
    fn default() -> Self {
        Adamax { base: OptimizerBase::default(), beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

impl Adamax {
    /// Adamax with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Adamax {
        Adamax { base: OptimizerBase::new(learning_rate), ..Adamax::default() }
    }
}

impl Optimizer for Adamax {
    optimizer_boilerplate!("Adamax");

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::zeros("momentum"), Slot::zeros("norm")]
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (lr, epsilon) = (step.learning_rate, self.epsilon as Float);
        let (keep, beta_2) = ((1.0 - self.beta_1) as Float, self.beta_2 as Float);
        let correction = 1.0 - step.power(self.beta_1);
        let [momentum, norm] = part.take_slots();
        let values = part.weights.iter_mut().zip(part.gradients);
        for ((w, g), (m, u)) in values.zip(momentum.iter_mut().zip(norm)) {
            *m += (g - *m) * keep;
            *u = (beta_2 * *u).max(g.abs());
            *w -= lr * *m / (correction * (*u + epsilon));
        }
    }

    fn check(&self) -> Result<()> {
        check_moments("optimizer Adamax", self.beta_1, self.beta_2, self.epsilon)
    }
}
