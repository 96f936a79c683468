//! What a schedule is.

use std::fmt::Debug;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::Result;

/// A learning rate that depends on the step of training.
///
/// Write your own by saying what the rate of a step is:
///
/// ```
/// use elman::prelude::*;
/// use elman::training::schedules::LearningRateSchedule;
///
/// /// Half the rate after every `steps` batches.
/// #[derive(Debug)]
/// struct Halving { rate: f64, steps: u64 }
///
/// impl LearningRateSchedule for Halving {
///     fn class_name(&self) -> &'static str {
///         "Halving"
///     }
///
///     fn learning_rate(&self, step: u64) -> f64 {
///         self.rate * 0.5_f64.powf((step / self.steps) as f64)
///     }
/// }
///
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([2]))?;
/// model.compile(Sgd::new(Halving { rate: 0.5, steps: 2 }), "mse", &[])?;
/// let (x, y) = (array![[0., 1.], [1., 0.]], array![[1.], [2.]]);
/// model.fit(&x, &y, Fit::new().batch_size(1).verbose(Verbose::Silent))?;
/// assert_eq!(model.learning_rate()?, 0.25);
/// # Ok::<(), elman::Error>(())
/// ```
/// A model saved with a schedule of your own predicts after loading; to train on, compile it anew.
#[doc(alias = "keras.optimizers.schedules.LearningRateSchedule")]
pub trait LearningRateSchedule: Debug + Send + Sync + 'static {
    /// Keras's class name: `ExponentialDecay`.
    fn class_name(&self) -> &'static str;

    /// The rate of a step, counted from 0.
    fn learning_rate(&self, step: u64) -> f64;

    /// The arguments under Keras's keys.
    fn config(&self) -> Map<String, Value> {
        Map::new()
    }

    /// Checks the arguments.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) that names the argument.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// `base` to the power of `exponent`, correctly rounded, as the last step of f32 arithmetic.
pub(super) fn power(base: f32, exponent: f32) -> f32 {
    f64::from(base).powf(f64::from(exponent)) as f32
}

/// Numbers of steps are whole in most programs, and Keras writes them as they were given.
pub(super) fn serialize_steps<S: Serializer>(
    steps: &f64,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match steps.fract() == 0.0 && steps.abs() < 1e15 {
        true => (*steps as i64).serialize(serializer),
        false => steps.serialize(serializer),
    }
}

/// The methods of [`LearningRateSchedule`] that are the same for every struct with serde.
macro_rules! schedule_boilerplate {
    ($class:literal) => {
        fn class_name(&self) -> &'static str {
            $class
        }

        fn config(&self) -> serde_json::Map<String, serde_json::Value> {
            let value = serde_json::to_value(self).unwrap_or_default();
            value.as_object().cloned().unwrap_or_default()
        }
    };
}
pub(super) use schedule_boilerplate;
