//! Layers that learn from data before a model does: vocabularies, means and deviations.

use std::any::Any;

use elman::Tensor;
use elman::layers::{IntegerLookup, Normalization, StringLookup, TextVectorization};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::arrays;
use crate::error::{OrRaise, detached, invalid};
use crate::layers::Layer;

/// Does the same with whichever of some classes a layer is.
macro_rules! of_class {
    ($layer:expr, $($class:ident)|+, $inner:ident => $work:expr) => {{
        let place = $layer.place();
        let any: &mut dyn Any = &mut **$layer;
        $(if let Some($inner) = any.downcast_mut::<$class>() {
            $work
        } else)+ {
            Err(invalid(&place, concat!("one of" $(, " ", stringify!($class))+), "another layer"))
        }
    }};
}

/// Learns from data: an array, or a list of arrays that are its batches.
#[pyfunction]
pub fn adapt(py: Python<'_>, layer: &Layer, batches: &Bound<'_, PyList>) -> PyResult<()> {
    let batches: PyResult<Vec<Tensor>> =
        batches.iter().map(|batch| arrays::tensor("adapt: `data`", &batch)).collect();
    let mut batches = batches?;
    layer.change(|layer| {
        of_class!(layer, TextVectorization | StringLookup | IntegerLookup | Normalization, own => {
            match batches.len() {
                1 => { let data = batches.remove(0); detached(py, || own.adapt(data)) }
                _ => detached(py, || own.adapt_batches(batches)),
            }
        })
    })
}

/// The vocabulary in the order of the indices.
#[pyfunction]
pub fn vocabulary<'py>(py: Python<'py>, layer: &Layer) -> PyResult<Bound<'py, PyList>> {
    layer.change(|layer| {
        let any: &dyn Any = &**layer;
        if let Some(own) = any.downcast_ref::<IntegerLookup>() {
            return PyList::new(py, own.get_vocabulary().or_raise()?);
        }
        of_class!(layer, TextVectorization | StringLookup, own => {
            PyList::new(py, own.get_vocabulary().or_raise()?)
        })
    })
}

/// The number of indices.
#[pyfunction]
pub fn vocabulary_size(layer: &Layer) -> PyResult<usize> {
    layer.change(|layer| {
        of_class!(layer, TextVectorization | StringLookup | IntegerLookup, own => {
            own.vocabulary_size().or_raise()
        })
    })
}

/// Replaces the vocabulary by a list of tokens, perhaps with weights, or by the lines of a file.
#[pyfunction]
pub fn set_vocabulary(
    layer: &Layer,
    tokens: &Bound<'_, PyAny>,
    idf_weights: Option<Vec<f64>>,
) -> PyResult<()> {
    layer.change(|layer| {
        if let Ok(path) = tokens.extract::<String>() {
            return of_class!(layer, TextVectorization | StringLookup | IntegerLookup, own => {
                own.set_vocabulary_from_file(path).or_raise()
            });
        }
        let any: &mut dyn Any = &mut **layer;
        if let Some(own) = any.downcast_mut::<IntegerLookup>() {
            let tokens: Vec<i64> = tokens.extract()?;
            return match idf_weights {
                Some(weights) => own.set_vocabulary_with_idf_weights(tokens, &weights),
                None => own.set_vocabulary(tokens),
            }
            .or_raise();
        }
        let tokens: Vec<String> = tokens.extract()?;
        of_class!(layer, TextVectorization | StringLookup, own => {
            match idf_weights {
                Some(weights) => own.set_vocabulary_with_idf_weights(tokens, &weights),
                None => own.set_vocabulary(tokens),
            }
            .or_raise()
        })
    })
}

/// What a layer with a vocabulary gives for an array.
#[pyfunction]
pub fn look_up<'py>(
    py: Python<'py>,
    layer: &Layer,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let x = arrays::tensor("x", x)?;
    let y = layer.change(|layer| {
        of_class!(layer, TextVectorization | StringLookup | IntegerLookup, own => {
            detached(py, || own.call_on(x))
        })
    })?;
    arrays::of_tensor(py, &y)
}
