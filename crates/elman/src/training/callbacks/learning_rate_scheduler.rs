//! A learning rate for each epoch.

use super::{Callback, Moment};
use crate::Result;
use crate::models::Model;
use crate::training::Logs;

/// Sets the learning rate before each epoch to what a function of the epoch, counted from 0, and
/// the rate so far says; the rate goes into the history as `learning_rate`.
///
/// Keras: `keras.callbacks.LearningRateScheduler`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::callbacks::LearningRateScheduler;
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile(Sgd::new(0.5), "mse", &[])?;
/// let halve = LearningRateScheduler::new(|epoch, rate| if epoch == 0 { rate } else { rate / 2.0 });
/// let (x, y) = (array![[1.], [2.]], array![[1.], [2.]]);
/// let history = model.fit(&x, &y, Fit::new().epochs(3).verbose(Verbose::Silent).callback(halve))?;
/// assert_eq!(history.get("learning_rate").unwrap(), [0.5, 0.25, 0.125]);
/// # Ok::<(), elman::Error>(())
/// ```
pub struct LearningRateScheduler<F> {
    schedule: F,
}

impl<F: FnMut(usize, f64) -> f64> LearningRateScheduler<F> {
    /// Asks `schedule` for the rate, from the epoch and the rate of the epoch before.
    pub fn new(schedule: F) -> LearningRateScheduler<F> {
        LearningRateScheduler { schedule }
    }
}

impl<F: FnMut(usize, f64) -> f64> Callback for LearningRateScheduler<F> {
    fn on_epoch_begin(
        &mut self,
        epoch: usize,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        let rate = model.learning_rate()?;
        model.set_learning_rate((self.schedule)(epoch, rate))
    }

    fn on_epoch_end(
        &mut self,
        _epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        super::log_learning_rate(logs, model.learning_rate()?);
        Ok(())
    }
}
