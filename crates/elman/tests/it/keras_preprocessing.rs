//! What layers find in data that they are adapted to, against Keras.

use elman::layers::Normalization;
use elman::prelude::*;
use serde_json::Value;

use crate::support::{Report, TOLERANCE, fixture, tensor, tensors};

#[test]
fn normalization_finds_the_mean_and_the_variance_of_keras() {
    let mut report = Report::default();
    for case in fixture("adaptations.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let batches = tensors(&case["batches"]);
        let mut layer: Normalization =
            serde_json::from_value(case["layer"]["config"].clone()).unwrap();
        match &batches[..] {
            [data] => layer.adapt(data).unwrap(),
            batches => layer.adapt_batches(batches).unwrap(),
        }
        let mut model = Sequential::new();
        model.add(layer.input_shape(&batches[0].shape()[1..])).unwrap();
        let expected = tensors(&case["weights"]);
        let weights = model.weights();
        assert_eq!(weights.len(), expected.len(), "{name}");
        for (i, (weight, expected)) in weights.iter().zip(&expected).enumerate() {
            report.close(&format!("{name}: weight {i}"), weight, expected, TOLERANCE);
        }
        let output = model.predict(&batches[0]).unwrap();
        // Where values differ little, so do rounded ones, which a small deviation then divides.
        report.close(&format!("{name}: output"), &output.into(), &tensor(&case["output"]), 1e-4);
    }
    report.finish(40);
}

/// Keras divides by 1e-7 at least, its `epsilon()`.
#[test]
fn no_variance_divides_by_epsilon() {
    let mut model = Sequential::new();
    let layer = Normalization::new().mean([0.5, 0.0]).variance([0.0, 1e-16]);
    model.add(layer.input_shape([2])).unwrap();
    assert_eq!(
        model.predict(array![[1.5, 0.5]]).unwrap(),
        array![[1.0 / 1e-7, 0.5 / 1e-7]].into_dyn()
    );
}

/// Data in one piece and in batches say the same, and a second call starts anew.
#[test]
fn batches_are_as_good_as_the_whole() {
    let data = crate::support::noise(&[12, 4, 2], "batches");
    let weights = |adapt: &dyn Fn(&mut Normalization)| {
        let mut layer = Normalization::new();
        adapt(&mut layer);
        let mut model = Sequential::new();
        model.add(layer.input_shape([4, 2])).unwrap();
        model.weights()
    };
    let whole = weights(&|layer| layer.adapt(&data).unwrap());
    let parts = [data.rows(0, 3), data.rows(3, 4), data.rows(4, 12)];
    let in_parts = weights(&|layer| {
        layer.adapt(data.rows(0, 2)).unwrap();
        layer.adapt_batches(&parts).unwrap();
    });
    let mut report = Report::default();
    for (i, (a, b)) in whole.iter().zip(&in_parts).enumerate() {
        report.close(&format!("weight {i}"), b, a, 1e-6);
    }
    report.finish(3);
}

/// Adapting says nothing of labels, and training changes nothing of it.
#[test]
fn training_leaves_what_was_found() {
    let x = crate::support::noise(&[8, 3], "x");
    let mut layer = Normalization::new();
    layer.adapt(&x).unwrap();
    let mut model = Sequential::new().seed(1);
    model.add(layer.input_shape([3])).unwrap().add(Dense::new(1)).unwrap();
    model.compile("sgd", "mse", &[]).unwrap();
    let before = model.weights();
    model.train_on_batch(&x, ndarray_ones()).unwrap();
    let after = model.weights();
    assert_eq!(before[..3], after[..3]);
    assert_ne!(before[3], after[3]);
}

fn ndarray_ones() -> Tensor {
    Tensor::new([8, 1], vec![1.0; 8]).unwrap()
}

/// The integer that Keras keeps beside is one in files.
#[test]
fn count_is_an_integer_in_files() {
    let mut model = Sequential::new();
    model.add(Normalization::new().input_shape([2])).unwrap();
    assert!(model.summary().contains("Total params: 5 (24.00 B)"), "{}", model.summary());
    let bytes = model.to_bytes().unwrap();
    let archive = elman_files::KerasArchive::from_bytes(&bytes, "m.keras").unwrap();
    let dtypes: Vec<&str> =
        archive.weights.variables("layers/normalization/vars").iter().map(|a| a.dtype()).collect();
    assert_eq!(dtypes, ["float32", "float32", "int64"]);
    let _: Value = serde_json::from_str(&archive.config).unwrap();
}
