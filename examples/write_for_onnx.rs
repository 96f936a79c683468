//! Writes models as ONNX for ONNX Runtime to check: `write_for_onnx FOLDER`, then
//! `python fixtures/check_with_onnx.py FOLDER`.
//!
//! Each case of the fixtures that is a layer becomes a model, with its weights, and behind a
//! `Masking` where it has a mask; and each model of the fixtures. All versions of ONNX's operators
//! that elman writes take turns. Beside `NAME.onnx` lie the inputs and what elman predicts; of a
//! model whose name begins with `states_` the graph has the states as inputs and outputs.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};

use elman::layers::Layer;
use elman::models::Shared;
use elman::prelude::*;
use elman::{OnnxOptions, clear_session};
use elman_files::{Array, npy};
use serde_json::Value;

/// What the refusals are about.
const REFUSED: &[&str] = &["IntegerLookup", "StringLookup", "TextVectorization", "stateful"];

/// What marks a masked step in the inputs.
const MASKED: f32 = 7.5;

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result {
    let folder =
        std::env::args_os().nth(1).map(PathBuf::from).ok_or("give a folder to write to")?;
    std::fs::create_dir_all(&folder)?;
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut writer = Writer { folder, written: 0, refused: Vec::new() };
    for file in ["layers", "masks", "cells", "other_layers", "conv_lstm", "preprocessing"] {
        let text = std::fs::read_to_string(fixtures.join(file).with_extension("json"))?;
        let fixture: Value = serde_json::from_str(&text)?;
        for (number, case) in fixture["cases"].as_array().into_iter().flatten().enumerate() {
            clear_session();
            let name = format!("{file}_{number}");
            let (model, inputs) = of_layer(case).map_err(|e| format!("{name}: {e}"))?;
            writer.write(&name, &model, &inputs, false)?;
        }
    }
    for folder in ["graphs", "layer_graphs", "models"] {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(fixtures.join(folder))?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "keras")) {
            let Ok(model) = load_model(path) else { continue };
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let inputs = inputs_beside(path)?;
            writer.write(&format!("{folder}_{name}"), &model, &inputs, false)?;
        }
    }
    for (name, model) in recurrent_models()? {
        let data = (0..2 * 6 * 3).map(|i| (i as f32 * 0.7).sin()).collect();
        writer.write(&format!("states_{name}"), &model, &[Array::f32([2, 6, 3], data)], true)?;
    }
    println!("{} models written, {} refused", writer.written, writer.refused.len());
    for refused in &writer.refused {
        if !REFUSED.iter().any(|word| refused.contains(word)) {
            return Err(format!("not exported: {refused}").into());
        }
    }
    if writer.written < 700 { Err("fewer models than expected".into()) } else { Ok(()) }
}

struct Writer {
    folder: PathBuf,
    written: usize,
    refused: Vec<String>,
}

impl Writer {
    /// Writes a model, its inputs and its predictions.
    fn write(&mut self, name: &str, model: &Model, inputs: &[Array], states: bool) -> Result {
        let opsets = OnnxOptions::OPSETS;
        let opset = opsets.start() + self.written as i64 % (opsets.end() - opsets.start() + 1);
        let options = OnnxOptions::new().opset(opset).states(states);
        let path = self.folder.join(format!("{name}.onnx"));
        if let Err(error) = model.save_onnx(&path, options) {
            println!("{name}: {error}");
            self.refused.push(error.to_string());
            return Ok(());
        }
        let data: Vec<Tensor> = inputs.iter().map(tensor).collect::<elman::Result<_>>()?;
        let outputs = model.predict_all(&data[..]).map_err(|e| format!("{name}: {e}"))?;
        let outputs = outputs.iter().map(|y| Array::f32(y.shape(), y.iter().copied().collect()));
        for (letter, arrays) in [("x", inputs), ("y", &outputs.collect::<Vec<_>>()[..])] {
            for (i, array) in arrays.iter().enumerate() {
                npy::write(&self.folder.join(format!("{name}.{letter}{i}.npy")), array)?;
            }
        }
        self.written += 1;
        Ok(())
    }
}

