//! Adagrad.

use serde::{Deserialize, Serialize};

use super::config::optimizer_boilerplate;
use super::{Optimizer, OptimizerBase, Part, Slot, Step};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Divides each gradient by the root of the sum of all its squares so far (Duchi et al., 2011).
///
/// ```text
/// a += g²        w -= lr * g / sqrt(a + epsilon)
/// ```
/// Keras: `keras.optimizers.Adagrad`. Errors: a negative `initial_accumulator_value` or epsilon.
///
/// ```
/// use elman::training::optimizers::{Adagrad, Optimizer};
/// let adagrad = Adagrad { initial_accumulator_value: 0.0, ..Adagrad::new(0.05) };
/// assert_eq!(adagrad.slots()[0].initial, 0.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adagrad {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// What the sums of squares begin with (0.1).
    pub initial_accumulator_value: f64,
    /// Keeps the division from zero (1e-7).
    pub epsilon: f64,
}

impl Default for Adagrad {
    fn default() -> Self {
        let base = OptimizerBase::default();
        Adagrad { base, initial_accumulator_value: 0.1, epsilon: 1e-7 }
    }
}

impl Adagrad {
    /// Adagrad with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Adagrad {
        Adagrad { base: OptimizerBase::new(learning_rate), ..Adagrad::default() }
    }
}

impl Optimizer for Adagrad {
    optimizer_boilerplate!("Adagrad");

    fn slots(&self) -> Vec<Slot> {
        vec![Slot { name: "accumulator", initial: self.initial_accumulator_value }]
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (lr, epsilon) = (step.learning_rate, self.epsilon as Float);
        let [accumulator] = part.take_slots();
        for ((w, g), a) in part.weights.iter_mut().zip(part.gradients).zip(accumulator) {
            *a += g * g;
            *w -= lr * g / (*a + epsilon).sqrt();
        }
    }

    fn check(&self) -> Result<()> {
        let place = "optimizer Adagrad";
        let initial = self.initial_accumulator_value;
        check::not_negative(place, "initial_accumulator_value", initial)?;
        check::not_negative(place, "epsilon", self.epsilon)
    }
}
