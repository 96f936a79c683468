//! Data that can't be used: values, shapes, numbers of samples and steps. Each error says which
//! value of what was given it is, however the data were cut and shuffled.

use elman::Result;
use elman::prelude::*;

use crate::support::{Refusal, assert_refused};

fn zeros<const N: usize>(shape: [usize; N]) -> Tensor {
    Tensor::zeros(shape)
}

/// Zeros but for one value.
fn with<const N: usize>(shape: [usize; N], index: usize, value: f32) -> Tensor {
    let mut tensor = zeros(shape);
    tensor.data_mut()[index] = value;
    tensor
}

fn classifier() -> Model {
    let mut model = Sequential::new();
    model.add(Gru::new(4).input_shape([5, 3]).name("memory")).unwrap();
    model.add(Dense::new(3).activation(Activation::Softmax).name("out")).unwrap();
    model.compile("adam", "sparse_categorical_crossentropy", &[]).unwrap();
    model.into()
}

fn words() -> Model {
    let mut model = Sequential::new();
    model.add(Embedding::new(4, 2).input_shape([3]).name("words")).unwrap();
    model.add(Flatten::new()).unwrap().add(Dense::new(1)).unwrap();
    model.compile("sgd", "mse", &[]).unwrap();
    model.into()
}

fn fit(x: Tensor, y: Tensor, fit: impl FnOnce(Fit) -> Fit) -> Result<()> {
    let mut model = classifier();
    let before = model.weights();
    let done = model.fit(x, y, fit(Fit::new().verbose(Verbose::Silent)));
    if done.is_err() {
        assert_eq!(model.weights(), before, "refused, but trained on");
    }
    done.map(|_| ())
}

/// A model over sequences of any length, without any step.
fn without_steps(layer: impl elman::layers::Layer) -> Result<()> {
    let mut model = Sequential::new();
    model.add(layer)?;
    model.predict(zeros([2, 0, 3])).map(|_| ())
}

const VALUES: &[Refusal] = &[
    (
        "infinite x",
        || fit(with([2, 5, 3], 16, f32::INFINITY), zeros([2]), |fit| fit),
        &["fit, x", "inf", "[1, 0, 1]", "finite"],
    ),
    (
        "x beyond f32",
        || {
            let x = ndarray::Array3::from_elem((1, 5, 3), 1e300_f64);
            fit((&x).into(), zeros([1]), |fit| fit)
        },
        &["fit, x", "inf", "[0, 0, 0]"],
    ),
    (
        "infinite y",
        || fit(zeros([2, 5, 3]), with([2], 1, f32::NEG_INFINITY), |fit| fit),
        &["fit, y", "-inf", "[1]"],
    ),
    (
        "NaN among sample weights",
        || fit(zeros([2, 5, 3]), zeros([2]), |fit| fit.sample_weight(with([2], 0, f32::NAN))),
        &["fit, sample_weight", "NaN", "[0]"],
    ),
    (
        "infinite sample weight",
        || {
            let weights = Some(with([2], 1, f32::INFINITY).into());
            classifier().evaluate_with(zeros([2, 5, 3]), zeros([2]), weights, 32).map(|_| ())
        },
        &["evaluate, sample_weight", "inf", "[1]"],
    ),
    (
        "NaN in the validation data",
        || {
            fit(zeros([2, 5, 3]), zeros([2]), |fit| {
                fit.validation_data(with([2, 5, 3], 0, f32::NAN), zeros([2]))
            })
        },
        &["fit, validation_data, x", "NaN", "[0, 0, 0]"],
    ),
    (
        "NaN in an evaluation",
        || classifier().evaluate(with([1, 5, 3], 3, f32::NAN), zeros([1])).map(|_| ()),
        &["evaluate, x", "NaN", "[0, 1, 0]"],
    ),
    (
        "NaN in a batch",
        || classifier().train_on_batch(with([1, 5, 3], 3, f32::NAN), zeros([1])).map(|_| ()),
        &["train_on_batch, x", "NaN", "[0, 1, 0]"],
    ),
    ("NaN as a word", || words().predict(with([1, 3], 2, f32::NAN)).map(|_| ()), &["words", "NaN"]),
    ("infinity as a word", || words().predict(with([1, 3], 2, 1.0 / 0.0)).map(|_| ()), &["inf"]),
    ("half a word", || words().predict(with([1, 3], 2, 0.5)).map(|_| ()), &["words", "0.5"]),
    ("a word below 0", || words().predict(with([1, 3], 2, -1.0)).map(|_| ()), &["words", "-1"]),
];

