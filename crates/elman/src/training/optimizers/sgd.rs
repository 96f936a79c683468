//! Gradient descent.

use serde_json::{Map, Value, json};

use super::{Optimizer, SlotOrder, check_number, optimizer_boilerplate};
use crate::{Float, Result};

/// Stochastic gradient descent, with momentum if asked.
///
/// ```text
/// w -= lr * g                                         without momentum
/// m = momentum * m - lr * g;  w += m                  with momentum
/// m = momentum * m - lr * g;  w += momentum * m - lr * g   with nesterov
/// ```
/// Keras: `keras.optimizers.SGD`.
///
/// ```
/// use elman::training::optimizers::Sgd;
/// let sgd = Sgd { learning_rate: 0.1, momentum: 0.9, nesterov: true };
/// # let _ = sgd;
/// ```
#[doc(alias = "SGD")]
#[derive(Clone, Debug, PartialEq)]
pub struct Sgd {
    /// The learning rate (0.01).
    pub learning_rate: f64,
    /// The share of the last step that is kept (0).
    pub momentum: f64,
    /// Nesterov's variant of momentum (false).
    pub nesterov: bool,
}

impl Default for Sgd {
    fn default() -> Self {
        Sgd { learning_rate: 0.01, momentum: 0.0, nesterov: false }
    }
}

impl Sgd {
    /// Plain gradient descent.
    pub fn new(learning_rate: f64) -> Sgd {
        Sgd { learning_rate, ..Sgd::default() }
    }
}

impl Optimizer for Sgd {
    optimizer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "SGD"
    }

    fn config(&self) -> Map<String, Value> {
        let config = json!({ "momentum": self.momentum, "nesterov": self.nesterov });
        config.as_object().cloned().unwrap_or_default()
    }

    fn slots(&self) -> Vec<&'static str> {
        if self.momentum == 0.0 { vec![] } else { vec!["momentum"] }
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
        let (lr, momentum) = (self.learning_rate as Float, self.momentum as Float);
        let Some(m) = slots.first_mut() else {
            for (w, g) in weights.iter_mut().zip(gradients) {
                *w -= lr * g;
            }
            return;
        };
        for ((w, g), m) in weights.iter_mut().zip(gradients).zip(m.iter_mut()) {
            *m = momentum * *m - lr * g;
            *w += if self.nesterov { momentum * *m - lr * g } else { *m };
        }
    }

    fn check(&self) -> Result<()> {
        check_number(self, "learning_rate", self.learning_rate, 0.0..=f64::INFINITY)?;
        check_number(self, "momentum", self.momentum, 0.0..=1.0)
    }
}
