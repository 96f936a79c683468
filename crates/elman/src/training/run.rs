//! The training loop.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::bptt::Bptt;
use super::callbacks::{BackupAndRestore, Callback, Moment, Position, Setup};
use super::class_weight;
use super::evaluate::Evaluation;
use super::history::{History, Logs, StopReason};
use super::running::Running;
use super::source::Source;
use super::step;
use super::validation_freq::ValidationFreq;
use crate::models::Model;
use crate::{Error, Result};

/// A training whose data and arguments have been checked.
pub(super) struct Run<'a> {
    pub epochs: Range<usize>,
    pub shuffle: bool,
    pub reporter: Option<Box<dyn Callback + 'a>>,
    pub callbacks: Vec<Box<dyn Callback + 'a>>,
    pub stop: Option<Arc<AtomicBool>>,
    pub bptt: Bptt,
    /// For batches of a data set, which are weighed one by one.
    pub class_weight: Option<BTreeMap<i64, f64>>,
    pub backup: Option<BackupAndRestore>,
    pub validation_freq: ValidationFreq,
}

/// How an epoch ended.
enum Ended {
    /// After its last batch.
    Whole,
    /// After that batch, since the flag was raised.
    Interrupted(usize),
    /// Since the loss was no number any more.
    Lost(String),
}

