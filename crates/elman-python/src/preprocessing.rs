//! Layers that learn from data before a model does: vocabularies, means and deviations.

use std::any::Any;
use std::path::PathBuf;

use elman::Tensor;
use elman::layers::{IntegerLookup, Normalization, StringLookup, TextVectorization};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::arrays;
use crate::error::{OrRaise, detached, invalid};
use crate::layers::Layer;

/// Does the same with whichever of some classes a layer is.
macro_rules! of_class {
    ($any:expr, $downcast:ident, $place:expr, $($class:ident)|+, $own:ident => $work:expr) => {
        $(if let Some($own) = $any.$downcast::<$class>() {
            $work
        } else)+ {
            Err(invalid(&$place, concat!("one of" $(, " ", stringify!($class))+), "another layer"))
        }
    };
}

/// Learns from data: an array, or a list of arrays that are its batches.
#[pyfunction]
pub fn adapt(py: Python<'_>, layer: &Layer, batches: &Bound<'_, PyList>) -> PyResult<()> {
    let batches: PyResult<Vec<Tensor>> =
        batches.iter().map(|batch| arrays::tensor("adapt: `data`", &batch)).collect();
    let mut batches = batches?;
    layer.change(|layer| {
        let place = layer.place();
        let any: &mut dyn Any = &mut **layer;
        of_class!(
            any, downcast_mut, place, TextVectorization | StringLookup | IntegerLookup | Normalization,
            own => detached(py, || match batches.len() {
                1 => own.adapt(batches.remove(0)),
                _ => own.adapt_batches(batches),
            })
        )
    })
}

/// Tokens of text, or integers.
#[derive(FromPyObject, IntoPyObject)]
pub enum Tokens {
    /// Those of text.
    Text(Vec<String>),
    /// Integers.
    Integers(Vec<i64>),
}

/// The vocabulary in the order of the indices.
#[pyfunction]
pub fn vocabulary(layer: &Layer) -> PyResult<Tokens> {
    layer.read(|layer| {
        let any: &dyn Any = &**layer;
        if let Some(own) = any.downcast_ref::<IntegerLookup>() {
            return own.get_vocabulary().map(Tokens::Integers).or_raise();
        }
        of_class!(any, downcast_ref, layer.place(), TextVectorization | StringLookup, own => {
            own.get_vocabulary().map(Tokens::Text).or_raise()
        })
    })
}

/// The number of indices.
#[pyfunction]
pub fn vocabulary_size(layer: &Layer) -> PyResult<usize> {
    layer.read(|layer| {
        let any: &dyn Any = &**layer;
        of_class!(
            any, downcast_ref, layer.place(), TextVectorization | StringLookup | IntegerLookup,
            own => own.vocabulary_size().or_raise()
        )
    })
}

/// Replaces the vocabulary by the lines of a file.
#[pyfunction]
pub fn set_vocabulary_from_file(layer: &Layer, path: PathBuf) -> PyResult<()> {
    layer.change(|layer| {
        let place = layer.place();
        let any: &mut dyn Any = &mut **layer;
        of_class!(
            any, downcast_mut, place, TextVectorization | StringLookup | IntegerLookup,
            own => own.set_vocabulary_from_file(path).or_raise()
        )
    })
}

/// Replaces the vocabulary by a list of tokens, perhaps with weights.
#[pyfunction]
pub fn set_vocabulary(
    layer: &Layer,
    tokens: Tokens,
    idf_weights: Option<Vec<f64>>,
) -> PyResult<()> {
    layer.change(|layer| {
        let place = layer.place();
        let any: &mut dyn Any = &mut **layer;
        match tokens {
            Tokens::Integers(tokens) => of_class!(any, downcast_mut, place, IntegerLookup, own => {
                match idf_weights {
                    Some(weights) => own.set_vocabulary_with_idf_weights(tokens, &weights),
                    None => own.set_vocabulary(tokens),
                }
                .or_raise()
            }),
            Tokens::Text(tokens) => {
                of_class!(any, downcast_mut, place, TextVectorization | StringLookup, own => {
                    match idf_weights {
                        Some(weights) => own.set_vocabulary_with_idf_weights(tokens, &weights),
                        None => own.set_vocabulary(tokens),
                    }
                    .or_raise()
                })
            }
        }
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
    let y = layer.read(|layer| {
        let any: &dyn Any = &**layer;
        of_class!(
            any, downcast_ref, layer.place(), TextVectorization | StringLookup | IntegerLookup,
            own => own.call_on(x).or_raise()
        )
    })?;
    arrays::of_tensor(py, &y)
}
