//! Watching one value of the logs for its best.

use super::Moment;
use crate::training::Logs;
use crate::{Error, Result};

/// Which way a watched value gets better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Accuracies get better upwards, losses and errors downwards.
    #[default]
    Auto,
    /// Smaller is better.
    Min,
    /// Larger is better.
    Max,
}

/// A watched value and the best it has been.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub key: String,
    pub mode: Mode,
    pub min_delta: f64,
    pub best: Option<f64>,
}

impl Monitor {
    pub fn new(key: &str) -> Monitor {
        Monitor { key: key.into(), mode: Mode::Auto, min_delta: 0.0, best: None }
    }

    /// The watched value; none after an epoch without validation, if it is one of validation's.
    pub fn value(
        &self,
        callback: &'static str,
        logs: &Logs,
        moment: &Moment,
    ) -> Result<Option<f64>> {
        let found = logs.iter().find(|(key, _)| *key == self.key).map(|(_, value)| *value);
        if found.is_none() && moment.without_validation && self.key.starts_with("val_") {
            return Ok(None);
        }
        found.map(Some).ok_or_else(|| Error::InvalidArgument {
            place: callback.into(),
            argument: "monitor",
            expected: format!(
                "one of {} (a `val_` value needs validation data)",
                logs.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ")
            ),
            got: self.key.clone(),
        })
    }

    /// Whether `value` is better than the best so far, by more than `min_delta`; it then becomes
    /// the best.
    pub fn improves(&mut self, value: f64) -> bool {
        let better = self.is_better(value);
        if better {
            self.best = Some(value);
        }
        better
    }

    pub fn is_better(&self, value: f64) -> bool {
        let upwards = match self.mode {
            Mode::Max => true,
            Mode::Min => false,
            Mode::Auto => self.key.contains("acc"),
        };
        self.best.is_none_or(|best| match upwards {
            true => value - self.min_delta > best,
            false => value + self.min_delta < best,
        })
    }
}
