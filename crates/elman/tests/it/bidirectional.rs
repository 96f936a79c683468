//! `Bidirectional` with a backward layer of its own, and what it refuses.

use elman::cells::Cell;
use elman::layers::{Layer, layer_from_config};
use elman::prelude::*;
use serde_json::json;

use crate::support::Built;

fn error(layer: impl Layer) -> String {
    let mut model = Sequential::new();
    let added = model.add(layer.name("both").input_shape([4, 3]));
    added.err().expect("the layer must be refused").to_string()
}

#[test]
fn layers_that_do_not_go_together_are_refused() {
    let back = || Lstm::new(2).go_backwards(true);
    let with = |backward: Lstm| error(Bidirectional::new(Lstm::new(2)).backward_layer(backward));
    for (message, words) in [
        (with(Lstm::new(2)), ["go_backwards = true", "go_backwards = false"]),
        (with(back().stateful(true)), ["stateful = false", "stateful = true"]),
        (
            with(back().return_sequences(true)),
            ["return_sequences = false", "return_sequences = true"],
        ),
        (with(back().return_state(true)), ["return_state = false", "return_state = true"]),
        // Keras derives a layer that goes backwards, also from one that does so already.
        (error(Bidirectional::new(back())), ["go_backwards = false", "go_backwards = true"]),
        (
            error(
                Bidirectional::new(Lstm::new(2))
                    .backward_layer(Lstm::new(3).go_backwards(true))
                    .merge_mode(MergeMode::Sum),
            ),
            ["merge_mode", "different units"],
        ),
    ] {
        assert!(message.contains("both"), "{message}");
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
}

#[test]
fn keys_that_cannot_be_honoured_are_refused() {
    let config = Bidirectional::new(Gru::new(2)).config();
    for (key, value, words) in [
        ("weights", json!([[1.0]]), ["weights = [[1.0]]", "not supported"]),
        ("merge_mode", json!("max"), ["merge_mode", "max"]),
        (
            "layer",
            json!({ "class_name": "Dense", "config": { "units": 2 } }),
            ["recurrent", "Dense"],
        ),
    ] {
        let mut config = config.clone();
        config.insert(key.into(), value);
        let error = layer_from_config("Bidirectional", &config).err().unwrap().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }
    let mut config = config;
    config.insert("weights".into(), json!(null));
    assert!(layer_from_config("Bidirectional", &config).is_ok());
}

/// Named as Keras names them, whatever the order in which prefixes were put on.
#[test]
fn directions_are_named_as_in_keras() {
    let names = |layer: Bidirectional| {
        let config = layer.config();
        ["layer", "backward_layer"].map(|key| config[key]["config"]["name"].clone())
    };
    elman::clear_session();
    assert_eq!(names(Bidirectional::new(Lstm::new(1))), ["forward_lstm", "backward_lstm"]);
    // Printed by keras.layers.Bidirectional(keras.layers.LSTM(1, name=...)).
    for (name, expected) in [
        ("a", ["forward_a", "backward_a"]),
        ("forward_a", ["forward_a", "backward_forward_a"]),
        ("backward_a", ["forward_backward_a", "backward_a"]),
    ] {
        assert_eq!(names(Bidirectional::new(Lstm::new(1).name(name))), expected);
    }
    let own = Bidirectional::new(Lstm::new(1)).backward_layer(Gru::new(1).go_backwards(true));
    assert_eq!(names(own), ["forward_lstm_1", "gru"]);
}

/// Directions with different numbers of states: each gets and gives its own.
#[test]
fn directions_may_have_different_states() {
    let layer = Bidirectional::new(Lstm::new(2).return_state(true))
        .backward_layer(Gru::new(3).go_backwards(true).return_state(true));
    let x = Tensor::from(ndarray::Array3::<f32>::ones((2, 4, 3)));
    let states = [2, 2, 3].map(|units| Tensor::from(ndarray::Array2::<f32>::ones((2, units))));
    let inputs: Vec<Tensor> = std::iter::once(x).chain(states).collect();
    let built = Built::new(Box::new(layer), &inputs).unwrap();
    let outputs = built.forward(&inputs).unwrap();
    assert_eq!(outputs.iter().map(Tensor::width).collect::<Vec<_>>(), [5, 2, 2, 3]);
    let (_, of_inputs, _) = built.gradients(&inputs, &outputs).unwrap();
    let shapes: Vec<_> = of_inputs.iter().map(|d| d.as_ref().unwrap().shape().to_vec()).collect();
    assert_eq!(shapes, [vec![2, 4, 3], vec![2, 2], vec![2, 2], vec![2, 3]]);
    let error = built.layer.output_shapes(&[
        Shape::from([2, 4, 3]),
        Shape::from([2, 2]),
        Shape::from([2, 2]),
    ]);
    assert!(error.unwrap_err().to_string().contains("3 initial states"));
}

/// Keras takes the states of stacked cells nested, cell by cell, in both directions.
#[test]
fn states_stand_in_files_as_keras_nests_them() {
    use elman::cells::{GruCell, LstmCell, StackedRnnCells};
    let cells = StackedRnnCells::new([LstmCell::new(1)]).push(GruCell::new(1));
    assert_eq!(cells.group_states(vec![1.into(), 2.into(), 3.into()]), [json!([1, 2]), json!([3])]);
    let both = Bidirectional::new(Rnn::over(cells));
    let (args, keywords) = both.call_arguments((0..7).map(Into::into).collect());
    assert_eq!(args, [json!(0)]);
    assert_eq!(keywords["initial_state"], json!([[1, 2], [3], [4, 5], [6]]));
}
