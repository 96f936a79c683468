//! Layers of Keras 2 that have the steps on the first axis: `fixtures/time_major`.

use elman::layers::layer_from_config;
use elman::prelude::*;
use elman::{H5For, Result};
use serde_json::{Value, json};

use crate::support::{Report, TOLERANCE, fixture, fixture_path, tensor, tensors};

fn cases() -> Vec<Value> {
    fixture("time_major/manifest.json")["cases"].as_array().unwrap().clone()
}

fn open(case: &Value) -> Result<Model> {
    let name = case["name"].as_str().unwrap();
    if case["model"].is_null() {
        return load_model(fixture_path("time_major").join(name));
    }
    let mut model = Model::from_json(&case["model"])?;
    model.set_weights(tensors(&case["weights"]))?;
    Ok(model)
}

fn check(what: &str, model: &Model, case: &Value, report: &mut Report) -> Result<()> {
    for (call, outputs) in case["outputs"].as_array().unwrap().iter().enumerate() {
        let got = model.predict_all([tensor(&case["input"])])?;
        for (i, expected) in tensors(outputs).iter().enumerate() {
            let what = format!("{what}: call {call}, output {i}");
            report.close(&what, &got[i].clone().into(), expected, TOLERANCE);
        }
    }
    Ok(())
}

#[test]
fn they_predict_as_their_keras_did_and_are_written_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut report = Report::default();
    for case in cases() {
        let name = case["name"].as_str().unwrap();
        let mut all = || -> Result<()> {
            let model = open(&case)?;
            check(name, &model, &case, &mut report)?;
            for (file, is_h5) in [("again.keras", false), ("again.h5", true)] {
                let path = folder.path().join(file);
                match is_h5 {
                    true => model.save_h5(&path, H5For::Keras2)?,
                    false => model.save(&path)?,
                }
                check(&format!("{name}, {file}"), &load_model(&path)?, &case, &mut report)?;
            }
            Ok(())
        };
        if let Err(error) = all() {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(7 * 3);
}

fn layer(class: &str, more: Value) -> Box<dyn elman::layers::Layer> {
    let mut config = json!({ "units": 3, "time_major": true }).as_object().unwrap().clone();
    config.extend(more.as_object().unwrap().clone());
    layer_from_config(class, &config).unwrap()
}

/// The gradients are those of the same layer on the other order of axes.
#[test]
fn they_train_as_their_transposes() {
    let value = |t: usize, b: usize, f: usize| ((3 * t + 7 * b + f) as f32).sin();
    let x = ndarray::Array3::from_shape_fn((5, 2, 4), |(t, b, f)| value(t, b, f));
    let swapped = ndarray::Array3::from_shape_fn((2, 5, 4), |(b, t, f)| value(t, b, f));
    for class in ["SimpleRNN", "LSTM", "GRU"] {
        let train = |time_major: bool, x: Tensor| {
            let sequences = json!({ "return_sequences": true, "time_major": time_major });
            let mut model = Sequential::new().seed(7);
            model.add(Input::new([x.shape()[1], 4])).unwrap();
            model.add(layer(class, sequences.clone())).unwrap();
            model.add(layer(class, sequences)).unwrap();
            model.compile("sgd", "mse", &[]).unwrap();
            let y = Tensor::zeros([x.shape()[0], x.shape()[1], 3]);
            for _ in 0..2 {
                model.train_on_batch(&x, &y).unwrap();
            }
            model.weights()
        };
        let (ours, theirs) = (train(true, (&x).into()), train(false, (&swapped).into()));
        for (a, b) in ours.iter().zip(&theirs) {
            let near = a.data().iter().zip(b.data()).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(near, "{class}: {a:?} and {b:?}");
        }
    }
}

#[test]
fn a_long_sequence_stays_whole() {
    let mut model = Sequential::new();
    model.add(Input::new([2, 4])).unwrap();
    model.add(layer("GRU", json!({}))).unwrap();
    let x = Tensor::from(ndarray::Array3::<f32>::ones((1000, 2, 4)));
    let whole = model.predict(&x).unwrap();
    assert_eq!(whole.shape(), [2, 3]);
    // In batches, as Keras cuts it, there is an output for each part.
    assert_eq!(model.predict_in_batches([x.clone()], 300).unwrap()[0].shape(), [8, 3]);
    let states = model.hidden_states(model.layers()[0].base().name(), [x]).unwrap();
    assert_eq!(states.shape(), [2, 1000, 3]);
    assert_eq!(states.slice(ndarray::s![.., 999, ..]).into_dyn(), whole);
}

#[test]
fn what_needs_the_batch_first_is_refused_by_name() {
    let model = |layer: Box<dyn elman::layers::Layer>| {
        let mut model = Sequential::new();
        model.add(Input::new([2, 4]))?;
        model.add(layer)?;
        Ok::<_, elman::Error>(model)
    };
    let named = || layer("LSTM", json!({ "name": "memory" }));
    let whole = model(named()).unwrap();
    let stream = whole.stream().unwrap_err().to_string();
    let onnx = whole.to_onnx(elman::onnx::OnnxOptions::new()).unwrap_err().to_string();
    let object = json!({ "class_name": "LSTM", "config": named().config() });
    let config = json!({ "name": "steps", "layer": object });
    let steps = layer_from_config("TimeDistributed", config.as_object().unwrap());
    let mut within = Sequential::new();
    within.add(Input::new([3, 2, 4])).unwrap();
    let within = within.add(steps.unwrap()).err().unwrap().to_string();
    for error in [stream, onnx, within] {
        assert!(error.contains("\"memory\"") && error.contains("time_major"), "{error}");
    }
    let shape = model(layer("LSTM", json!({}))).unwrap();
    let shape = shape.predict(Tensor::zeros([5, 2])).unwrap_err().to_string();
    assert!(shape.contains("(None, 2, 4)") || shape.contains("timesteps, batch"), "{shape}");
    // Where it isn't known, it isn't ignored.
    let dense = json!({ "units": 1, "time_major": true });
    let error = layer_from_config("Dense", dense.as_object().unwrap()).err().unwrap().to_string();
    assert!(error.contains("time_major = true"), "{error}");
    // Training on outputs that are not as many as inputs.
    let mut last = model(named()).unwrap();
    last.compile("sgd", "mse", &[]).unwrap();
    let x = Tensor::zeros([5, 2, 4]);
    for rows in [2, 5] {
        assert!(last.train_on_batch(&x, Tensor::zeros([rows, 3])).is_err());
        assert!(last.evaluate(&x, Tensor::zeros([rows, 3])).is_err());
    }
}
