//! Metrics that are written in Python.

use elman::training::metrics::{MeanOf, Metric};
use elman::{Error, Result, Tensor};
use pyo3::prelude::*;
use pyo3::types::PyList;
use serde_json::{Value, json};

use crate::arrays;
use crate::config::{to_json, to_python};
use crate::error::{keep, wrong_type};

/// The class by which Python's `compile` names such a metric; its configuration is a place in the
/// list that it gives with it.
const PLACEHOLDER: &str = "elman>own";

/// The metric that a description stands for, if it is one of a list of Python's: pairs of a name and
/// a function, or an object.
pub fn own(list: &Bound<'_, PyList>, described: &Value) -> PyResult<Option<Box<dyn Metric>>> {
    if described["class_name"] != PLACEHOLDER {
        return Ok(None);
    }
    let index = described["config"].as_u64().and_then(|index| usize::try_from(index).ok());
    metric(&list.get_item(index.unwrap_or(usize::MAX))?).map(Some)
}

/// What a program knows of the metrics of its own that a file describes, by a function of Python's from
/// the description to a pair as above, or `None`.
pub struct Known {
    find: Option<Py<PyAny>>,
    /// What the function raised.
    pub failed: Option<PyErr>,
}

impl Known {
    pub fn new(find: Option<Py<PyAny>>) -> Known {
        Known { find, failed: None }
    }

    pub fn find(&mut self, described: &Value) -> Option<Box<dyn Metric>> {
        let find = self.find.as_ref()?;
        let found = Python::attach(|py| {
            let pair = find.bind(py).call1((to_python(py, described)?,))?;
            (!pair.is_none()).then(|| metric(&pair)).transpose()
        });
        found.unwrap_or_else(|exception| {
            self.failed.get_or_insert(exception);
            None
        })
    }
}

/// The metric that a pair of a name and a function, or of a name and an object, is.
fn metric(pair: &Bound<'_, PyAny>) -> PyResult<Box<dyn Metric>> {
    let (name, object): (String, Bound<'_, PyAny>) = pair.extract()?;
    let has = |method: &str| object.hasattr(method);
    if has("update_state")? && has("result")? {
        return Ok(Box::new(Own { name, object: object.unbind() }));
    }
    let (function, label) = (object.unbind(), name.clone());
    let values = move |y_true: &Tensor, y_pred: &Tensor| {
        Python::attach(|py| {
            let given = (arrays::of_tensor(py, y_true)?, arrays::of_tensor(py, y_pred)?);
            let values = function.bind(py).call1(given)?;
            numbers(&format!("what the metric {label} gives"), &values)
        })
        .map_err(|exception| failed(&label, exception))
    };
    Ok(Box::new(MeanOf::new(&name, values)))
}

/// An array of numbers, no text and not nothing.
fn numbers(place: &str, values: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    let tensor = arrays::tensor(place, values)?;
    match tensor.strings().is_some() || values.is_none() {
        true => Err(wrong_type(place, "numbers", values)),
        false => Ok(tensor),
    }
}

fn failed(name: &str, exception: PyErr) -> Error {
    let problem = exception.to_string();
    keep(exception);
    Error::Custom { place: format!("metric {name}"), problem }
}

/// An object with Keras's `update_state`, `result` and `reset_state`.
struct Own {
    name: String,
    object: Py<PyAny>,
}

impl Own {
    fn weights(y_pred: &Tensor, weights: Option<&Tensor>) -> Result<Option<Tensor>> {
        match (weights, y_pred.mask()) {
            (Some(weights), _) => Ok(Some(weights.clone())),
            (None, Some(mask)) => {
                let values = mask.data().iter().map(|used| f32::from(u8::from(*used))).collect();
                Tensor::new(mask.shape(), values).map(Some)
            }
            (None, None) => Ok(None),
        }
    }
}

impl Metric for Own {
    fn name(&self) -> &str {
        &self.name
    }

    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        let weights = Own::weights(y_pred, weights)?;
        let told = Python::attach(|py| {
            let array = |tensor: &Tensor| arrays::of_tensor(py, tensor);
            let weights = weights.as_ref().map(array).transpose()?;
            let given = (array(y_true)?, array(y_pred)?, weights);
            self.object.call_method1(py, "update_state", given).map(drop)
        });
        told.map_err(|exception| failed(&self.name, exception))
    }

    fn result(&self) -> f64 {
        Python::attach(|py| {
            let value = self.object.bind(py).call_method0("result");
            // As `float`, which arrays of one number know.
            let value = value.and_then(|v| py.import("builtins")?.call_method1("float", (v,)));
            value.and_then(|value| value.extract()).unwrap_or_else(|exception: PyErr| {
                exception.write_unraisable(py, Some(self.object.bind(py)));
                f64::NAN
            })
        })
    }

    fn reset(&mut self) {
        Python::attach(|py| {
            let object = self.object.bind(py);
            if let Err(exception) = object.call_method0("reset_state") {
                exception.write_unraisable(py, Some(object));
            }
        });
    }

    fn to_object(&self) -> Value {
        let (class, config) = Python::attach(|py| {
            let object = self.object.bind(py);
            let class = object.get_type().name().map_or_else(|_| String::new(), |n| n.to_string());
            let config = object.call_method0("get_config").and_then(|c| to_json("get_config", &c));
            (class, config.ok().filter(Value::is_object))
        });
        json!({
            "module": "__main__",
            "class_name": class,
            "config": config.unwrap_or_else(|| json!({ "name": self.name })),
            "registered_name": class,
        })
    }

    fn clone_metric(&self) -> Box<dyn Metric> {
        let object = Python::attach(|py| self.object.clone_ref(py));
        Box::new(Own { name: self.name.clone(), object })
    }
}
