//! Dropout within recurrent layers: with Keras's masks, and what elman's own masks are like.

use elman::cells::{
    Cell, ConvLstmCell, DropoutMasks, GruCell, LstmCell, SimpleRnnCell, cell_from_object,
};
use elman::layers::{Layer, layer_from_config};
use elman::prelude::*;
use elman::{Context, Parameters, ops};
use serde_json::{Value, json};

use crate::support::{Built, Report, TOLERANCE, Wrapped, fixture, masked, tensors};

/// Gradients sum over more terms than outputs do.
const GRADIENT_TOLERANCE: f64 = 2e-5;

/// With given masks, layers compute what Keras computes in training: through whole sequences and
/// step by step.
#[test]
fn masks_act_as_in_keras() {
    let mut report = Report::default();
    for case in fixture("dropout.json")["cases"].as_array().unwrap() {
        let config = &case["layer"]["config"];
        let of_cell = |masks: &Value| DropoutMasks {
            input: tensors(&masks["input"]),
            recurrent: tensors(&masks["recurrent"]),
            cells: Vec::new(),
        };
        let masks: Vec<DropoutMasks> =
            case["dropout"].as_array().unwrap().iter().map(of_cell).collect();
        let dropout = match &masks[..] {
            [one] => one.clone(),
            _ => DropoutMasks { cells: masks, ..DropoutMasks::default() },
        };
        for by_steps in [false, true] {
            let name = format!("{}, by steps: {by_steps}", case["name"].as_str().unwrap());
            let cell = match config["cell"].is_null() {
                true => ConvLstmCell::<1>::new(2, 2).into_any(),
                false => cell_from_object(&config["cell"]).unwrap(),
            };
            let cell = Wrapped { cell, dropout: Some(dropout.clone()), by_steps };
            let flag = |key: &str| config[key].as_bool().unwrap();
            let layer = Rnn::over(cell)
                .return_sequences(flag("return_sequences"))
                .return_state(flag("return_state"))
                .go_backwards(flag("go_backwards"));
            let mut inputs = tensors(&case["inputs"]);
            inputs[0] = masked(inputs[0].clone(), &case["mask"]);
            let mut built = Built::new(Box::new(layer), &inputs).unwrap();
            built.set_weights(&tensors(&case["weights"]));
            let upstream = tensors(&case["upstream"]);
            let (outputs, of_inputs, of_weights) = built.gradients(&inputs, &upstream).unwrap();
            let of_inputs: Vec<Tensor> = of_inputs.into_iter().flatten().collect();
            for (key, got, tolerance) in [
                ("outputs", outputs, TOLERANCE),
                ("input_gradients", of_inputs, GRADIENT_TOLERANCE),
                ("weight_gradients", of_weights, GRADIENT_TOLERANCE),
            ] {
                let expected = tensors(&case[key]);
                assert_eq!(got.len(), expected.len(), "{name}: {key}");
                for (i, (got, expected)) in got.iter().zip(&expected).enumerate() {
                    report.close(&format!("{name}: {key} {i}"), got, expected, tolerance);
                }
            }
        }
    }
    report.finish(2 * 34 * 6);
}

fn masks(cell: &impl Cell, step: u64) -> DropoutMasks {
    let parameters = Parameters::default();
    cell.dropout_masks(50, &[40], &Context::training(&parameters, 9, step)).unwrap()
}

