//! Callbacks made of closures.

use super::{Callback, Moment};
use crate::Result;
use crate::models::Model;
use crate::training::Logs;

type OnEpochBegin<'a> = Box<dyn FnMut(usize, &mut Model) -> Result<()> + 'a>;
type OnBatchEnd<'a> = Box<dyn FnMut(usize, &Logs, &mut Model) -> Result<()> + 'a>;
type OnEpochEnd<'a> = Box<dyn FnMut(usize, &mut Logs, &mut Model) -> Result<()> + 'a>;
type OnTrain<'a> = Box<dyn FnMut(&mut Model) -> Result<()> + 'a>;

/// A callback made of closures, each for one moment.
///
/// Keras: `keras.callbacks.LambdaCallback`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::callbacks::LambdaCallback;
/// let mut losses = Vec::new();
/// let watch = LambdaCallback::new().on_epoch_end(|_epoch, logs, _model| {
///     losses.push(logs[0].1);
///     Ok(())
/// });
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile("sgd", "mse", &[])?;
/// let (x, y) = (array![[1.], [2.]], array![[1.], [2.]]);
/// model.fit(&x, &y, Fit::new().epochs(3).verbose(Verbose::Silent).callback(watch))?;
/// assert_eq!(losses.len(), 3);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Default)]
pub struct LambdaCallback<'a> {
    on_train_begin: Option<OnTrain<'a>>,
    on_epoch_begin: Option<OnEpochBegin<'a>>,
    on_train_batch_end: Option<OnBatchEnd<'a>>,
    on_epoch_end: Option<OnEpochEnd<'a>>,
    on_train_end: Option<OnTrain<'a>>,
}

impl<'a> LambdaCallback<'a> {
    /// A callback that does nothing yet.
    pub fn new() -> LambdaCallback<'a> {
        LambdaCallback::default()
    }

    /// Before the first epoch.
    pub fn on_train_begin(mut self, f: impl FnMut(&mut Model) -> Result<()> + 'a) -> Self {
        self.on_train_begin = Some(Box::new(f));
        self
    }

    /// Before an epoch, counted from 0.
    pub fn on_epoch_begin(mut self, f: impl FnMut(usize, &mut Model) -> Result<()> + 'a) -> Self {
        self.on_epoch_begin = Some(Box::new(f));
        self
    }

    /// After a batch, counted from 0.
    pub fn on_train_batch_end(
        mut self,
        f: impl FnMut(usize, &Logs, &mut Model) -> Result<()> + 'a,
    ) -> Self {
        self.on_train_batch_end = Some(Box::new(f));
        self
    }

    /// After an epoch and its validation.
    pub fn on_epoch_end(
        mut self,
        f: impl FnMut(usize, &mut Logs, &mut Model) -> Result<()> + 'a,
    ) -> Self {
        self.on_epoch_end = Some(Box::new(f));
        self
    }

    /// After the last epoch.
    pub fn on_train_end(mut self, f: impl FnMut(&mut Model) -> Result<()> + 'a) -> Self {
        self.on_train_end = Some(Box::new(f));
        self
    }
}

impl Callback for LambdaCallback<'_> {
    fn on_train_begin(&mut self, model: &mut Model, _moment: &mut Moment) -> Result<()> {
        self.on_train_begin.as_mut().map_or(Ok(()), |f| f(model))
    }

    fn on_epoch_begin(
        &mut self,
        epoch: usize,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        self.on_epoch_begin.as_mut().map_or(Ok(()), |f| f(epoch, model))
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        self.on_train_batch_end.as_mut().map_or(Ok(()), |f| f(batch, logs, model))
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        self.on_epoch_end.as_mut().map_or(Ok(()), |f| f(epoch, logs, model))
    }

    fn on_train_end(&mut self, model: &mut Model, _moment: &mut Moment) -> Result<()> {
        self.on_train_end.as_mut().map_or(Ok(()), |f| f(model))
    }
}
