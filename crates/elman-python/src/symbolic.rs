//! Tensors of models that are being put together.

use elman::models::Symbolic as Inner;
use pyo3::prelude::*;

/// A tensor without values: the native part of `KerasTensor`.
#[pyclass(frozen, eq, hash, module = "elman._elman")]
#[derive(PartialEq, Eq, Hash)]
pub struct Symbolic(pub Inner);

#[pymethods]
impl Symbolic {
    /// The shape, `None` where it is unknown.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        shape(py, self.0.shape())
    }
}

/// A shape as a tuple.
pub fn shape<'py>(py: Python<'py>, shape: &elman::Shape) -> PyResult<Bound<'py, PyAny>> {
    Ok(pyo3::types::PyTuple::new(py, shape.dims())?.into_any())
}
