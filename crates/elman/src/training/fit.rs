//! The training loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Tensors;
use super::callbacks::{Callback, Moment, progress};
use super::data::{Data, check_batch_size};
use super::history::{History, Logs, StopReason};
use super::running::Running;
use super::step;
use crate::models::Model;
use crate::random::Stream;
use crate::{Error, Result};

/// The arguments of [`Model::fit`], with Keras's names and defaults.
pub struct Fit<'a> {
    batch_size: usize,
    epochs: usize,
    initial_epoch: usize,
    shuffle: bool,
    verbose: Verbose,
    validation_split: f64,
    validation_data: Option<(Tensors, Tensors)>,
    validation_sample_weight: Option<Tensors>,
    sample_weight: Option<Tensors>,
    callbacks: Vec<Box<dyn Callback + 'a>>,
    stop: Option<Arc<AtomicBool>>,
}

/// What a training writes to the standard error while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbose {
    /// A progress bar on a terminal, a line for each epoch elsewhere. Keras's `"auto"`.
    #[default]
    Auto,
    /// Nothing. Keras's 0.
    Silent,
    /// A progress bar. Keras's 1.
    Bar,
    /// A line for each epoch. Keras's 2.
    Lines,
}

impl Default for Fit<'_> {
    fn default() -> Self {
        Fit {
            batch_size: 32,
            epochs: 1,
            initial_epoch: 0,
            shuffle: true,
            verbose: Verbose::Auto,
            validation_split: 0.0,
            validation_data: None,
            validation_sample_weight: None,
            sample_weight: None,
            callbacks: Vec::new(),
            stop: None,
        }
    }
}

impl<'a> Fit<'a> {
    /// Keras's defaults: one epoch in shuffled batches of 32.
    pub fn new() -> Fit<'a> {
        Fit::default()
    }

    /// The number of samples in a batch (32). The last batch of an epoch may have fewer.
    pub fn batch_size(mut self, batch_size: usize) -> Fit<'a> {
        self.batch_size = batch_size;
        self
    }

    /// The epoch to stop before (1), counted from 0: with `initial_epoch` 0, their number.
    pub fn epochs(mut self, epochs: usize) -> Fit<'a> {
        self.epochs = epochs;
        self
    }

    /// The epoch to start with (0), for a training that goes on.
    pub fn initial_epoch(mut self, initial_epoch: usize) -> Fit<'a> {
        self.initial_epoch = initial_epoch;
        self
    }

    /// Whether each epoch takes the samples in a new random order (true). The order follows from
    /// the model's seed and the epoch.
    pub fn shuffle(mut self, shuffle: bool) -> Fit<'a> {
        self.shuffle = shuffle;
        self
    }

    /// What to write while training ([`Verbose::Auto`]).
    pub fn verbose(mut self, verbose: Verbose) -> Fit<'a> {
        self.verbose = verbose;
        self
    }

    /// The fraction of the samples, cut off the end before shuffling, to evaluate after each epoch
    /// instead of training on it (0).
    pub fn validation_split(mut self, fraction: f64) -> Fit<'a> {
        self.validation_split = fraction;
        self
    }

    /// Data to evaluate after each epoch; takes precedence over `validation_split`.
    pub fn validation_data(mut self, x: impl Into<Tensors>, y: impl Into<Tensors>) -> Fit<'a> {
        self.validation_data = Some((x.into(), y.into()));
        self
    }

    /// The weights of the samples of `validation_data`.
    pub fn validation_sample_weight(mut self, weights: impl Into<Tensors>) -> Fit<'a> {
        self.validation_sample_weight = Some(weights.into());
        self
    }

    /// The weight of each sample, `(samples,)`, or of each step, `(samples, time)`, in the loss. A
    /// list of arrays gives one to each output.
    pub fn sample_weight(mut self, weights: impl Into<Tensors>) -> Fit<'a> {
        self.sample_weight = Some(weights.into());
        self
    }

    /// Adds a callback; pass `&mut` to look at it afterwards.
    pub fn callback(mut self, callback: impl Callback + 'a) -> Fit<'a> {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Stops at the end of the batch or of the evaluation during which `flag` is raised, for
    /// example by a handler of Ctrl-C. The model keeps what it has learnt; the history holds the
    /// epochs that were finished.
    pub fn stop_when(mut self, flag: Arc<AtomicBool>) -> Fit<'a> {
        self.stop = Some(flag);
        self
    }
}

