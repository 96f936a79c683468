//! What is named or described by a class and its arguments: optimizers, losses, metrics, …

use elman::constraints::Constraint;
use elman::initializers::Initializer;
use elman::regularizers::Regularizer;
use elman::training::{Fit, losses, metrics};
use elman::{Sequential, Tensor};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Value, json};

use crate::arrays;
use crate::config::{to_json, to_python};
use crate::error::{OrRaise, detached, invalid};

/// Checks an object of a kind, such as an optimizer, and gives it back as Keras writes it, with all
/// arguments.
#[pyfunction]
pub fn complete<'py>(
    py: Python<'py>,
    kind: &str,
    object: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let object = to_json(kind, object)?;
    to_python(py, &of_kind(kind, &object)?)
}

fn of_kind(kind: &str, object: &Value) -> PyResult<Value> {
    let place = |error: serde_json::Error| PyValueError::new_err(format!("{kind}: {error}"));
    Ok(match kind {
        "initializer" => {
            json!(serde_json::from_value::<Initializer>(object.clone()).map_err(place)?)
        }
        "regularizer" => {
            json!(serde_json::from_value::<Regularizer>(object.clone()).map_err(place)?)
        }
        "constraint" => json!(serde_json::from_value::<Constraint>(object.clone()).map_err(place)?),
        "loss" => losses::to_object(&*losses::from_object(object).or_raise()?),
        "metric" => metrics::from_object(object).or_raise()?.to_object(),
        "callback" => {
            Fit::new().callback_from_object(object).or_raise()?;
            object.clone()
        }
        "optimizer" => compiled(object, &json!("mse"))?["optimizer"].clone(),
        "cell" => {
            elman::cells::cell_from_object(object).or_raise()?;
            object.clone()
        }
        other => return Err(invalid("kind", "a kind of objects", other)),
    })
}

/// What a model without layers is compiled with.
fn compiled(optimizer: &Value, loss: &Value) -> PyResult<Value> {
    let mut model = Sequential::with_name("");
    model.compile_from_json(&json!({ "optimizer": optimizer, "loss": loss })).or_raise()?;
    Ok(model.to_json()["compile_config"].clone())
}

/// The values that an initializer gives for a shape.
#[pyfunction]
pub fn initialize<'py>(
    py: Python<'py>,
    initializer: &Bound<'py, PyAny>,
    shape: Vec<usize>,
) -> PyResult<Bound<'py, PyAny>> {
    let initializer: Initializer = read("initializer", initializer)?;
    arrays::of_tensor(py, &initializer.sample(&shape).or_raise()?)
}

/// The penalty of a regularizer on an array.
#[pyfunction]
pub fn regularize(regularizer: &Bound<'_, PyAny>, x: &Bound<'_, PyAny>) -> PyResult<f64> {
    let regularizer: Regularizer = read("regularizer", regularizer)?;
    regularizer.value(&arrays::tensor("x", x)?).or_raise()
}

/// An array as a constraint leaves it.
#[pyfunction]
pub fn constrain<'py>(
    py: Python<'py>,
    constraint: &Bound<'py, PyAny>,
    w: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let constraint: Constraint = read("constraint", constraint)?;
    arrays::of_tensor(py, &constraint.project(&arrays::tensor("w", w)?).or_raise()?)
}

fn read<T: serde::de::DeserializeOwned>(kind: &str, object: &Bound<'_, PyAny>) -> PyResult<T> {
    let object = to_json(kind, object)?;
    serde_json::from_value(object).map_err(|e| PyValueError::new_err(format!("{kind}: {e}")))
}

/// An activation of an array.
#[pyfunction]
pub fn activate<'py>(
    py: Python<'py>,
    name: &str,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let activation = elman::activations::get(name).or_raise()?;
    let x = arrays::tensor("x", x)?;
    let y = detached(py, || elman::activations::apply(activation, &x))?;
    arrays::of_tensor(py, &y)
}

/// A loss of targets and predictions, as Keras computes it when it is called; with `values`, one for
/// each sample.
#[pyfunction]
pub fn loss_value<'py>(
    py: Python<'py>,
    loss: &Bound<'py, PyAny>,
    y_true: &Bound<'py, PyAny>,
    y_pred: &Bound<'py, PyAny>,
    sample_weight: Option<&Bound<'py, PyAny>>,
    values: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let loss = losses::from_object(&to_json("loss", loss)?).or_raise()?;
    let (y_true, y_pred) = (arrays::tensor("y_true", y_true)?, arrays::tensor("y_pred", y_pred)?);
    let weights: Option<Tensor> =
        sample_weight.map(|w| arrays::tensor("sample_weight", w)).transpose()?;
    let result = detached(py, || match values {
        true => loss.values(&y_true, &y_pred),
        false => loss.call(&y_true, &y_pred, weights.as_ref()),
    })?;
    arrays::of_tensor(py, &result)
}

/// The learning rate that a schedule has at a step, counted from 0.
#[pyfunction]
pub fn schedule_at(schedule: &Bound<'_, PyAny>, step: u64) -> PyResult<f64> {
    let schedule = to_json("schedule", schedule)?;
    let optimizer = json!({ "class_name": "SGD", "config": { "learning_rate": schedule } });
    let mut model = Sequential::with_name("");
    model.compile_from_json(&json!({ "optimizer": optimizer, "loss": "mse" })).or_raise()?;
    Ok(model.optimizer().or_raise()?.base().learning_rate.at(step))
}
