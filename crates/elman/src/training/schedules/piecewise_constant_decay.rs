//! Piecewise constant rates.

use serde::{Deserialize, Deserializer, Serialize};

use super::schedule::{LearningRateSchedule, schedule_boilerplate};
use crate::Result;
use crate::training::check;

/// One rate up to each boundary, and another after the last:
///
/// ```text
/// values[0]      step <= boundaries[0]
/// values[i]      boundaries[i - 1] < step <= boundaries[i]
/// values[n]      step > boundaries[n - 1]
/// ```
/// Keras: `keras.optimizers.schedules.PiecewiseConstantDecay`.
///
/// Errors: a number of values that is not the number of boundaries plus one, no boundary,
/// boundaries that don't ascend (for which Keras adds several values up), a negative rate.
///
/// ```
/// use elman::training::schedules::{LearningRateSchedule, PiecewiseConstantDecay};
/// let decay = PiecewiseConstantDecay::new([10, 20], [0.5, 0.25, 0.125]);
/// assert_eq!([10, 11, 21].map(|step| decay.learning_rate(step)), [0.5, 0.25, 0.125]);
/// ```
#[doc(alias = "keras.optimizers.schedules.PiecewiseConstantDecay")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PiecewiseConstantDecay {
    /// The last step of each value but the last.
    #[serde(deserialize_with = "whole_steps")]
    pub boundaries: Vec<u64>,
    /// The rates, one more than boundaries.
    pub values: Vec<f64>,
    /// A name (`PiecewiseConstant`).
    #[serde(default = "name")]
    pub name: String,
}

fn name() -> String {
    "PiecewiseConstant".into()
}

/// Keras takes boundaries of any number type and compares with their whole part.
fn whole_steps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let boundaries = Vec::<f64>::deserialize(deserializer)?;
    match boundaries.iter().find(|b| !(0.0..1e15).contains(*b)) {
        None => Ok(boundaries.into_iter().map(|boundary| boundary as u64).collect()),
        Some(wrong) => {
            let problem = format!("`boundaries` must be steps, 0 or more, got {wrong}");
            Err(serde::de::Error::custom(problem))
        }
    }
}

impl PiecewiseConstantDecay {
    /// The last step of each value, and the values, one more.
    pub fn new(
        boundaries: impl IntoIterator<Item = u64>,
        values: impl IntoIterator<Item = f64>,
    ) -> PiecewiseConstantDecay {
        PiecewiseConstantDecay {
            boundaries: boundaries.into_iter().collect(),
            values: values.into_iter().collect(),
            name: name(),
        }
    }
}

impl LearningRateSchedule for PiecewiseConstantDecay {
    schedule_boilerplate!("PiecewiseConstantDecay");

    fn learning_rate(&self, step: u64) -> f64 {
        let passed = self.boundaries.iter().take_while(|boundary| step > **boundary).count();
        // A schedule that was never checked may have too few values.
        let value = self.values.get(passed).or(self.values.last()).copied().unwrap_or(f64::NAN);
        (value as f32).into()
    }

    fn check(&self) -> Result<()> {
        let place = "schedule PiecewiseConstantDecay";
        let ascending = self.boundaries.windows(2).all(|pair| pair[0] < pair[1]);
        let expected = "one or more steps in ascending order";
        let boundaries = || format!("{:?}", self.boundaries);
        let ok = ascending && !self.boundaries.is_empty();
        check::require(ok, place, "boundaries", expected, boundaries())?;
        let expected = format!("{} numbers, one more than boundaries", self.boundaries.len() + 1);
        let ok = self.values.len() == self.boundaries.len() + 1;
        check::require(ok, place, "values", &expected, self.values.len())?;
        self.values.iter().try_for_each(|value| check::not_negative(place, "values", *value))
    }
}