impl Model {
    /// Trains the model: Keras's `fit`. A model with several inputs or outputs takes a list of
    /// arrays for `x` or `y`, one for each.
    ///
    /// # Errors
    /// A model that is not compiled; data of the wrong shape, without samples, with NaN or with
    /// labels out of range; a loss that becomes NaN, upon which the model keeps the weights it had
    /// before that batch; an error of a callback.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new().seed(1);
    /// model.add(SimpleRnn::new(8).input_shape([4, 1]))?.add(Dense::new(1))?;
    /// model.compile(Adam::new(0.01), "mse", &[])?;
    /// let x = ndarray::Array3::from_shape_fn((64, 4, 1), |(b, t, _)| (b as f32 / 9.0 + t as f32).sin());
    /// let y = ndarray::Array2::from_shape_fn((64, 1), |(b, _)| (b as f32 / 9.0 + 4.0).sin());
    /// let history = model.fit(&x, &y, Fit::new().epochs(20).verbose(Verbose::Silent))?;
    /// assert!(history.last("loss").unwrap() < 0.5 * history.get("loss").unwrap()[0]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn fit(
        &mut self,
        x: impl Into<Tensors>,
        y: impl Into<Tensors>,
        fit: Fit,
    ) -> Result<History> {
        let Fit { batch_size, verbose, mut callbacks, stop, .. } = fit;
        check_batch_size("fit", batch_size)?;
        self.compiled()?;
        let data = Data::new("fit", x.into(), y.into(), fit.sample_weight)?;
        let (data, validation) = match fit.validation_data {
            Some((x, y)) => {
                let weights = fit.validation_sample_weight;
                (data, Some(Data::new("fit, validation_data", x, y, weights)?))
            }
            None if fit.validation_sample_weight.is_some() => {
                return Err(Error::InvalidArgument {
                    place: "fit".into(),
                    argument: "validation_sample_weight",
                    expected: "given together with validation_data".into(),
                    got: "weights without data".into(),
                });
            }
            None => data.split(fit.validation_split)?,
        };
        // What can be refused is refused before anything is written or trained.
        step::check(self, &data)?;
        if let Some(validation) = &validation {
            step::check(self, validation)?;
            // A mistake in how the data fit shows in any batch; states must not be carried on.
            if !self.is_stateful() {
                let first = validation.rows(0, batch_size.min(validation.samples()));
                super::evaluate::evaluate(self, &first, batch_size)?;
            }
        }
        if let Some(reporter) = progress(verbose) {
            callbacks.insert(0, reporter);
        }
        let steps = data.samples().div_ceil(batch_size);
        let mut moment = Moment { epochs: fit.epochs, steps, stop: None };
        let mut history = History::default();
        let interrupted = || stop.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed));
        each(&mut callbacks, |callback| callback.on_train_begin(self, &mut moment))?;
        for epoch in fit.initial_epoch..fit.epochs {
            each(&mut callbacks, |callback| callback.on_epoch_begin(epoch, self, &mut moment))?;
            let order = fit.shuffle.then(|| {
                Stream::new(self.seed(), &format!("shuffle@{epoch}")).permutation(data.samples())
            });
            let mut running = Running::new(self)?;
            for number in 0..steps {
                let (start, end) =
                    (number * batch_size, data.samples().min((number + 1) * batch_size));
                let batch = match &order {
                    Some(order) => data.select(&order[start..end]),
                    None => data.rows(start, end),
                };
                step::train(self, &batch, &mut running, (epoch + 1, number + 1))
                    .map_err(|error| batch.locate(error))?;
                let logs = running.logs();
                each(&mut callbacks, |c| c.on_train_batch_end(number, &logs, self, &mut moment))?;
                if interrupted() {
                    history.stop(StopReason::Interrupted);
                    each(&mut callbacks, |callback| callback.on_train_end(self, &mut moment))?;
                    return Ok(history);
                }
            }
            let mut logs = running.logs();
            if let Some(validation) = &validation {
                let validation = super::evaluate::evaluate(self, validation, batch_size)?;
                logs.extend(validation.into_iter().map(|(key, v)| (format!("val_{key}"), v)));
            }
            finish_epoch(self, &mut callbacks, epoch, logs, &mut history, &mut moment)?;
            if let Some(reason) = moment.stop.take() {
                history.stop(StopReason::Callback(reason));
                break;
            }
            // Raised while the epoch was evaluated: it counts, and no batch follows.
            if interrupted() {
                history.stop(StopReason::Interrupted);
                break;
            }
        }
        each(&mut callbacks, |callback| callback.on_train_end(self, &mut moment))?;
        Ok(history)
    }
}

/// Tells the callbacks of an epoch's end; what they add to the logs goes into the history.
fn finish_epoch(
    model: &mut Model,
    callbacks: &mut [Box<dyn Callback + '_>],
    epoch: usize,
    mut logs: Logs,
    history: &mut History,
    moment: &mut Moment,
) -> Result<()> {
    each(callbacks, |callback| callback.on_epoch_end(epoch, &mut logs, model, moment))?;
    history.push(epoch, &logs);
    Ok(())
}

fn each<'a>(
    callbacks: &mut [Box<dyn Callback + 'a>],
    call: impl FnMut(&mut (dyn Callback + 'a)) -> Result<()>,
) -> Result<()> {
    callbacks.iter_mut().map(|callback| &mut **callback).try_for_each(call)
}
