//! Where a model lies, and who may use it when.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use elman::{Model, Sequential};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use super::sharing::Link;
use crate::error::detached;

/// How long to wait for a model before looking whether Ctrl-C was pressed.
const PATIENCE: Duration = Duration::from_millis(100);

/// A model that many threads read at once and one changes at a time.
///
/// Readers take a share of the model and let go of the lock at once. Who changes it takes it away,
/// a copy if somebody is still reading, and puts it back; meanwhile readers wait without holding
/// Python's lock. During a callback of a training the model is back in its place.
pub struct ModelCell {
    slot: Mutex<Slot>,
    returned: Condvar,
    /// The models that have layers in common with this one.
    pub(super) links: Mutex<Vec<Link>>,
}

/// The model, or the thread that has taken it away.
enum Slot {
    Here(Arc<Model>),
    Taken(ThreadId),
}

impl Slot {
    fn take(&mut self) -> Option<Arc<Model>> {
        match std::mem::replace(self, Slot::Taken(thread::current().id())) {
            Slot::Here(model) => Some(model),
            taken => {
                *self = taken;
                None
            }
        }
    }

    /// Whether this very thread has the model, so that waiting for it would never end.
    fn is_ours(&self) -> bool {
        matches!(self, Slot::Taken(by) if *by == thread::current().id())
    }
}

impl ModelCell {
    pub fn new(model: Model) -> Arc<ModelCell> {
        Arc::new(ModelCell {
            slot: Mutex::new(Slot::Here(Arc::new(model))),
            returned: Condvar::new(),
            links: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        // Only whole models are ever put in.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The model as it is now, for reading.
    ///
    /// # Errors
    /// `KeyboardInterrupt` while waiting for a training in another thread; `RuntimeError` within a
    /// training of the model itself, where it waits for data, metrics and what is printed.
    pub fn read(&self, py: Python<'_>) -> PyResult<Arc<Model>> {
        loop {
            if let Slot::Here(model) = &*self.lock() {
                return Ok(Arc::clone(model));
            }
            self.wait(py)?;
        }
    }

    /// Takes the model away until the result is dropped.
    ///
    /// # Errors
    /// As [`ModelCell::read`].
    pub fn take(self: &Arc<ModelCell>, py: Python<'_>) -> PyResult<Taken> {
        loop {
            if let Some(model) = self.lock().take() {
                return Ok(Taken { cell: Arc::clone(self), model: unshared(model) });
            }
            self.wait(py)?;
        }
    }

    fn wait(&self, py: Python<'_>) -> PyResult<()> {
        if self.lock().is_ours() {
            return Err(PyRuntimeError::new_err(
                "a model must be left alone by the generators and metrics of its own training, which \
                 waits for them, got a call: use a callback, or a copy of the model",
            ));
        }
        py.check_signals()?;
        py.detach(|| self.wait_for_return());
        Ok(())
    }

    fn wait_for_return(&self) {
        let slot = self.lock();
        if matches!(*slot, Slot::Taken(_)) {
            // Whether it was in time shows when the caller looks again.
            drop(self.returned.wait_timeout(slot, PATIENCE));
        }
    }

    fn put(&self, model: Model) {
        *self.lock() = Slot::Here(Arc::new(model));
        self.returned.notify_all();
    }

    /// Changes the model while other threads of Python run.
    ///
    /// # Errors
    /// Those of the change, after which the model is back in its place.
    pub fn change<T: Send>(
        self: &Arc<ModelCell>,
        py: Python<'_>,
        change: impl FnOnce(&mut Model) -> elman::Result<T> + Send,
    ) -> PyResult<T> {
        let mut taken = self.take(py)?;
        let result = detached(py, || change(&mut taken.model));
        drop(taken);
        py.detach(|| self.spread());
        result
    }

    /// The model as it is now, however long that takes. Python's lock must not be held.
    pub(super) fn read_blocking(&self) -> Arc<Model> {
        loop {
            if let Slot::Here(model) = &*self.lock() {
                return Arc::clone(model);
            }
            self.wait_for_return();
        }
    }

    /// Changes the model, however long that takes, unless this thread is training it. Python's lock
    /// must not be held.
    pub(super) fn change_blocking(self: &Arc<ModelCell>, change: impl FnOnce(&mut Model)) {
        let model = loop {
            let mut slot = self.lock();
            if slot.is_ours() {
                return;
            }
            if let Some(model) = slot.take() {
                break unshared(model);
            }
            drop(slot);
            self.wait_for_return();
        };
        let mut taken = Taken { cell: Arc::clone(self), model };
        change(&mut taken.model);
    }

    /// Puts the model of a training back for the time of a call into Python.
    pub fn lend<T>(self: &Arc<ModelCell>, model: &mut Model, call: impl FnOnce() -> T) -> T {
        self.put(std::mem::replace(model, placeholder()));
        self.spread();
        let result = call();
        loop {
            // Not to be interrupted: the training needs its model.
            if let Some(back) = self.lock().take() {
                *model = unshared(back);
                return result;
            }
            self.wait_for_return();
        }
    }
}

/// What stands for a model that is elsewhere.
fn placeholder() -> Model {
    Sequential::with_name("").into()
}

/// The model itself, or a copy if others are reading it.
fn unshared(model: Arc<Model>) -> Model {
    Arc::try_unwrap(model).unwrap_or_else(|shared| (*shared).clone())
}

/// A model that was taken away; dropping this puts it back.
pub struct Taken {
    cell: Arc<ModelCell>,
    pub model: Model,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.cell.put(std::mem::replace(&mut self.model, placeholder()));
    }
}
