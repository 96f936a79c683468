//! Adam.

use serde_json::{Map, Value, json};

use super::{Optimizer, SlotOrder, check_number, optimizer_boilerplate};
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
/// Keras: `keras.optimizers.Adam`.
///
/// ```
/// use elman::training::optimizers::Adam;
/// let adam = Adam { beta_1: 0.8, ..Adam::new(0.01) };
/// # let _ = adam;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Adam {
    /// The learning rate (0.001).
    pub learning_rate: f64,
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
        Adam { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: false }
    }
}

impl Adam {
    /// Adam with Keras's defaults but the learning rate.
    pub fn new(learning_rate: f64) -> Adam {
        Adam { learning_rate, ..Adam::default() }
    }
}

impl Optimizer for Adam {
    optimizer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Adam"
    }

    fn config(&self) -> Map<String, Value> {
        let config = json!({
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        });
        config.as_object().cloned().unwrap_or_default()
    }

    fn slots(&self) -> Vec<&'static str> {
        match self.amsgrad {
            true => vec!["momentum", "velocity", "velocity_hat"],
            false => vec!["momentum", "velocity"],
        }
    }

    fn slot_order(&self) -> SlotOrder {
        // Momentum and velocity of each weight side by side, then all velocity_hat.
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn update(
        &self,
        step: u64,
        weights: &mut [Float],
        gradients: &[Float],
        slots: &mut [&mut [Float]],
    ) {
        let power = |beta: f64| beta.powf(step as f64);
        let correction = (1.0 - power(self.beta_2)).sqrt() / (1.0 - power(self.beta_1));
        // Files hold the rate as float32, as Keras does: a training that goes on from one must not
        // differ from one that never stopped.
        let alpha = (f64::from(self.learning_rate as f32) * correction) as Float;
        let (one_minus_1, one_minus_2) =
            ((1.0 - self.beta_1) as Float, (1.0 - self.beta_2) as Float);
        let epsilon = self.epsilon as Float;
        let [m, v, rest @ ..] = slots else { return };
        let moments = m.iter_mut().zip(v.iter_mut());
        for (i, ((w, g), (m, v))) in weights.iter_mut().zip(gradients).zip(moments).enumerate() {
            *m += (g - *m) * one_minus_1;
            *v += (g * g - *v) * one_minus_2;
            let mut v = *v;
            if let Some(v_hat) = rest.first_mut() {
                v_hat[i] = v_hat[i].max(v);
                v = v_hat[i];
            }
            *w -= *m * alpha / (v.sqrt() + epsilon);
        }
    }

    fn check(&self) -> Result<()> {
        check_number(self, "learning_rate", self.learning_rate, 0.0..=f64::INFINITY)?;
        check_number(self, "beta_1", self.beta_1, 0.0..=1.0 - f64::EPSILON)?;
        check_number(self, "beta_2", self.beta_2, 0.0..=1.0 - f64::EPSILON)?;
        check_number(self, "epsilon", self.epsilon, 0.0..=f64::INFINITY)
    }
}
