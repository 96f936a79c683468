//! Predictions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use elman::training::Logs;
use elman::{Model, Tensor};
use numpy::ndarray::ArrayD;
use pyo3::prelude::*;

use super::callbacks::Interrupts;
use super::datasets::Batches;
use super::failure::Failure;
use super::progress::{Progress, Style};
use crate::error::detached;

/// Keras's default, which its bar counts in; how many rows are computed at a time is another matter.
const BATCH_SIZE: usize = 32;

/// How a prediction is told of: the name of a style, and how often a bar is drawn.
pub type Told<'a> = Option<(&'a str, f64)>;

fn progress(told: Told<'_>, failure: &Failure) -> PyResult<Option<Progress>> {
    let Some((style, interval)) = told else { return Ok(None) };
    Ok(Style::of(style, interval)?.map(|style| Progress::new(style, failure)))
}

/// The outputs for arrays.
pub fn predict(
    py: Python<'_>,
    model: &Model,
    inputs: Vec<Tensor>,
    batch_size: Option<usize>,
    told: Told<'_>,
) -> PyResult<Vec<ArrayD<f32>>> {
    let size = batch_size.filter(|_| !model.is_stateful());
    let failure = Failure::default();
    let mut interrupts = Interrupts::new(&failure);
    let Some(mut progress) = progress(told, &failure)? else {
        let mut look = |_| interrupts.look();
        let outputs = detached(py, || model.predict_watched(inputs, size, &mut look));
        return failure.or(outputs);
    };
    let rows = inputs.first().and_then(|x| x.shape().first().copied()).unwrap_or(0);
    let steps = |rows: usize| rows.div_ceil(batch_size.unwrap_or(BATCH_SIZE).max(1));
    let outputs = detached(py, || {
        let mut advance = |done| {
            interrupts.look()?;
            progress.advance(steps(done), steps(rows), &Logs::new)
        };
        let outputs = model.predict_watched(inputs, size, &mut advance)?;
        progress.finish(steps(rows), &Logs::new())?;
        Ok(outputs)
    });
    failure.or(outputs)
}

/// The outputs for the batches of a data set.
pub fn predict_dataset(
    py: Python<'_>,
    model: &Model,
    source: &Bound<'_, PyAny>,
    steps: Option<usize>,
    told: Told<'_>,
) -> PyResult<Vec<ArrayD<f32>>> {
    let failure = Failure::default();
    let batches = Batches::new(source, model.input_names(), model.output_names(), &failure);
    let Some(progress) = progress(told, &failure)? else {
        let outputs = detached(py, || model.predict_dataset(batches, steps));
        return failure.or(outputs);
    };
    let target = steps.or_else(|| source.len().ok()).unwrap_or(0);
    let (progress, count) = (Arc::new(Mutex::new(progress)), Arc::new(AtomicUsize::new(0)));
    let (drawn, counted) = (Arc::clone(&progress), Arc::clone(&count));
    let lock = move |progress: &Mutex<Progress>, steps: usize, is_last: bool| {
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        match is_last {
            true => progress.finish(steps, &Logs::new()),
            false if steps > 0 => progress.advance(steps, target, &Logs::new),
            false => Ok(()),
        }
    };
    let batches = batches.watched(move |done| {
        counted.store(done, Ordering::Relaxed);
        lock(&drawn, done, false)
    });
    let outputs = detached(py, || {
        let outputs = model.predict_dataset(batches, steps)?;
        lock(&progress, steps.unwrap_or_else(|| count.load(Ordering::Relaxed)), true)?;
        Ok(outputs)
    });
    failure.or(outputs)
}
