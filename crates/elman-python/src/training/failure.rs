//! Exceptions on their way through the library.

use std::sync::{Arc, Mutex, PoisonError};

use elman::Error;
use pyo3::prelude::*;

/// Where the exception of a callback or a data set waits while the library ends the training that it
/// came up in, so that Python gets the very same.
#[derive(Clone, Default)]
pub struct Failure(Arc<Mutex<Option<PyErr>>>);

impl Failure {
    /// Keeps the exception, and gives the error that ends the training.
    pub fn keep(&self, place: &str, exception: PyErr) -> Error {
        let problem = exception.to_string();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(exception);
        Error::Custom { place: place.into(), problem }
    }

    /// The result of work, or the exception that ended it.
    pub fn or<T>(&self, result: PyResult<T>) -> PyResult<T> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (result, kept) {
            (Err(_), Some(exception)) => Err(exception),
            (result, _) => result,
        }
    }
}
