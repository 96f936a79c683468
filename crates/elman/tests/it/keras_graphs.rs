//! Functional models that Keras wrote: layers in its order, predictions, summaries, the way back.

use elman::models::SummaryOptions;
use elman::{Model, Tensor, load_model};
use serde_json::Value;

use crate::support::{Report, TOLERANCE, fixture, fixture_path};

fn array(name: &str) -> Tensor {
    let array = elman_files::npy::read(&fixture_path(&format!("{name}.npy"))).unwrap();
    let data = array.to_f32();
    Tensor::new(array.shape, data).unwrap()
}

fn arrays(folder: &str, case: &Value, kind: &str, count: &str) -> Vec<Tensor> {
    let name = case["name"].as_str().unwrap();
    let numbers = 0..case[count].as_u64().unwrap();
    numbers.map(|i| array(&format!("{folder}/{name}.{kind}{i}"))).collect()
}

#[test]
fn graphs_are_those_of_keras() {
    check("graphs", 16);
}

#[test]
fn graphs_of_other_layers_are_those_of_keras() {
    check("layer_graphs", 10);
}

#[test]
fn graphs_of_preprocessing_layers_are_those_of_keras() {
    check("preprocessing", 3);
}

fn check(models: &str, at_least: usize) {
    let mut report = Report::default();
    let folder = tempfile::tempdir().unwrap();
    for case in fixture(&format!("{models}/manifest.json"))["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let model = match load_model(fixture_path(&format!("{models}/{name}.keras"))) {
            Ok(model) => model,
            Err(error) => {
                report.problem(format!("{name}: {error}"));
                continue;
            }
        };
        // Keras keeps its operations on masks apart from its layers.
        let layers = model.layers().iter().filter(|layer| layer.module() != "keras.src.ops.numpy");
        let layers: Vec<&str> = layers.map(|layer| layer.base().name()).collect();
        if Value::from(layers.clone()) != case["layers"] {
            report.problem(format!("{name}: layers {layers:?}, Keras has {}", case["layers"]));
        }
        let inputs = arrays(models, case, "x", "inputs");
        let outputs = model.predict_all(inputs.clone()).unwrap();
        let expected = arrays(models, case, "y", "outputs");
        assert_eq!(outputs.len(), expected.len(), "{name}");
        for (i, (output, expected)) in outputs.iter().zip(&expected).enumerate() {
            report.close(&format!("{name}: output {i}"), &output.into(), expected, TOLERANCE);
        }
        summaries(name, &model, case, &mut report);
        let path = folder.path().join(format!("{name}.keras"));
        model.save(&path).unwrap();
        let again = load_model(&path).unwrap();
        if again.predict_all(inputs).unwrap() != outputs {
            report.problem(format!("{name}: predicts otherwise after saving"));
        }
        if again.to_bytes().unwrap() != model.to_bytes().unwrap() {
            report.problem(format!("{name}: saving twice gives other bytes"));
        }
    }
    report.finish(at_least);
}

fn summaries(name: &str, model: &Model, case: &Value, report: &mut Report) {
    let plain = SummaryOptions::new();
    for (key, options) in [
        ("plain", plain.clone()),
        ("expand_nested", plain.clone().expand_nested(true)),
        ("show_trainable", plain.show_trainable(true)),
    ] {
        let got = model.summary_with(&options).unwrap();
        let expected = case["summaries"][key].as_str().unwrap();
        if got.trim_end() != expected.trim_end() {
            report.problem(format!("{name}: summary {key}\n{got}\nKeras:\n{expected}"));
        }
    }
}
