//! What `elman::compatibility` says: one test for each sentence that the fixtures don't hold.

use elman::layers::layer_from_config;
use elman::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::Built;

/// A GRU over ones whose initial state and mask are given; all weights are ones.
fn decoder(honoured: bool) -> elman::Result<Vec<f32>> {
    let (x, h) = (Input::new([4, 1]).symbolic(), Input::new([1]).symbolic());
    let masked = Masking::new().name("masking").apply(&x)?;
    let y = SimpleRnn::new(1)
        .activation(Activation::Linear)
        .name("rnn")
        .return_sequences(true)
        .apply([&masked, &h])?;
    let mut model = Functional::new([&x, &h], &y).name("m").build()?;
    let one = |w: Tensor| Tensor::from(w.into_array().mapv(|_| 1.0));
    let ones: Vec<Tensor> = model.weights().into_iter().map(one).collect();
    model.set_weights(ones)?;
    if !honoured {
        // As a file of Keras 3: the key that says otherwise is missing.
        let mut json = model.to_json();
        let layers = json["config"]["layers"].as_array_mut().unwrap();
        let calls = layers.iter_mut().flat_map(|l| l["inbound_nodes"].as_array_mut().unwrap());
        let said = calls.filter_map(|c| c.as_object_mut()?.remove("elman_honours_mask")).count();
        assert_eq!(said, 1);
        let weights = model.weights();
        model = Model::from_json(&json)?;
        assert!(model.warnings()[0].contains("layer \"rnn\" (SimpleRNN) ignores the mask"));
        model.set_weights(weights)?;
        assert_eq!(Model::from_json(&model.to_json())?.to_json(), model.to_json());
    }
    let x = Tensor::from(ndarray::array![[[1.], [0.], [1.], [0.]]]);
    let y = model.predict_all([x, Tensor::from(ndarray::array![[5.]])])?;
    Ok(y[0].iter().copied().collect())
}

#[test]
fn a_mask_counts_beside_initial_states_unless_keras_3_wrote_the_file() {
    // x + h + bias at every step that counts.
    assert_eq!(decoder(true).unwrap(), [7., 7., 9., 9.]);
    assert_eq!(decoder(false).unwrap(), [7., 8., 10., 11.]);
}

#[test]
fn a_mask_goes_on_behind_a_recurrent_layer() {
    let mut model = Sequential::new().seed(3);
    model.add(Masking::new().input_shape([4, 2])).unwrap();
    model.add(Lstm::new(3).return_sequences(true)).unwrap();
    model.add(Gru::new(2)).unwrap();
    let ones = |time: usize| ndarray::Array3::<f32>::ones((1, time, 2));
    let mut padded = ones(4);
    padded.slice_mut(ndarray::s![.., 2.., ..]).fill(0.0);
    let mut short = Sequential::new();
    short.add(Lstm::new(3).return_sequences(true).input_shape([2, 2])).unwrap();
    short.add(Gru::new(2)).unwrap();
    short.set_weights(model.weights()).unwrap();
    assert_eq!(model.predict(&padded).unwrap(), short.predict(ones(2)).unwrap());
}

#[test]
fn states_are_carried_by_predict_evaluate_and_fit() {
    let make = || {
        let mut model = Sequential::new().seed(1);
        let rnn = SimpleRnn::new(2).stateful(true).batch_input_shape([2, 1, 2]);
        model.add(rnn).unwrap();
        model.compile(Sgd::new(0.0), "mse", &[]).unwrap();
        model
    };
    let (x, y) = (ndarray::Array3::<f32>::ones((2, 1, 2)), ndarray::Array2::<f32>::zeros((2, 2)));
    let mut model = make();
    let start = model.states();
    model.predict(&x).unwrap();
    let once = model.states();
    assert_ne!(once, start);
    model.reset_states();
    model.evaluate_with(&x, &y, None, 2).unwrap();
    assert_eq!(model.states(), once);
    model.layer_mut("simple_rnn").unwrap().reset_state().unwrap();
    let fit = Fit::new().batch_size(2).epochs(2).verbose(Verbose::Silent);
    model.fit(&x, &y, fit).unwrap();
    let other = make();
    other.predict(&x).unwrap();
    other.predict(&x).unwrap();
    // No end of an epoch resets them.
    assert_eq!(model.states(), other.states());
}

#[test]
fn states_are_saved_and_restored_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("states.npz");
    let mut model = Sequential::new().seed(1);
    let lstm = Lstm::new(2).stateful(true).return_sequences(true);
    model.add(Bidirectional::new(lstm).batch_input_shape([1, 3, 2])).unwrap();
    let x = ndarray::Array3::<f32>::ones((1, 3, 2));
    model.predict(&x).unwrap();
    model.save_states(&path).unwrap();
    let next = model.predict(&x).unwrap();
    model.load_states(&path).unwrap();
    assert_eq!(model.predict(&x).unwrap(), next);
}

#[test]
fn unrolling_changes_nothing() {
    let layer = |unroll: bool| {
        let config = json!({ "units": 2, "unroll": unroll, "zero_output_for_mask": true,
            "return_sequences": true, "go_backwards": true });
        layer_from_config("GRU", config.as_object().unwrap()).unwrap()
    };
    let mask = ndarray::array![[true, false, true], [false, true, false]];
    let x = Tensor::from(ndarray::Array3::<f32>::ones((2, 3, 2))).with_mask(mask).unwrap();
    let inputs = [x];
    let of = |unroll| Built::new(layer(unroll), &inputs).unwrap().forward(&inputs);
    assert_eq!(of(true).unwrap(), of(false).unwrap());
}

#[test]
fn time_major_is_written_where_it_is_true() {
    let config = |time_major: bool| -> Map<String, Value> {
        json!({ "units": 2, "time_major": time_major }).as_object().unwrap().clone()
    };
    // Keras 3 doesn't know the key.
    let written = |time_major| layer_from_config("LSTM", &config(time_major)).unwrap().config();
    assert_eq!(written(false).get("time_major"), None);
    assert_eq!(written(true).get("time_major"), Some(&true.into()));
}
