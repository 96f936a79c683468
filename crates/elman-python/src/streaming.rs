//! Sessions that run models step by step.

use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::arrays;
use crate::error::{OrRaise, invalid};

/// More sessions than anybody steps together; the memory for them is asked for at once.
const MOST: usize = 1 << 20;

/// A session of a model: one step at a time, with the states kept between. `model.stream()` makes
/// one.
///
/// A step is an array `(features,)`, its output one `(units,)`; of several inputs or outputs, a list.
///
/// Raises:
///     ValueError: in `step`, for another number of features; in `load_states`, for states of another
///         model.
///
/// >>> import numpy as np
/// >>> import elman
/// >>> model = elman.Sequential([elman.layers.GRU(4, input_shape=(None, 3))])
/// >>> stream = model.stream()
/// >>> y = stream.step(np.ones(3))
/// >>> y.shape, np.array_equal(stream.step(np.ones(3)), y)
/// ((4,), False)
/// >>> stream.reset()
/// >>> np.array_equal(stream.step(np.ones(3)), y)
/// True
#[pyclass(frozen, module = "elman._elman")]
pub struct Stream {
    stream: Mutex<elman::streaming::Stream>,
    inputs: usize,
    outputs: usize,
}

impl Stream {
    pub fn of(model: &elman::Model) -> PyResult<Stream> {
        Ok(Stream::new(model.stream().or_raise()?))
    }

    fn new(stream: elman::streaming::Stream) -> Stream {
        let (inputs, outputs) = (stream.input_sizes().len(), stream.output_sizes().len());
        Stream { stream: Mutex::new(stream), inputs, outputs }
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
        // Before the lock is taken, since Python may run here.
        let given = match self.inputs {
            1 => vec![arrays::tensor("x", x)?],
            _ => x.try_iter()?.map(|x| arrays::tensor("x", &x?)).collect::<PyResult<_>>()?,
        };
        let inputs: Vec<&[f32]> = given.iter().map(|x| x.data()).collect();
        let outputs: Vec<Vec<f32>> = {
            let mut stream = self.lock();
            stream.step_all(&inputs).or_raise()?;
            (0..self.outputs).map(|i| stream.output(i).to_vec()).collect()
        };
        let mut arrays =
            outputs.into_iter().map(|values| PyArray1::from_vec(py, values).into_any());
        match (self.outputs, arrays.next()) {
            (1, Some(only)) => Ok(only),
            (_, first) => {
                Ok(PyList::new(py, first.into_iter().chain(arrays).collect::<Vec<_>>())?.into_any())
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
        let own = self.lock().states();
        for (name, state) in own.iter() {
            states.set_item(name, arrays::of_tensor(py, state)?)?;
        }
        Ok(states)
    }

    /// The states as the bytes of an `.npz` file.
    fn save_states<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let states = self.lock().states();
        Ok(PyBytes::new(py, &states.to_bytes().or_raise()?))
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

/// Sessions of a model that step together, each at times of its own: a row of a step is one session.
/// `model.streams(capacity)` makes them.
///
/// A step is an array `(sessions, features)`, its output one `(sessions, units)`.
///
/// Raises:
///     ValueError: for numbers of sessions that don't exist, and for another number of features.
///
/// >>> import numpy as np
/// >>> import elman
/// >>> model = elman.Sequential([elman.layers.GRU(4, input_shape=(None, 3))])
/// >>> streams = model.streams(100)
/// >>> first, second = streams.add(), streams.add()
/// >>> streams.step([first, second], np.ones((2, 3))).shape, len(streams)
/// ((2, 4), 2)
#[pyclass(frozen, module = "elman._elman")]
pub struct Streams(Mutex<elman::streaming::Streams>);

impl Streams {
    pub fn of(model: &elman::Model, capacity: usize) -> PyResult<Streams> {
        if capacity > MOST {
            let expected = format!("at most {MOST}");
            return Err(invalid("streams: argument `capacity`", &expected, capacity));
        }
        Ok(Streams(Mutex::new(model.streams(capacity).or_raise()?)))
    }

    fn lock(&self) -> MutexGuard<'_, elman::streaming::Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Streams {
    /// Begins a session, from zero states, and gives its number.
    fn add(&self) -> usize {
        self.lock().add()
    }

    /// Ends a session; its number may be given to another.
    fn remove(&self, number: usize) -> PyResult<()> {
        self.lock().remove(number).or_raise()
    }

    /// Sets the states of a session to zero.
    fn reset(&self, number: usize) -> PyResult<()> {
        self.lock().reset(number).or_raise()
    }

    /// The number of sessions.
    fn __len__(&self) -> usize {
        self.lock().len()
    }

    /// The outputs of the next step of some sessions: `x` has a row for each of `numbers`.
    fn step<'py>(
        &self,
        py: Python<'py>,
        numbers: Vec<usize>,
        x: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let x = arrays::tensor("x", x)?;
        let y = self.lock().step(&numbers, x.data()).or_raise()?.to_vec();
        let shape = [numbers.len(), y.len().checked_div(numbers.len()).unwrap_or(0)];
        let y = elman::Tensor::new(shape, y).or_raise()?;
        arrays::of_tensor(py, &y)
    }

    /// The states of a session as the bytes of an `.npz` file.
    fn save_states<'py>(&self, py: Python<'py>, number: usize) -> PyResult<Bound<'py, PyBytes>> {
        let states = self.lock().states(number).or_raise()?;
        Ok(PyBytes::new(py, &states.to_bytes().or_raise()?))
    }

    /// Goes on from states that `save_states` gave.
    fn load_states(&self, number: usize, bytes: &[u8]) -> PyResult<()> {
        let states = elman::streaming::StreamStates::from_bytes(bytes).or_raise()?;
        self.lock().set_states(number, &states).or_raise()
    }
}
