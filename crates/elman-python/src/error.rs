//! Errors of the library as exceptions of Python.

use std::cell::RefCell;
use std::error::Error as _;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use elman::Error;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// The exception for an error: `OSError` and its kind where the system refused a file, `TypeError`
/// where something is of the wrong kind, `ValueError` for all else.
pub fn exception(error: &Error) -> PyErr {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<io::Error>()
            && io.kind() != io::ErrorKind::InvalidData
        {
            return io::Error::new(io.kind(), error.to_string()).into();
        }
        source = inner.source();
    }
    let message = error.to_string();
    match error {
        Error::InputKind { .. } => PyTypeError::new_err(message),
        Error::Config { problem, .. } if problem.contains("invalid type") => {
            PyTypeError::new_err(message)
        }
        _ => PyValueError::new_err(message),
    }
}

/// Results of the library as those of Python.
pub trait OrRaise<T> {
    /// The value, or the error as an exception.
    fn or_raise(self) -> PyResult<T>;
}

impl<T> OrRaise<T> for elman::Result<T> {
    fn or_raise(self) -> PyResult<T> {
        self.map_err(|error| exception(&error))
    }
}

thread_local! {
    /// An exception on its way through work of the library.
    static KEPT: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Keeps an exception that came up within [`detached`] work, which the error of the work then is.
pub fn keep(exception: PyErr) {
    KEPT.set(Some(exception));
}

/// Does work while other threads of Python run. A panic, which is a mistake of the library, becomes
/// a `RuntimeError`.
pub fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> elman::Result<T> + Send,
) -> PyResult<T> {
    KEPT.take();
    let done = py.detach(|| catch_unwind(AssertUnwindSafe(work))).map_err(panicked)?;
    done.or_raise().map_err(|error| KEPT.take().unwrap_or(error))
}

/// The exception for a panic.
fn panicked(panic: Box<dyn std::any::Any + Send>) -> PyErr {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    PyRuntimeError::new_err(format!("a mistake of elman's own, please report it: {message}"))
}

/// A `ValueError` that says what was expected and what came.
pub fn invalid(place: &str, expected: &str, got: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(format!("{place} must be {expected}, got {got}"))
}

/// A `TypeError` of the same form.
pub fn wrong_type(place: &str, expected: &str, got: &Bound<'_, PyAny>) -> PyErr {
    let class = got.get_type();
    let name = class.name().map(|name| name.to_string()).unwrap_or_else(|_| "unknown".into());
    PyTypeError::new_err(format!("{place} must be {expected}, got {name}"))
}
