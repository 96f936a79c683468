//! Loss and metrics on given data.

use super::Tensors;
use super::bptt::Bptt;
use super::data::{Data, check_batch_size};
use super::history::Logs;
use super::running::Running;
use super::source::Source;
use super::step;
use super::watch::Watch;
use crate::Result;
use crate::models::Model;

impl Model {
    /// The loss and the metrics over the data, sorted by name, in batches of 32.
    ///
    /// # Errors
    /// A model that is not compiled; data of the wrong shape, without samples, with NaN or with
    /// labels out of range.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Dense::new(1).kernel_initializer(Initializer::Zeros).input_shape([2]))?;
    /// model.compile("sgd", "mse", &["mae"])?;
    /// let logs = model.evaluate(array![[0., 1.], [1., 0.]], array![[1.], [3.]])?;
    /// assert_eq!(logs, [("loss".to_string(), 5.0), ("mae".to_string(), 2.0)]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn evaluate(&self, x: impl Into<Tensors>, y: impl Into<Tensors>) -> Result<Logs> {
        self.evaluate_with(x, y, None, 32)
    }

    /// As [`Model::evaluate`], with sample weights and another batch size.
    ///
    /// # Errors
    /// As [`Model::evaluate`].
    pub fn evaluate_with(
        &self,
        x: impl Into<Tensors>,
        y: impl Into<Tensors>,
        sample_weight: Option<Tensors>,
        batch_size: usize,
    ) -> Result<Logs> {
        self.evaluate_watched(x, y, sample_weight, batch_size, &mut ())
    }

    /// As [`Model::evaluate_with`], telling of each batch.
    ///
    /// # Errors
    /// As [`Model::evaluate`], and those of `watch`.
    pub fn evaluate_watched(
        &self,
        x: impl Into<Tensors>,
        y: impl Into<Tensors>,
        sample_weight: Option<Tensors>,
        batch_size: usize,
        watch: &mut dyn Watch,
    ) -> Result<Logs> {
        let data = Data::new("evaluate", x.into(), y.into(), sample_weight)?;
        check_batch_size("evaluate", batch_size)?;
        step::check(self, &data)?;
        evaluate(self, &mut Source::arrays(&data, batch_size), watch)
    }

    /// Trains on one batch and returns its loss and metrics, as they were before the step.
    ///
    /// Keras averages the results of `train_on_batch` over all calls since the last reset; these
    /// are of this batch alone.
    ///
    /// # Errors
    /// As [`Model::evaluate`], and a loss that is not finite.
    pub fn train_on_batch(&mut self, x: impl Into<Tensors>, y: impl Into<Tensors>) -> Result<Logs> {
        self.train_on_batch_with(x, y, None)
    }

    /// As [`Model::train_on_batch`], with sample weights.
    ///
    /// # Errors
    /// As [`Model::train_on_batch`].
    pub fn train_on_batch_with(
        &mut self,
        x: impl Into<Tensors>,
        y: impl Into<Tensors>,
        sample_weight: Option<Tensors>,
    ) -> Result<Logs> {
        let data = Data::new("train_on_batch", x.into(), y.into(), sample_weight)?;
        let mut running = Running::new(self)?;
        let bptt = Bptt::default();
        step::train(self, &data, &mut running, bptt, (1, 1)).map_err(|error| data.locate(error))?;
        Ok(running.logs())
    }
}

/// An evaluation that goes on batch by batch.
pub struct Evaluation {
    running: Running,
    check: fn(&Model, &Data) -> Result<()>,
}

impl Evaluation {
    /// One of the batches of a source.
    pub(super) fn new(model: &Model, source: &Source) -> Result<Evaluation> {
        Ok(Evaluation { running: Running::new(model)?, check: source.checks() })
    }

    pub(super) fn batch(&mut self, model: &Model, batch: &Data) -> Result<()> {
        (self.check)(model, batch)?;
        step::test(model, batch, &mut self.running).map_err(|error| batch.locate(error))
    }

    /// The loss and the metrics over the batches so far, sorted by name.
    pub fn logs(&self) -> Logs {
        self.running.logs()
    }
}

/// Loss and metrics over the batches of a source, in order.
pub(super) fn evaluate(model: &Model, source: &mut Source, watch: &mut dyn Watch) -> Result<Logs> {
    let mut evaluation = Evaluation::new(model, source)?;
    for (number, batch) in source.batches(0, None, 0)?.enumerate() {
        let batch = batch?;
        watch.on_batch_begin(number)?;
        evaluation.batch(model, &batch)?;
        if watch.on_batch_end(number, &evaluation)?.is_break() {
            break;
        }
    }
    Ok(evaluation.logs())
}
