//! The training loop.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Tensors;
use super::bptt::{Bptt, Checkpoints};
use super::callbacks::{BackupAndRestore, Callback, progress};
use super::data::{Data, check_batch_size};
use super::evaluate::evaluate;
use super::fit_dataset::invalid;
use super::history::History;
use super::run::Run;
use super::source::{Source, Steps};
use super::validation_freq::ValidationFreq;
use super::{class_weight, step};
use crate::Result;
use crate::data::Dataset;
use crate::models::Model;

/// Keras's default.
const BATCH_SIZE: usize = 32;

/// The arguments of [`Model::fit`], with Keras's names and defaults.
pub struct Fit<'a> {
    pub(super) batch_size: Option<usize>,
    epochs: usize,
    initial_epoch: usize,
    shuffle: bool,
    verbose: Verbose,
    pub(super) validation_split: f64,
    pub(super) validation_data: Option<(Tensors, Tensors)>,
    pub(super) validation_sample_weight: Option<Tensors>,
    validation_dataset: Option<Box<dyn Dataset + 'a>>,
    pub(super) validation_steps: Option<usize>,
    pub(super) validation_batch_size: Option<usize>,
    validation_freq: ValidationFreq,
    pub(super) steps_per_epoch: Option<usize>,
    pub(super) sample_weight: Option<Tensors>,
    pub(super) class_weight: Option<BTreeMap<i64, f64>>,
    callbacks: Vec<Box<dyn Callback + 'a>>,
    stop: Option<Arc<AtomicBool>>,
    bptt: Bptt,
    pub(super) backup: Option<BackupAndRestore>,
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
            batch_size: None,
            epochs: 1,
            initial_epoch: 0,
            shuffle: true,
            verbose: Verbose::Auto,
            validation_split: 0.0,
            validation_data: None,
            validation_sample_weight: None,
            validation_dataset: None,
            validation_steps: None,
            validation_batch_size: None,
            validation_freq: ValidationFreq::default(),
            steps_per_epoch: None,
            sample_weight: None,
            class_weight: None,
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
        self.batch_size = Some(batch_size);
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

    /// Batches to evaluate after each epoch, instead of arrays.
    pub fn validation_dataset(mut self, dataset: impl Dataset + 'a) -> Fit<'a> {
        self.validation_dataset = Some(Box::new(dataset));
        self
    }

    /// How many samples of arrays for validation are evaluated at a time (as many as `batch_size`, and
    /// 32 with a data set). Only what callbacks are told of depends on it.
    pub fn validation_batch_size(mut self, batch_size: usize) -> Fit<'a> {
        self.validation_batch_size = Some(batch_size);
        self
    }

    /// How many batches of the data for validation to evaluate (all): the first.
    pub fn validation_steps(mut self, steps: usize) -> Fit<'a> {
        self.validation_steps = Some(steps);
        self
    }

    /// After which epochs to evaluate (every one): a number of epochs, or a list of those after
    /// which to, counted from 1. Series of the history whose names begin with `val_` then have
    /// fewer values than others.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new().seed(1);
    /// model.add(Dense::new(1).input_shape([2]))?;
    /// model.compile("sgd", "mse", &[])?;
    /// let (x, y) = (array![[0., 1.], [1., 0.]], array![[1.], [0.]]);
    /// let fit = Fit::new().epochs(5).verbose(Verbose::Silent).validation_data(&x, &y);
    /// let history = model.fit(&x, &y, fit.validation_freq(2))?;
    /// assert_eq!(history.get("val_loss").unwrap().len(), 2);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn validation_freq(mut self, freq: impl Into<ValidationFreq>) -> Fit<'a> {
        self.validation_freq = freq.into();
        self
    }

    /// How many batches make an epoch (all). Arrays go on in each epoch where the one before ended;
    /// an epoch that comes to their end has fewer batches, and the next begins anew, shuffled anew. A
    /// data set must have as many; see [`Model::fit_dataset`].
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new().seed(1);
    /// model.add(Dense::new(1).input_shape([1]))?;
    /// model.compile("sgd", "mse", &[])?;
    /// let (x, y) = (ndarray::Array2::<f32>::ones((50, 1)), ndarray::Array2::<f32>::zeros((50, 1)));
    /// let fit = Fit::new().batch_size(10).steps_per_epoch(2).epochs(3); // 2, 2 and 1 batches
    /// model.fit(&x, &y, fit.verbose(Verbose::Silent))?;
    /// assert_eq!(model.optimizer_state()?.iterations(), 5);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn steps_per_epoch(mut self, steps: usize) -> Fit<'a> {
        self.steps_per_epoch = Some(steps);
        self
    }

    /// The weight of each sample, `(samples,)`, or of each step, `(samples, time)`, in the loss. A
    /// list of arrays gives one to each output.
    pub fn sample_weight(mut self, weights: impl Into<Tensors>) -> Fit<'a> {
        self.sample_weight = Some(weights.into());
        self
    }

    /// How much the samples of each class count in the loss, by the class's number; a class that is
    /// not named counts as 1. The class of a sample is what
    /// [`class_weight_to_sample_weights`](super::losses::class_weight_to_sample_weights) says: a
    /// label, or where a one-hot row is largest. Validation is not weighed.
    ///
    /// As in Keras, `fit` refuses it together with sample weights, also those that the batches of a
    /// data set bring, with several outputs, and for targets or losses with more than one class for
    /// each sample.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new().seed(1);
    /// model.add(Dense::new(1).activation(Activation::Sigmoid).input_shape([2]))?;
    /// model.compile("sgd", "binary_crossentropy", &[])?;
    /// let (x, y) = (array![[0., 1.], [1., 0.], [1., 1.]], array![[1.], [0.], [0.]]);
    /// let fit = Fit::new().verbose(Verbose::Silent).class_weight([(0, 0.5), (1, 2.0)]);
    /// model.fit(&x, &y, fit)?;
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn class_weight(mut self, weights: impl IntoIterator<Item = (i64, f64)>) -> Fit<'a> {
        self.class_weight = Some(weights.into_iter().collect());
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
    /// What a step of training took at most, with `Lstm::new(64)` and `Dense::new(1)` on four
    /// sequences of one feature, beside what the process had held before:
    ///
    /// | time steps | [`Checkpoints::Everything`] | [`Checkpoints::SquareRoot`] |
    /// |---|---|---|
    /// | 1,000 | 6.2 MB | 1.1 MB |
    /// | 4,000 | 24.7 MB | 1.7 MB |
    /// | 16,000 | 98.6 MB | 3.4 MB |
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
        let mut fit = fit;
        let batch_size = fit.batch_size.unwrap_or(BATCH_SIZE);
        check_batch_size("fit", batch_size)?;
        fit.check(self)?;
        let data = Data::new("fit", x.into(), y.into(), fit.sample_weight.take())?;
        let (data, validation) = match fit.given_validation()? {
            Some(validation) => (data, Some(validation)),
            None => data.split(fit.validation_split)?,
        };
        let data = match fit.class_weight.take() {
            Some(weights) => class_weight::weigh(self, data, &weights)?,
            None => data,
        };
        // What can be refused is refused before anything is written or trained.
        step::check(self, &data)?;
        let first_epoch = fit.initial_epoch;
        let steps = fit.steps_per_epoch.map(|per_epoch| Steps { per_epoch, first_epoch });
        let mut source = Source::Arrays { data: &data, batch_size, steps };
        let validation_batch = fit.validation_batch_size.unwrap_or(batch_size);
        fit.train(self, &mut source, validation, validation_batch)
    }
}

