//! Files of older formats and versions of Keras: `fixtures/old_files`.

use elman::prelude::*;
use elman::{Error, H5For};
use serde_json::Value;

use crate::support::{Report, TOLERANCE, fixture, fixture_path, tensor, tensors};

/// Where optimizers of Keras before 2.11 have epsilon in another place, a step differs a little.
const STEP_TOLERANCE: f64 = 1e-4;

fn cases() -> Vec<Value> {
    fixture("old_files/manifest.json")["cases"].as_array().unwrap().clone()
}

fn path(case: &Value) -> std::path::PathBuf {
    fixture_path("old_files").join(case["file"].as_str().unwrap())
}

/// The model of a case: read as a whole, or made from its JSON with the weights read into it.
fn open(case: &Value) -> elman::Result<Model> {
    if case["kind"] == "model" {
        return load_model(path(case));
    }
    let mut model = Model::from_json(&case["model"])?;
    model.load_weights(path(case))?;
    Ok(model)
}

fn check(what: &str, model: &Model, case: &Value, report: &mut Report) -> elman::Result<()> {
    let outputs = model.predict_all(tensors(&case["inputs"]))?;
    for (i, expected) in tensors(&case["outputs"]).iter().enumerate() {
        report.close(
            &format!("{what}: output {i}"),
            &outputs[i].clone().into(),
            expected,
            TOLERANCE,
        );
    }
    Ok(())
}