/// As many masks as Keras draws, for those rates that Keras applies.
#[test]
fn masks_are_as_many_as_in_keras() {
    let lstm = |rate: f64, recurrent: f64| {
        masks(&LstmCell::new(6).dropout(rate).recurrent_dropout(recurrent), 0)
    };
    let gru = |rate: f64, recurrent: f64| {
        masks(&GruCell::new(6).dropout(rate).recurrent_dropout(recurrent), 0)
    };
    let simple = |rate: f64, recurrent: f64| {
        masks(&SimpleRnnCell::new(6).dropout(rate).recurrent_dropout(recurrent), 0)
    };
    for (masks, expected) in [
        (lstm(0.0, 0.0), (0, 0)),
        (lstm(0.5, 0.0), (1, 0)),
        (lstm(0.0, 0.5), (0, 4)),
        (lstm(0.5, 0.5), (4, 4)),
        // A rate of 1 drops nothing, but keeps the masks of the gates apart.
        (lstm(0.5, 1.0), (4, 0)),
        (lstm(7.0, -1.0), (0, 0)),
        (gru(0.5, 0.0), (1, 0)),
        (gru(0.5, 0.5), (3, 3)),
        (gru(1.0, 0.5), (0, 3)),
        (simple(0.5, 0.0), (1, 0)),
        (simple(0.5, 0.5), (1, 1)),
        (simple(1.0, 0.0), (1, 0)),
        (simple(-1.0, 0.0), (0, 0)),
    ] {
        assert_eq!((masks.input.len(), masks.recurrent.len()), expected);
        assert!(masks.input.iter().all(|mask| mask.shape() == [50, 40]));
        assert!(masks.recurrent.iter().all(|mask| mask.shape() == [50, 6]));
    }
    // SimpleRNN drops everything at a rate of 1, where LSTM and GRU drop nothing.
    assert!(simple(1.0, 0.0).input[0].data().iter().all(|factor| *factor == 0.0));
    // Convolutions always draw one for each gate, over all of space.
    let (parameters, conv) = (Parameters::default(), ConvLstmCell::<2>::new(6, 2).dropout(0.5));
    let masks = conv.dropout_masks(5, &[3, 4, 2], &Context::training(&parameters, 1, 0)).unwrap();
    assert_eq!((masks.input.len(), masks.recurrent.len()), (4, 0));
    assert_eq!(masks.input[0].shape(), [5, 3, 4, 2]);
    // Files of Keras 2 may ask for a mask for each gate.
    let object = json!({
        "class_name": "LSTMCell", "config": { "units": 6, "dropout": 0.5, "implementation": 1 },
    });
    assert_eq!(self::masks(&cell_from_object(&object).unwrap(), 0).input.len(), 4);
}

/// Each factor is 0 at the rate asked for, else such that the mean stays; masks are independent.
#[test]
fn masks_are_random_as_asked() {
    let masks = masks(&LstmCell::new(40).dropout(0.3).recurrent_dropout(0.2), 0);
    for (masks, rate) in [(&masks.input, 0.3_f64), (&masks.recurrent, 0.2)] {
        let kept = (1.0 / (1.0 - rate)) as f32;
        for mask in masks {
            assert!(mask.data().iter().all(|factor| *factor == 0.0 || *factor == kept));
            let dropped = mask.data().iter().filter(|factor| **factor == 0.0).count() as f64;
            let (n, mean) = (mask.len() as f64, rate * mask.len() as f64);
            let deviation = (n * rate * (1.0 - rate)).sqrt();
            assert!((dropped - mean).abs() < 4.0 * deviation, "{dropped} of {n} at {rate}");
        }
        // Where one mask drops, another does at its own rate only.
        for (a, b) in masks.iter().zip(&masks[1..]) {
            let both = a.data().iter().zip(b.data()).filter(|(a, b)| **a == 0.0 && **b == 0.0);
            let (n, p) = (a.len() as f64, rate * rate);
            let distance = both.count() as f64 - n * p;
            assert!(distance.abs() < 4.0 * (n * p * (1.0 - p)).sqrt(), "{distance}");
        }
    }
}

fn same(a: &DropoutMasks, b: &DropoutMasks) -> bool {
    a.input == b.input && a.recurrent == b.recurrent
}

/// Masks follow from seed, place and training step, and from nothing else.
#[test]
fn masks_are_keyed() {
    let cell = || GruCell::new(5).dropout(0.5).recurrent_dropout(0.5);
    let (first, again, later) = (masks(&cell(), 3), masks(&cell(), 3), masks(&cell(), 4));
    assert!(same(&first, &again) && !same(&first, &later));
    assert!(!same(&first, &masks(&cell().seed(1), 3)));
    // A seed of its own means the same masks in two places, as in Keras.
    let train = |seed: Option<u64>| {
        let mut layer = Lstm::new(5).dropout(0.5).recurrent_dropout(0.5).return_state(true);
        if let Some(seed) = seed {
            layer = layer.seed(seed);
        }
        let both = Bidirectional::new(layer.kernel_initializer(Initializer::Ones))
            .merge_mode(MergeMode::None);
        let x = Tensor::from(ndarray::Array3::<f32>::from_elem((8, 1, 40), 0.01));
        let built = Built::new(Box::new(both), std::slice::from_ref(&x)).unwrap();
        let mut cx = Context::training(&built.parameters, 1, 0);
        let outputs = built.layer.forward(&[x], &mut cx).unwrap();
        // The cell state after one step of both directions, whose kernels are alike.
        (outputs[3].clone(), outputs[5].clone())
    };
    let (forward, backward) = train(Some(7));
    assert_eq!(forward, backward);
    let (forward, backward) = train(None);
    assert_ne!(forward, backward);
}

