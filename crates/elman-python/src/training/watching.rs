//! What an evaluation tells while it runs.

use std::ops::ControlFlow;

use elman::Result;
use elman::training::{Evaluation, Logs, Watch};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::callbacks::Interrupts;
use super::failure::Failure;
use super::progress::Progress;

/// Tells a bar and callbacks of the batches, and ends the evaluation early if it should.
pub struct Watching {
    progress: Option<Progress>,
    /// Those that are told before a batch, and those that are told after it.
    before: Vec<Py<PyAny>>,
    after: Vec<Py<PyAny>>,
    /// Python's model, whose `stop_evaluating` ends the evaluation.
    owner: Py<PyAny>,
    failure: Failure,
    interrupts: Interrupts,
    /// How many batches there were, how many there will be, and how many there may be.
    batches: usize,
    target: usize,
    limit: Option<usize>,
}

impl Watching {
    pub fn new(
        progress: Option<Progress>,
        callbacks: Option<Bound<'_, PyAny>>,
        owner: &Bound<'_, PyAny>,
        failure: &Failure,
    ) -> PyResult<Watching> {
        let (before, after) =
            callbacks.map(|lists| lists.extract()).transpose()?.unwrap_or_default();
        let owner = owner.clone().unbind();
        let (failure, interrupts) = (failure.clone(), Interrupts::new(failure));
        let (batches, target, limit) = (0, 0, None);
        Ok(Watching { progress, before, after, owner, failure, interrupts, batches, target, limit })
    }

    /// Says how many batches there will be, 0 if nobody knows, and after how many to end.
    pub fn expect(&mut self, target: usize, limit: Option<usize>) {
        (self.target, self.limit) = (target, limit);
    }

    /// The result, once the last words on it are said.
    pub fn finish(&mut self, py: Python<'_>, logs: PyResult<Logs>) -> PyResult<Logs> {
        let logs = self.failure.or(logs)?;
        if let Some(progress) = &mut self.progress {
            let batches = self.batches;
            let said = crate::error::detached(py, || progress.finish(batches, &logs));
            self.failure.or(said)?;
        }
        Ok(logs)
    }

    fn tell(
        &self,
        callbacks: &[Py<PyAny>],
        event: &str,
        batch: usize,
        logs: &dyn Fn() -> Logs,
    ) -> Result<bool> {
        if callbacks.is_empty() {
            return Ok(false);
        }
        let logs = logs();
        let told = Python::attach(|py| {
            let dict = PyDict::new(py);
            for (key, value) in &logs {
                dict.set_item(key, *value)?;
            }
            for callback in callbacks {
                callback.call_method1(py, event, (batch, &dict))?;
            }
            self.owner.bind(py).getattr("stop_evaluating")?.is_truthy()
        });
        told.map_err(|exception| self.failure.keep("callback", exception))
    }
}

impl Watch for Watching {
    fn on_batch_begin(&mut self, batch: usize) -> Result<()> {
        self.tell(&self.before, "on_test_batch_begin", batch, &Logs::new).map(drop)
    }

    fn on_batch_end(&mut self, batch: usize, evaluation: &Evaluation) -> Result<ControlFlow<()>> {
        self.batches = batch + 1;
        self.interrupts.look()?;
        if let Some(progress) = &mut self.progress {
            progress.advance(self.batches, self.target, &|| evaluation.logs())?;
        }
        let logs = &|| evaluation.logs();
        let stop = self.tell(&self.after, "on_test_batch_end", batch, logs)?;
        Ok(match stop || self.limit == Some(self.batches) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    }
}
