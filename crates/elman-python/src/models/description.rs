//! What models say of themselves.

use elman::layers::layer_from_config;
use elman::models::{SummaryOptions, SummaryStyle};
use elman::{Model, Shape, Tensor};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::arrays;
use crate::error::{OrRaise, invalid};
use crate::layers::Layer;
use crate::symbolic::shape;

/// The layer that declares the input of a chain.
pub fn input_layer(model: &Model) -> PyResult<Option<Layer>> {
    let json = model.to_json();
    let first = &json["config"]["layers"][0];
    match first["config"].as_object() {
        Some(config)
            if json["class_name"] == "Sequential" && first["class_name"] == "InputLayer" =>
        {
            Ok(Some(Layer::new(layer_from_config("InputLayer", config).or_raise()?)))
        }
        _ => Ok(None),
    }
}

/// Takes the last layer of a chain out: the layers before it, with their weights, as a new chain.
pub fn pop(model: &mut Model) -> PyResult<()> {
    let mut json = model.to_json();
    let kept: Vec<Tensor> = match model.layers() {
        [] => return Err(invalid("pop: the model", "one with layers", "one without")),
        [before @ .., _] => before
            .iter()
            .filter_map(|layer| Some(model.layer(layer.base().name()).ok()?.weights()))
            .flatten()
            .collect(),
    };
    let is_chain = json["class_name"] == "Sequential";
    match json["config"]["layers"].as_array_mut().filter(|_| is_chain) {
        Some(layers) => layers.pop(),
        None => return Err(invalid("pop: the model", "a Sequential", "a graph")),
    };
    let mut shorter = Model::from_json(&json).or_raise()?;
    shorter.set_seed(model.seed());
    if shorter.is_built() {
        shorter.set_weights(kept).or_raise()?;
    }
    *model = shorter;
    Ok(())
}

/// A copy of the model that a layer is, with the weights that it has there.
pub fn nested(model: &Model, name: &str) -> PyResult<Option<Model>> {
    let layer = model.layer(name).or_raise()?;
    let Some(nested) = layer.layer().as_nested() else { return Ok(None) };
    let mut inner = nested.model().clone();
    if inner.is_built() {
        inner.set_weights(layer.weights()).or_raise()?;
    }
    Ok(Some(inner))
}

pub fn shapes<'py>(py: Python<'py>, shapes: &[Shape]) -> PyResult<Bound<'py, PyList>> {
    let shapes: PyResult<Vec<_>> = shapes.iter().map(|dims| shape(py, dims)).collect();
    PyList::new(py, shapes?)
}

pub fn list<'py>(py: Python<'py>, tensors: &[Tensor]) -> PyResult<Bound<'py, PyList>> {
    let arrays: PyResult<Vec<_>> = tensors.iter().map(|t| arrays::of_tensor(py, t)).collect();
    PyList::new(py, arrays?)
}

pub fn tensors(weights: &Bound<'_, PyAny>) -> PyResult<Vec<Tensor>> {
    let weight = |(i, weight): (usize, PyResult<Bound<'_, PyAny>>)| {
        arrays::tensor(&format!("weights[{i}]"), &weight?)
    };
    weights.try_iter()?.enumerate().map(weight).collect()
}

/// A weight: its layer, its path, its name, its shape, whether it is trained.
pub type WeightRow = (String, String, String, Vec<usize>, bool);

pub fn weight_table(model: &Model) -> Vec<WeightRow> {
    let Ok(parameters) = model.parameters() else { return Vec::new() };
    let row = |entry: &elman::parameters::Entry| {
        let scope = &parameters.scopes()[entry.scope];
        let layer = model.layers()[scope.layer].base().name().to_owned();
        let path = format!("{}/{}", scope.name, entry.name);
        (layer, path, entry.name.clone(), entry.shape.clone(), entry.trainable)
    };
    parameters.entries().iter().map(row).collect()
}

/// The paths and values of the states of a layer, zeros included.
pub fn layer_states(model: &Model, name: &str) -> PyResult<Vec<(String, Tensor)>> {
    let index = model.layers().iter().position(|layer| layer.base().name() == name);
    let (Ok(parameters), Some(index)) = (model.parameters(), index) else { return Ok(Vec::new()) };
    let named = model.named_states().or_raise()?.into_iter().zip(parameters.states());
    Ok(named.filter(|(_, entry)| entry.layer == index).map(|(named, _)| named).collect())
}

/// The table of the layers, with the options of Keras's `summary`.
pub fn summary(model: &Model, options: &Bound<'_, PyDict>) -> PyResult<String> {
    let mut chosen = SummaryOptions::new();
    for (key, value) in options.iter() {
        let key: String = key.extract()?;
        if value.is_none() {
            continue;
        }
        chosen = match key.as_str() {
            "line_length" => chosen.line_length(value.extract()?),
            "console_width" => chosen.console_width(value.extract()?),
            "show_trainable" => chosen.show_trainable(value.extract()?),
            "expand_nested" => chosen.expand_nested(value.extract()?),
            "style" => chosen.style(match value.extract::<String>()?.as_str() {
                "keras3" => SummaryStyle::Keras3,
                "keras2" => SummaryStyle::Keras2,
                "keras2.7" => SummaryStyle::Keras27,
                other => {
                    return Err(invalid("summary: `style`", "keras3, keras2 or keras2.7", other));
                }
            }),
            other => return Err(invalid("summary", "given known options", other)),
        };
    }
    model.summary_with(&chosen).or_raise()
}
