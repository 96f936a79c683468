//! The library's own callbacks, as objects of Python that tell how they stand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use elman::training::Logs;
use elman::training::callbacks::{Callback as Inner, Moment, from_object};
use elman::{Model, Result, Tensor};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::Value;

use super::failure::Failure;
use crate::config::{to_json, to_python};
use crate::error::{OrRaise, detached, invalid};

/// A callback behind a lock: a training and Python's object have it in common.
type Shared = Arc<Mutex<Box<dyn Inner + Send>>>;

/// One of the library's callbacks: the native part of Python's.
#[pyclass(frozen, module = "elman._elman")]
pub struct Callback(Shared);

fn lock(shared: &Shared) -> MutexGuard<'_, Box<dyn Inner + Send>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[pymethods]
impl Callback {
    #[new]
    fn new(object: &Bound<'_, PyAny>) -> PyResult<Callback> {
        let callback = from_object(&to_json("callback", object)?).or_raise()?;
        Ok(Callback(Arc::new(Mutex::new(callback))))
    }

    /// What it remembers.
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let state = lock(&self.0).state();
        to_python(py, &state)
    }

    /// Tells it of a moment from outside of a training, as a subclass does: the logs as it left
    /// them, and why the training is to end.
    fn tell(
        &self,
        py: Python<'_>,
        event: &str,
        model: &crate::models::Model,
        number: usize,
        logs: Logs,
    ) -> PyResult<(Logs, Option<String>)> {
        let mut logs = logs;
        let mut moment = Moment {
            epochs: 0,
            steps: 0,
            resumed: false,
            stop: None,
            without_validation: false,
            stop_evaluating: false,
        };
        let mut taken = model.0.take(py)?;
        let change = &mut taken.model;
        let (callback, moment_of) = (&self.0, &mut moment);
        let logs_of = &mut logs;
        let told = detached(py, move || {
            let mut callback = lock(callback);
            match event {
                "on_train_begin" => callback.on_train_begin(change, moment_of),
                "on_train_end" => callback.on_train_end(change, moment_of),
                "on_epoch_begin" => callback.on_epoch_begin(number, change, moment_of),
                "on_epoch_end" => callback.on_epoch_end(number, logs_of, change, moment_of),
                "on_train_batch_begin" => callback.on_train_batch_begin(number, change, moment_of),
                "on_train_batch_end" => {
                    callback.on_train_batch_end(number, logs_of, change, moment_of)
                }
                "on_test_begin" => callback.on_test_begin(change, moment_of),
                "on_test_end" => callback.on_test_end(logs_of, change, moment_of),
                _ => Ok(()),
            }
        });
        drop(taken);
        py.detach(|| model.0.spread());
        told?;
        Ok((logs, moment.stop))
    }
}

/// Such a callback in a training, which tells Python's object of each epoch.
pub struct Told {
    callback: Shared,
    object: Py<PyAny>,
    failure: Failure,
}

impl Told {
    /// The native part of a callback of Python's.
    pub fn of(object: &Bound<'_, PyAny>, failure: &Failure) -> PyResult<Told> {
        let native = object.getattr("_native")?;
        let Ok(native) = native.cast::<Callback>() else {
            return Err(invalid("a callback", "one of elman's", object));
        };
        let callback = Arc::clone(&native.get().0);
        Ok(Told { callback, object: object.clone().unbind(), failure: failure.clone() })
    }

    fn tell(
        &self,
        event: &str,
        epoch: usize,
        logs: &Logs,
        model: &Model,
        stop: bool,
    ) -> Result<()> {
        let rate = model.learning_rate().ok();
        let told = Python::attach(|py| {
            let dict = PyDict::new(py);
            for (key, value) in logs {
                dict.set_item(key, *value)?;
            }
            self.object.bind(py).call_method1("_told", (event, epoch, dict, rate, stop)).map(drop)
        });
        told.map_err(|exception| self.failure.keep("callback", exception))
    }
}

impl Inner for Told {
    fn on_train_begin(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        lock(&self.callback).on_train_begin(model, moment)?;
        self.tell("on_train_begin", 0, &Logs::new(), model, false)
    }

    fn on_epoch_begin(
        &mut self,
        epoch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        lock(&self.callback).on_epoch_begin(epoch, model, moment)
    }

    fn on_train_batch_begin(
        &mut self,
        batch: usize,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        lock(&self.callback).on_train_batch_begin(batch, model, moment)
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        logs: &Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        lock(&self.callback).on_train_batch_end(batch, logs, model, moment)
    }

    fn on_test_begin(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        lock(&self.callback).on_test_begin(model, moment)
    }

    fn on_test_end(&mut self, logs: &Logs, model: &mut Model, moment: &mut Moment) -> Result<()> {
        lock(&self.callback).on_test_end(logs, model, moment)
    }

    fn on_epoch_end(
        &mut self,
        epoch: usize,
        logs: &mut Logs,
        model: &mut Model,
        moment: &mut Moment,
    ) -> Result<()> {
        let was_to_stop = moment.stop.is_some();
        lock(&self.callback).on_epoch_end(epoch, logs, model, moment)?;
        let stop = moment.stop.is_some() && !was_to_stop;
        self.tell("on_epoch_end", epoch, logs, model, stop)
    }

    fn on_train_end(&mut self, model: &mut Model, moment: &mut Moment) -> Result<()> {
        lock(&self.callback).on_train_end(model, moment)?;
        self.tell("on_train_end", 0, &Logs::new(), model, false)
    }

    fn ends_at_nan(&self) -> bool {
        lock(&self.callback).ends_at_nan()
    }

    fn state(&self) -> Value {
        lock(&self.callback).state()
    }

    fn tensors(&self) -> Vec<Tensor> {
        lock(&self.callback).tensors()
    }

    fn set_state(&mut self, state: &Value, tensors: Vec<Tensor>) -> Result<()> {
        lock(&self.callback).set_state(state, tensors)
    }
}
