//! Saving the model while it is trained.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::monitor::Monitor;
use super::{Callback, Mode, Moment};
use crate::models::Model;
use crate::training::Logs;
use crate::{Error, Result, Tensor};

/// Saves the model after each epoch or after some batches, or only after the best so far.
///
/// The path may hold `{epoch}`, counted from 1, and any value of the logs, with Python's formats
/// for digits: `weights-{epoch:02d}-{val_loss:.2f}.keras`; with
/// [`save_freq`](ModelCheckpoint::save_freq) also `{batch}`, counted from 1 in each epoch. Files are
/// written whole or not at all.
///
/// Keras: `keras.callbacks.ModelCheckpoint`.
///
/// ```
/// use elman::prelude::*;
/// # let folder = std::env::temp_dir().join(format!("elman-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile("sgd", "mse", &[])?;
/// let checkpoint = ModelCheckpoint::new(folder.join("at-{epoch:02d}.keras"));
/// let (x, y) = (array![[1.], [2.]], array![[1.], [2.]]);
/// model.fit(&x, &y, Fit::new().epochs(2).verbose(Verbose::Silent).callback(checkpoint))?;
/// assert!(elman::load_model(folder.join("at-02.keras")).is_ok());
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ModelCheckpoint {
    filepath: PathBuf,
    save_best_only: bool,
    save_weights_only: bool,
    monitor: Monitor,
    save_freq: Option<usize>,
    /// The epoch that runs.
    epoch: usize,
    /// Batches since the last that was followed by saving.
    waited: usize,
}

impl ModelCheckpoint {
    /// Saves to that path after each epoch.
    pub fn new(filepath: impl Into<PathBuf>) -> ModelCheckpoint {
        ModelCheckpoint {
            filepath: filepath.into(),
            save_best_only: false,
            save_weights_only: false,
            monitor: Monitor::new("val_loss"),
            save_freq: None,
            epoch: 0,
            waited: 0,
        }
    }

    /// Whether to save only when the watched value is the best so far (false).
    pub fn save_best_only(mut self, save_best_only: bool) -> ModelCheckpoint {
        self.save_best_only = save_best_only;
        self
    }

    /// Whether to save the weights alone (false), as [`Model::save_weights`] does: a path that ends
    /// in `.weights.h5`.
    pub fn save_weights_only(mut self, save_weights_only: bool) -> ModelCheckpoint {
        self.save_weights_only = save_weights_only;
        self
    }

    /// What the watched value must be better than for the first save with `save_best_only` (none).
    pub fn initial_value_threshold(mut self, value: f64) -> ModelCheckpoint {
        self.monitor.best = Some(value);
        self
    }

    /// The watched value (`val_loss`).
    pub fn monitor(mut self, monitor: &str) -> ModelCheckpoint {
        self.monitor.key = monitor.into();
        self
    }

    /// Which way is better ([`Mode::Auto`]).
    pub fn mode(mut self, mode: Mode) -> ModelCheckpoint {
        self.monitor.mode = mode;
        self
    }

    /// Saves after every so many batches, counted on from epoch to epoch, instead of after each
    /// epoch. The logs are the means since the epoch began then, without validation.
    pub fn save_freq(mut self, batches: usize) -> ModelCheckpoint {
        self.save_freq = Some(batches);
        self
    }

    /// Saves the model, if it is to be saved.
    fn save(
        &mut self,
        numbers: Numbers,
        logs: &Logs,
        model: &Model,
        moment: &Moment,
    ) -> Result<()> {
        if self.save_best_only {
            match self.monitor.value("ModelCheckpoint", logs, moment)? {
                Some(value) if self.monitor.improves(value) => {}
                // Keras would save a model that it knows no value of.
                _ => return Ok(()),
            }
        }
        let path = self.path(numbers, logs)?;
        if self.save_weights_only { model.save_weights(path) } else { model.save(path) }
    }

