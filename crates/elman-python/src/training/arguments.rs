//! The arguments of trainings, as Python hands them over: a dictionary by Keras's names.

use elman::Tensor;
use pyo3::FromPyObject;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt};

use crate::arrays;
use crate::error::{invalid, wrong_type};

/// A dictionary of arguments, of a call that messages name.
pub struct Arguments<'a, 'py> {
    pub call: &'static str,
    pub given: &'a Bound<'py, PyDict>,
}

impl<'py> Arguments<'_, 'py> {
    /// An argument that is there and not `None`.
    pub fn value(&self, key: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.given.get_item(key)?.filter(|value| !value.is_none()))
    }

    /// The same, of a type.
    ///
    /// # Errors
    /// `TypeError` that names the argument, for another type.
    pub fn get<T>(&self, key: &str, expected: &str) -> PyResult<Option<T>>
    where
        T: for<'a> FromPyObject<'a, 'py>,
    {
        let Some(value) = self.value(key)? else { return Ok(None) };
        match value.extract::<T>() {
            Ok(read) => Ok(Some(read)),
            Err(_) => Err(wrong_type(&self.place(key), expected, &value)),
        }
    }

    /// A number of something.
    ///
    /// # Errors
    /// As [`Arguments::get`]; `ValueError` for a negative one.
    pub fn count(&self, key: &str) -> PyResult<Option<usize>> {
        let Some(value) = self.value(key)? else { return Ok(None) };
        if let Ok(count) = value.extract::<usize>() {
            return Ok(Some(count));
        }
        let expected = "a non-negative integer";
        match value.is_instance_of::<PyInt>() {
            true if value.lt(0)? => Err(invalid(&self.place(key), expected, &value)),
            true => Err(invalid(&self.place(key), "an integer of 64 bits", &value)),
            false => Err(wrong_type(&self.place(key), expected, &value)),
        }
    }

    /// Arrays for the inputs or outputs of those names; none for `None`.
    pub fn arrays(&self, key: &str, names: &[String]) -> PyResult<Vec<Tensor>> {
        match self.value(key)? {
            Some(x) => arrays::several(&self.place(key), &x, names),
            None => Ok(Vec::new()),
        }
    }

    /// The same, where nothing is nothing.
    pub fn optional_arrays(&self, key: &str, names: &[String]) -> PyResult<Option<Vec<Tensor>>> {
        let arrays = self.arrays(key, names)?;
        Ok((!arrays.is_empty()).then_some(arrays))
    }

    /// The weights of classes by their numbers.
    pub fn class_weight(&self) -> PyResult<Option<Vec<(i64, f64)>>> {
        let Some(value) = self.value("class_weight")? else { return Ok(None) };
        let wrong = || {
            let expected = "a dictionary from class numbers to weights";
            wrong_type(&self.place("class_weight"), expected, &value)
        };
        let map = value.cast::<PyDict>().map_err(|_| wrong())?;
        let pair = |(class, weight): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            let class = match class.extract::<i64>() {
                Ok(class) => class,
                // Those of NumPy's, as `numpy.unique` gives them, may be floats.
                Err(_) => {
                    class.extract::<f64>().ok().filter(|c| c.fract() == 0.0).ok_or_else(wrong)?
                        as i64
                }
            };
            Ok((class, weight.extract::<f64>().map_err(|_| wrong())?))
        };
        map.iter().map(pair).collect::<PyResult<_>>().map(Some)
    }

    fn place(&self, key: &str) -> String {
        format!("{}: argument `{key}`", self.call)
    }
}
