//! Cosine decay.

use serde::{Deserialize, Serialize};

use super::schedule::{LearningRateSchedule, schedule_boilerplate, serialize_steps};
use crate::Result;
use crate::training::check;

/// Lets the rate fall along half a cosine, after a linear rise if asked:
///
/// ```text
/// warm-up, step < warmup_steps:
///     initial_learning_rate + (warmup_target - initial_learning_rate) * step / warmup_steps
/// then, with s = min(step - warmup_steps, decay_steps) and `top` = warmup_target:
///     top * ((1 - alpha) * (1 + cos(pi * s / decay_steps)) / 2 + alpha)
/// ```
/// Without a `warmup_target` there is no warm-up, whatever `warmup_steps`, and `top` is the
/// `initial_learning_rate`. The last rate is `alpha * top`. (Loshchilov and Hutter, 2016)
///
/// Keras: `keras.optimizers.schedules.CosineDecay`.
///
/// Errors: `decay_steps` of 0 or less, numbers that are not finite, a negative rate.
///
/// ```
/// use elman::training::schedules::{CosineDecay, LearningRateSchedule};
/// let decay = CosineDecay {
///     warmup_target: Some(0.5),
///     warmup_steps: 2.0,
///     ..CosineDecay::new(0.0, 8)
/// };
/// let rates = [0, 1, 2, 6, 10].map(|step| format!("{:.3}", decay.learning_rate(step)));
/// assert_eq!(rates, ["0.000", "0.250", "0.500", "0.250", "0.000"]);
/// ```
#[doc(alias = "keras.optimizers.schedules.CosineDecay")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CosineDecay {
    /// The rate of step 0.
    pub initial_learning_rate: f64,
    /// The number of steps of the decay, which begins after the warm-up.
    #[serde(serialize_with = "serialize_steps")]
    pub decay_steps: f64,
    /// The part of the highest rate that remains in the end (0).
    #[serde(default)]
    pub alpha: f64,
    /// A name (`CosineDecay`).
    #[serde(default = "name")]
    pub name: String,
    /// The rate at the end of the warm-up; without it there is none.
    #[serde(default)]
    pub warmup_target: Option<f64>,
    /// The number of steps of the warm-up (0).
    #[serde(default, serialize_with = "serialize_steps")]
    pub warmup_steps: f64,
}

fn name() -> String {
    "CosineDecay".into()
}

impl CosineDecay {
    /// A decay to 0, without warm-up.
    pub fn new(initial_learning_rate: f64, decay_steps: impl Into<f64>) -> CosineDecay {
        CosineDecay {
            initial_learning_rate,
            decay_steps: decay_steps.into(),
            alpha: 0.0,
            name: name(),
            warmup_target: None,
            warmup_steps: 0.0,
        }
    }

    fn decayed(&self, step: f32, top: f32) -> f32 {
        let cosine = 0.5 * (1.0 + (std::f32::consts::PI * (step / self.decay_steps as f32)).cos());
        top * ((1.0 - self.alpha) as f32 * cosine + self.alpha as f32)
    }
}

impl LearningRateSchedule for CosineDecay {
    schedule_boilerplate!("CosineDecay");

    fn learning_rate(&self, step: u64) -> f64 {
        let (step, first) = (step as f32, self.initial_learning_rate as f32);
        let (decay_steps, warmup_steps) = (self.decay_steps as f32, self.warmup_steps as f32);
        let rate = match self.warmup_target.map(|target| target as f32) {
            None => self.decayed(step.min(decay_steps), first),
            Some(target) if step < warmup_steps => (target - first) * (step / warmup_steps) + first,
            Some(target) => {
                let step = step.min(decay_steps + warmup_steps);
                self.decayed(step - warmup_steps, target)
            }
        };
        rate.into()
    }

    fn check(&self) -> Result<()> {
        let place = "schedule CosineDecay";
        check::not_negative(place, "initial_learning_rate", self.initial_learning_rate)?;
        check::positive(place, "decay_steps", self.decay_steps)?;
        check::finite(place, "alpha", self.alpha)?;
        check::not_negative(place, "warmup_steps", self.warmup_steps)?;
        check::not_negative(place, "warmup_target", self.warmup_target.unwrap_or(0.0))
    }
}
