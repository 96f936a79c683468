//! FTRL.

use serde::{Deserialize, Serialize};

use super::config::optimizer_boilerplate;
use super::optimizer::power;
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// "Follow the regularized leader" (McMahan et al., 2013), for models with many features of which
/// few matter. `l1_regularization_strength` makes weights exactly 0.
///
/// ```text
/// q = -learning_rate_power        n' = n + g²
/// g' = g + 2 * l2_shrinkage_regularization_strength * w
/// z += g' - (n'^q - n^q) / lr * w        n = n'
/// w = (clip(z, -l1, l1) - z) / (n'^q / lr + 2 * l2 + beta / lr)
/// ```
/// Keras: `keras.optimizers.Ftrl`. Where a schedule reaches a rate of exactly 0, Keras's weights
/// become NaN; here they stay. Errors: a strength or `initial_accumulator_value` below 0, a
/// `learning_rate_power` above 0.
///
/// ```
/// use elman::training::optimizers::{Ftrl, Optimizer};
/// let ftrl = Ftrl { l1_regularization_strength: 0.01, ..Ftrl::new(0.1) };
/// assert!(Ftrl { learning_rate_power: 0.5, ..ftrl }.check().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ftrl {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// How the rate falls with the sum of squared gradients (-0.5); 0 is a fixed rate.
    pub learning_rate_power: f64,
    /// What the sums of squares begin with (0.1).
    pub initial_accumulator_value: f64,
    /// The strength of the penalty on absolute values (0).
    pub l1_regularization_strength: f64,
    /// The strength of the penalty on squares (0).
    pub l2_regularization_strength: f64,
    /// The strength of the penalty on squares that the gradients get (0).
    pub l2_shrinkage_regularization_strength: f64,
    /// A penalty on squares that falls with the rate (0).
    pub beta: f64,
}

impl Default for Ftrl {
    fn default() -> Self {
        Ftrl {
            base: OptimizerBase::default(),
            learning_rate_power: -0.5,
            initial_accumulator_value: 0.1,
            l1_regularization_strength: 0.0,
            l2_regularization_strength: 0.0,
            l2_shrinkage_regularization_strength: 0.0,
            beta: 0.0,
        }
    }
}

impl Ftrl {
    /// FTRL with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Ftrl {
        Ftrl { base: OptimizerBase::new(learning_rate), ..Ftrl::default() }
    }

    fn follow(&self, step: &Step, mut part: Part, root: impl Fn(Float) -> Float) {
        let lr = step.learning_rate;
        let l1 = self.l1_regularization_strength as Float;
        let l2 = self.l2_regularization_strength as Float + self.beta as Float / (2.0 * lr);
        let shrinkage = (2.0 * self.l2_shrinkage_regularization_strength) as Float;
        let [accumulator, linear] = part.take_slots();
        let values = part.weights.iter_mut().zip(part.gradients);
        for ((w, g), (n, z)) in values.zip(accumulator.iter_mut().zip(linear)) {
            let sum = *n + g * g;
            let (before, after) = (root(*n), root(sum));
            *z += (g + shrinkage * *w) - (after - before) / lr * *w;
            *w = (z.clamp(-l1, l1) - *z) / (after / lr + 2.0 * l2);
            *n = sum;
        }
    }
}

impl Optimizer for Ftrl {
    optimizer_boilerplate!("Ftrl");

    fn slots(&self) -> Vec<Slot> {
        let initial = self.initial_accumulator_value;
        vec![Slot { name: "accumulator", initial }, Slot::zeros("linear")]
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn update(&self, step: &Step, part: Part) {
        if step.learning_rate == 0.0 {
            return;
        }
        match self.learning_rate_power {
            -0.5 => self.follow(step, part, Float::sqrt),
            other => self.follow(step, part, |n| power(n, -other as Float)),
        }
    }

    fn check(&self) -> Result<()> {
        let place = "optimizer Ftrl";
        let power = self.learning_rate_power;
        let ok = power.is_finite() && power <= 0.0;
        check::require(ok, place, "learning_rate_power", "a number of 0 or less", power)?;
        for (argument, value) in [
            ("initial_accumulator_value", self.initial_accumulator_value),
            ("l1_regularization_strength", self.l1_regularization_strength),
            ("l2_regularization_strength", self.l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", self.l2_shrinkage_regularization_strength),
        ] {
            check::not_negative(place, argument, value)?;
        }
        check::finite(place, "beta", self.beta)
    }
}
