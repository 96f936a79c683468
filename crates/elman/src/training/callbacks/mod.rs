//! Keras's callbacks: code that runs at certain moments of a training.

mod early_stopping;
mod model_checkpoint;
mod monitor;
mod report;

pub use early_stopping::EarlyStopping;
pub use model_checkpoint::ModelCheckpoint;
pub use monitor::Mode;
pub(crate) use report::progress;

use super::history::Logs;
use crate::Result;
use crate::models::Model;

/// Code that runs while a model is trained. Each method may change the model or, through the
/// [`Moment`], stop the training; an error ends it at once.
#[allow(unused_variables, reason = "the names tell implementers what they get")]
pub trait Callback {
    /// Before the first epoch.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_train_begin(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        Ok(())
    }

    /// Before an epoch, counted from 0.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_epoch_begin(
        &mut self,
        epoch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        Ok(())
    }

    /// After a batch, counted from 0; `logs` are the means since the epoch began.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        Ok(())
    }

    /// After an epoch and its validation. What is added to `logs` goes into the history.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        Ok(())
    }

    /// After the last epoch, however it came to be the last.
    ///
    /// # Errors
    /// Whatever went wrong.
    fn on_train_end(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        Ok(())
    }
}

/// What callbacks know of the training, and how they stop it.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The epoch that training ends before.
    pub epochs: usize,
    /// The number of batches in an epoch.
    pub steps: usize,
    /// Set to a reason to end the training after this epoch.
    pub stop: Option<String>,
}

impl<C: Callback + ?Sized> Callback for &mut C {
    fn on_train_begin(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        (**self).on_train_begin(model, moment)
    }

    fn on_epoch_begin(
        &mut self,
        epoch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        (**self).on_epoch_begin(epoch, model, moment)
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        (**self).on_train_batch_end(batch, logs, model, moment)
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        (**self).on_epoch_end(epoch, logs, model, moment)
    }

    fn on_train_end(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        (**self).on_train_end(model, moment)
    }
}