/// One mask for all steps of a call, none in inference.
#[test]
fn a_mask_holds_for_all_steps() {
    let layer = SimpleRnn::new(30)
        .activation(Activation::Linear)
        .kernel_initializer(Initializer::Identity { gain: 1.0 })
        .recurrent_initializer(Initializer::Zeros)
        .dropout(0.5)
        .return_sequences(true);
    let x = Tensor::from(ndarray::Array3::<f32>::ones((2, 6, 30)));
    let built = Built::new(Box::new(layer), std::slice::from_ref(&x)).unwrap();
    let inputs = [x.clone()];
    let mut cx = Context::training(&built.parameters, 5, 0);
    let y = built.layer.forward(&inputs, &mut cx).unwrap().remove(0);
    let first = ops::time_step(&y, 0);
    assert!((1..6).all(|t| ops::time_step(&y, t) == first));
    assert!(first.data().contains(&0.0) && first.data().contains(&2.0));
    assert_ne!(first.rows(0, 1), first.rows(1, 2));
    assert_eq!(built.forward(&inputs).unwrap()[0], x);
}

/// The keys that Keras writes, with the values that it makes of the arguments.
#[test]
fn configurations_are_those_of_keras() {
    let lstm = Lstm::new(2).dropout(1.5).recurrent_dropout(-0.5).seed(3).config();
    assert_eq!((&lstm["dropout"], &lstm["recurrent_dropout"]), (&json!(1.0), &json!(0.0)));
    assert_eq!(lstm["seed"], json!(3));
    assert_eq!(Gru::new(2).config()["seed"], Value::Null);
    // The layer doesn't keep the seed in Keras, its cell does.
    assert!(!SimpleRnn::new(2).seed(3).config().contains_key("seed"));
    let cell = Rnn::over(SimpleRnnCell::new(2).seed(3)).config();
    assert_eq!(cell["cell"]["config"]["seed"], json!(3));
    for (class, config) in [("LSTM", lstm), ("RNN", cell)] {
        let again = layer_from_config(class, &config).unwrap();
        assert_eq!(again.config(), config);
    }
}

/// Layers with dropout train, the same twice, and predict without dropout.
#[test]
fn layers_with_dropout_train() {
    let x = Tensor::from(ndarray::Array3::<f32>::from_shape_fn((20, 5, 3), |(b, t, f)| {
        ((b * 7 + t * 3 + f) % 11) as f32 / 11.0
    }));
    let y = ndarray::Array2::<f32>::from_shape_fn((20, 1), |(b, _)| (b % 3) as f32);
    let train = || {
        let mut model = Sequential::new().seed(2);
        let lstm = Lstm::new(8).dropout(0.1).recurrent_dropout(0.1).return_sequences(true);
        model.add(Bidirectional::new(lstm)).unwrap();
        model.add(Gru::new(6).dropout(0.1).recurrent_dropout(0.1).reset_after(false)).unwrap();
        model.add(Dense::new(1)).unwrap();
        model.compile(Adam::new(0.01), "mse", &[]).unwrap();
        let fit = Fit::new().epochs(30).batch_size(5).verbose(Verbose::Silent);
        let history = model.fit(&x, &y, fit).unwrap();
        let losses = history.get("loss").unwrap().to_vec();
        (losses, model.weights(), model.predict(&x).unwrap())
    };
    let (losses, weights, predictions) = train();
    assert!(losses[29] < 0.7 * losses[0], "{losses:?}");
    assert!((losses, weights, predictions) == train());
}
