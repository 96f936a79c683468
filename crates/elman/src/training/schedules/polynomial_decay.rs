//! Polynomial decay.

use serde::{Deserialize, Serialize};

use super::schedule::{LearningRateSchedule, power, schedule_boilerplate, serialize_steps};
use crate::Result;
use crate::training::check;

/// Goes from one rate to another in `decay_steps` steps, along a polynomial, and stays there:
///
/// ```text
/// p = min(step, decay_steps) / decay_steps
/// (initial_learning_rate - end_learning_rate) * (1 - p) ^ power + end_learning_rate
/// ```
/// With `cycle`, `decay_steps` grows to its first multiple that is not below the step instead, so
/// that the rate rises again after each multiple.
///
/// Keras: `keras.optimizers.schedules.PolynomialDecay`.
///
/// Errors: `decay_steps` of 0 or less, numbers that are not finite, a negative rate.
///
/// ```
/// use elman::training::schedules::{LearningRateSchedule, PolynomialDecay};
/// let line = PolynomialDecay { end_learning_rate: 0.25, ..PolynomialDecay::new(0.75, 10) };
/// assert_eq!([0, 5, 10, 20].map(|step| line.learning_rate(step)), [0.75, 0.5, 0.25, 0.25]);
/// ```
#[doc(alias = "keras.optimizers.schedules.PolynomialDecay")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolynomialDecay {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps from the first rate to the last.
    #[serde(serialize_with = "serialize_steps")]
    pub decay_steps: f64,
    /// The last rate (0.0001).
    #[serde(default = "end_learning_rate")]
    pub end_learning_rate: f64,
    /// The power of the polynomial (1, a line).
    #[serde(default = "one")]
    pub power: f64,
    /// Whether to begin anew after `decay_steps` (false).
    #[serde(default)]
    pub cycle: bool,
    /// A name (`PolynomialDecay`).
    #[serde(default = "name")]
    pub name: String,
}

fn end_learning_rate() -> f64 {
    0.0001
}

fn one() -> f64 {
    1.0
}

fn name() -> String {
    "PolynomialDecay".into()
}

impl PolynomialDecay {
    /// A line down to 0.0001.
    pub fn new(initial_learning_rate: f64, decay_steps: impl Into<f64>) -> PolynomialDecay {
        PolynomialDecay {
            initial_learning_rate,
            decay_steps: decay_steps.into(),
            end_learning_rate: end_learning_rate(),
            power: one(),
            cycle: false,
            name: name(),
        }
    }
}

impl LearningRateSchedule for PolynomialDecay {
    schedule_boilerplate!("PolynomialDecay");

    fn learning_rate(&self, step: u64) -> f64 {
        let (first, last) = (self.initial_learning_rate as f32, self.end_learning_rate as f32);
        let (mut step, mut steps) = (step as f32, self.decay_steps as f32);
        if self.cycle {
            steps *= if step == 0.0 { 1.0 } else { (step / steps).ceil() };
        } else {
            step = step.min(steps);
        }
        let p = step / steps;
        ((first - last) * power(1.0 - p, self.power as f32) + last).into()
    }

    fn check(&self) -> Result<()> {
        let place = "schedule PolynomialDecay";
        check::not_negative(place, "initial_learning_rate", self.initial_learning_rate)?;
        check::positive(place, "decay_steps", self.decay_steps)?;
        check::not_negative(place, "end_learning_rate", self.end_learning_rate)?;
        check::not_negative(place, "power", self.power)
    }
}
