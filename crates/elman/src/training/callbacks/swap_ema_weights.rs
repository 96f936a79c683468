//! Evaluating with the averages of the weights.

use super::{Callback, Moment};
use crate::models::Model;
use crate::training::Logs;
use crate::{Error, Result};

/// Puts the moving averages that the optimizer keeps of the weights in their place while the model
/// is evaluated after each epoch, and takes them away again to train on.
///
/// The optimizer must have been compiled with `use_ema`. With
/// [`swap_on_epoch`](SwapEmaWeights::swap_on_epoch), the averages stay in place from the end of an
/// epoch to the beginning of the next, so that callbacks that come later, such as
/// [`ModelCheckpoint`](super::ModelCheckpoint), see them. Outside of `fit`,
/// [`Model::with_ema_weights`] does the same for evaluations and predictions.
///
/// Keras: `keras.callbacks.SwapEMAWeights`. Two slips of Keras's are not copied: when another
/// callback stops a training with `swap_on_epoch`, Keras's model ends with the weights that are no
/// averages, and after `predict` it keeps the averages.
///
/// # Errors
/// `fit` fails if the optimizer keeps no averages.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::callbacks::SwapEmaWeights;
/// let mut model = Sequential::new().seed(1);
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile(Sgd::new(0.1).use_ema(true).ema_momentum(0.9), "mse", &[])?;
/// let (x, y) = (array![[1.], [2.]], array![[1.], [2.]]);
/// let fit = Fit::new().epochs(3).verbose(Verbose::Silent).validation_data(&x, &y);
/// let history = model.fit(&x, &y, fit.callback(SwapEmaWeights::new()))?;
/// // When `fit` ends, the averages take the place of the weights for good.
/// let loss = model.evaluate(&x, &y)?[0].1;
/// assert_eq!(history.last("val_loss"), Some(loss));
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "SwapEMAWeights")]
#[derive(Clone, Copy, Debug, Default)]
pub struct SwapEmaWeights {
    swap_on_epoch: bool,
}

impl SwapEmaWeights {
    /// Swaps around evaluations.
    pub fn new() -> SwapEmaWeights {
        SwapEmaWeights::default()
    }

    /// Whether the averages stay in place between two epochs (false).
    pub fn swap_on_epoch(mut self, swap_on_epoch: bool) -> SwapEmaWeights {
        self.swap_on_epoch = swap_on_epoch;
        self
    }
}

impl Callback for SwapEmaWeights {
    fn on_train_begin(&mut self, model: &mut Model, _moment: &mut Moment) -> Result<()> {
        if model.optimizer()?.base().use_ema {
            return Ok(());
        }
        Err(Error::InvalidArgument {
            place: "SwapEMAWeights".into(),
            argument: "use_ema",
            expected: "true in the optimizer, so that there are averages to swap".into(),
            got: "false".into(),
        })
    }

    fn on_epoch_begin(
        &mut self,
        _epoch: usize,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        model.put_averages(false)
    }

    fn on_test_begin(&mut self, model: &mut Model, _moment: &mut Moment) -> Result<()> {
        model.put_averages(true)
    }

    fn on_test_end(&mut self, _logs: &Logs, model: &mut Model, _moment: &mut Moment) -> Result<()> {
        model.put_averages(false)
    }

    fn on_epoch_end(
        &mut self,
        _epoch: usize,
        _logs: &mut Logs,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        match self.swap_on_epoch {
            true => model.put_averages(true),
            false => Ok(()),
        }
    }
}
