//! Adam.

use serde::{Deserialize, Serialize};

use super::config::optimizer_boilerplate;
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Adam (Kingma and Ba, 2014), with Keras's order of operations:
///
/// ```text
/// m += (g - m) (1 - beta_1)        v += (g² - v) (1 - beta_2)
/// w -= lr * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)
/// ```
/// The epsilon is added to the uncorrected `sqrt(v)`, unlike PyTorch's. With `amsgrad`, the
/// largest v so far takes the place of v (Reddi et al., 2018).
///
/// Keras: `keras.optimizers.Adam`. Errors: a beta outside of 0 to 1, a negative epsilon.
///
/// ```
/// use elman::training::optimizers::Adam;
/// let adam = Adam { beta_1: 0.8, ..Adam::new(0.01) };
/// assert_eq!((adam.beta_2, adam.base.learning_rate.constant()), (0.999, Some(0.01)));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adam {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The decay of the mean of gradients (0.9).
    pub beta_1: f64,
    /// The decay of the mean of squared gradients (0.999).
    pub beta_2: f64,
    /// Keeps the division from zero (1e-7).
    pub epsilon: f64,
    /// Whether to use the largest mean of squared gradients so far (false).
    pub amsgrad: bool,
}

impl Default for Adam {
    fn default() -> Self {
        let base = OptimizerBase::default();
        Adam { base, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: false }
    }
}

impl Adam {
    /// Adam with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Adam {
        Adam { base: OptimizerBase::new(learning_rate), ..Adam::default() }
    }
}

impl Optimizer for Adam {
    optimizer_boilerplate!("Adam");

    fn slots(&self) -> Vec<Slot> {
        slots(self.amsgrad)
    }

    fn slot_order(&self) -> SlotOrder {
        // Momentum and velocity of each weight side by side, then all velocity_hat.
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn update(&self, step: &Step, part: Part) {
        let Adam { beta_1, beta_2, epsilon, amsgrad, .. } = *self;
        update(step, part, [beta_1, beta_2, epsilon], amsgrad);
    }

    fn check(&self) -> Result<()> {
        check_moments("optimizer Adam", self.beta_1, self.beta_2, self.epsilon)
    }
}

/// The slots of Adam and AdamW.
pub(super) fn slots(amsgrad: bool) -> Vec<Slot> {
    let names = ["momentum", "velocity", "velocity_hat"];
    names[..if amsgrad { 3 } else { 2 }].iter().map(|name| Slot::zeros(name)).collect()
}

/// The update of Adam and AdamW. The numbers are beta_1, beta_2 and epsilon.
pub(super) fn update(step: &Step, mut part: Part, numbers: [f64; 3], amsgrad: bool) {
    if !amsgrad {
        let [m, v] = part.take_slots();
        return update_moments(step, part.weights, part.gradients, [m, v], numbers);
    }
    let [m, v, v_hat] = part.take_slots();
    let Rates { alpha, keep_1, keep_2, epsilon } = Rates::new(step, numbers);
    let values = part.weights.iter_mut().zip(part.gradients);
    for ((w, g), ((m, v), v_hat)) in values.zip(m.iter_mut().zip(v).zip(v_hat)) {
        *m += (g - *m) * keep_1;
        *v += (g * g - *v) * keep_2;
        *v_hat = v_hat.max(*v);
        *w -= *m * alpha / (v_hat.sqrt() + epsilon);
    }
}

/// The update without `amsgrad`, which Muon uses besides.
pub(super) fn update_moments(
    step: &Step,
    weights: &mut [Float],
    gradients: &[Float],
    [m, v]: [&mut [Float]; 2],
    numbers: [f64; 3],
) {
    let Rates { alpha, keep_1, keep_2, epsilon } = Rates::new(step, numbers);
    let values = weights.iter_mut().zip(gradients);
    for ((w, g), (m, v)) in values.zip(m.iter_mut().zip(v)) {
        *m += (g - *m) * keep_1;
        *v += (g * g - *v) * keep_2;
        *w -= *m * alpha / (v.sqrt() + epsilon);
    }
}

/// What is the same for all values in one step.
struct Rates {
    alpha: Float,
    keep_1: Float,
    keep_2: Float,
    epsilon: Float,
}

impl Rates {
    fn new(step: &Step, [beta_1, beta_2, epsilon]: [f64; 3]) -> Rates {
        let correction = (1.0 - step.power(beta_2)).sqrt();
        Rates {
            alpha: step.learning_rate * correction / (1.0 - step.power(beta_1)),
            keep_1: (1.0 - beta_1) as Float,
            keep_2: (1.0 - beta_2) as Float,
            epsilon: epsilon as Float,
        }
    }
}

/// Checks the arguments that Adam and its relatives share.
pub(super) fn check_moments(place: &str, beta_1: f64, beta_2: f64, epsilon: f64) -> Result<()> {
    check::decay(place, "beta_1", beta_1)?;
    check::decay(place, "beta_2", beta_2)?;
    check::not_negative(place, "epsilon", epsilon)
}