impl Fit<'_> {
    /// Checks what doesn't depend on the data.
    pub(super) fn check(&self, model: &Model) -> Result<()> {
        self.bptt.check()?;
        self.validation_freq.check()?;
        let numbers = [
            ("steps_per_epoch", self.steps_per_epoch),
            ("validation_steps", self.validation_steps),
            ("validation_batch_size", self.validation_batch_size),
        ];
        if let Some((argument, _)) = numbers.iter().find(|(_, number)| *number == Some(0)) {
            return Err(invalid(argument, "1 or more".into(), "0".into()));
        }
        self.backup.as_ref().map_or(Ok(()), BackupAndRestore::check)?;
        model.compiled().map(drop)
    }

    /// Trains on data that have been checked, and checks those for validation, which are evaluated
    /// in batches of that size.
    pub(super) fn train(
        mut self,
        model: &mut Model,
        source: &mut Source,
        validation: Option<Data>,
        validation_batch: usize,
    ) -> Result<History> {
        if let Some(validation) = &validation {
            step::check(model, validation)?;
            // A mistake in how the data fit shows in any batch; states must not be carried on.
            if !model.is_stateful() {
                let first = validation.rows(0, validation_batch.min(validation.samples()));
                evaluate(model, &mut Source::arrays(&first, validation_batch), &mut ())?;
            }
        }
        let mut validation = match (&validation, &mut self.validation_dataset) {
            (Some(_), Some(_)) => {
                let expected = "given without validation data or a split".into();
                return Err(invalid("validation_dataset", expected, "both".into()));
            }
            (Some(data), None) => {
                let steps =
                    self.validation_steps.map(|per_epoch| Steps { per_epoch, first_epoch: 0 });
                Some(Source::Arrays { data, batch_size: validation_batch, steps })
            }
            (None, Some(dataset)) => Some(Source::Dataset {
                call: "fit, validation".into(),
                dataset: &mut **dataset,
                steps: self.validation_steps,
            }),
            (None, None) => None,
        };
        if self.validation_steps.is_some() && validation.is_none() {
            let expected = "given together with data for validation".into();
            return Err(invalid("validation_steps", expected, "steps without batches".into()));
        }
        let mut run = Run {
            epochs: self.initial_epoch..self.epochs,
            shuffle: self.shuffle,
            reporter: progress(self.verbose),
            callbacks: self.callbacks,
            stop: self.stop,
            bptt: self.bptt,
            class_weight: self.class_weight,
            backup: self.backup,
            validation_freq: self.validation_freq,
        };
        // A training that failed between two swaps left averages in the place of the weights.
        model.put_averages(false)?;
        let trained = run.train(model, source, validation.as_mut());
        if trained.is_err() {
            model.put_averages(false)?;
        }
        trained
    }
}