impl Run<'_> {
    pub fn train(
        &mut self,
        model: &mut Model,
        source: &mut Source,
        mut validation: Option<&mut Source>,
    ) -> Result<History> {
        let setup = &source.setup(self.shuffle, self.bptt);
        let steps = source.steps().unwrap_or(0);
        let resumed = self.backup.as_ref().is_some_and(BackupAndRestore::exists);
        let mut moment = Moment {
            epochs: self.epochs.end,
            steps,
            resumed,
            stop: None,
            without_validation: false,
            stop_evaluating: false,
        };
        self.each(|callback| callback.on_train_begin(model, &mut moment))?;
        let mut at = Position { epoch: self.epochs.start, ..Position::default() };
        if let Some(backup) = &self.backup
            && let Some(position) = backup.restore(model, setup, &mut self.callbacks)?
        {
            at = position;
        }
        while at.epoch < self.epochs.end && at.history.stopped().is_none() {
            self.each(|callback| callback.on_epoch_begin(at.epoch, model, &mut moment))?;
            let mut running = Running::new(model)?;
            match self.epoch(model, source, &mut at, &mut running, &mut moment, setup)? {
                Ended::Whole => {}
                Ended::Interrupted(batch) => {
                    at.batch = batch;
                    self.save(model, &at, setup)?;
                    at.history.stop(StopReason::Interrupted);
                    break;
                }
                Ended::Lost(why) => {
                    at.history.stop(StopReason::Callback(why));
                    break;
                }
            }
            let mut logs = running.logs();
            let is_due = self.validation_freq.is_due(at.epoch);
            moment.without_validation = validation.is_some() && !is_due;
            if let Some(validation) = validation.as_mut().filter(|_| is_due) {
                let validation = self.validate(model, validation, &mut moment)?;
                logs.extend(validation.into_iter().map(|(key, v)| (format!("val_{key}"), v)));
                // As in Keras, where `weighted_accuracy` comes after `val_accuracy`.
                logs.sort_by(|a, b| a.0.cmp(&b.0));
            }
            self.each(|callback| callback.on_epoch_end(at.epoch, &mut logs, model, &mut moment))?;
            moment.without_validation = false;
            at.history.push(at.epoch, &logs);
            (at.epoch, at.batch) = (at.epoch + 1, 0);
            if let Some(reason) = moment.stop.take() {
                at.history.stop(StopReason::Callback(reason));
            } else if at.epoch < self.epochs.end {
                self.save(model, &at, setup)?;
                // Raised while the epoch was evaluated: it counts, and no batch follows.
                if self.is_interrupted() {
                    at.history.stop(StopReason::Interrupted);
                }
            }
        }
        if self.epochs.end > 0 {
            // As in Keras: before callbacks that put the best weights back.
            model.finalize_variable_values()?;
        }
        self.each(|callback| callback.on_train_end(model, &mut moment))?;
        if let Some(backup) = &self.backup
            && at.history.stopped() != Some(&StopReason::Interrupted)
        {
            backup.finish()?;
        }
        Ok(at.history)
    }

    /// Evaluates the data for validation.
    fn validate(
        &mut self,
        model: &mut Model,
        source: &mut Source,
        moment: &mut Moment,
    ) -> Result<Logs> {
        moment.stop_evaluating = false;
        self.each(|callback| callback.on_test_begin(model, moment))?;
        let mut evaluation = Evaluation::new(model, source)?;
        for (number, batch) in source.batches(0, None, 0)?.enumerate() {
            let batch = batch?;
            self.each(|callback| callback.on_test_batch_begin(number, model, moment))?;
            evaluation.batch(model, &batch)?;
            let logs = evaluation.logs();
            self.each(|callback| callback.on_test_batch_end(number, &logs, model, moment))?;
            if moment.stop_evaluating {
                break;
            }
        }
        let logs = evaluation.logs();
        self.each(|callback| callback.on_test_end(&logs, model, moment))?;
        Ok(logs)
    }

    /// The batches of an epoch from the position on.
    fn epoch(
        &mut self,
        model: &mut Model,
        source: &mut Source,
        at: &mut Position,
        running: &mut Running,
        moment: &mut Moment,
        setup: &Setup,
    ) -> Result<Ended> {
        let epoch = at.epoch;
        let check = source.checks();
        let seed = self.shuffle.then(|| model.seed());
        let mut batches = source.batches(epoch, seed, at.batch)?.peekable();
        let mut number = at.batch;
        while let Some(batch) = batches.next() {
            let mut batch = batch?;
            if let Some(weights) = &self.class_weight {
                batch = class_weight::weigh(model, batch, weights)?;
            }
            check(model, &batch)?;
            self.each(|callback| callback.on_train_batch_begin(number, model, moment))?;
            match step::train(model, &batch, running, self.bptt, (epoch + 1, number + 1)) {
                Ok(()) => {}
                Err(error @ Error::LossNotFinite { .. })
                    if self.callbacks.iter().any(|callback| callback.ends_at_nan()) =>
                {
                    return Ok(Ended::Lost(error.to_string()));
                }
                Err(error) => return Err(batch.locate(error)),
            }
            let logs: Logs = running.logs();
            self.each(|callback| callback.on_train_batch_end(number, &logs, model, moment))?;
            number += 1;
            // As in Keras: the epoch ends here, with its validation.
            if moment.stop.is_some() {
                break;
            }
            // After the last batch the epoch is finished first.
            let is_last = batches.peek().is_none();
            if self.is_interrupted() && !is_last {
                return Ok(Ended::Interrupted(number));
            }
            let is_due = self.backup.as_ref().is_some_and(|backup| backup.is_due(number));
            if is_due && !is_last {
                at.batch = number;
                self.save(model, at, setup)?;
            }
        }
        moment.steps = number;
        Ok(Ended::Whole)
    }

    fn save(&self, model: &Model, at: &Position, setup: &Setup) -> Result<()> {
        match &self.backup {
            Some(backup) => backup.save(model, at, setup, &self.callbacks),
            None => Ok(()),
        }
    }

    fn is_interrupted(&self) -> bool {
        self.stop.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// Tells the reporter and all callbacks, in that order.
    fn each(&mut self, call: impl FnMut(&mut dyn Callback) -> Result<()>) -> Result<()> {
        let mut call = call;
        for callback in self.reporter.iter_mut().chain(&mut self.callbacks) {
            call(&mut **callback)?;
        }
        Ok(())
    }
}
