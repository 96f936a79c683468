//! The training loop.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Tensors;
use super::bptt::{Bptt, Checkpoints};
use super::callbacks::{BackupAndRestore, Callback, progress};
use super::data::{Data, check_batch_size};
use super::history::History;
use super::run::Run;
use super::step;
use crate::models::Model;
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
    bptt: Bptt,
    backup: Option<BackupAndRestore>,
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
            bptt: Bptt::default(),
            backup: None,
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

    /// Backs the training up and goes on from a backup that is there: see [`BackupAndRestore`].
    pub fn backup(mut self, backup: BackupAndRestore) -> Fit<'a> {
        self.backup = Some(backup);
        self
    }

    /// Truncated backpropagation through time: gradients flow at most so many steps back through the
    /// states of recurrent layers (all). The forward pass, the loss and the number of updates stay
    /// as they are; what is cut is the influence of the states on what comes later.
    ///
    /// Cuts are made every `steps` steps, counted from the end in the order of processing, so the
    /// last output is differentiated through `steps` steps, and one amid the sequence through 1 to
    /// `steps`. A padded row keeps its gradients until its own last steps. With as many steps as
    /// the sequence has, this is plain backpropagation through time.
    ///
    /// (To update the weights after each window of a long series, too, give the windows one by one
    /// to a `stateful` layer.)
    ///
    /// Williams, Peng: "An efficient gradient-based algorithm for on-line training of recurrent
    /// network trajectories" (1990).
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new().seed(1);
    /// model.add(Lstm::new(4).input_shape([500, 1]))?.add(Dense::new(1))?;
    /// model.compile(Adam::new(0.01), "mse", &[])?;
    /// let x = ndarray::Array3::<f32>::from_shape_fn((8, 500, 1), |(b, t, _)| (b * t % 7) as f32);
    /// let y = ndarray::Array2::<f32>::zeros((8, 1));
    /// let fit = Fit::new().truncated_bptt(50).checkpointed_bptt(Checkpoints::SquareRoot);
    /// model.fit(&x, &y, fit.verbose(Verbose::Silent))?;
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn truncated_bptt(mut self, steps: usize) -> Fit<'a> {
        self.bptt.truncate = Some(steps);
        self
    }

    /// Checkpointed backpropagation through time: recurrent layers keep their states now and then
    /// instead of the gates of every step (everything), and compute the steps between once more
    /// when the gradients come. A training takes about a forward pass longer; its gradients differ
    /// from plain ones by the order of additions alone. The inputs and outputs of layers, a
    /// fraction of what the gates take, stay in memory.
    ///
    /// Chen et al.: "Training Deep Nets with Sublinear Memory Cost" (2016).
    pub fn checkpointed_bptt(mut self, checkpoints: Checkpoints) -> Fit<'a> {
        self.bptt.checkpoints = checkpoints;
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
        let Fit { batch_size, .. } = fit;
        check_batch_size("fit", batch_size)?;
        fit.bptt.check()?;
        fit.backup.as_ref().map_or(Ok(()), BackupAndRestore::check)?;
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
        let mut run = Run {
            batch_size,
            epochs: fit.initial_epoch..fit.epochs,
            shuffle: fit.shuffle,
            reporter: progress(fit.verbose),
            callbacks: fit.callbacks,
            stop: fit.stop,
            bptt: fit.bptt,
            backup: fit.backup,
        };
        run.train(self, &data, validation.as_ref())
    }
}
