//! Pictures, each as the text of an SVG file.

use std::collections::HashMap;

use elman::Rankdir;
use elman::plot;
use elman::training::History;
use numpy::ndarray::Ix2;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arrays;
use crate::error::{OrRaise, detached, invalid};
use crate::models::Model;
use crate::training::Arguments;

/// The learning curves of a training: series by name, with a value for each epoch; of validation,
/// perhaps NaN where there was none.
#[pyfunction]
pub fn plot_history(series: Vec<(String, Vec<f64>)>, epochs: Vec<usize>) -> PyResult<String> {
    plot::history(&History::from_series(series, epochs).or_raise()?).or_raise()
}

/// The names of a model's layers that run over time.
#[pyfunction]
pub fn recurrent_layers(py: Python<'_>, model: &Model) -> PyResult<Vec<String>> {
    Ok(model.0.read(py)?.recurrent_layers().into_iter().map(str::to_owned).collect())
}

/// The outputs of a recurrent layer at every step, `(batch, time, units)`.
#[pyfunction]
pub fn hidden_states<'py>(
    py: Python<'py>,
    model: &Model,
    layer: &str,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let model = model.0.read(py)?;
    let inputs = arrays::several("x", x, &model.input_names())?;
    let states = detached(py, || model.hidden_states(layer, inputs))?;
    Ok(arrays::array(py, states).into_any())
}

/// The hidden states of one sample, `(time, units)`, as a heat map.
#[pyfunction]
pub fn plot_states(title: &str, states: &Bound<'_, PyAny>) -> PyResult<String> {
    let states = arrays::tensor("states", states)?.into_array();
    let shape = format!("one of shape {:?}", states.shape());
    let states = states
        .into_dimensionality::<Ix2>()
        .map_err(|_| invalid("plot_states: `states`", "an array (time, units)", shape))?;
    plot::states(title, states.view()).or_raise()
}

/// A model's graph, with the options of Keras's `plot_model` that a picture without pixels has.
#[pyfunction]
pub fn plot_model(py: Python<'_>, model: &Model, options: &Bound<'_, PyDict>) -> PyResult<String> {
    let arguments = Arguments { call: "plot_model", given: options };
    let flags: HashMap<&str, bool> = [
        "show_shapes",
        "show_dtype",
        "show_layer_names",
        "show_layer_activations",
        "show_trainable",
        "expand_nested",
    ]
    .into_iter()
    .map(|name| Ok((name, arguments.get(name, "true or false")?.unwrap_or(false))))
    .collect::<PyResult<_>>()?;
    let rankdir: String = arguments.get("rankdir", "\"TB\" or \"LR\"")?.unwrap_or("TB".into());
    let rankdir: Rankdir = rankdir.parse().or_raise()?;
    let model = model.0.read(py)?;
    elman::plot_model(&model)
        .show_shapes(flags["show_shapes"])
        .show_dtype(flags["show_dtype"])
        .show_layer_names(flags["show_layer_names"])
        .show_layer_activations(flags["show_layer_activations"])
        .show_trainable(flags["show_trainable"])
        .expand_nested(flags["expand_nested"])
        .rankdir(rankdir)
        .svg()
        .or_raise()
}
