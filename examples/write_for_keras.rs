//! Writes models, inputs and predictions for Keras to check: `write_for_keras FOLDER`, then
//! `python fixtures/check_with_keras.py FOLDER`.
//!
//! Each model of `fixtures/models` and `fixtures/penalized` that elman reads is trained on by a step,
//! where it was compiled, and written with its input and its predictions; and those of
//! `fixtures/optimizers`, one for each optimizer. And each layer class of the fixtures, in a model of
//! its own. Beside `NAME.keras` lie its weights alone, `NAME.weights.h5`, and the legacy files
//! `NAME.h5` for Keras 3 and, as far as it can express the model, `NAME.tfk.h5` for TF-Keras 2, with
//! what a further step of training gives.

#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use elman::H5For;
use elman::layers::Layer;
use elman::models::Shared;
use elman::prelude::*;
use elman_files::{Array, npy};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let folder =
        std::env::args_os().nth(1).map(PathBuf::from).ok_or("give a folder to write to")?;
    std::fs::create_dir_all(&folder)?;
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut written = 0;
    for models in ["models", "optimizers", "penalized"].map(|name| fixtures.join(name)) {
        for entry in std::fs::read_dir(&models)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "keras") {
                continue;
            }
            // Models of several inputs have an array for each, and stay out.
            let x = match models.ends_with("optimizers") {
                true => waves(),
                false => match npy::read(&path.with_extension("x.npy")) {
                    Ok(x) => x,
                    Err(_) => continue,
                },
            };
            let Ok(model) = load_model(&path) else { continue };
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            write(&folder, &name, model, &[x])?;
            written += 1;
        }
    }
    written += write_layers(&folder, &fixtures)?;
    written += write_texts(&folder, &fixtures)?;
    println!("{written} models written to {}", folder.display());
    if written < 33 + 45 + 5 { Err("fewer models than expected".into()) } else { Ok(()) }
}

/// Writes a model of the first layer of each class, for each number of inputs that it has there,
/// with its weights.
fn write_layers(folder: &Path, fixtures: &Path) -> Result<usize, Box<dyn Error>> {
    let mut classes = HashSet::new();
    for file in ["layers", "cells", "other_layers", "conv_lstm", "preprocessing"] {
        let text = std::fs::read_to_string(fixtures.join(file).with_extension("json"))?;
        let fixture: Value = serde_json::from_str(&text)?;
        for case in fixture["cases"].as_array().into_iter().flatten() {
            let class = case["layer"]["class_name"].as_str().unwrap_or_default();
            let inputs: Result<Vec<_>, _> =
                case["inputs"].as_array().into_iter().flatten().map(numbers).collect();
            let inputs = inputs?;
            let name = format!("layer_{class}_{}", inputs.len());
            if !classes.insert(name.clone()) {
                continue;
            }
            let mut layer: Box<dyn Layer> = serde_json::from_value(case["layer"].clone())?;
            for (argument, value) in case["arguments"].as_object().into_iter().flatten() {
                layer.set_call_argument(argument, value);
            }
            let given = inputs.iter().map(|(shape, _)| Input::new(Shape::from(&shape[1..])));
            let given: Vec<_> = given.map(Input::symbolic).collect();
            let outputs = Shared::new(layer).apply_all(&given[..])?;
            let mut model = Functional::new(given, outputs).build()?;
            let mut weights = Vec::new();
            for weight in case["weights"].as_array().into_iter().flatten() {
                let (shape, data) = numbers(weight)?;
                weights.push(Tensor::new(shape, data)?);
            }
            model.set_weights(weights)?;
            let inputs: Vec<Array> =
                inputs.into_iter().map(|(shape, data)| Array::f32(shape, data)).collect();
            write(folder, &name, model, &inputs)?;
        }
    }
    Ok(classes.len())
}

/// Writes targets, and what the model predicts after a step of training on them.
fn write_step(file: &Path, model: &mut Model, data: &[Tensor]) -> Result<(), Box<dyn Error>> {
    if !model.is_compiled() {
        return Ok(());
    }
    let y = model.predict(&data[0])?.mapv(f32::round);
    if model.train_on_batch(&data[0], &y).is_ok() {
        let after = model.predict(&data[0])?;
        for (kind, array) in [("t", y), ("step", after)] {
            let array = Array::f32(array.shape(), array.iter().copied().collect());
            npy::write(&file.with_extension(format!("{kind}.npy")), &array)?;
        }
    }
    Ok(())
}

