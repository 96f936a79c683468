//! What is done once: evaluations and single batches.

use elman::training::losses::class_weight_to_sample_weights;
use elman::training::{Logs, Tensors};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

use super::arguments::Arguments;
use super::datasets::Batches;
use super::failure::Failure;
use super::progress::{Progress, Style};
use super::watching::Watching;
use crate::error::{OrRaise, detached, invalid};
use crate::models::ModelCell;

/// Loss and metrics on arrays or on the batches of a data set.
pub fn evaluate(
    py: Python<'_>,
    cell: &Arc<ModelCell>,
    owner: &Bound<'_, PyAny>,
    given: &Bound<'_, PyDict>,
) -> PyResult<Logs> {
    let arguments = Arguments { call: "evaluate", given };
    let model = cell.read(py)?;
    let inputs = model.input_names();
    let steps = arguments.count("steps")?;
    let failure = Failure::default();
    let style = arguments.get("verbose", "a style")?.unwrap_or("silent".to_owned());
    let interval = arguments.get("interval", "seconds")?.unwrap_or(0.1);
    let progress = Style::of(&style, interval)?.map(|style| Progress::new(style, &failure));
    let mut watching = Watching::new(progress, arguments.value("watchers")?, owner, &failure)?;
    if let Some(source) = arguments.value("dataset")? {
        let batches = Batches::new(&source, inputs, model.output_names(), &failure);
        watching.expect(steps.or_else(|| source.len().ok()).unwrap_or(0), None);
        let watch = &mut watching;
        let logs = detached(py, || model.evaluate_dataset_watched(batches, steps, watch));
        return watching.finish(py, logs);
    }
    let outputs = model.output_names();
    let (x, y) = (arguments.arrays("x", &inputs)?, arguments.arrays("y", &outputs)?);
    let weights = arguments.optional_arrays("sample_weight", &outputs)?.map(Tensors::from);
    let batch_size = arguments.count("batch_size")?.unwrap_or(32);
    if steps == Some(0) {
        return Err(invalid("evaluate: argument `steps`", "1 or more", 0));
    }
    let samples = x.first().and_then(|x| x.shape().first().copied()).unwrap_or(0);
    let all = samples.div_ceil(batch_size.max(1));
    watching.expect(steps.map_or(all, |steps| steps.min(all)), steps);
    let watch = &mut watching;
    let logs = detached(py, || model.evaluate_watched(x, y, weights, batch_size, watch));
    watching.finish(py, logs)
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
