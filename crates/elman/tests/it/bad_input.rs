//! Input that can't be used: each gives an error that names the place and what to do, nothing
//! panics, and no earlier file is harmed.

use elman::Error;
use elman::prelude::*;
use ndarray::{Array1, Array2, Array3};

use crate::support::{Refusal, assert_refused};

fn classifier() -> Model {
    let mut model = Sequential::new();
    model.add(Lstm::new(4).input_shape([5, 3]).name("memory")).unwrap();
    model.add(Dense::new(3).activation(Activation::Softmax).name("out")).unwrap();
    model.compile("adam", "sparse_categorical_crossentropy", &["accuracy"]).unwrap();
    model.into()
}

fn fit(model: &mut Model, x: Array3<f32>, y: Array1<f32>, fit: Fit) -> Result<(), Error> {
    model.fit(x, y, fit.verbose(Verbose::Silent)).map(|_| ())
}

const CASES: &[Refusal] = &[
    (
        "wrong rank",
        || classifier().predict(Array2::<f32>::zeros((2, 3))).map(|_| ()),
        &["memory", "(None, 5, 3)", "(2, 3)"],
    ),
    (
        "wrong features",
        || classifier().predict(Array3::<f32>::zeros((2, 5, 4))).map(|_| ()),
        &["memory", "(None, 5, 3)", "(2, 5, 4)"],
    ),
    (
        "no sample",
        || classifier().predict(Array3::<f32>::zeros((0, 5, 3))).map(|_| ()),
        &["one sample or more", "(0, 5, 3)"],
    ),
    (
        "zero steps",
        || {
            let mut model = Sequential::new();
            model.add(Gru::new(2).name("g"))?;
            model.predict(Array3::<f32>::zeros((2, 0, 3))).map(|_| ())
        },
        &["\"g\"", "one time step", "(2, 0, 3)"],
    ),
    (
        "more units than memory",
        || {
            let mut model = Sequential::new();
            model.add(Dense::new(i32::MAX as usize).name("wide").input_shape([1 << 40])).map(|_| ())
        },
        &["kernel of wide", "(1099511627776, 2147483647)", "memory"],
    ),
    (
        "more units than can be counted",
        || {
            let mut model = Sequential::new();
            model.add(Lstm::new(usize::MAX / 2).name("wide").input_shape([4, 2])).map(|_| ())
        },
        &["\"wide\"", "units", "at most 2147483647"],
    ),
    (
        "unknown argument of an initializer",
        || {
            let config = r#"{"units": 3, "kernel_initializer":
                {"class_name": "Orthogonal", "config": {"gian": 2.0}}}"#;
            let config = serde_json::from_str(config).unwrap();
            elman::layers::layer_from_config("Dense", &config).map(|_| ())
        },
        &["Orthogonal", "`gian`", "seed, gain"],
    ),
    (
        "label out of range",
        || {
            fit(
                &mut classifier(),
                Array3::zeros((2, 5, 3)),
                ndarray::array![0., 3.],
                Fit::new().shuffle(false),
            )
        },
        &["[1]", "3", "from 0 to 2"],
    ),
    (
        "fractional label",
        || {
            fit(
                &mut classifier(),
                Array3::zeros((2, 5, 3)),
                ndarray::array![0.5, 1.],
                Fit::new().shuffle(false),
            )
        },
        &["[0]", "0.5"],
    ),
    (
        "NaN in x",
        || {
            fit(
                &mut classifier(),
                Array3::from_elem((2, 5, 3), f32::NAN),
                Array1::zeros(2),
                Fit::new(),
            )
        },
        &["fit, x", "[0, 0, 0]", "NaN", "finite"],
    ),
    (
        "NaN in y",
        || fit(&mut classifier(), Array3::zeros((1, 5, 3)), ndarray::array![f32::NAN], Fit::new()),
        &["fit, y", "finite"],
    ),
    (
        "batch of zero",
        || {
            fit(
                &mut classifier(),
                Array3::zeros((2, 5, 3)),
                Array1::zeros(2),
                Fit::new().batch_size(0),
            )
        },
        &["batch_size", "positive"],
    ),
    (
        "other number of targets",
        || fit(&mut classifier(), Array3::zeros((2, 5, 3)), Array1::zeros(3), Fit::new()),
        &["2 samples", "(3,)"],
    ),
    (
        "everything for validation",
        || {
            fit(
                &mut classifier(),
                Array3::zeros((2, 5, 3)),
                Array1::zeros(2),
                Fit::new().validation_split(1.0),
            )
        },
        &["validation_split"],
    ),
    (
        "loss that doesn't fit",
        || {
            let mut model = classifier();
            model.compile("sgd", "categorical_crossentropy", &[])?;
            fit(&mut model, Array3::zeros((2, 5, 3)), Array1::zeros(2), Fit::new())
        },
        &["CategoricalCrossentropy", "(2, 3)", "sparse_categorical_crossentropy"],
    ),
    (
        "not compiled",
        || {
            let mut model = Sequential::new();
            model.add(Dense::new(1).input_shape([1]))?;
            model.fit(ndarray::array![[1.]], ndarray::array![[1.]], Fit::new()).map(|_| ())
        },
        &["not compiled", "compile"],
    ),
    (
        "no layers",
        || Sequential::new().predict(ndarray::array![[1.]]).map(|_| ()),
        &["not built", "input_shape"],
    ),
    (
        "no units",
        || Sequential::new().add(SimpleRnn::new(0).input_shape([2, 2])).map(|_| ()),
        &["units", "positive", "0"],
    ),
    (
        "rate of two",
        || Sequential::new().add(Dropout::new(2.0).input_shape([2])).map(|_| ()),
        &["rate", "from 0 to 1"],
    ),
    (
        "two layers of a name",
        || {
            let mut model = Sequential::new();
            model
                .add(Dense::new(1).name("a").input_shape([1]))?
                .add(Dense::new(1).name("a"))
                .map(|_| ())
        },
        &["`a`", "already"],
    ),
    (
        "last state before a layer",
        || {
            let mut model = Sequential::new();
            model
                .add(Gru::new(1).return_state(true).input_shape([2, 2]))?
                .add(Dense::new(1))
                .map(|_| ())
        },
        &["several outputs"],
    ),
    (
        "index out of the vocabulary",
        || {
            let mut model = Sequential::new();
            model.add(Embedding::new(4, 2).input_shape([2]).name("words"))?;
            model.predict(ndarray::array![[0, 4]]).map(|_| ())
        },
        &["words", "[0, 1]", "from 0 to 3"],
    ),
    (
        "weight of another shape",
        || classifier().layer_mut("out")?.set_weights([Tensor::zeros([4, 2]), Tensor::zeros([3])]),
        &["out", "kernel", "(4, 3)", "(4, 2)"],
    ),
    ("unknown layer", || classifier().layer("memroy").map(|_| ()), &["memroy", "memory, out"]),
    ("unknown optimizer", || classifier().compile("adma", "mse", &[]), &["adma", "adam"]),
    ("negative learning rate", || classifier().set_learning_rate(-1.0), &["learning_rate"]),
];

#[test]
fn bad_input_is_named() {
    assert_refused(CASES);
}

/// A loss that explodes ends the training with an error, and the model keeps its last good
/// weights.
#[test]
fn an_infinite_loss_keeps_the_weights() {
    let mut model = Sequential::new().seed(1);
    model.add(Dense::new(1).input_shape([1])).unwrap();
    model.compile(Sgd::new(1e30), "mse", &[]).unwrap();
    let (x, y) = (ndarray::array![[1e10f32], [2.]], ndarray::array![[1f32], [2.]]);
    let fit = Fit::new().epochs(5).batch_size(1).shuffle(false).verbose(Verbose::Silent);
    let error = model.fit(&x, &y, fit).unwrap_err();
    assert!(error.to_string().contains("learning rate"), "{error}");
    assert!(matches!(error, Error::LossNotFinite { epoch: 1, batch: 2, .. }), "{error}");
}
