//! What every optimizer has.

use serde_json::{Map, Value, json};

use crate::Result;
use crate::training::check;
use crate::training::schedules::LearningRate;

/// The arguments that every optimizer has, as in Keras. They are handled in one place for all.
///
/// Each step of training does, in this order: add gradients up over `gradient_accumulation_steps`;
/// clip; decay the weights; update them; average them. Builder methods set the arguments: see
/// [`OptimizerOptions`](super::OptimizerOptions).
///
/// Errors, when a model is compiled: more than one way of clipping at once, numbers that are not
/// finite or out of range.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerBase {
    /// The name in files; without one, the class name in small letters.
    pub name: Option<String>,
    /// The learning rate: a number or a schedule.
    pub learning_rate: LearningRate,
    /// Before each update, `w -= w * weight_decay * learning_rate`.
    pub weight_decay: Option<f64>,
    /// Each weight's gradient is scaled down to this norm, if it is longer.
    pub clipnorm: Option<f64>,
    /// The gradients of all weights together are scaled down to this norm.
    pub global_clipnorm: Option<f64>,
    /// Each gradient is cut off at plus and minus this value.
    pub clipvalue: Option<f64>,
    /// Whether to keep a moving average of the weights (false), which takes their place when `fit`
    /// ends: `average = ema_momentum * average + (1 - ema_momentum) * w`.
    pub use_ema: bool,
    /// The part of the average that stays in each step (0.99).
    pub ema_momentum: f64,
    /// After how many updates the average takes the place of the weights, time and again.
    pub ema_overwrite_frequency: Option<u64>,
    /// In Keras, what the loss is multiplied by before gradients are computed, and what these are
    /// divided by after, lest they vanish in half precision. Here gradients are f32 and the two
    /// cancel, so the factor is kept in files and changes nothing.
    pub loss_scale_factor: Option<f64>,
    /// How many batches make up one update, by the mean of their gradients. Schedules and the
    /// summary of steps count batches; bias corrections count updates.
    pub gradient_accumulation_steps: Option<u64>,
    /// Weights whose path (`lstm/lstm_cell/bias`) contains one of these don't decay. As in Keras,
    /// files don't hold this list.
    pub exclude_from_weight_decay: Vec<String>,
}

impl Default for OptimizerBase {
    /// A learning rate of 0.001, and everything else off.
    fn default() -> Self {
        OptimizerBase::new(0.001)
    }
}

impl OptimizerBase {
    /// The learning rate, and everything else off.
    pub fn new(learning_rate: impl Into<LearningRate>) -> OptimizerBase {
        OptimizerBase {
            name: None,
            learning_rate: learning_rate.into(),
            weight_decay: None,
            clipnorm: None,
            global_clipnorm: None,
            clipvalue: None,
            use_ema: false,
            ema_momentum: 0.99,
            ema_overwrite_frequency: None,
            loss_scale_factor: None,
            gradient_accumulation_steps: None,
            exclude_from_weight_decay: Vec::new(),
        }
    }

    /// The number of batches of an update, if it is more than one.
    pub(super) fn accumulation(&self) -> Option<u64> {
        // As in Keras, 0 means off.
        self.gradient_accumulation_steps.filter(|steps| *steps > 1)
    }

    /// The name, or that of the class in Keras's form: `rm_sprop`.
    pub(super) fn name_or(&self, class_name: &str) -> String {
        self.name.clone().unwrap_or_else(|| crate::names::snake_case(class_name))
    }

    /// The arguments under Keras's keys.
    pub(super) fn to_config(&self, class_name: &str) -> Map<String, Value> {
        let config = json!({
            "name": self.name_or(class_name),
            "learning_rate": self.learning_rate.to_value(),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        });
        config.as_object().cloned().unwrap_or_default()
    }

    /// Sets one argument; whether there is one of that name.
    pub(super) fn set(&mut self, place: &str, key: &str, value: &Value) -> Result<bool> {
        fn read<T: serde::de::DeserializeOwned>(value: &Value) -> serde_json::Result<T> {
            T::deserialize(value)
        }
        let read = match key {
            "name" => read(value).map(|v| self.name = v),
            "learning_rate" => {
                self.learning_rate = LearningRate::from_value(place, value)?;
                Ok(())
            }
            "weight_decay" => read(value).map(|v| self.weight_decay = v),
            "clipnorm" => read(value).map(|v| self.clipnorm = v),
            "global_clipnorm" => read(value).map(|v| self.global_clipnorm = v),
            "clipvalue" => read(value).map(|v| self.clipvalue = v),
            "use_ema" => read(value).map(|v| self.use_ema = v),
            "ema_momentum" => read(value).map(|v| self.ema_momentum = v),
            "ema_overwrite_frequency" => read(value).map(|v| self.ema_overwrite_frequency = v),
            "loss_scale_factor" => read(value).map(|v| self.loss_scale_factor = v),
            "gradient_accumulation_steps" => {
                read(value).map(|v| self.gradient_accumulation_steps = v)
            }
            _ => return Ok(false),
        };
        read.map(|()| true).map_err(|error| super::config::wrong_type(place, key, &error))
    }

    /// Checks the arguments.
    pub(super) fn check(&self, class_name: &str) -> Result<()> {
        let place = format!("optimizer {class_name}");
        self.learning_rate.check(&place)?;
        check::finite(&place, "weight_decay", self.weight_decay.unwrap_or(0.0))?;
        let clips = [
            ("clipnorm", self.clipnorm),
            ("global_clipnorm", self.global_clipnorm),
            ("clipvalue", self.clipvalue),
        ];
        for (argument, value) in clips {
            check::finite(&place, argument, value.unwrap_or(0.0))?;
        }
        let given: Vec<&'static str> =
            clips.iter().filter(|(_, value)| value.is_some()).map(|(name, _)| *name).collect();
        if let [_, second, ..] = given[..] {
            let got = given.join(" and ");
            check::require(false, &place, second, "the only way of clipping", got)?;
        }
        check::fraction(&place, "ema_momentum", self.ema_momentum)?;
        check::positive(&place, "loss_scale_factor", self.loss_scale_factor.unwrap_or(1.0))?;
        let steps = self.gradient_accumulation_steps.unwrap_or(2);
        check::require(
            steps != 1,
            &place,
            "gradient_accumulation_steps",
            "2 or more, or left out",
            steps,
        )
    }
}
