//! `fit`.

use std::collections::HashMap;
use std::sync::Arc;

use elman::training::{Fit, History, StopReason, Tensors, ValidationFreq, Verbose};
use elman::{Model, Tensor};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::Value;

use super::arguments::Arguments;
use super::callbacks::{Interrupts, PythonCallback};
use super::datasets::Batches;
use super::failure::Failure;
use super::native::Told;
use super::progress::{Progress, Style};
use crate::config::{to_json, to_python};
use crate::error::detached;
use crate::models::ModelCell;

/// The history by name, the epochs, those of series that have values of some alone, and why the
/// training ended early.
pub type Outcome<'py> =
    (Bound<'py, PyAny>, Vec<usize>, HashMap<String, Vec<usize>>, Option<String>);

/// A callback before the training that it is for is put together.
enum Given {
    /// What backs the training up, by class and arguments.
    Described(Value),
    /// One of the library's.
    Native(Told),
    Python(PythonCallback),
}

/// Everything that a training needs, read from Python's objects.
struct Job {
    x: Vec<Tensor>,
    y: Vec<Tensor>,
    dataset: Option<Batches>,
    sample_weight: Option<Vec<Tensor>>,
    class_weight: Option<Vec<(i64, f64)>>,
    validation: Validation,
    batch_size: Option<usize>,
    epochs: usize,
    initial_epoch: usize,
    shuffle: bool,
    validation_split: f64,
    validation_steps: Option<usize>,
    validation_batch_size: Option<usize>,
    validation_freq: ValidationFreq,
    steps_per_epoch: Option<usize>,
    callbacks: Vec<Given>,
    style: Option<Style>,
    failure: Failure,
}

enum Validation {
    None,
    Arrays(Vec<Tensor>, Vec<Tensor>, Option<Vec<Tensor>>),
    Dataset(Batches),
}

/// Trains, with the arguments of Keras's `fit` in a dictionary.
pub fn fit<'py>(
    cell: &Arc<ModelCell>,
    owner: &Bound<'py, PyAny>,
    given: &Bound<'py, PyDict>,
) -> PyResult<Outcome<'py>> {
    let py = owner.py();
    let (inputs, outputs) = {
        let model = cell.read(py)?;
        (model.input_names(), model.output_names())
    };
    let failure = Failure::default();
    let job = read(&Arguments { call: "fit", given }, cell, owner, &inputs, &outputs, &failure)?;
    let mut taken = cell.take(py)?;
    let model = &mut taken.model;
    let history = failure.or(detached(py, || job.run(model)));
    drop(taken);
    py.detach(|| cell.spread());
    let history = history?;
    let why = history.stopped().map(|reason| match reason {
        StopReason::Callback(why) => why.clone(),
        StopReason::Interrupted => "interrupted".into(),
    });
    let epochs = history.epochs().to_vec();
    let own = |key: &str| Some((key.to_owned(), history.epochs_of(key)?.to_vec()));
    let partial = history.keys().filter_map(own).filter(|(_, own)| *own != epochs).collect();
    Ok((to_python(py, &history.to_json())?, epochs, partial, why))
}

fn read(
    arguments: &Arguments<'_, '_>,
    cell: &Arc<ModelCell>,
    owner: &Bound<'_, PyAny>,
    inputs: &[String],
    outputs: &[String],
    failure: &Failure,
) -> PyResult<Job> {
    let batches = |source: Bound<'_, PyAny>| {
        Batches::new(&source, inputs.to_vec(), outputs.to_vec(), failure)
    };
    let shuffle = arguments.get("shuffle", "true or false")?.unwrap_or(true);
    let seed = cell.read(arguments.given.py())?.seed();
    let shuffled = |source| batches(source).shuffled(shuffle.then_some(seed));
    let batch_size = arguments.count("batch_size")?;
    let name: Option<String> = arguments.get("verbose", "a style")?;
    let interval = arguments.get("interval", "seconds")?.unwrap_or(0.1);
    Ok(Job {
        x: arguments.arrays("x", inputs)?,
        y: arguments.arrays("y", outputs)?,
        dataset: arguments.value("dataset")?.map(shuffled),
        sample_weight: arguments.optional_arrays("sample_weight", outputs)?,
        class_weight: arguments.class_weight()?,
        validation: match arguments.value("validation_dataset")? {
            Some(source) => Validation::Dataset(batches(source)),
            None => validation(arguments, inputs, outputs)?,
        },
        batch_size,
        epochs: arguments.count("epochs")?.unwrap_or(1),
        initial_epoch: arguments.count("initial_epoch")?.unwrap_or(0),
        shuffle,
        validation_split: arguments.get("validation_split", "a fraction")?.unwrap_or(0.0),
        validation_steps: arguments.count("validation_steps")?,
        validation_batch_size: arguments.count("validation_batch_size")?,
        validation_freq: validation_freq(arguments)?,
        steps_per_epoch: arguments.count("steps_per_epoch")?,
        callbacks: callbacks(arguments, cell, owner, failure)?,
        style: Style::of(name.as_deref().unwrap_or("silent"), interval)?,
        failure: failure.clone(),
    })
}

