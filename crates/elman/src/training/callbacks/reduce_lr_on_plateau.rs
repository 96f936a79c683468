//! A smaller learning rate when a value no longer improves.

use serde_json::{Value, json};

use super::monitor::Monitor;
use super::{Callback, Mode, Moment};
use crate::models::Model;
use crate::training::Logs;
use crate::{Error, Result, Tensor};

/// Multiplies the learning rate by `factor` when a watched value has not improved for `patience`
/// epochs; the rate goes into the history as `learning_rate`.
///
/// Keras: `keras.callbacks.ReduceLROnPlateau`, same defaults.
///
/// # Errors
/// `fit` fails with a factor that is not below 1.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::callbacks::ReduceLrOnPlateau;
/// let mut model = Sequential::new().seed(3);
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile(Sgd::new(0.5), "mse", &[])?;
/// let reduce = ReduceLrOnPlateau::new("loss").patience(1).factor(0.5).min_delta(1e9);
/// let (x, y) = (array![[1.], [2.]], array![[1.], [2.]]);
/// let fit = Fit::new().epochs(4).verbose(Verbose::Silent).callback(reduce);
/// let history = model.fit(&x, &y, fit)?;
/// assert_eq!(history.get("learning_rate").unwrap(), [0.5, 0.5, 0.25, 0.125]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "ReduceLROnPlateau")]
#[derive(Clone, Debug)]
pub struct ReduceLrOnPlateau {
    monitor: Monitor,
    factor: f64,
    patience: usize,
    cooldown: usize,
    min_lr: f64,
    wait: usize,
    cooldown_counter: usize,
}

impl ReduceLrOnPlateau {
    /// Watches a value of the logs; Keras's default is `val_loss`.
    pub fn new(monitor: &str) -> ReduceLrOnPlateau {
        ReduceLrOnPlateau {
            monitor: Monitor { min_delta: 1e-4, ..Monitor::new(monitor) },
            factor: 0.1,
            patience: 10,
            cooldown: 0,
            min_lr: 0.0,
            wait: 0,
            cooldown_counter: 0,
        }
    }

    /// What the rate is multiplied by, below 1 (0.1).
    pub fn factor(mut self, factor: f64) -> ReduceLrOnPlateau {
        self.factor = factor;
        self
    }

    /// How many epochs without improvement to wait for (10).
    pub fn patience(mut self, patience: usize) -> ReduceLrOnPlateau {
        self.patience = patience;
        self
    }

    /// How much better counts as an improvement (0.0001).
    pub fn min_delta(mut self, min_delta: f64) -> ReduceLrOnPlateau {
        self.monitor.min_delta = min_delta;
        self
    }

    /// Which way is better ([`Mode::Auto`]).
    pub fn mode(mut self, mode: Mode) -> ReduceLrOnPlateau {
        self.monitor.mode = mode;
        self
    }

    /// How many epochs to let pass after a reduction (0).
    pub fn cooldown(mut self, cooldown: usize) -> ReduceLrOnPlateau {
        self.cooldown = cooldown;
        self
    }

    /// The smallest rate (0).
    pub fn min_lr(mut self, min_lr: f64) -> ReduceLrOnPlateau {
        self.min_lr = min_lr;
        self
    }
}

impl Callback for ReduceLrOnPlateau {
    fn on_train_begin(&mut self, _model: &mut Model, _moment: &mut Moment) -> Result<()> {
        if !(self.factor.is_finite() && self.factor < 1.0) {
            return Err(Error::InvalidArgument {
                place: "ReduceLROnPlateau".into(),
                argument: "factor",
                expected: "a number below 1".into(),
                got: self.factor.to_string(),
            });
        }
        (self.monitor.best, self.wait, self.cooldown_counter) = (None, 0, 0);
        Ok(())
    }

    fn on_epoch_end(
        &mut self,
        _epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let value = self.monitor.value("ReduceLROnPlateau", logs, moment)?;
        let rate = model.learning_rate()?;
        super::log_learning_rate(logs, rate);
        let Some(value) = value else { return Ok(()) };
        if self.cooldown_counter > 0 {
            self.cooldown_counter -= 1;
            self.wait = 0;
        }
        if self.monitor.improves(value) {
            self.wait = 0;
        } else if self.cooldown_counter == 0 {
            self.wait += 1;
            if self.wait >= self.patience {
                if rate > self.min_lr {
                    model.set_learning_rate((rate * self.factor).max(self.min_lr))?;
                    self.cooldown_counter = self.cooldown;
                }
                self.wait = 0;
            }
        }
        Ok(())
    }

    fn state(&self) -> Value {
        json!({
            "best": self.monitor.best,
            "wait": self.wait,
            "cooldown_counter": self.cooldown_counter,
        })
    }

    fn set_state(&mut self, state: &Value, _tensors: Vec<Tensor>) -> Result<()> {
        self.monitor.best = state["best"].as_f64();
        self.wait = super::count(state, "wait");
        self.cooldown_counter = super::count(state, "cooldown_counter");
        Ok(())
    }
}
