//! Cosine decay with restarts.

use serde::{Deserialize, Serialize};

use super::schedule::{LearningRateSchedule, power, schedule_boilerplate, serialize_steps};
use crate::Result;
use crate::training::check;

/// Lets the rate fall along half a cosine, again and again:
///
/// ```text
/// restart i, p of it done: 0 <= p < 1
/// initial_learning_rate * ((1 - alpha) * m_mul ^ i * (1 + cos(pi * p)) / 2 + alpha)
/// ```
/// The first restart comes after `first_decay_steps`, each further one after `t_mul` times as many
/// steps as the one before. (SGDR; Loshchilov and Hutter, 2016)
///
/// Keras: `keras.optimizers.schedules.CosineDecayRestarts`. Keras finds `i` with a logarithm in
/// f32. Where `t_mul` is neither 1 nor a power of 2, the step of a restart itself may round to
/// either side of it, there as here.
///
/// Errors: `first_decay_steps` of 0 or less, `t_mul` below 1 (after which Keras's rates become NaN),
/// numbers that are not finite, a negative rate.
///
/// ```
/// use elman::training::schedules::{CosineDecayRestarts, LearningRateSchedule};
/// let decay = CosineDecayRestarts::new(0.5, 4);
/// let rates = [0, 2, 4, 8, 12].map(|step| format!("{:.3}", decay.learning_rate(step)));
/// assert_eq!(rates, ["0.500", "0.250", "0.500", "0.250", "0.500"]);
/// ```
#[doc(alias = "keras.optimizers.schedules.CosineDecayRestarts")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CosineDecayRestarts {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps until the first restart.
    #[serde(serialize_with = "serialize_steps")]
    pub first_decay_steps: f64,
    /// How many times longer each period is than the one before (2).
    #[serde(default = "two")]
    pub t_mul: f64,
    /// What the highest rate is multiplied by at each restart (1).
    #[serde(default = "one")]
    pub m_mul: f64,
    /// The part of the initial rate that is never fallen below (0).
    #[serde(default)]
    pub alpha: f64,
    /// A name (`SGDRDecay`).
    #[serde(default = "name")]
    pub name: String,
}

fn two() -> f64 {
    2.0
}

fn one() -> f64 {
    1.0
}

fn name() -> String {
    "SGDRDecay".into()
}

impl CosineDecayRestarts {
    /// Periods that double, each beginning at the same rate and falling to 0.
    pub fn new(
        initial_learning_rate: f64,
        first_decay_steps: impl Into<f64>,
    ) -> CosineDecayRestarts {
        CosineDecayRestarts {
            initial_learning_rate,
            first_decay_steps: first_decay_steps.into(),
            t_mul: two(),
            m_mul: one(),
            alpha: 0.0,
            name: name(),
        }
    }
}

impl LearningRateSchedule for CosineDecayRestarts {
    schedule_boilerplate!("CosineDecayRestarts");

    fn learning_rate(&self, step: u64) -> f64 {
        let (t_mul, alpha) = (self.t_mul as f32, self.alpha as f32);
        let done = step as f32 / self.first_decay_steps as f32;
        let (restart, p) = if t_mul == 1.0 {
            (done.floor(), done - done.floor())
        } else {
            // The periods before restart i take (1 - t_mul^i) / (1 - t_mul) first periods.
            let restart = ((1.0 - done * (1.0 - t_mul)).ln() / t_mul.ln()).floor();
            let before = (1.0 - power(t_mul, restart)) / (1.0 - t_mul);
            (restart, (done - before) / power(t_mul, restart))
        };
        let top = power(self.m_mul as f32, restart);
        let cosine = 0.5 * top * (1.0 + (std::f32::consts::PI * p).cos());
        (self.initial_learning_rate as f32 * ((1.0 - alpha) * cosine + alpha)).into()
    }

    fn check(&self) -> Result<()> {
        let place = "schedule CosineDecayRestarts";
        check::not_negative(place, "initial_learning_rate", self.initial_learning_rate)?;
        check::positive(place, "first_decay_steps", self.first_decay_steps)?;
        let ok = self.t_mul.is_finite() && self.t_mul >= 1.0;
        check::require(ok, place, "t_mul", "a number of 1 or more", self.t_mul)?;
        check::not_negative(place, "m_mul", self.m_mul)?;
        check::finite(place, "alpha", self.alpha)
    }
}
