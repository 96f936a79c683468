//! Exponential decay.

use serde::{Deserialize, Serialize};

use super::schedule::{LearningRateSchedule, power, schedule_boilerplate, serialize_steps};
use crate::Result;
use crate::training::check;

/// Multiplies the rate by `decay_rate` every `decay_steps` steps:
///
/// ```text
/// initial_learning_rate * decay_rate ^ (step / decay_steps)
/// ```
/// With `staircase`, `step / decay_steps` is rounded down, so that the rate falls in steps.
///
/// Keras: `keras.optimizers.schedules.ExponentialDecay`.
///
/// Errors: `decay_steps` of 0 or less, numbers that are not finite, a negative rate.
///
/// ```
/// use elman::training::schedules::{ExponentialDecay, LearningRateSchedule};
/// let smooth = ExponentialDecay::new(0.8, 10, 0.25);
/// assert_eq!([0, 5, 10].map(|step| smooth.learning_rate(step) as f32), [0.8, 0.4, 0.2]);
/// let stairs = ExponentialDecay { staircase: true, ..smooth };
/// assert_eq!([0, 9, 10].map(|step| stairs.learning_rate(step) as f32), [0.8, 0.8, 0.2]);
/// ```
#[doc(alias = "keras.optimizers.schedules.ExponentialDecay")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExponentialDecay {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps in which the rate is multiplied once.
    #[serde(serialize_with = "serialize_steps")]
    pub decay_steps: f64,
    /// The factor.
    pub decay_rate: f64,
    /// Whether the rate falls at whole multiples of `decay_steps` only (false).
    #[serde(default)]
    pub staircase: bool,
    /// A name (`ExponentialDecay`).
    #[serde(default = "name")]
    pub name: String,
}

fn name() -> String {
    "ExponentialDecay".into()
}

impl ExponentialDecay {
    /// A smooth decay.
    pub fn new(
        initial_learning_rate: f64,
        decay_steps: impl Into<f64>,
        decay_rate: f64,
    ) -> ExponentialDecay {
        let decay_steps = decay_steps.into();
        ExponentialDecay {
            initial_learning_rate,
            decay_steps,
            decay_rate,
            staircase: false,
            name: name(),
        }
    }
}

impl LearningRateSchedule for ExponentialDecay {
    schedule_boilerplate!("ExponentialDecay");

    fn learning_rate(&self, step: u64) -> f64 {
        let mut p = step as f32 / self.decay_steps as f32;
        if self.staircase {
            p = p.floor();
        }
        (self.initial_learning_rate as f32 * power(self.decay_rate as f32, p)).into()
    }

    fn check(&self) -> Result<()> {
        let place = "schedule ExponentialDecay";
        check::not_negative(place, "initial_learning_rate", self.initial_learning_rate)?;
        check::positive(place, "decay_steps", self.decay_steps)?;
        check::not_negative(place, "decay_rate", self.decay_rate)
    }
}