fn validation(
    arguments: &Arguments<'_, '_>,
    inputs: &[String],
    outputs: &[String],
) -> PyResult<Validation> {
    let x = arguments.arrays("validation_x", inputs)?;
    if x.is_empty() {
        return Ok(Validation::None);
    }
    let y = arguments.arrays("validation_y", outputs)?;
    let weights = arguments.optional_arrays("validation_sample_weight", outputs)?;
    Ok(Validation::Arrays(x, y, weights))
}

/// A number of epochs, or a list of those to evaluate after.
fn validation_freq(arguments: &Arguments<'_, '_>) -> PyResult<ValidationFreq> {
    let key = "validation_freq";
    match arguments.value(key)? {
        Some(list) if list.hasattr("__iter__")? => {
            let epochs = arguments.get::<Vec<usize>>(key, "an integer or a list of epochs")?;
            Ok(epochs.unwrap_or_default().into())
        }
        _ => Ok(arguments.count(key)?.unwrap_or(1).into()),
    }
}

/// Callbacks come as `("described", object)`, `("native", callback)` or `("python", callback, events)`.
fn callbacks(
    arguments: &Arguments<'_, '_>,
    cell: &Arc<ModelCell>,
    owner: &Bound<'_, PyAny>,
    failure: &Failure,
) -> PyResult<Vec<Given>> {
    let Some(list) = arguments.value("callbacks")? else { return Ok(Vec::new()) };
    let list = list.cast_into::<PyList>().map_err(PyErr::from)?;
    let read = |item: Bound<'_, PyAny>| {
        Ok(match item.get_item(0)?.extract::<String>()?.as_str() {
            "described" => Given::Described(to_json("callback", &item.get_item(1)?)?),
            "native" => Given::Native(Told::of(&item.get_item(1)?, failure)?),
            _ => Given::Python(PythonCallback {
                object: item.get_item(1)?.unbind(),
                events: item.get_item(2)?.extract()?,
                cell: Arc::clone(cell),
                owner: owner.clone().unbind(),
                failure: failure.clone(),
            }),
        })
    };
    list.iter().map(read).collect()
}

impl Job {
    fn run(self, model: &mut Model) -> elman::Result<History> {
        let mut fit = Fit::new()
            .epochs(self.epochs)
            .initial_epoch(self.initial_epoch)
            .shuffle(self.shuffle)
            .validation_split(self.validation_split)
            .validation_freq(self.validation_freq)
            .verbose(Verbose::Silent);
        if let Some(batch_size) = self.batch_size {
            fit = fit.batch_size(batch_size);
        }
        if let Some(steps) = self.steps_per_epoch {
            fit = fit.steps_per_epoch(steps);
        }
        if let Some(steps) = self.validation_steps {
            fit = fit.validation_steps(steps);
        }
        if let Some(batch_size) = self.validation_batch_size {
            fit = fit.validation_batch_size(batch_size);
        }
        if let Some(weights) = self.sample_weight {
            fit = fit.sample_weight(weights);
        }
        if let Some(weights) = self.class_weight {
            fit = fit.class_weight(weights);
        }
        fit = match self.validation {
            Validation::None => fit,
            Validation::Arrays(x, y, weights) => {
                let fit = fit.validation_data(x, y);
                match weights {
                    Some(weights) => fit.validation_sample_weight(weights),
                    None => fit,
                }
            }
            Validation::Dataset(batches) => fit.validation_dataset(batches),
        };
        // First, so that the line of an epoch stands before what callbacks print.
        if let Some(style) = self.style {
            fit = fit.callback(Progress::new(style, &self.failure));
        }
        for callback in self.callbacks {
            fit = match callback {
                Given::Described(object) => fit.callback_from_object(&object)?,
                Given::Native(callback) => fit.callback(callback),
                Given::Python(callback) => fit.callback(callback),
            };
        }
        fit = fit.callback(Interrupts::new(&self.failure));
        match self.dataset {
            Some(dataset) => model.fit_dataset(dataset, fit),
            None => model.fit(self.x, Tensors::from(self.y), fit),
        }
    }
}
