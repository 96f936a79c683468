//! What is done once: evaluations, single batches, predictions.

use elman::training::losses::class_weight_to_sample_weights;
use elman::training::{Logs, Tensors};
use elman::{Model, Tensor};
use numpy::ndarray::ArrayD;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

use super::arguments::Arguments;
use super::datasets::Batches;
use super::failure::Failure;
use super::progress::{Progress, Style};
use crate::error::{OrRaise, detached, invalid};
use crate::models::ModelCell;

/// Loss and metrics on arrays or on the batches of a data set.
pub fn evaluate(
    py: Python<'_>,
    cell: &Arc<ModelCell>,
    given: &Bound<'_, PyDict>,
) -> PyResult<Logs> {
    let arguments = Arguments { call: "evaluate", given };
    let model = cell.read(py)?;
    let inputs = model.input_names();
    let steps = arguments.count("steps")?;
    let failure = Failure::default();
    let style = arguments.get("verbose", "a style")?.unwrap_or("silent".to_owned());
    let mut progress = Style::of(&style, 0.0)?.map(|style| Progress::new(style, &failure));
    let mut told = |logs: PyResult<Logs>, steps: usize| {
        let logs = failure.or(logs)?;
        if let Some(progress) = &mut progress {
            failure.or(detached(py, || progress.finish(steps, &logs)))?;
        }
        Ok(logs)
    };
    if let Some(source) = arguments.value("dataset")? {
        let batches = Batches::new(&source, inputs, model.output_names(), &failure);
        let known = steps.or_else(|| source.len().ok()).unwrap_or(0);
        let logs = detached(py, || model.evaluate_dataset(batches, steps));
        return told(logs, known);
    }
    let outputs = model.output_names();
    let (x, y) = (arguments.arrays("x", &inputs)?, arguments.arrays("y", &outputs)?);
    let weights = arguments.optional_arrays("sample_weight", &outputs)?.map(Tensors::from);
    let batch_size = arguments.count("batch_size")?.unwrap_or(32);
    if let Some(steps) = steps {
        // As in Keras, so many batches of the arrays.
        let rows = steps.saturating_mul(batch_size);
        if x.first().is_some_and(|x| x.shape().first().is_some_and(|n| *n > rows)) || steps == 0 {
            return Err(invalid("evaluate: argument `steps`", "left out for arrays", steps));
        }
    }
    let samples = x.first().and_then(|x| x.shape().first().copied()).unwrap_or(0);
    let logs = detached(py, || model.evaluate_with(x, y, weights, batch_size));
    told(logs, samples.div_ceil(batch_size.max(1)))
}

/// One step of training, or with `test`, of evaluation.
pub fn train_on_batch(
    py: Python<'_>,
    cell: &Arc<ModelCell>,
    given: &Bound<'_, PyDict>,
) -> PyResult<Logs> {
    let arguments = Arguments { call: "train_on_batch", given };
    let (inputs, outputs) = {
        let model = cell.read(py)?;
        (model.input_names(), model.output_names())
    };
    let (x, y) = (arguments.arrays("x", &inputs)?, arguments.arrays("y", &outputs)?);
    let mut weights = arguments.optional_arrays("sample_weight", &outputs)?;
    if let Some(of_classes) = arguments.class_weight()? {
        let place = "train_on_batch: argument `class_weight`";
        if weights.is_some() || y.len() != 1 {
            return Err(invalid(place, "given without sample weights, for one output", "both"));
        }
        let of_classes = of_classes.into_iter().collect();
        weights = Some(vec![class_weight_to_sample_weights(&y[0], &of_classes).or_raise()?]);
    }
    let weights = weights.map(Tensors::from);
    cell.change(py, |model| model.train_on_batch_with(x, y, weights))
}

/// The outputs for arrays, however many rows are computed at a time.
pub fn predict(
    py: Python<'_>,
    model: &Model,
    inputs: Vec<Tensor>,
    batch_size: Option<usize>,
) -> PyResult<Vec<ArrayD<f32>>> {
    let Some(batch_size) = batch_size.filter(|_| !model.is_stateful()) else {
        return detached(py, || model.predict_all(inputs));
    };
    detached(py, || model.predict_in_batches(inputs, batch_size))
}

/// The outputs for the batches of a data set.
pub fn predict_dataset(
    py: Python<'_>,
    model: &Model,
    source: &Bound<'_, PyAny>,
    steps: Option<usize>,
) -> PyResult<Vec<ArrayD<f32>>> {
    let failure = Failure::default();
    let batches = Batches::new(source, model.input_names(), model.output_names(), &failure);
    let outputs = detached(py, || model.predict_dataset(batches, steps));
    failure.or(outputs)
}
