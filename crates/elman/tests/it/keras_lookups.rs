//! Vocabularies, strings and texts as numbers, and models that take text, against Keras.

use elman::layers::{IntegerLookup, StringLookup, TextVectorization};
use elman::prelude::*;
use elman::{Model, Result};
use serde_json::Value;

use crate::support::{Report, TOLERANCE, fixture, fixture_path, tensor};

/// An array of numbers or strings.
fn values(value: &Value) -> Tensor {
    let Some(strings) = value["strings"].as_array() else { return tensor(value) };
    let shape: Vec<usize> = serde_json::from_value(value["shape"].clone()).unwrap();
    Tensor::text(shape, strings.iter().map(|s| s.as_str().unwrap())).unwrap()
}

fn list<T: serde::de::DeserializeOwned>(value: &Value) -> Vec<T> {
    serde_json::from_value(value.clone()).unwrap()
}

/// Adapts a layer as the case says; its vocabulary, its size and what it gives.
macro_rules! run {
    ($layer:ty, $token:ty, $case:expr) => {
        (|| -> Result<(Value, usize, Tensor, Value)> {
            let config = $case["layer"]["config"].clone();
            let mut layer: $layer = serde_json::from_value(config).unwrap();
            if !$case["adapt"].is_null() {
                layer.adapt(values(&$case["adapt"]))?;
            }
            if let Some(batches) = $case["batches"].as_array() {
                layer.adapt_batches(batches.iter().map(values))?;
            }
            let set = &$case["set"];
            if !set.is_null() {
                let tokens: Vec<$token> = list(&set["vocabulary"]);
                match set["idf_weights"].is_null() {
                    true => layer.set_vocabulary(tokens)?,
                    false => {
                        let weights: Vec<f64> = list(&set["idf_weights"]);
                        layer.set_vocabulary_with_idf_weights(tokens, &weights)?;
                    }
                }
            }
            let vocabulary = layer.get_vocabulary()?.into();
            let output = layer.call_on(values(&$case["input"]))?;
            let config = elman::layers::Layer::config(&layer).into();
            Ok((vocabulary, layer.vocabulary_size()?, output, config))
        })()
    };
}

#[test]
fn lookups_equal_keras() {
    let mut report = Report::default();
    for case in fixture("lookups.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let done = match case["layer"]["class_name"].as_str().unwrap() {
            "StringLookup" => run!(StringLookup, String, case),
            "IntegerLookup" => run!(IntegerLookup, i64, case),
            "TextVectorization" => run!(TextVectorization, String, case),
            other => panic!("{other}"),
        };
        let (vocabulary, size, output, config) = match done {
            Ok(done) => done,
            Err(error) => {
                report.problem(format!("{name}: {error}"));
                continue;
            }
        };
        report.same(&format!("{name}: vocabulary"), &vocabulary, &case["vocabulary"]);
        report.same(&format!("{name}: size"), &size.into(), &case["size"]);
        let expected = values(&case["output"]);
        match expected.strings() {
            Some(strings) if output.strings() != Some(strings.clone()) => {
                report.problem(format!("{name}: {:?}, Keras {strings:?}", output.strings()));
            }
            Some(_) => {}
            None => report.close(&format!("{name}: output"), &output, &expected, TOLERANCE),
        }
        for (key, value) in case["layer"]["config"].as_object().unwrap() {
            // Keras keeps one salt as two, and what it has not got anew in no key.
            if !["sparse", "ragged", "vocabulary_size"].contains(&key.as_str()) {
                report.same(&format!("{name}: {key}"), &config[key], value);
            }
        }
    }
    report.finish(900);
}

