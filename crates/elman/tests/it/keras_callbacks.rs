//! Callbacks, against what Keras's did.

use elman::prelude::*;
use serde_json::{Value, json};

use crate::event_files::{self, Event};
use crate::support::{Report, fixture, tensor, tensors};

/// Rounding differs between Keras and elman in every step and adds up over a training.
const TOLERANCE: f64 = 2e-4;

fn cases(kind: &str) -> Vec<Value> {
    let fixture = fixture("callbacks.json");
    let is_kind = |case: &&Value| case["name"].as_str().unwrap().starts_with(kind);
    let cases: Vec<Value> =
        fixture["cases"].as_array().unwrap().iter().filter(is_kind).cloned().collect();
    assert!(cases.len() >= 4, "{kind}");
    cases
}

/// Trains as Keras did, with the callback as Keras was given it, and these arguments beside.
fn train(case: &Value, more: Value, report: &mut Report) {
    let name = case["name"].as_str().unwrap();
    let mut model = Model::from_json(&case["model"]).unwrap();
    model.set_weights(tensors(&case["initial_weights"])).unwrap();
    model.compile_from_json(&case["compile"]).unwrap();
    let (x, y) = (tensor(&case["x"]), tensor(&case["y"]));
    let mut callback = case["callback"].clone();
    callback["config"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut fit = Fit::new()
        .verbose(Verbose::Silent)
        .shuffle(false)
        .batch_size(2)
        .epochs(case["epochs"].as_u64().unwrap() as usize)
        .callback_from_object(&callback)
        .unwrap();
    let rows = case["validation"].as_u64().unwrap() as usize;
    if rows > 0 {
        let first = |t: &Tensor| {
            let width = t.len() / t.shape()[0];
            let shape: Vec<usize> = [&[rows], &t.shape()[1..]].concat();
            Tensor::new(shape, t.data()[..rows * width].to_vec()).unwrap()
        };
        fit = fit.validation_data(first(&x), first(&y));
    }
    let history = model.fit(&x, &y, fit).unwrap();
    for (key, values) in case["history"].as_object().unwrap() {
        for (epoch, value) in values.as_array().unwrap().iter().enumerate() {
            let what = format!("{name}: {key} of epoch {epoch}");
            let got = history.get(key).unwrap()[epoch];
            report.close_number(&what, got, value.as_f64().unwrap(), TOLERANCE);
        }
    }
    for (i, (got, expected)) in
        model.weights().iter().zip(tensors(&case["final_weights"])).enumerate()
    {
        report.close(&format!("{name}: final weight {i}"), got, &expected, TOLERANCE);
    }
}

#[test]
fn averages_are_swapped_as_in_keras() {
    let mut report = Report::default();
    for case in cases("swap/") {
        train(&case, json!({}), &mut report);
    }
    report.finish(8 * (5 + 6));
}

#[test]
fn tensorboard_reads_of_elman_what_it_reads_of_keras() {
    let mut report = Report::default();
    for case in cases("board/") {
        let folder = tempfile::tempdir().unwrap();
        train(&case, json!({ "log_dir": folder.path() }), &mut report);
        let expected = case["events"].as_object().unwrap();
        let mut folders: Vec<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        folders.sort();
        assert_eq!(folders, expected.keys().cloned().collect::<Vec<_>>());
        for (name, events) in expected {
            let name_of_case = format!("{}, {name}", case["name"]);
            let mut written = event_files::read(&folder.path().join(name));
            if case["callback"]["config"]["update_freq"] == json!(3) {
                // Keras loses what isn't of batches, unless their number can be divided by three.
                let all = written.len();
                written.retain(|event| is_expected(event, events));
                assert!(written.len() < all, "{name_of_case}: more than Keras");
            }
            compare(&name_of_case, &written, events.as_array().unwrap(), &mut report);
        }
    }
    report.finish(400);
}

/// Whether Keras wrote that as well; what it didn't must be of an epoch.
fn is_expected(event: &Event, expected: &Value) -> bool {
    let Event::Value(value) = event else { return true };
    let is_same = |e: &Value| e["tag"] == json!(value.tag) && e["step"] == json!(value.step);
    let found = expected.as_array().unwrap().iter().any(is_same);
    assert!(found || value.tag.starts_with("epoch_") || value.tag.starts_with("evaluation_"));
    found
}

fn compare(name: &str, written: &[Event], expected: &[Value], report: &mut Report) {
    assert_eq!(written.len(), expected.len(), "{name}");
    for (event, expected) in written.iter().zip(expected) {
        let value = match event {
            Event::Start(version, _) => {
                assert_eq!(expected["version"], json!(version), "{name}");
                continue;
            }
            Event::Value(value) => value,
        };
        let what = format!("{name}: {} at {}", value.tag, value.step);
        let ours = json!({
            "step": value.step, "tag": value.tag, "plugin": value.plugin,
            "content": value.content, "dtype": value.dtype, "shape": value.shape,
        });
        for (key, ours) in ours.as_object().unwrap() {
            assert_eq!(*ours, expected[key], "{what}: {key}");
        }
        if !value.text.is_empty() {
            let json: Value = serde_json::from_str(&value.text).unwrap();
            assert_eq!(json["class_name"], expected["text"], "{what}");
        } else if let Some(numbers) = expected["values"].as_array() {
            assert_eq!(value.numbers.len(), numbers.len(), "{what}");
            for (i, (ours, theirs)) in value.numbers.iter().zip(numbers).enumerate() {
                let theirs = theirs.as_f64().unwrap();
                report.close_number(&format!("{what}, number {i}"), *ours, theirs, TOLERANCE);
            }
        } else {
            assert!(value.numbers.iter().all(|rate| *rate > 0.0 && rate.is_finite()), "{what}");
        }
    }
}
