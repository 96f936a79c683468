//! Arrays: NumPy's, and all that NumPy makes arrays of, as tensors, and back.

use elman::Tensor;
use numpy::ndarray::ArrayD;
use numpy::{PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::PyTypeInfo;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::error::{OrRaise, invalid, wrong_type};

/// Anything that NumPy makes an array of, as a tensor. A contiguous array of `float32` is read as it
/// lies; text becomes an array of strings.
///
/// # Errors
/// What is no array of numbers or of text.
pub fn tensor(place: &str, x: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    let py = x.py();
    if let Ok(array) = x.cast::<PyArrayDyn<f32>>()
        && array.is_c_contiguous()
        && x.get_type().is(PyUntypedArray::type_object(py))
    {
        return of_floats(array);
    }
    let numpy = py.import("numpy")?;
    let array = numpy.call_method1("asarray", (x,)).map_err(|error| no_array(place, x, error))?;
    let kind: String = array.getattr("dtype")?.getattr("kind")?.extract()?;
    match kind.as_str() {
        "U" | "S" | "T" => return text(place, &array),
        "O" if is_text(&array)? => return text(place, &array),
        "c" | "M" | "m" | "V" => {
            let dtype = array.getattr("dtype")?;
            return Err(PyTypeError::new_err(format!(
                "{place} must be an array of real numbers or of text, got one of dtype {dtype}"
            )));
        }
        _ => {}
    }
    if x.hasattr("_mask")? && py.import("numpy.ma")?.call_method1("is_masked", (x,))?.is_truthy()? {
        let expected = "an array without masked values: `Masking` leaves out those of a number";
        return Err(invalid(place, expected, "masked values"));
    }
    let floats = numpy.call_method1("ascontiguousarray", (array, "float32"));
    let floats = floats.map_err(|error| no_array(place, x, error))?;
    let shape = x.getattr("shape").and_then(|shape| shape.extract::<Vec<usize>>());
    let floats = floats
        .cast::<PyArrayDyn<f32>>()
        .map_err(|_| wrong_type(place, "an array of numbers or of text", x))?;
    let tensor = of_floats(floats)?;
    // What NumPy calls contiguous has one axis at least.
    match shape {
        Ok(shape) if shape.is_empty() => tensor.reshape(shape).or_raise(),
        _ => Ok(tensor),
    }
}

/// What NumPy makes no array of numbers of. What interrupts it is none of its errors.
fn no_array(place: &str, x: &Bound<'_, PyAny>, error: PyErr) -> PyErr {
    let py = x.py();
    let class = x.get_type().name().map(|name| name.to_string()).unwrap_or_default();
    let message = format!("{place} must be an array of numbers or of text, got {class}: {error}");
    if error.is_instance_of::<PyTypeError>(py) {
        PyTypeError::new_err(message)
    } else if error.is_instance_of::<PyValueError>(py)
        || error.is_instance_of::<PyOverflowError>(py)
    {
        PyValueError::new_err(message)
    } else {
        error
    }
}

fn of_floats(array: &Bound<'_, PyArrayDyn<f32>>) -> PyResult<Tensor> {
    let array = array.try_readonly()?;
    Tensor::new(array.shape(), array.as_slice()?.to_vec()).or_raise()
}

/// Whether an array of objects is one of strings.
fn is_text(array: &Bound<'_, PyAny>) -> PyResult<bool> {
    let mut values = array.getattr("flat")?.try_iter()?;
    let Some(first) = values.next() else { return Ok(false) };
    let first = first?;
    Ok(first.is_instance_of::<PyString>() || first.is_instance_of::<PyBytes>())
}

fn text(place: &str, array: &Bound<'_, PyAny>) -> PyResult<Tensor> {
    let shape: Vec<usize> = array.getattr("shape")?.extract()?;
    let mut strings: Vec<String> = Vec::new();
    for value in array.getattr("flat")?.try_iter()? {
        let value = value?;
        strings.push(match value.cast::<PyBytes>() {
            Ok(bytes) => String::from_utf8(bytes.as_bytes().to_vec())?,
            Err(_) => match value.cast::<PyString>() {
                Ok(text) => text.to_str()?.to_owned(),
                Err(_) => return Err(wrong_type(place, "text throughout", &value)),
            },
        });
    }
    Tensor::text(shape, strings).or_raise()
}

/// The arrays of several inputs or outputs: a list of them, or a dictionary by name; of one, an
/// array, or a list of one.
///
/// # Errors
/// As [`tensor`]; names that are missing or unknown.
pub fn several(place: &str, x: &Bound<'_, PyAny>, names: &[String]) -> PyResult<Vec<Tensor>> {
    if x.is_none() {
        return Ok(Vec::new());
    }
    if let Ok(map) = x.cast::<PyDict>() {
        return by_name(place, map, names);
    }
    if x.is_instance_of::<PyList>() || x.is_instance_of::<PyTuple>() {
        let items: PyResult<Vec<_>> = x.try_iter()?.collect();
        let items = items?;
        if names.len() > 1 || is_list_of_one(&items)? {
            let named = items.iter().enumerate();
            return named.map(|(i, item)| tensor(&format!("{place}[{i}]"), item)).collect();
        }
    }
    Ok(vec![tensor(place, x)?])
}

/// Whether this is the array of the only input in a list, as Keras takes it.
fn is_list_of_one(items: &[Bound<'_, PyAny>]) -> PyResult<bool> {
    match items {
        [item] => Ok(item.hasattr("__array__")? && item.getattr("ndim")?.extract::<usize>()? > 1),
        _ => Ok(false),
    }
}

fn by_name(place: &str, map: &Bound<'_, PyDict>, names: &[String]) -> PyResult<Vec<Tensor>> {
    for key in map.keys() {
        let key: String =
            key.extract().map_err(|_| wrong_type(place, "a dictionary by names", &key))?;
        if !names.contains(&key) {
            let expected = format!("a dictionary of {}", names.join(", "));
            return Err(invalid(place, &expected, format!("the key `{key}`")));
        }
    }
    let of_name = |name: &String| match map.get_item(name)? {
        Some(array) => tensor(&format!("{place}[{name:?}]"), &array),
        None => Err(invalid(place, &format!("a dictionary with `{name}`"), "one without")),
    };
    names.iter().map(of_name).collect()
}

/// An array of NumPy that takes the values over.
pub fn array(py: Python<'_>, values: ArrayD<f32>) -> Bound<'_, PyArrayDyn<f32>> {
    PyArrayDyn::from_owned_array(py, values)
}

/// A tensor as an array of NumPy, or of strings.
pub fn of_tensor<'py>(py: Python<'py>, tensor: &Tensor) -> PyResult<Bound<'py, PyAny>> {
    if let Some(strings) = tensor.strings() {
        let list = PyList::new(py, strings)?;
        let array = py.import("numpy")?.call_method1("array", (list,))?;
        return array.call_method1("reshape", (tensor.shape().to_vec(),));
    }
    Ok(array(py, tensor.clone().into_array()).into_any())
}

/// One array alone, several as a list.
pub fn outputs(py: Python<'_>, mut arrays: Vec<ArrayD<f32>>) -> PyResult<Bound<'_, PyAny>> {
    if arrays.len() == 1 {
        return Ok(array(py, arrays.remove(0)).into_any());
    }
    let arrays = arrays.into_iter().map(|values| array(py, values));
    Ok(PyList::new(py, arrays.collect::<Vec<_>>())?.into_any())
}