#[test]
fn models_of_text_equal_keras() {
    let mut report = Report::default();
    for case in fixture("texts/manifest.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check_model(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(18);
}

fn check_model(name: &str, case: &Value, report: &mut Report) -> Result<()> {
    let model = load_model(fixture_path(&format!("texts/{name}.keras")))?;
    let layers: Vec<&str> = model.layers().iter().map(|layer| layer.base().name()).collect();
    report.same(&format!("{name}: layers"), &layers.into(), &case["layers"]);
    let summary = model.summary();
    if summary.trim_end() != case["summary"].as_str().unwrap().trim_end() {
        report.problem(format!("{name}: {summary}\nKeras:\n{}", case["summary"].as_str().unwrap()));
    }
    let inputs: Vec<Tensor> = case["inputs"].as_array().unwrap().iter().map(values).collect();
    let outputs = model.predict_all(inputs.clone())?;
    let expected = case["outputs"].as_array().unwrap();
    report.same(&format!("{name}: outputs"), &outputs.len().into(), &expected.len().into());
    for (i, (output, expected)) in outputs.iter().zip(expected).enumerate() {
        report.close(&format!("{name}: output {i}"), &output.into(), &tensor(expected), TOLERANCE);
    }
    let bytes = model.to_bytes()?;
    let again = Model::from_bytes(&bytes, name)?;
    if again.predict_all(inputs)? != outputs {
        report.problem(format!("{name}: predicts otherwise after saving"));
    }
    if again.to_bytes()? != bytes {
        report.problem(format!("{name}: saving twice gives other bytes"));
    }
    // Beside vocabularies and weights Keras's file holds nothing else.
    let ours = elman_files::KerasArchive::from_bytes(&bytes, name)?;
    let theirs = elman_files::KerasArchive::read(&fixture_path(&format!("texts/{name}.keras")))?;
    report.same(
        &format!("{name}: assets"),
        &serde_json::to_value(&ours.assets).unwrap(),
        &serde_json::to_value(&theirs.assets).unwrap(),
    );
    let paths = |archive: &elman_files::KerasArchive| {
        archive.weights.arrays().map(|(path, _)| path.to_owned()).collect::<Vec<_>>()
    };
    report.same(&format!("{name}: arrays"), &paths(&ours).into(), &paths(&theirs).into());
    Ok(())
}

/// Texts go through training as numbers do: cut, shuffled and in batches.
#[test]
fn models_of_text_learn() {
    let texts = ["a good film", "a bad film", "good cast", "bad plot", "so good", "so bad"];
    let y = Tensor::new([6, 1], vec![1., 0., 1., 0., 1., 0.]).unwrap();
    let mut words = TextVectorization::new().output_sequence_length(3);
    words.adapt(texts).unwrap();
    let size = words.vocabulary_size().unwrap();
    let mut model = Sequential::new().seed(3);
    model.add(Input::text([1])).unwrap().add(words).unwrap();
    model.add(Embedding::new(size, 4).mask_zero(true)).unwrap();
    model.add(Gru::new(4)).unwrap();
    model.add(Dense::new(1).activation(Activation::Sigmoid)).unwrap();
    model.compile(Adam::new(0.05), "binary_crossentropy", &["accuracy"]).unwrap();
    let fit = Fit::new().epochs(60).batch_size(4).verbose(Verbose::Silent);
    model.fit(texts, &y, fit).unwrap();
    let answers = model.predict(["so good", "so bad"]).unwrap();
    assert!(answers[[0, 0]] > 0.8 && answers[[1, 0]] < 0.2, "{answers}");
    let again = Model::from_bytes(&model.to_bytes().unwrap(), "m.keras").unwrap();
    assert_eq!(again.predict(["so good", "so bad"]).unwrap(), answers);
}

/// Equal strings are equal text, however they came together.
#[test]
fn text_is_cut_and_compared_as_strings() {
    let text = Tensor::from(["b", "a", "b", "c"]);
    assert_eq!(text.rows(1, 3), Tensor::from(["a", "b"]));
    assert_eq!(text.select(&[3, 0]), Tensor::from(["c", "b"]));
    assert_ne!(text.rows(0, 1), Tensor::from(["a"]));
    assert_ne!(Tensor::from(["a"]), Tensor::new([1], vec![0.0]).unwrap());
    assert_eq!(text.reshape([2, 2]).unwrap().strings(), Some(vec!["b", "a", "b", "c"]));
}
