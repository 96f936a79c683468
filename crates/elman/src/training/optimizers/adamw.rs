//! AdamW.

use serde::{Deserialize, Serialize};

use super::adam::{check_moments, slots, update};
use super::config::optimizer_boilerplate;
use super::{Optimizer, OptimizerBase, Part, Slot, SlotOrder, Step};
use crate::Result;
use crate::training::check;
use crate::training::schedules::LearningRate;

/// [`Adam`](super::Adam) with weight decay (Loshchilov and Hutter, 2017): in each step, before
/// Adam's own change, `w -= w * weight_decay * lr`.
///
/// Keras: `keras.optimizers.AdamW`. Errors: those of Adam, and no weight decay.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::optimizers::Optimizer;
/// let adamw = AdamW::new(0.01).weight_decay(0.1).exclude_from_weight_decay(["bias"]);
/// assert_eq!(AdamW::default().base.weight_decay, Some(0.004));
/// assert_eq!(adamw.class_name(), "AdamW");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamW {
    /// The arguments that all optimizers have; among them the learning rate (0.001) and
    /// `weight_decay` (0.004).
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

impl Default for AdamW {
    fn default() -> Self {
        AdamW::new(0.001)
    }
}

impl AdamW {
    /// AdamW with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> AdamW {
        let base = OptimizerBase { weight_decay: Some(0.004), ..OptimizerBase::new(learning_rate) };
        AdamW { base, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: false }
    }
}

impl Optimizer for AdamW {
    optimizer_boilerplate!("AdamW");

    fn slots(&self) -> Vec<Slot> {
        slots(self.amsgrad)
    }

    fn slot_order(&self) -> SlotOrder {
        SlotOrder::ByWeight { interleaved: 2 }
    }

    fn update(&self, step: &Step, part: Part) {
        let AdamW { beta_1, beta_2, epsilon, amsgrad, .. } = *self;
        update(step, part, [beta_1, beta_2, epsilon], amsgrad);
    }

    fn check(&self) -> Result<()> {
        let place = "optimizer AdamW";
        check_moments(place, self.beta_1, self.beta_2, self.epsilon)?;
        let ok = self.base.weight_decay.is_some();
        check::require(ok, place, "weight_decay", "a number", "none")
    }
}
