//! Preprocessing layers with arguments, data and files that make no sense: each gives an error that
//! says where and what.

use elman::Result;
use elman::layers::{Layer, layer_from_config};
use elman::prelude::*;
use serde_json::{Value, json};

use crate::support::{Refusal, assert_refused};

type Dims = &'static [Option<usize>];

const SEQUENCE: Dims = &[None, Some(5), Some(4)];
const UNKNOWN: Dims = &[None, Some(5), None];
const NUMBERS: Dims = &[None];

/// The shapes that a layer named "l" gives.
fn shapes(layer: impl Layer, input: Dims) -> Result<()> {
    layer.name("l").output_shapes(&[input.to_vec().into()]).map(|_| ())
}

/// A layer as a file has it.
fn read(class: &str, config: Value) -> Result<()> {
    layer_from_config(class, config.as_object().unwrap()).map(|_| ())
}

fn adapt(data: impl Into<Tensor>) -> Result<()> {
    Normalization::new().name("l").adapt(data)
}

#[test]
fn rescaling() {
    let refusals: &[Refusal] = &[
        ("wrong length", || shapes(Rescaling::new([1.0, 2.0]), SEQUENCE), &["`scale`", "(2,)"]),
        (
            "wrong offset",
            || shapes(Rescaling::new(1.0).offset([1.0; 3]), SEQUENCE),
            &["\"l\" (Rescaling)", "`offset`", "(3,)"],
        ),
        (
            "more axes than a sample",
            || shapes(Rescaling::new(array![[[1.0], [2.0]]]), SEQUENCE),
            &["`scale`", "(1, 2, 1)"],
        ),
        ("a vector for numbers", || shapes(Rescaling::new([1.0]), NUMBERS), &["`scale`"]),
        ("NaN", || shapes(Rescaling::new(f64::NAN), SEQUENCE), &["`scale`", "finite", "NaN"]),
        ("beyond f32", || shapes(Rescaling::new(1e300), SEQUENCE), &["`scale`", "finite"]),
        (
            "a length that is seen late",
            || {
                let mut model = Sequential::new();
                model.add(Input::new([None]))?.add(Rescaling::new([1.0, 2.0]))?;
                model.predict(array![[1.0, 2.0, 3.0]]).map(|_| ())
            },
            &["`scale`", "(1, 3)"],
        ),
        ("no scale", || read("Rescaling", json!({})), &["scale"]),
        (
            "unequal lists",
            || read("Rescaling", json!({ "scale": [[1], [1, 2]] })),
            &["`scale`", "nested lists"],
        ),
        ("words", || read("Rescaling", json!({ "scale": "wide" })), &["`scale`", "\"wide\""]),
        (
            "an object",
            || read("Rescaling", json!({ "scale": { "class_name": "__numpy__" } })),
            &["`scale`", "__numpy__"],
        ),
    ];
    assert_refused(refusals);
}

#[test]
fn normalization() {
    let refusals: &[Refusal] = &[
        ("no such axis", || shapes(Normalization::new().axis(3), SEQUENCE), &["axis", "got 3"]),
        ("an axis twice", || shapes(Normalization::new().axis([2, -1]), SEQUENCE), &["axis"]),
        ("the batch", || shapes(Normalization::new().axis([0, 2]), SEQUENCE), &["batch"]),
        ("the batch alone", || shapes(Normalization::new(), NUMBERS), &["batch", "`axis` = []"]),
        ("unknown length", || shapes(Normalization::new(), UNKNOWN), &["\"l\"", "known", "[2]"]),
        (
            "no variance",
            || shapes(Normalization::new().mean(1.0), SEQUENCE),
            &["`variance`", "`mean`"],
        ),
        (
            "no mean",
            || shapes(Normalization::new().variance(1.0), SEQUENCE),
            &["`mean`", "`variance`"],
        ),
        (
            "another shape",
            || shapes(Normalization::new().mean([1.0; 4]).variance(1.0), SEQUENCE),
            &["`variance`", "shape of `mean`"],
        ),
        (
            "another length",
            || shapes(Normalization::new().mean([1.0; 3]).variance([1.0; 3]), SEQUENCE),
            &["`mean`", "(3,)"],
        ),
        (
            "more axes",
            || {
                let (mean, variance) = (array![[1.0, 1.0, 1.0, 1.0]], array![[1.0, 1.0, 1.0, 1.0]]);
                shapes(Normalization::new().mean(mean).variance(variance), SEQUENCE)
            },
            &["`mean`", "(1, 4)"],
        ),
        (
            "a negative variance",
            || shapes(Normalization::new().mean(0.0).variance(-1.0), SEQUENCE),
            &["`variance`", "-1"],
        ),
        (
            "NaN",
            || shapes(Normalization::new().mean(f64::NAN).variance(1.0), SEQUENCE),
            &["`mean`", "NaN"],
        ),
        ("NaN in data", || adapt(array![[1.0, 2.0], [f32::NAN, 3.0]]), &["[1, 0]", "NaN", "\"l\""]),
        ("no data", || adapt(Tensor::zeros([0, 3])), &["adapt", "(0, 3)"]),
        ("data of no width", || adapt(Tensor::zeros([2, 0])), &["positive", "(2, 0)"]),
        ("data without axes", || adapt(Tensor::zeros(Vec::<usize>::new())), &["axis"]),
        (
            "no batch",
            || Normalization::new().adapt_batches(Vec::<Tensor>::new()),
            &["adapt", "no batch"],
        ),
        (
            "batches that differ",
            || Normalization::new().adapt_batches([Tensor::zeros([2, 3]), Tensor::zeros([2, 4])]),
            &["a batch along `axis`", "(3,)", "(4,)"],
        ),
        (
            "adapting what is given",
            || Normalization::new().mean(0.0).variance(1.0).adapt(array![[1.0]]),
            &["adapt", "mean"],
        ),
        (
            "adapted to another length",
            || {
                let mut layer = Normalization::new();
                layer.adapt(array![[1.0, 2.0]])?;
                shapes(layer, SEQUENCE)
            },
            &["(2,)", "adapted", "(None, 5, 4)"],
        ),
        ("words", || read("Normalization", json!({ "axis": "last" })), &["axis"]),
        ("unknown keys", || read("Normalization", json!({ "epsilon": 1 })), &["`epsilon`"]),
    ];
    assert_refused(refusals);
}