/// The position is that in the whole array: rows 40 and 300 lie in later batches.
const POSITIONS: &[Refusal] = &[
    (
        "label in a shuffled training",
        || fit(zeros([64, 5, 3]), with([64], 40, 5.0), |fit| fit.batch_size(8)),
        &["fit", "SparseCategoricalCrossentropy, y", "value 5", "[40]", "from 0 to 2"],
    ),
    (
        "label in an ordered training",
        || fit(zeros([64, 5, 3]), with([64], 40, 5.0), |fit| fit.batch_size(8).shuffle(false)),
        &["fit", "value 5", "[40]"],
    ),
    (
        "label below 0 in an evaluation",
        || classifier().evaluate(zeros([64, 5, 3]), with([64], 40, -1.0)).map(|_| ()),
        &["evaluate", "value -1", "[40]", "from 0 to 2"],
    ),
    (
        "label in what validation_split cuts off",
        || fit(zeros([8, 5, 3]), with([8], 7, 9.0), |fit| fit.validation_split(0.5)),
        &["fit", "value 9", "[7]"],
    ),
    (
        "label in the validation data",
        || {
            fit(zeros([2, 5, 3]), zeros([2]), |fit| {
                fit.validation_data(zeros([64, 5, 3]), with([64], 40, 7.0))
            })
        },
        &["fit, validation_data", "value 7", "[40]"],
    ),
    (
        "word in a prediction",
        || words().predict(with([600, 3], 300 * 3 + 1, 9.0)).map(|_| ()),
        &["words", "value 9", "[300, 1]", "from 0 to 3"],
    ),
    (
        "word in a training",
        || {
            let fit = Fit::new().verbose(Verbose::Silent).batch_size(7);
            words().fit(with([600, 3], 300 * 3 + 1, 9.0), zeros([600, 1]), fit).map(|_| ())
        },
        &["fit", "words", "[300, 1]"],
    ),
    (
        "word of a sentence of a text",
        || {
            let mut model = Sequential::new();
            let words = Embedding::new(4, 2).name("words");
            model.add(TimeDistributed::new(words).input_shape([3, 2]))?;
            model.predict(with([300, 3, 2], (280 * 3 + 1) * 2 + 1, 9.0)).map(|_| ())
        },
        &["words", "value 9", "[280, 1, 1]"],
    ),
    (
        "label of one output of two",
        || {
            let x = Input::new([5, 3]).symbolic();
            let h = Gru::new(4).apply(&x)?;
            let a = Dense::new(2).name("a").apply(&h)?;
            let b = Dense::new(3).name("b").apply(&h)?;
            let mut model = Functional::new(&x, [&a, &b]).build()?;
            model.compile("sgd", "sparse_categorical_crossentropy", &[])?;
            model.evaluate(zeros([64, 5, 3]), [zeros([64]), with([64], 40, 3.0)]).map(|_| ())
        },
        &["evaluate", "output `b`", "value 3", "[40]", "from 0 to 2"],
    ),
];

const SHAPES: &[Refusal] = &[
    ("no axis", || classifier().predict(ndarray::arr0(1.0)).map(|_| ()), &["one sample", "()"]),
    ("y without an axis", || fit(zeros([1, 5, 3]), zeros([]), |fit| fit), &["1 samples", "()"]),
    (
        "one feature too few, of the validation data",
        || {
            fit(zeros([2, 5, 3]), zeros([2]), |fit| {
                fit.validation_data(zeros([2, 5, 2]), zeros([2])).epochs(1)
            })
        },
        &["memory", "(2, 5, 2)", "(None, 5, 3)"],
    ),
    (
        "validation targets of another shape",
        || {
            let fit = Fit::new()
                .verbose(Verbose::Silent)
                .validation_data(zeros([2, 3]), zeros([2, 2]))
                .epochs(1);
            let mut model = words();
            let before = model.weights();
            let done = model.fit(zeros([2, 3]), zeros([2, 1]), fit);
            assert_eq!(model.weights(), before, "refused, but trained on");
            done.map(|_| ())
        },
        &["fit, validation_data", "MeanSquaredError", "(2, 2)", "(2, 1)"],
    ),
    (
        "sample weights of another number",
        || fit(zeros([2, 5, 3]), zeros([2]), |fit| fit.sample_weight(zeros([3]))),
        &["2 samples", "(3,)"],
    ),
    (
        "a weight for each step of what has none",
        || fit(zeros([2, 5, 3]), zeros([2]), |fit| fit.sample_weight(zeros([2, 5]))),
        &["sample_weight", "(2, 5)", "(2,)"],
    ),
    (
        "weights of validation data that is missing",
        || fit(zeros([2, 5, 3]), zeros([2]), |fit| fit.validation_sample_weight(zeros([2]))),
        &["validation_sample_weight", "validation_data"],
    ),
    (
        "one-hot rows for class numbers",
        || fit(zeros([2, 5, 3]), zeros([2, 3]), |fit| fit),
        &["SparseCategoricalCrossentropy", "(2, 3)", "categorical_crossentropy"],
    ),
    (
        "as many columns as the output hasn't",
        || words().fit(zeros([2, 3]), zeros([2, 2]), Fit::new()).map(|_| ()),
        &["MeanSquaredError", "(2, 2)", "(2, 1)"],
    ),
    (
        "a metric that doesn't fit",
        || {
            let mut model = classifier();
            model.compile("sgd", "sparse_categorical_crossentropy", &["categorical_accuracy"])?;
            model.evaluate(zeros([2, 5, 3]), zeros([2])).map(|_| ())
        },
        &["categorical_accuracy", "(2,)"],
    ),
    (
        "a tensor larger than can be counted",
        || Tensor::new([usize::MAX, 2], Vec::new()).map(|_| ()),
        &["18446744073709551615"],
    ),
    (
        "a tensor whose size wraps around to none",
        || Tensor::new([1 << 63, 2], Vec::new()).map(|_| ()),
        &["9223372036854775808"],
    ),
    ("another size", || zeros([2, 3]).reshape([4, 2]).map(|_| ()), &["(2, 3)", "(4, 2)"]),
];

