//! LAMB.

use serde::{Deserialize, Serialize};

use super::adam::check_moments;
use super::config::optimizer_boilerplate;
use super::sums::{sum_of_squares, sum_of_squares_of};
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step};
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Adam with steps as long as each weight is (You et al., 2019), for large batches.
///
/// ```text
/// m += (g - m) (1 - beta_1)        v += (g² - v) (1 - beta_2)
/// u = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon)
/// w -= |w| / |u| * lr * u
/// ```
/// The norms are of one weight (a kernel, a bias); where one of them is 0, their ratio is 1.
///
/// Keras: `keras.optimizers.Lamb`. Errors: a beta outside of 0 to 1, a negative epsilon.
///
/// ```
/// use elman::training::optimizers::{Lamb, Optimizer};
/// let lamb = Lamb { beta_1: 0.8, ..Lamb::new(0.01) };
/// assert!(lamb.is_per_weight());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lamb {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The decay of the mean of gradients (0.9).
    pub beta_1: f64,
    /// The decay of the mean of squared gradients (0.999).
    pub beta_2: f64,
    /// Keeps the division from zero (1e-7).
    pub epsilon: f64,
}

impl Default for Lamb {
    fn default() -> Self {
        Lamb { base: OptimizerBase::default(), beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

impl Lamb {
    /// LAMB with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Lamb {
        Lamb { base: OptimizerBase::new(learning_rate), ..Lamb::default() }
    }
}

impl Optimizer for Lamb {
    optimizer_boilerplate!("Lamb");

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::zeros("momentum"), Slot::zeros("velocity")]
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn is_per_weight(&self) -> bool {
        true
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (keep_1, keep_2) = ((1.0 - self.beta_1) as Float, (1.0 - self.beta_2) as Float);
        let (lr, epsilon) = (step.learning_rate, self.epsilon as Float);
        let (of_m, of_v) = (1.0 - step.power(self.beta_1), 1.0 - step.power(self.beta_2));
        let [momentum, velocity] = part.take_slots();
        // Computed twice, once for its norm and once for the step, rather than stored.
        let change = |m: Float, v: Float| m / of_m / ((v / of_v).sqrt() + epsilon);
        for ((m, v), g) in momentum.iter_mut().zip(velocity.iter_mut()).zip(part.gradients) {
            *m += (g - *m) * keep_1;
            *v += (g * g - *v) * keep_2;
        }
        let weight_norm = sum_of_squares(part.weights).sqrt() as Float;
        let change_norm = sum_of_squares_of(momentum, velocity, change).sqrt() as Float;
        let ratio = match weight_norm > 0.0 && change_norm > 0.0 {
            true => weight_norm / change_norm,
            false => 1.0,
        };
        for (w, (m, v)) in part.weights.iter_mut().zip(momentum.iter().zip(velocity.iter())) {
            *w -= ratio * lr * change(*m, *v);
        }
    }

    fn check(&self) -> Result<()> {
        check_moments("optimizer Lamb", self.beta_1, self.beta_2, self.epsilon)
    }
}
