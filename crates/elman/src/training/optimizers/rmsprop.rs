//! RMSprop.

use serde_json::{Map, Value, json};

use super::{Optimizer, SlotOrder, check_number, optimizer_boilerplate};
use crate::{Float, Result};

/// Divides each gradient by a running root mean square of itself (Hinton, 2012).
///
/// ```text
/// v = rho * v + (1 - rho) * g²
/// centered: a = rho * a + (1 - rho) * g, and v - a² takes the place of v below
/// step = lr * g / sqrt(v + epsilon)        m = momentum * m + step        w -= m (or step)
/// ```
/// Keras: `keras.optimizers.RMSprop`.
///
/// ```
/// use elman::training::optimizers::RmsProp;
/// let rmsprop = RmsProp { momentum: 0.9, ..RmsProp::default() };
/// # let _ = rmsprop;
/// ```
#[doc(alias = "RMSprop")]
#[derive(Clone, Debug, PartialEq)]
pub struct RmsProp {
    /// The learning rate (0.001).
    pub learning_rate: f64,
    /// The decay of the mean of squared gradients (0.9).
    pub rho: f64,
    /// The share of the last step that is kept (0).
    pub momentum: f64,
    /// Keeps the division from zero (1e-7).
    pub epsilon: f64,
    /// Whether to subtract the squared mean gradient (false).
    pub centered: bool,
}

impl Default for RmsProp {
    fn default() -> Self {
        RmsProp { learning_rate: 0.001, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: false }
    }
}

impl RmsProp {
    /// RMSprop with Keras's defaults but the learning rate.
    pub fn new(learning_rate: f64) -> RmsProp {
        RmsProp { learning_rate, ..RmsProp::default() }
    }
}

impl Optimizer for RmsProp {
    optimizer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "RMSprop"
    }

    fn config(&self) -> Map<String, Value> {
        let config = json!({
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        });
        config.as_object().cloned().unwrap_or_default()
    }

    fn slots(&self) -> Vec<&'static str> {
        let mut slots = vec!["velocity"];
        if self.momentum > 0.0 {
            slots.push("momentum");
        }
        if self.centered {
            slots.push("average_gradient");
        }
        slots
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::BySlot
    }

    fn update(
        &self,
        _step: u64,
        weights: &mut [Float],
        gradients: &[Float],
        slots: &mut [&mut [Float]],
    ) {
        let (lr, rho) = (self.learning_rate as Float, self.rho as Float);
        let (momentum, epsilon) = (self.momentum as Float, self.epsilon as Float);
        let Some((velocity, rest)) = slots.split_first_mut() else { return };
        for (i, (w, g)) in weights.iter_mut().zip(gradients).enumerate() {
            let v = &mut velocity[i];
            *v = rho * *v + (1.0 - rho) * g * g;
            let mut denominator = *v + epsilon;
            if self.centered
                && let Some(average) = rest.last_mut()
            {
                average[i] = rho * average[i] + (1.0 - rho) * g;
                denominator -= average[i] * average[i];
            }
            let step = lr * g / denominator.sqrt();
            *w -= match rest.first_mut() {
                Some(m) if self.momentum > 0.0 => {
                    m[i] = momentum * m[i] + step;
                    m[i]
                }
                _ => step,
            };
        }
    }

    fn check(&self) -> Result<()> {
        check_number(self, "learning_rate", self.learning_rate, 0.0..=f64::INFINITY)?;
        check_number(self, "rho", self.rho, 0.0..=1.0)?;
        check_number(self, "momentum", self.momentum, 0.0..=1.0)?;
        check_number(self, "epsilon", self.epsilon, 0.0..=f64::INFINITY)
    }
}