const NOTHING: &[Refusal] = &[
    (
        "no sample",
        || classifier().evaluate(zeros([0, 5, 3]), zeros([0])).map(|_| ()),
        &["one sample"],
    ),
    (
        "no sample in a batch",
        || classifier().train_on_batch(zeros([0, 5, 3]), zeros([0])).map(|_| ()),
        &["one sample"],
    ),
    ("no array", || classifier().predict_all(Vec::new()).map(|_| ()), &["one sample", "none"]),
    (
        "no x",
        || classifier().fit(Vec::new(), zeros([2]), Fit::new()).map(|_| ()),
        &["memory", "one input", "got 0"],
    ),
    (
        "no y",
        || classifier().fit(zeros([2, 5, 3]), Vec::new(), Fit::new()).map(|_| ()),
        &["`y`", "0 arrays"],
    ),
    (
        "predictions in batches of none",
        || classifier().predict_in_batches([zeros([2, 5, 3])], 0).map(|_| ()),
        &["batch_size", "positive"],
    ),
    (
        "an evaluation in batches of none",
        || classifier().evaluate_with(zeros([2, 5, 3]), zeros([2]), None, 0).map(|_| ()),
        &["batch_size", "positive"],
    ),
    (
        "a sequence without steps",
        || without_steps(SimpleRnn::new(2).input_shape([None, Some(3)])),
        &["SimpleRNN", "one time step", "(2, 0, 3)"],
    ),
    (
        "the same in both directions",
        || without_steps(Bidirectional::new(Lstm::new(2)).input_shape([None, Some(3)])),
        &["forward_lstm", "one time step", "(2, 0, 3)"],
    ),
    (
        "no steps declared",
        || without_steps(Gru::new(2).input_shape([0, 3])),
        &["GRU", "one time step", "(None, 0, 3)"],
    ),
    (
        "no words",
        || {
            let mut model = Sequential::new();
            model.add(Embedding::new(4, 2).input_shape([None]))?.add(Lstm::new(2))?;
            model.predict(zeros([2, 0])).map(|_| ())
        },
        &["LSTM", "one time step", "(2, 0, 2)"],
    ),
    (
        "no features",
        || Sequential::new().add(Gru::new(2).input_shape([4, 0])).map(|_| ()),
        &["GRU", "not zero", "(None, 4, 0)"],
    ),
];

#[test]
fn bad_values_are_named() {
    assert_refused(VALUES);
}

#[test]
fn positions_are_those_in_the_data() {
    assert_refused(POSITIONS);
}

#[test]
fn bad_shapes_are_named() {
    assert_refused(SHAPES);
}

#[test]
fn nothing_is_refused() {
    assert_refused(NOTHING);
}

/// As in Keras, a prediction of NaN is NaN: of the rows that have it, and of no others.
#[test]
fn a_prediction_of_nan_stays_in_its_row() {
    let y = classifier().predict(with([3, 5, 3], 20, f32::NAN)).unwrap();
    let rows: Vec<bool> = y.outer_iter().map(|row| row.iter().all(|v| v.is_nan())).collect();
    assert_eq!(rows, [false, true, false]);
    assert!(y.iter().filter(|v| v.is_finite()).count() == 6, "{y}");
}
