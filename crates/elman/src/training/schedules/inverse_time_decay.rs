//! Inverse time decay.

use serde::{Deserialize, Serialize};

use super::schedule::{LearningRateSchedule, schedule_boilerplate, serialize_steps};
use crate::Result;
use crate::training::check;

/// Divides the rate by a number that grows with the steps:
///
/// ```text
/// initial_learning_rate / (1 + decay_rate * step / decay_steps)
/// ```
/// With `staircase`, `step / decay_steps` is rounded down, so that the rate falls in steps.
///
/// Keras: `keras.optimizers.schedules.InverseTimeDecay`.
///
/// Errors: `decay_steps` of 0 or less, numbers that are not finite, a negative rate.
///
/// ```
/// use elman::training::schedules::{InverseTimeDecay, LearningRateSchedule};
/// let decay = InverseTimeDecay::new(0.5, 10, 2.0);
/// assert_eq!([0, 5, 15].map(|step| decay.learning_rate(step)), [0.5, 0.25, 0.125]);
/// ```
#[doc(alias = "keras.optimizers.schedules.InverseTimeDecay")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InverseTimeDecay {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps in which the divisor grows by `decay_rate`.
    #[serde(serialize_with = "serialize_steps")]
    pub decay_steps: f64,
    /// What the divisor grows by.
    pub decay_rate: f64,
    /// Whether the rate falls at whole multiples of `decay_steps` only (false).
    #[serde(default)]
    pub staircase: bool,
    /// A name (`InverseTimeDecay`).
    #[serde(default = "name")]
    pub name: String,
}

fn name() -> String {
    "InverseTimeDecay".into()
}

impl InverseTimeDecay {
    /// A smooth decay.
    pub fn new(
        initial_learning_rate: f64,
        decay_steps: impl Into<f64>,
        decay_rate: f64,
    ) -> InverseTimeDecay {
        let decay_steps = decay_steps.into();
        InverseTimeDecay {
            initial_learning_rate,
            decay_steps,
            decay_rate,
            staircase: false,
            name: name(),
        }
    }
}

impl LearningRateSchedule for InverseTimeDecay {
    schedule_boilerplate!("InverseTimeDecay");

    fn learning_rate(&self, step: u64) -> f64 {
        let mut p = step as f32 / self.decay_steps as f32;
        if self.staircase {
            p = p.floor();
        }
        (self.initial_learning_rate as f32 / (1.0 + self.decay_rate as f32 * p)).into()
    }

    fn check(&self) -> Result<()> {
        let place = "schedule InverseTimeDecay";
        check::not_negative(place, "initial_learning_rate", self.initial_learning_rate)?;
        check::positive(place, "decay_steps", self.decay_steps)?;
        check::not_negative(place, "decay_rate", self.decay_rate)
    }
}
