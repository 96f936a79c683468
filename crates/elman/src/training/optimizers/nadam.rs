//! Nadam.

use serde::{Deserialize, Serialize};

use super::adam::check_moments;
use super::config::optimizer_boilerplate;
use super::optimizer::power;
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step};
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Adam with Nesterov's momentum, which grows in the first steps (Dozat, 2015).
///
/// ```text
/// u_t = beta_1 * (1 - 0.96^t / 2)        p = p * u_t, from 1
/// m += (g - m) (1 - beta_1)              v += (g² - v) (1 - beta_2)
/// m' = u_{t+1} * m / (1 - p * u_{t+1}) + (1 - u_t) * g / (1 - p)
/// w -= lr * m' / (sqrt(v / (1 - beta_2^t)) + epsilon)
/// ```
/// Keras: `keras.optimizers.Nadam`. Errors: a beta outside of 0 to 1, a negative epsilon.
///
/// ```
/// use elman::training::optimizers::{Nadam, Optimizer};
/// let nadam = Nadam { beta_1: 0.8, ..Nadam::new(0.01) };
/// assert_eq!(nadam.scalars()[0].initial, 1.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nadam {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The momentum that is grown to, and the decay of the mean of gradients (0.9).
    pub beta_1: f64,
    /// The decay of the mean of squared gradients (0.999).
    pub beta_2: f64,
    /// Keeps the division from zero (1e-7).
    pub epsilon: f64,
}

impl Default for Nadam {
    fn default() -> Self {
        Nadam { base: OptimizerBase::default(), beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

impl Nadam {
    /// Nadam with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Nadam {
        Nadam { base: OptimizerBase::new(learning_rate), ..Nadam::default() }
    }

    /// The momentum of an update: beta_1, but less of it in the beginning.
    fn momentum(&self, number: u64) -> Float {
        self.beta_1 as Float * (1.0 - 0.5 * power(0.96, number as Float))
    }
}

impl Optimizer for Nadam {
    optimizer_boilerplate!("Nadam");

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::zeros("momentum"), Slot::zeros("velocity")]
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn scalars(&self) -> Vec<Slot> {
        vec![Slot { name: "u_product", initial: 1.0 }]
    }

    fn update_scalars(&self, step: &Step, scalars: &mut [Float]) {
        let growth = 1.0 - 0.5 * power(0.96, step.number as Float);
        scalars.iter_mut().for_each(|product| *product = *product * self.beta_1 as Float * growth);
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (beta_1, beta_2) = (self.beta_1 as Float, self.beta_2 as Float);
        let (lr, epsilon) = (step.learning_rate, self.epsilon as Float);
        let (now, next) = (self.momentum(step.number), self.momentum(step.number + 1));
        let product = step.scalars.first().copied().unwrap_or(1.0);
        let (of_momentum, of_gradient) = (1.0 - product * next, 1.0 - product);
        let correction = 1.0 - step.power(self.beta_2);
        let [momentum, velocity] = part.take_slots();
        let values = part.weights.iter_mut().zip(part.gradients);
        for ((w, g), (m, v)) in values.zip(momentum.iter_mut().zip(velocity)) {
            *m += (g - *m) * (1.0 - beta_1);
            *v += (g * g - *v) * (1.0 - beta_2);
            let ahead = next * *m / of_momentum + (1.0 - now) * g / of_gradient;
            *w -= ahead * lr / ((*v / correction).sqrt() + epsilon);
        }
    }

    fn check(&self) -> Result<()> {
        check_moments("optimizer Nadam", self.beta_1, self.beta_2, self.epsilon)
    }
}
