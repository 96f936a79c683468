//! Lion.

use serde::{Deserialize, Serialize};

use super::config::optimizer_boilerplate;
use super::{Optimizer, OptimizerBase, Part, Slot, Step};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Steps of one size, in the direction of the sign of a momentum (Chen et al., 2023).
///
/// ```text
/// w -= lr * sign(beta_1 * m + (1 - beta_1) * g)
/// m = beta_2 * m + (1 - beta_2) * g
/// ```
/// Where the sum is 0, the weight stays. Since every step is of size `lr`, it should be three to
/// ten times smaller than Adam's.
///
/// Keras: `keras.optimizers.Lion`. Errors: a `beta_1` that is not above 0 and at most 1, a `beta_2`
/// outside of 0 to 1.
///
/// ```
/// use elman::training::optimizers::{Lion, Optimizer};
/// let lion = Lion { beta_1: 0.8, ..Lion::new(0.0003) };
/// assert!(Lion { beta_1: 0.0, ..lion }.check().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lion {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The part of the momentum in the direction of a step (0.9).
    pub beta_1: f64,
    /// The decay of the momentum (0.99).
    pub beta_2: f64,
}

impl Default for Lion {
    fn default() -> Self {
        Lion { base: OptimizerBase::default(), beta_1: 0.9, beta_2: 0.99 }
    }
}

impl Lion {
    /// Lion with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Lion {
        Lion { base: OptimizerBase::new(learning_rate), ..Lion::default() }
    }
}

impl Optimizer for Lion {
    optimizer_boilerplate!("Lion");

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::zeros("momentum")]
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (beta_1, beta_2) = (self.beta_1 as Float, self.beta_2 as Float);
        let [momentum] = part.take_slots();
        for ((w, g), m) in part.weights.iter_mut().zip(part.gradients).zip(momentum) {
            let direction = *m * beta_1 + g * (1.0 - beta_1);
            // `signum` of 0 is 1.
            *w -= step.learning_rate * if direction == 0.0 { 0.0 } else { direction.signum() };
            *m = *m * beta_2 + g * (1.0 - beta_2);
        }
    }

    fn check(&self) -> Result<()> {
        let place = "optimizer Lion";
        check::fraction(place, "beta_1", self.beta_1)?;
        check::positive(place, "beta_1", self.beta_1)?;
        check::fraction(place, "beta_2", self.beta_2)
    }
}
