//! Stopping when a value no longer improves.

use serde_json::{Value, json};

use super::monitor::Monitor;
use super::{Callback, Mode, Moment};
use crate::models::Model;
use crate::training::Logs;
use crate::{Result, Tensor};

/// Stops the training when a watched value has not improved for `patience` epochs.
///
/// Keras: `keras.callbacks.EarlyStopping`, same defaults.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new().seed(3);
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile(Sgd::new(0.0), "mse", &[])?; // learns nothing
/// let mut stopping = EarlyStopping::new("loss").patience(2);
/// let (x, y) = (array![[1.], [2.]], array![[1.], [2.]]);
/// let fit = Fit::new().epochs(50).verbose(Verbose::Silent).callback(&mut stopping);
/// let history = model.fit(&x, &y, fit)?;
/// assert_eq!((history.epochs().len(), stopping.stopped_epoch()), (3, Some(2)));
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    monitor: Monitor,
    patience: usize,
    baseline: Option<f64>,
    restore_best_weights: bool,
    start_from_epoch: usize,
    wait: usize,
    best_weights: Option<Vec<Tensor>>,
    best_epoch: usize,
    stopped_epoch: Option<usize>,
}

impl EarlyStopping {
    /// Watches a value of the logs; Keras's default is `val_loss`.
    pub fn new(monitor: &str) -> EarlyStopping {
        EarlyStopping {
            monitor: Monitor::new(monitor),
            patience: 0,
            baseline: None,
            restore_best_weights: false,
            start_from_epoch: 0,
            wait: 0,
            best_weights: None,
            best_epoch: 0,
            stopped_epoch: None,
        }
    }

    /// How many epochs without improvement to wait for (0).
    pub fn patience(mut self, patience: usize) -> EarlyStopping {
        self.patience = patience;
        self
    }

    /// How much better counts as an improvement (0).
    pub fn min_delta(mut self, min_delta: f64) -> EarlyStopping {
        self.monitor.min_delta = min_delta.abs();
        self
    }

    /// Which way is better ([`Mode::Auto`]).
    pub fn mode(mut self, mode: Mode) -> EarlyStopping {
        self.monitor.mode = mode;
        self
    }

    /// A value that must be reached for the wait to start anew (none).
    pub fn baseline(mut self, baseline: f64) -> EarlyStopping {
        self.baseline = Some(baseline);
        self
    }

    /// Whether the model gets the weights of its best epoch back (false).
    pub fn restore_best_weights(mut self, restore: bool) -> EarlyStopping {
        self.restore_best_weights = restore;
        self
    }

    /// The number of epochs to let pass before watching (0).
    pub fn start_from_epoch(mut self, epoch: usize) -> EarlyStopping {
        self.start_from_epoch = epoch;
        self
    }

    /// The epoch after which training was stopped, counted from 0.
    pub fn stopped_epoch(&self) -> Option<usize> {
        self.stopped_epoch
    }

    /// The best value and its epoch, counted from 0.
    pub fn best(&self) -> Option<(f64, usize)> {
        self.monitor.best.map(|best| (best, self.best_epoch))
    }
}

impl Callback for EarlyStopping {
    fn on_train_begin(&mut self, _model: &mut Model, _moment: &mut Moment) -> Result<()> {
        (self.wait, self.best_epoch) = (0, 0);
        (self.best_weights, self.stopped_epoch, self.monitor.best) = (None, None, None);
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let Some(value) = self.monitor.value("EarlyStopping", logs, moment)? else {
            return Ok(());
        };
        if epoch < self.start_from_epoch {
            return Ok(());
        }
        // As in Keras: the first epoch's weights are kept whatever its value, then the wait goes
        // on until both the best and the baseline are beaten.
        if self.restore_best_weights && self.best_weights.is_none() {
            self.best_weights = Some(model.weights());
            self.best_epoch = epoch;
        }
        self.wait += 1;
        if self.monitor.improves(value) {
            self.best_epoch = epoch;
            if self.restore_best_weights {
                self.best_weights = Some(model.weights());
            }
            let against_baseline = Monitor { best: self.baseline, ..self.monitor.clone() };
            if against_baseline.is_better(value) {
                self.wait = 0;
            }
            return Ok(());
        }
        if self.wait >= self.patience && epoch > 0 {
            self.stopped_epoch = Some(epoch);
            moment.stop =
                Some(format!("{} has not improved for {} epochs", self.monitor.key, self.wait));
        }
        Ok(())
    }

    fn state(&self) -> Value {
        json!({
            "wait": self.wait,
            "best": self.monitor.best,
            "best_epoch": self.best_epoch,
        })
    }

    fn tensors(&self) -> Vec<Tensor> {
        self.best_weights.clone().unwrap_or_default()
    }

    fn set_state(&mut self, state: &Value, tensors: Vec<Tensor>) -> Result<()> {
        self.wait = super::count(state, "wait");
        self.monitor.best = state["best"].as_f64();
        self.best_epoch = super::count(state, "best_epoch");
        self.best_weights = (!tensors.is_empty()).then_some(tensors);
        Ok(())
    }

    fn on_train_end(&mut self, model: &mut Model, _moment: &mut Moment) -> Result<()> {
        match self.best_weights.take() {
            Some(weights) => model.set_weights(weights),
            None => Ok(()),
        }
    }
}
