//! Keras's callbacks: code that runs at certain moments of a training.

mod backup_and_restore;
mod csv_logger;
mod early_stopping;
mod lambda;
mod learning_rate_scheduler;
mod model_checkpoint;
mod monitor;
mod reduce_lr_on_plateau;
mod registry;
mod report;
mod swap_ema_weights;
mod tensor_board;
mod terminate_on_nan;

pub use backup_and_restore::BackupAndRestore;
pub(crate) use backup_and_restore::{Position, Setup};
pub use csv_logger::CsvLogger;
pub use early_stopping::EarlyStopping;
pub use lambda::LambdaCallback;
pub use learning_rate_scheduler::LearningRateScheduler;
pub use model_checkpoint::ModelCheckpoint;
pub use monitor::Mode;
pub use reduce_lr_on_plateau::ReduceLrOnPlateau;
pub use registry::from_object;
pub(crate) use report::progress;
pub use swap_ema_weights::SwapEmaWeights;
pub use tensor_board::TensorBoard;
pub use terminate_on_nan::TerminateOnNan;

use serde_json::Value;

use super::history::Logs;
use crate::models::Model;
use crate::{Result, Tensor};

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

    /// Before a batch, counted from 0.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_train_batch_begin(
        &mut self,
        batch: usize,
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

    /// Before the validation of an epoch.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_test_begin(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        Ok(())
    }

    /// Before a batch of a validation, counted from 0.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_test_batch_begin(
        &mut self,
        batch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        Ok(())
    }

    /// After a batch of a validation, counted from 0; `logs` are the means since it began, with
    /// names without `val_`.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_test_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        Ok(())
    }

    /// After the validation of an epoch; the names in `logs` are without `val_`.
    ///
    /// # Errors
    /// Whatever should end the training.
    fn on_test_end(&mut self, logs: &Logs, model: &mut Model, moment: &mut Moment) -> Result<()> {
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

    /// Whether a loss that is NaN or infinite ends the training quietly, not with an error.
    fn ends_at_nan(&self) -> bool {
        false
    }

    /// What a backup must hold for the callback to go on as if the training had not been
    /// interrupted, beside [`tensors`](Callback::tensors). Null if there is nothing.
    fn state(&self) -> Value {
        Value::Null
    }

    /// The arrays that a backup must hold.
    fn tensors(&self) -> Vec<Tensor> {
        Vec::new()
    }

    /// Takes [`state`](Callback::state) and [`tensors`](Callback::tensors) back, after
    /// `on_train_begin`.
    ///
    /// # Errors
    /// A state that is not of this callback.
    fn set_state(&mut self, state: &Value, tensors: Vec<Tensor>) -> Result<()> {
        Ok(())
    }
}

/// The number under a key of a callback's state.
fn count(state: &Value, key: &str) -> usize {
    state[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

/// Puts the learning rate into the logs, once.
fn log_learning_rate(logs: &mut Logs, rate: f64) {
    if !logs.iter().any(|(key, _)| key == "learning_rate") {
        logs.push(("learning_rate".into(), rate));
    }
}

/// What callbacks know of the training, and how they stop it.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The epoch that training ends before.
    pub epochs: usize,
    /// The number of batches in an epoch; 0 in the first of a data set that doesn't say it before.
    pub steps: usize,
    /// Whether this training goes on with one that was interrupted.
    pub resumed: bool,
    /// Set to a reason to end the training after this epoch; after a batch, the epoch ends with it.
    pub stop: Option<String>,
    /// Whether this epoch ends without the validation that others end with
    /// ([`Fit::validation_freq`](super::Fit::validation_freq)).
    pub without_validation: bool,
    /// Set to end a validation after the batch: Keras's `model.stop_evaluating`.
    pub stop_evaluating: bool,
}

/// Calls what is behind a pointer.
macro_rules! forwarded {
    ($pointer:ty) => {
        impl<C: Callback + ?Sized> Callback for $pointer {
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

            fn on_train_batch_begin(
                &mut self,
                batch: usize,
                model: &mut Model,
                moment: &mut Moment,
            ) -> Result<()> {
                (**self).on_train_batch_begin(batch, model, moment)
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

            fn on_test_begin(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
                (**self).on_test_begin(model, moment)
            }

            fn on_test_batch_begin(
                &mut self,
                batch: usize,
                model: &mut Model,
                moment: &mut Moment,
            ) -> Result<()> {
                (**self).on_test_batch_begin(batch, model, moment)
            }

            fn on_test_batch_end(
                &mut self,
                batch: usize,
                logs: &Logs,
                model: &mut Model,
                moment: &mut Moment,
            ) -> Result<()> {
                (**self).on_test_batch_end(batch, logs, model, moment)
            }

            fn on_test_end(
                &mut self,
                logs: &Logs,
                model: &mut Model,
                moment: &mut Moment,
            ) -> Result<()> {
                (**self).on_test_end(logs, model, moment)
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

            fn ends_at_nan(&self) -> bool {
                (**self).ends_at_nan()
            }

            fn state(&self) -> Value {
                (**self).state()
            }

            fn tensors(&self) -> Vec<Tensor> {
                (**self).tensors()
            }

            fn set_state(&mut self, state: &Value, tensors: Vec<Tensor>) -> Result<()> {
                (**self).set_state(state, tensors)
            }
        }
    };
}

forwarded!(&mut C);
forwarded!(Box<C>);
