//! Sessions that run models step by step.

use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::arrays;
use crate::error::OrRaise;

/// A session of a model: one step at a time, with the states kept between. `model.stream()` makes
/// one.
#[pyclass(frozen, module = "elman._elman")]
pub struct Stream {
    stream: Mutex<elman::streaming::Stream>,
    inputs: usize,
}

impl Stream {
    pub fn of(model: &elman::Model) -> PyResult<Stream> {
        Ok(Stream::new(model.stream().or_raise()?))
    }

    fn new(stream: elman::streaming::Stream) -> Stream {
        Stream { inputs: stream.input_sizes().len(), stream: Mutex::new(stream) }
    }

    fn lock(&self) -> MutexGuard<'_, elman::streaming::Stream> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Stream {
    /// The output of the next step; a list if the model has several. `x` holds the features of one
    /// step, or a list of them for several inputs.
    fn step<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let mut stream = self.lock();
        if self.inputs > 1 {
            let inputs: PyResult<Vec<_>> =
                x.try_iter()?.map(|x| arrays::tensor("x", &x?)).collect();
            let inputs = inputs?;
            let inputs: Vec<&[f32]> = inputs.iter().map(|x| x.data()).collect();
            stream.step_all(&inputs).or_raise()?;
        } else if let Ok(x) = x.cast::<PyArray1<f32>>()
            && let Ok(x) = x.readonly().as_slice()
        {
            stream.step_all(&[x]).or_raise()?;
        } else {
            stream.step_all(&[arrays::tensor("x", x)?.data()]).or_raise()?;
        }
        match stream.output_sizes().len() {
            1 => Ok(PyArray1::from_slice(py, stream.output(0)).into_any()),
            outputs => {
                let outputs = (0..outputs).map(|i| PyArray1::from_slice(py, stream.output(i)));
                Ok(PyList::new(py, outputs)?.into_any())
            }
        }
    }

    /// Sets all states to zero: the next step is the first of a new sequence.
    fn reset(&self) {
        self.lock().reset();
    }

    /// Another session of the same model, from zero states.
    fn another(&self) -> Stream {
        Stream::new(self.lock().another())
    }

    /// The number of features of a step, for each input.
    #[getter]
    fn input_sizes(&self) -> Vec<usize> {
        self.lock().input_sizes()
    }

    /// The number of values of a step, for each output.
    #[getter]
    fn output_sizes(&self) -> Vec<usize> {
        self.lock().output_sizes()
    }

    /// The states that the next step starts from, each by its name.
    #[getter]
    fn states<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let states = PyDict::new(py);
        for (name, state) in self.lock().states().iter() {
            states.set_item(name, arrays::of_tensor(py, state)?)?;
        }
        Ok(states)
    }

    /// The states as the bytes of an `.npz` file.
    fn save_states<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.lock().states().to_bytes().or_raise()?))
    }

    /// Goes on from states that `save_states` gave.
    fn load_states(&self, bytes: &[u8]) -> PyResult<()> {
        let states = elman::streaming::StreamStates::from_bytes(bytes).or_raise()?;
        self.lock().set_states(&states).or_raise()
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.lock())
    }
}