    fn path(&self, numbers: Numbers, logs: &Logs) -> Result<PathBuf> {
        let template = self.filepath.to_string_lossy();
        let mut path = String::new();
        let mut rest = &*template;
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            let Some((field, after)) = after.split_once('}') else {
                return Err(self.bad_field(after));
            };
            path.push_str(&self.field(field, numbers, logs)?);
            rest = after;
        }
        path.push_str(rest);
        Ok(path.into())
    }

    /// The text of `epoch:02d` or `val_loss:.2f`.
    fn field(&self, field: &str, numbers: Numbers, logs: &Logs) -> Result<String> {
        let (key, format) = field.split_once(':').unwrap_or((field, ""));
        let bad = || self.bad_field(field);
        let number = match key {
            "epoch" => Some(numbers.epoch),
            "batch" => numbers.batch,
            _ => None,
        };
        if let Some(number) = number {
            let width = format.trim_end_matches('d');
            let digits: usize =
                if width.is_empty() { 0 } else { width.parse().map_err(|_| bad())? };
            return Ok(match width.starts_with('0') {
                true => format!("{:01$}", number + 1, digits),
                false => format!("{:>1$}", number + 1, digits),
            });
        }
        let value = logs.iter().find(|(k, _)| k == key).map(|(_, v)| *v).ok_or_else(bad)?;
        if format.is_empty() {
            return Ok(value.to_string());
        }
        let digits = format.strip_prefix('.').and_then(|f| f.strip_suffix('f')).ok_or_else(bad)?;
        let digits: usize = digits.parse().map_err(|_| bad())?;
        Ok(format!("{value:.digits$}"))
    }

    fn bad_field(&self, field: &str) -> Error {
        Error::InvalidArgument {
            place: "ModelCheckpoint".into(),
            argument: "filepath",
            expected: "a path whose fields are like {epoch:02d} or {val_loss:.2f}, of values in \
                       the logs"
                .into(),
            got: format!("{{{field}}} in {}", self.filepath.display()),
        }
    }
}

/// What is counted from 0 here and from 1 in paths.
#[derive(Clone, Copy)]
struct Numbers {
    epoch: usize,
    batch: Option<usize>,
}

impl Callback for ModelCheckpoint {
    fn on_train_begin(&mut self, _model: &mut Model, _moment: &mut Moment) -> Result<()> {
        match self.save_freq {
            Some(0) => Err(Error::InvalidArgument {
                place: "ModelCheckpoint".into(),
                argument: "save_freq",
                expected: "a positive number of batches".into(),
                got: "0".into(),
            }),
            _ => Ok(()),
        }
    }

    fn on_epoch_begin(
        &mut self,
        epoch: usize,
        _model: &mut Model,
        _moment: &mut Moment,
    ) -> Result<()> {
        self.epoch = epoch;
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let Some(every) = self.save_freq else { return Ok(()) };
        self.waited += 1;
        if self.waited < every {
            return Ok(());
        }
        self.waited = 0;
        self.save(Numbers { epoch: self.epoch, batch: Some(batch) }, logs, model, moment)
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        match self.save_freq {
            Some(_) => Ok(()),
            None => self.save(Numbers { epoch, batch: None }, logs, model, moment),
        }
    }

    fn state(&self) -> Value {
        json!({ "best": self.monitor.best, "waited": self.waited })
    }

    fn set_state(&mut self, state: &Value, _tensors: Vec<Tensor>) -> Result<()> {
        self.monitor.best = state["best"].as_f64();
        self.waited = super::count(state, "waited");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_python() {
        let logs = vec![("loss".to_owned(), 0.125), ("val_loss".to_owned(), 1.0 / 3.0)];
        let numbers = Numbers { epoch: 2, batch: Some(10) };
        for (template, path) in [
            ("a.keras", "a.keras"),
            ("{epoch}.keras", "3.keras"),
            ("{epoch:02d}-{val_loss:.2f}.keras", "03-0.33.keras"),
            ("{epoch:4d}.keras", "   3.keras"),
            ("x{loss}.keras", "x0.125.keras"),
            ("{epoch}-{batch:04d}.keras", "3-0011.keras"),
        ] {
            let made = ModelCheckpoint::new(template).path(numbers, &logs).unwrap();
            assert_eq!(made, PathBuf::from(path));
        }
        let numbers = Numbers { epoch: 0, batch: None };
        for template in ["{epoch:02x}", "{accuracy}", "{val_loss:e}", "{epoch", "{batch}"] {
            assert!(ModelCheckpoint::new(template).path(numbers, &logs).is_err(), "{template}");
        }
    }
}
