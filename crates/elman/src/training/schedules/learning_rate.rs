//! A learning rate: a number, or a schedule.

use std::sync::Arc;

use serde_json::{Value, json};

use super::registry;
use super::schedule::LearningRateSchedule;
use crate::training::check;
use crate::{Error, Result};

/// What an optimizer takes for its `learning_rate`: a number or a schedule.
///
/// ```
/// use elman::training::schedules::{ExponentialDecay, LearningRate};
/// let rate: LearningRate = 0.5.into();
/// assert_eq!(rate.at(100), 0.5);
/// let rate: LearningRate = ExponentialDecay::new(0.5, 100, 0.5).into();
/// assert_eq!(rate.at(100), 0.25);
/// ```
#[derive(Clone, Debug)]
pub enum LearningRate {
    /// The same for every step, until it is set anew.
    Constant(f64),
    /// Computed for every step.
    Schedule(Arc<dyn LearningRateSchedule>),
}

impl LearningRate {
    /// The rate of a step, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        match self {
            LearningRate::Constant(rate) => *rate,
            LearningRate::Schedule(schedule) => schedule.learning_rate(step),
        }
    }

    /// The rate, if it is a number.
    pub fn constant(&self) -> Option<f64> {
        match self {
            LearningRate::Constant(rate) => Some(*rate),
            LearningRate::Schedule(_) => None,
        }
    }

    /// The schedule, if it is one.
    pub fn schedule(&self) -> Option<&dyn LearningRateSchedule> {
        match self {
            LearningRate::Constant(_) => None,
            LearningRate::Schedule(schedule) => Some(&**schedule),
        }
    }

    /// Checks a number, or the arguments of a schedule.
    pub(crate) fn check(&self, place: &str) -> Result<()> {
        match self {
            LearningRate::Constant(rate) => check::not_negative(place, "learning_rate", *rate),
            LearningRate::Schedule(schedule) => schedule.check(),
        }
    }

    /// As Keras writes it. Keras holds a number as a float32 and writes that, widened.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            LearningRate::Constant(rate) => json!(f64::from(*rate as f32)),
            LearningRate::Schedule(schedule) => registry::to_object(&**schedule),
        }
    }

    /// The rate that [`LearningRate::to_value`] wrote.
    pub(crate) fn from_value(place: &str, value: &Value) -> Result<LearningRate> {
        if let Some(object) = value.as_object() {
            return registry::from_object(object);
        }
        let problem = format!("`learning_rate` must be a number or a schedule, got {value}");
        let rate = value.as_f64().ok_or(Error::Config { place: place.into(), problem })?;
        Ok(LearningRate::Constant(rate))
    }
}

impl From<f64> for LearningRate {
    fn from(rate: f64) -> LearningRate {
        LearningRate::Constant(rate)
    }
}

impl<S: LearningRateSchedule> From<S> for LearningRate {
    fn from(schedule: S) -> LearningRate {
        LearningRate::Schedule(Arc::new(schedule))
    }
}

/// Schedules are equal if Keras would write them alike.
impl PartialEq for LearningRate {
    fn eq(&self, other: &LearningRate) -> bool {
        match (self, other) {
            (LearningRate::Constant(a), LearningRate::Constant(b)) => a == b,
            _ => self.to_value() == other.to_value(),
        }
    }
}
