//! Data that Rust prepares: padded sequences, windows of long ones.

use std::sync::{Mutex, PoisonError};

use elman::data::{Dataset as _, PadSequences, RowDataset, Side, timeseries_dataset_from_array};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::arrays;
use crate::error::{OrRaise, detached, invalid};
use crate::training::Arguments;

fn side(argument: &str, word: &str) -> PyResult<Side> {
    match word {
        "pre" => Ok(Side::Pre),
        "post" => Ok(Side::Post),
        other => Err(invalid(
            &format!("pad_sequences: argument `{argument}`"),
            "\"pre\" or \"post\"",
            other,
        )),
    }
}

/// Sequences of unequal lengths as one array of `dtype`.
#[pyfunction]
pub fn pad_sequences<'py>(
    py: Python<'py>,
    sequences: &Bound<'py, PyList>,
    maxlen: Option<usize>,
    dtype: &Bound<'py, PyAny>,
    padding: &str,
    truncating: &str,
    value: f64,
) -> PyResult<Bound<'py, PyAny>> {
    let tensor = |(i, sequence): (usize, Bound<'py, PyAny>)| {
        arrays::tensor(&format!("sequences[{i}]"), &sequence)
    };
    let sequences: PyResult<Vec<_>> = sequences.iter().enumerate().map(tensor).collect();
    let sequences = sequences?;
    let name = py.import("numpy")?.call_method1("dtype", (dtype,))?.getattr("name")?;
    let options = PadSequences::new()
        .maxlen(maxlen)
        .dtype(&name.extract::<String>()?)
        .padding(side("padding", padding)?)
        .truncating(side("truncating", truncating)?)
        .value(value);
    let padded = detached(py, || options.pad(&sequences))?;
    arrays::of_tensor(py, &padded)?.call_method1("astype", (dtype,))
}

/// Batches of windows of a series. It can be iterated over, and `fit` takes it.
#[pyclass(frozen, module = "elman._elman")]
pub struct Windows(Mutex<RowDataset>);

/// Windows of a series.
#[pyfunction]
pub fn timeseries(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    targets: Option<&Bound<'_, PyAny>>,
    given: &Bound<'_, PyDict>,
) -> PyResult<Windows> {
    let arguments = Arguments { call: "timeseries_dataset_from_array", given };
    let length = arguments.count("sequence_length")?.unwrap_or(0);
    let mut windows = timeseries_dataset_from_array(arrays::tensor("data", data)?, length);
    if let Some(targets) = targets {
        windows = windows.targets(arrays::tensor("targets", targets)?);
    }
    if let Some(stride) = arguments.count("sequence_stride")? {
        windows = windows.sequence_stride(stride);
    }
    if let Some(rate) = arguments.count("sampling_rate")? {
        windows = windows.sampling_rate(rate);
    }
    // Keras's `None` is a batch for each window; here it is one for all.
    windows = windows.batch_size(arguments.count("batch_size")?.unwrap_or(usize::MAX));
    windows = windows.shuffle(arguments.get("shuffle", "true or false")?.unwrap_or(false));
    if let Some(seed) = arguments.get("seed", "an integer")? {
        windows = windows.seed(seed);
    }
    if let Some(start) = arguments.count("start_index")? {
        windows = windows.start_index(start);
    }
    if let Some(end) = arguments.count("end_index")? {
        windows = windows.end_index(end);
    }
    Ok(Windows(Mutex::new(detached(py, || windows.build())?)))
}

#[pymethods]
impl Windows {
    fn __len__(&self) -> usize {
        let dataset = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dataset.num_batches().unwrap_or(0)
    }

    /// The batch of a number: `x`, or `(x, y)`.
    fn __getitem__<'py>(&self, py: Python<'py>, number: isize) -> PyResult<Bound<'py, PyAny>> {
        let batch = {
            let mut dataset = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let number = match usize::try_from(number) {
                Ok(number) => number,
                // From the end, as in lists.
                Err(_) => {
                    let all = dataset.num_batches().unwrap_or(0);
                    all.checked_add_signed(number).unwrap_or(usize::MAX)
                }
            };
            dataset.batches(0).or_raise()?.nth(number).transpose().or_raise()?
        };
        let Some(batch) = batch else {
            return Err(pyo3::exceptions::PyIndexError::new_err(number));
        };
        let (x, y): (Vec<_>, Vec<_>) = (batch.x.into(), batch.y.into());
        let parts: PyResult<Vec<_>> =
            x.iter().chain(&y).map(|part| arrays::of_tensor(py, part)).collect();
        let mut parts = parts?;
        Ok(if parts.len() == 1 { parts.remove(0) } else { PyTuple::new(py, parts)?.into_any() })
    }
}
