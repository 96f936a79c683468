//! Callbacks that are written in Python.

use std::sync::Arc;
use std::time::{Duration, Instant};

use elman::Model;
use elman::Result;
use elman::training::Logs;
use elman::training::callbacks::{Callback, Moment};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::failure::Failure;
use crate::error::wrong_type;
use crate::models::ModelCell;

/// How often to look whether Ctrl-C was pressed.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Ends a training, an evaluation or a prediction when Ctrl-C is pressed, between two batches: the
/// model stays whole.
pub struct Interrupts {
    failure: Failure,
    looked: Instant,
}

impl Interrupts {
    pub fn new(failure: &Failure) -> Interrupts {
        Interrupts { failure: failure.clone(), looked: Instant::now() }
    }

    pub fn look(&mut self) -> Result<()> {
        if self.looked.elapsed() < BETWEEN_LOOKS {
            return Ok(());
        }
        self.looked = Instant::now();
        let look = Python::attach(|py| py.check_signals());
        look.map_err(|exception| self.failure.keep("Ctrl-C", exception))
    }
}

impl Callback for Interrupts {
    fn on_train_batch_end(
        &mut self,
        _: usize,
        _: &Logs,
        _: &mut Model,
        _: &mut Moment,
    ) -> Result<()> {
        self.look()
    }

    fn on_test_batch_end(
        &mut self,
        _: usize,
        _: &Logs,
        _: &mut Model,
        _: &mut Moment,
    ) -> Result<()> {
        self.look()
    }
}

/// An object of Python with Keras's methods. While one of them runs, the model is in its place, so
/// that it can do with it what it likes.
pub struct PythonCallback {
    pub object: Py<PyAny>,
    /// The methods that do something.
    pub events: Vec<String>,
    pub cell: Arc<ModelCell>,
    /// Python's model, whose `stop_training` ends the training.
    pub owner: Py<PyAny>,
    pub failure: Failure,
}

impl PythonCallback {
    fn tell(
        &self,
        event: &str,
        model: &mut Model,
        moment: &mut Moment,
        number: Option<usize>,
        logs: Option<&mut Logs>,
    ) -> Result<()> {
        if !self.events.iter().any(|own| own == event) {
            return Ok(());
        }
        let told = self.cell.lend(model, || {
            Python::attach(|py| {
                let dict = PyDict::new(py);
                for (key, value) in logs.iter().flat_map(|logs| logs.iter()) {
                    dict.set_item(key, *value)?;
                }
                let dict = dict.into_any();
                let arguments = match number {
                    Some(number) => {
                        PyTuple::new(py, [number.into_pyobject(py)?.into_any(), dict.clone()])
                    }
                    None => PyTuple::new(py, [dict.clone()]),
                }?;
                self.object.bind(py).call_method1(event, arguments)?;
                if let Some(logs) = logs {
                    *logs = read_logs(&dict)?;
                }
                let owner = self.owner.bind(py);
                let is_set = |name: &str| owner.getattr(name)?.is_truthy();
                Ok((is_set("stop_training")?, is_set("stop_evaluating")?))
            })
        });
        match told {
            Ok((stop_training, stop_evaluating)) => {
                if stop_training {
                    let stop = || "a callback set `stop_training`".to_owned();
                    moment.stop.get_or_insert_with(stop);
                }
                moment.stop_evaluating |= stop_evaluating;
                Ok(())
            }
            Err(exception) => Err(self.failure.keep("callback", exception)),
        }
    }
}

/// The numbers among what a callback left in the logs.
fn read_logs(dict: &Bound<'_, PyAny>) -> PyResult<Logs> {
    let mut logs = Logs::new();
    for item in dict.call_method0("items")?.try_iter()? {
        let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        let Ok(key) = key.extract::<String>() else {
            return Err(wrong_type("a key that a callback put into `logs`", "a name", &key));
        };
        if let Ok(value) = value.extract::<f64>() {
            logs.push((key, value));
        }
    }
    Ok(logs)
}

impl Callback for PythonCallback {
    fn on_train_begin(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        self.tell("on_train_begin", model, moment, None, None)
    }

    fn on_epoch_begin(
        &mut self,
        epoch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        self.tell("on_epoch_begin", model, moment, Some(epoch), None)
    }

    fn on_train_batch_begin(
        &mut self,
        batch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        self.tell("on_train_batch_begin", model, moment, Some(batch), None)
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let mut logs = logs.clone();
        self.tell("on_train_batch_end", model, moment, Some(batch), Some(&mut logs))
    }

    fn on_test_begin(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        self.tell("on_test_begin", model, moment, None, None)
    }

    fn on_test_batch_begin(
        &mut self,
        batch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        self.tell("on_test_batch_begin", model, moment, Some(batch), None)
    }

    fn on_test_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let mut logs = logs.clone();
        self.tell("on_test_batch_end", model, moment, Some(batch), Some(&mut logs))
    }

    fn on_test_end(&mut self, logs: &Logs, model: &mut Model, moment: &mut Moment) -> Result<()> {
        let mut logs = logs.clone();
        self.tell("on_test_end", model, moment, None, Some(&mut logs))
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        self.tell("on_epoch_end", model, moment, Some(epoch), Some(logs))
    }

    fn on_train_end(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        self.tell("on_train_end", model, moment, None, None)
    }
}