fn tensor(x: &Array) -> elman::Result<Tensor> {
    Tensor::new(x.shape.clone(), x.to_f32())
}

/// Writes the models that take text, with texts as JSON: shape, and strings in row-major order.
fn write_texts(folder: &Path, fixtures: &Path) -> Result<usize, Box<dyn Error>> {
    let text = std::fs::read_to_string(fixtures.join("texts/manifest.json"))?;
    let manifest: Value = serde_json::from_str(&text)?;
    let cases = manifest["cases"].as_array().ok_or("no cases")?;
    for case in cases {
        let name = case["name"].as_str().unwrap_or_default();
        let model = load_model(fixtures.join(format!("texts/{name}.keras")))?;
        // Other models have such names, too.
        let name = format!("text_{name}");
        let mut inputs = Vec::new();
        for (i, input) in case["inputs"].as_array().into_iter().flatten().enumerate() {
            if input["strings"].is_null() {
                let (shape, data) = numbers(input)?;
                let path = folder.join(format!("{name}.x{i}.npy"));
                npy::write(&path, &Array::f32(shape.clone(), data.clone()))?;
                inputs.push(Tensor::new(shape, data)?);
            } else {
                std::fs::write(folder.join(format!("{name}.x{i}.json")), input.to_string())?;
                let shape: Vec<usize> = serde_json::from_value(input["shape"].clone())?;
                let strings: Vec<String> = serde_json::from_value(input["strings"].clone())?;
                inputs.push(Tensor::text(shape, strings)?);
            }
        }
        for (i, y) in model.predict_all(inputs)?.iter().enumerate() {
            let y = Array::f32(y.shape(), y.iter().copied().collect());
            npy::write(&folder.join(format!("{name}.y{i}.npy")), &y)?;
        }
        model.save(folder.join(format!("{name}.keras")))?;
    }
    Ok(cases.len())
}

/// Shape and values of an array as the fixtures hold it.
fn numbers(array: &Value) -> serde_json::Result<(Vec<usize>, Vec<f32>)> {
    let shape = serde_json::from_value(array["shape"].clone())?;
    Ok((shape, serde_json::from_value(array["data"].clone())?))
}

/// Input for the models of `fixtures/optimizers`.
fn waves() -> Array {
    Array::f32([5, 4, 3], (0..60).map(|i| (i as f32 * 0.7).sin()).collect())
}

/// Trains a model by a step and writes it, its inputs and its predictions.
fn write(
    folder: &Path,
    name: &str,
    mut model: Model,
    inputs: &[Array],
) -> Result<(), Box<dyn Error>> {
    let data: Vec<Tensor> = inputs.iter().map(tensor).collect::<Result<_, _>>()?;
    if model.is_compiled() {
        // The predictions rounded are labels for any loss; some models can't be trained.
        let y = model.predict(&data[0])?.mapv(f32::round);
        let trained = model.train_on_batch(&data[0], &y);
        println!("{name}: one more step: {trained:?}");
    }
    let outputs = model.predict_all(&data[..])?;
    model.save(folder.join(format!("{name}.keras")))?;
    let is_layer = name.starts_with("layer_");
    if !is_layer {
        model.save_weights(folder.join(format!("{name}.weights.h5")))?;
        // Keras 3 finds no Lamb in .h5 files, its own included.
        if name != "lamb" {
            model.save(folder.join(format!("{name}.h5")))?;
        }
        let tfk = folder.join(format!("{name}.tfk.h5"));
        match model.save_h5(&tfk, H5For::Keras2) {
            // TF-Keras keeps another state for these, and starts anew.
            Ok(()) if name.starts_with("adafactor") || name.starts_with("nadam") => {}
            Ok(()) => write_step(&tfk, &mut model, &data)?,
            Err(error) => println!("{name}: {error}"),
        }
    }
    let outputs = outputs.iter().map(|y| Array::f32(y.shape(), y.iter().copied().collect()));
    let outputs: Vec<Array> = outputs.collect();
    for (letter, arrays) in [("x", inputs), ("y", &outputs[..])] {
        for (i, array) in arrays.iter().enumerate() {
            let number = if arrays.len() == 1 { String::new() } else { i.to_string() };
            npy::write(&folder.join(format!("{name}.{letter}{number}.npy")), array)?;
        }
    }
    Ok(())
}
