//! Configurations: Python's values as JSON, and back.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};
use serde_json::{Map, Number, Value, json};

use crate::error::{invalid, wrong_type};

/// Deeper than any configuration; beyond, a list may hold itself.
const DEEPEST: usize = 100;

/// A value of an argument as JSON. Objects that have a configuration, such as an initializer, become
/// what Keras writes of them; functions of `elman.activations` and the like become their names.
///
/// # Errors
/// What JSON can't hold, with the argument's name.
pub fn to_json(place: &str, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    convert(place, value, 0)
}

fn convert(place: &str, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth > DEEPEST {
        return Err(invalid(place, "a value without itself in it", "a deeper one"));
    }
    if value.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(truth) = value.cast::<PyBool>() {
        return Ok(truth.is_true().into());
    }
    if value.is_instance_of::<PyInt>() {
        let small: Option<Value> = value.extract::<i64>().ok().map(Value::from);
        let large = || value.extract::<u64>().ok().map(Value::from);
        return small.or_else(large).ok_or_else(|| invalid(place, "an integer of 64 bits", value));
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        let number = Number::from_f64(number.value());
        return number.map(Value::Number).ok_or_else(|| invalid(place, "a finite number", value));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_str()?.into());
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(String::from_utf8(bytes.as_bytes().to_vec())?.into());
    }
    if let Ok(map) = value.cast::<PyDict>() {
        return object_at(place, map, depth).map(Value::Object);
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let item = |item: PyResult<Bound<'_, PyAny>>| convert(place, &item?, depth + 1);
        return value.try_iter()?.map(item).collect();
    }
    of_object(place, value, depth)
}

/// Objects: those with a configuration, functions that stand for names, numbers and arrays of NumPy,
/// paths.
fn of_object(place: &str, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if let Ok(class) = value.cast::<PyType>() {
        if value.hasattr("get_config")? {
            return Ok(json!({ "class_name": class.name()?.to_str()?, "config": {} }));
        }
        return Err(wrong_type(place, "a value or an object", value));
    }
    if let Ok(name) = value.getattr("_keras_function") {
        return Ok(name.extract::<String>()?.into());
    }
    if value.hasattr("get_config")? {
        let class = match value.getattr("_keras_name") {
            Ok(name) => name.extract::<String>()?,
            Err(_) => value.get_type().name()?.to_string(),
        };
        let config = value.call_method0("get_config")?;
        return Ok(json!({ "class_name": class, "config": convert(place, &config, depth + 1)? }));
    }
    for method in ["tolist", "__fspath__"] {
        if value.hasattr(method)? {
            return convert(place, &value.call_method0(method)?, depth + 1);
        }
    }
    if value.hasattr("__iter__")? && value.hasattr("__len__")? {
        return value.try_iter()?.map(|item| convert(place, &item?, depth + 1)).collect();
    }
    if value.is_callable() {
        let expected =
            "one of elman's names, functions or objects (elman computes nothing of Python's)";
        return Err(wrong_type(place, expected, value));
    }
    Err(wrong_type(place, "a number, a string, a list or an object with a configuration", value))
}

/// A dictionary as a JSON object, whose keys are the places of its values.
pub fn object(place: &str, map: &Bound<'_, PyDict>) -> PyResult<Map<String, Value>> {
    object_at(place, map, 0)
}

fn object_at(place: &str, map: &Bound<'_, PyDict>, depth: usize) -> PyResult<Map<String, Value>> {
    let pair = |(key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
        // As `json.dumps` writes the numbers of classes.
        let key = match key.cast::<PyString>() {
            Ok(key) => key.to_str()?.to_owned(),
            Err(_) if key.is_instance_of::<PyInt>() => key.str()?.to_str()?.to_owned(),
            Err(_) => return Err(wrong_type(place, "a dictionary with names as keys", &key)),
        };
        let value = match depth {
            0 => convert(&format!("{place}: argument `{key}`"), &value, 1)?,
            _ => convert(place, &value, depth + 1)?,
        };
        Ok((key, value))
    };
    map.iter().map(pair).collect()
}

/// JSON as Python's values.
pub fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(n), _) => n.into_pyobject(py)?.into_any(),
            (_, Some(n)) => n.into_pyobject(py)?.into_any(),
            _ => number.as_f64().unwrap_or(f64::NAN).into_pyobject(py)?.into_any(),
        },
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(list) => {
            let items: PyResult<Vec<_>> = list.iter().map(|item| to_python(py, item)).collect();
            PyList::new(py, items?)?.into_any()
        }
        Value::Object(map) => {
            let dict = PyDict::new(py);
            for (key, value) in map {
                dict.set_item(key, to_python(py, value)?)?;
            }
            dict.into_any()
        }
    })
}