/// The model of a case, with a time of any length if it can be, and its inputs.
fn of_layer(case: &Value) -> Result<(Model, Vec<Array>)> {
    let list = |key: &str| case[key].as_array().cloned().unwrap_or_default();
    let mut inputs: Vec<Array> = list("inputs").iter().map(numbers).collect::<Result<_>>()?;
    let mut masks = list("masks");
    if masks.is_empty() {
        masks.push(case["mask"].clone());
    }
    let mut masked = vec![false; inputs.len()];
    for (i, mask) in masks.iter().enumerate().filter(|(_, mask)| !mask.is_null()) {
        let mask = numbers(mask)?;
        let x = inputs.get_mut(i).ok_or("a mask without an input")?;
        if mask.shape != x.shape[..x.shape.len() - 1] {
            continue;
        }
        masked[i] = true;
        let width = x.shape[x.shape.len() - 1];
        let mut values = x.to_f32();
        for (step, counts) in values.chunks_mut(width).zip(mask.to_f32()) {
            if counts == 0.0 {
                step.fill(MASKED);
            }
        }
        *x = Array::f32(x.shape.clone(), values);
    }
    let weights: Vec<Tensor> =
        list("weights").iter().map(|w| Ok(tensor(&numbers(w)?)?)).collect::<Result<_>>()?;
    let build = |any_time: bool| -> Result<Model> {
        let mut layer: Box<dyn Layer> = serde_json::from_value(case["layer"].clone())?;
        for (argument, value) in case["arguments"].as_object().into_iter().flatten() {
            layer.set_call_argument(argument, value);
        }
        let is_stateful = case["layer"].to_string().contains("\"stateful\":true");
        let mut given = Vec::new();
        let mut values = Vec::new();
        for (x, masked) in inputs.iter().zip(&masked) {
            let mut dims: Vec<Option<usize>> = x.shape.iter().map(|n| Some(*n)).collect();
            if !is_stateful {
                dims[0] = None;
            }
            if any_time && dims.len() > 2 {
                dims[1] = None;
            }
            let input = Input::with_batch_shape(Shape::from(dims)).symbolic();
            values.push(match masked {
                true => Masking::new().mask_value(f64::from(MASKED)).apply(&input)?,
                false => input.clone(),
            });
            given.push(input);
        }
        let outputs = Shared::new(layer).apply_all(&values[..])?;
        let mut model = Functional::new(given, outputs).build()?;
        model.set_weights(weights.clone())?;
        Ok(model)
    };
    // Some layers must know their time.
    let model = match build(true) {
        Ok(model) => model,
        Err(_) => build(false)?,
    };
    Ok((model, inputs))
}

/// Recurrent models whose states go in and out.
fn recurrent_models() -> Result<Vec<(&'static str, Model)>> {
    let any_time = || Shape::from([None, Some(3)]);
    let mut models = Vec::new();
    let mut chain = |name, layers: Vec<Box<dyn Layer>>| -> Result {
        let mut model = Sequential::new().seed(7);
        model.add(Input::new(any_time()))?;
        for layer in layers {
            model.add(layer)?;
        }
        models.push((name, model.into()));
        Ok(())
    };
    chain("simple_rnn", vec![SimpleRnn::new(4).return_sequences(true).into()])?;
    chain("lstm", vec![Lstm::new(4).return_sequences(true).into()])?;
    let gru = Gru::new(4).return_sequences(true).reset_after(false);
    chain(
        "two",
        vec![gru.into(), Lstm::new(3).return_sequences(true).into(), Dense::new(2).into()],
    )?;
    chain("min_gru", vec![MinGru::new(4).return_sequences(true).into()])?;
    let cells = elman::cells::StackedRnnCells::default()
        .push(elman::cells::GruCell::new(3))
        .push(elman::cells::LstmCell::new(4));
    chain("cells", vec![Rnn::over(cells).return_sequences(true).into()])?;
    Ok(models)
}

fn inputs_beside(path: &Path) -> Result<Vec<Array>> {
    if let Ok(x) = npy::read(&path.with_extension("x.npy")) {
        return Ok(vec![x]);
    }
    let file = |i: usize| path.with_extension(format!("x{i}.npy"));
    let files = (0..).map(file).take_while(|file| file.exists());
    files.map(|file| Ok(npy::read(&file)?)).collect()
}

fn tensor(x: &Array) -> elman::Result<Tensor> {
    Tensor::new(x.shape.clone(), x.to_f32())
}

/// An array as the fixtures hold it.
fn numbers(array: &Value) -> Result<Array> {
    let shape: Vec<usize> = serde_json::from_value(array["shape"].clone())?;
    let data: Vec<Option<f32>> = serde_json::from_value(array["data"].clone())?;
    Ok(Array::f32(shape, data.into_iter().map(|v| v.unwrap_or(f32::NAN)).collect()))
}