#[test]
fn they_predict_as_their_keras_did() {
    let mut report = Report::default();
    for case in cases() {
        let name = case["name"].as_str().unwrap();
        let checked = open(&case).and_then(|model| check(name, &model, &case, &mut report));
        if let Err(error) = checked {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(24);
}

#[test]
fn their_trainings_go_on() {
    let mut report = Report::default();
    for case in cases() {
        let (name, resume) = (case["name"].as_str().unwrap(), &case["resume"]);
        if resume.is_null() {
            continue;
        }
        let mut go_on = || -> elman::Result<()> {
            let mut model = open(&case)?;
            report.equal(&format!("{name}: warnings"), model.warnings().to_vec(), Vec::new());
            let x = tensor(&case["inputs"][0]);
            let y = tensor(&resume["targets"]);
            let logs = model.evaluate_with(&x, &y, None, x.shape()[0])?;
            let loss = logs.iter().find(|(key, _)| key == "loss").map_or(f64::NAN, |(_, l)| *l);
            let expected = resume["loss_before"].as_f64().unwrap();
            report.close_number(&format!("{name}: loss"), loss, expected, TOLERANCE);
            model.train_on_batch(&x, &y)?;
            let got = Tensor::from(model.predict(&x)?);
            let expected = tensor(&resume["predictions_after"][0]);
            report.close(&format!("{name}: after a step"), &got, &expected, STEP_TOLERANCE);
            Ok(())
        };
        if let Err(error) = go_on() {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(3 * 5);
}

/// Written again in each format that can hold them, they are the same models, to the bit.
#[test]
fn they_are_written_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let mut report = Report::default();
    for case in cases() {
        let name = case["name"].as_str().unwrap();
        let Ok(model) = open(&case) else { continue };
        let before = model.predict_all(tensors(&case["inputs"])).unwrap();
        let same = |path: &std::path::Path, report: &mut Report| {
            let what = format!("{name}: {}", path.file_name().unwrap().display());
            let again = match load_model(path) {
                Ok(again) => again,
                Err(error) => return report.problem(format!("{what}: {error}")),
            };
            let outputs = again.predict_all(tensors(&case["inputs"])).unwrap();
            report.equal(&format!("{what}: predictions"), outputs, before.clone());
            let state = |model: &Model| model.optimizer_state().ok().cloned();
            report.equal(&format!("{what}: optimizer"), state(&again), state(&model));
        };
        let keras_3 = folder.path().join("a.h5");
        model.save(&keras_3).unwrap();
        same(&keras_3, &mut report);
        let keras = folder.path().join("a.keras");
        model.save(&keras).unwrap();
        same(&keras, &mut report);
        // What one generation has and the other hasn't can't be written for it.
        let keras_2 = folder.path().join("a2.h5");
        match model.save_h5(&keras_2, H5For::Keras2) {
            Ok(()) => same(&keras_2, &mut report),
            Err(error) => report.problem(format!("{name}: {error}")),
        }
        let bytes = std::fs::read(&keras_3).unwrap();
        model.save(&keras_3).unwrap();
        report.equal(&format!("{name}: bytes"), std::fs::read(&keras_3).unwrap() == bytes, true);
        for file in ["a.weights.h5", "w.h5"] {
            let path = folder.path().join(file);
            model.save_weights(&path).unwrap();
            let mut other = model.clone();
            let zeros =
                model.weights().iter().map(|w| Tensor::zeros(w.shape())).collect::<Vec<_>>();
            other.set_weights(zeros).unwrap();
            other.load_weights(&path).unwrap();
            report.equal(&format!("{name}: {file}"), other.weights(), model.weights());
        }
    }
    report.finish(24 * 6);
}

#[test]
fn weights_are_read_by_the_names_of_layers() {
    let mut model = Sequential::new();
    model.add(Lstm::new(3).input_shape([5, 4]).return_sequences(true).name("other")).unwrap();
    model.add(Bidirectional::new(Gru::new(2)).name("bidirectional")).unwrap();
    model.add(Dense::new(1).name("dense")).unwrap();
    let before = model.weights();
    let path = fixture_path("old_files/cudnn_weights.h5");
    let found = model.load_weights_by_name(&path).unwrap();
    assert_eq!(found, ["bidirectional", "dense"]);
    assert_eq!(model.weights()[..3], before[..3]);
    assert_ne!(model.weights()[3..], before[3..]);
    // By order, a layer too few is an error that leaves the weights alone.
    let mut short = Sequential::new();
    short.add(Lstm::new(3).input_shape([5, 4])).unwrap();
    let before = short.weights();
    let error = short.load_weights(&path).unwrap_err().to_string();
    assert!(error.contains("3 layers (lstm, bidirectional, dense)"), "{error}");
    assert!(error.contains("load_weights_by_name"), "{error}");
    assert_eq!(short.weights(), before);
}

/// As with legacy files, from files of Keras 3, which reads them by place alone.
#[test]
fn weights_of_keras_3_are_read_by_the_names_of_layers() {
    let case = cases().into_iter().find(|case| case["file"] == "keras3.weights.h5").unwrap();
    let mut theirs = Model::from_json(&case["model"]).unwrap();
    theirs.load_weights(path(&case)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("a.keras");
    theirs.save(&archive).unwrap();
    for file in [path(&case), archive] {
        let mut ours = Sequential::new();
        ours.add(Lstm::new(3).input_shape([5, 4]).return_sequences(true)).unwrap();
        ours.add(Dropout::new(0.1).name("simple_rnn")).unwrap();
        for layer in theirs.layers().iter().filter(|layer| layer.class_name() == "Bidirectional") {
            ours.add(layer.clone()).unwrap();
        }
        ours.add(Dense::new(2).name("head")).unwrap();
        let before = ours.weights();
        let of =
            |model: &Model, name: &str| -> Vec<Tensor> { model.layer(name).unwrap().weights() };
        let is_same = of(&ours, "bidirectional") == of(&theirs, "bidirectional");
        assert!(!is_same, "the test needs other weights");
        assert_eq!(ours.load_weights_by_name(&file).unwrap(), ["bidirectional"]);
        assert_eq!(of(&ours, "bidirectional"), of(&theirs, "bidirectional"));
        assert_eq!(ours.weights()[..3], before[..3]);
        // A layer of the name with other weights.
        let mut other = Sequential::new();
        other.add(Dense::new(2).name("bidirectional").input_shape([4])).unwrap();
        let before = other.weights();
        let error = other.load_weights_by_name(&file).unwrap_err();
        assert!(matches!(error, Error::WeightCount { .. }), "{error}");
        assert_eq!(other.weights(), before);
    }
    // Shards, and formats without names.
    let mut dense = Sequential::new();
    dense.add(Dense::new(1).name("dense").input_shape([4])).unwrap();
    let tensors = folder.path().join("a.safetensors");
    dense.save(&tensors).unwrap();
    let error = dense.load_weights_by_name(&tensors).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    let shards = fixture_path("old_files/keras3_sharded.weights.json");
    assert_eq!(dense.load_weights_by_name(shards).unwrap(), ["dense"]);
}

#[test]
fn precision_is_kept_and_said_once() {
    for case in cases() {
        let (name, policy) = (case["name"].as_str().unwrap(), case["policy"].as_str());
        let Some(policy) = policy else { continue };
        let model = open(&case).unwrap();
        let said: Vec<_> = model.warnings().iter().filter(|w| w.contains(policy)).collect();
        assert_eq!(said.len(), 1, "{name}: {:?}", model.warnings());
        let again = Model::from_bytes(&model.to_bytes().unwrap(), "again").unwrap();
        assert_eq!(again.layers()[0].base().dtype.name(), policy, "{name}");
    }
}

#[test]
fn a_file_of_weights_is_no_model() {
    for file in ["tfk.weights.h5", "tfk_legacy_weights.h5", "keras3.weights.h5"] {
        let error = load_model(fixture_path("old_files").join(file)).err().expect("no model");
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains("load_weights"), "{error}");
    }
}
