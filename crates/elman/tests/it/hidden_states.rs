//! Looking into recurrent layers.

use elman::prelude::*;
use ndarray::{Array3, ArrayD, Axis, Slice};

fn input() -> Array3<f32> {
    Array3::from_shape_fn((2, 6, 3), |(b, t, f)| ((b * 18 + t * 3 + f) as f32 / 5.0).sin())
}

/// The outputs of a layer at every step, as it gives them itself; its weights are those of `model`.
fn sequences(model: &Model, layer: impl Into<Box<dyn elman::layers::Layer>>) -> ArrayD<f32> {
    let mut whole = Sequential::new();
    whole.add(layer).unwrap();
    whole.build([None, Some(6), Some(3)]).unwrap();
    let own = whole.weights().len();
    whole.set_weights(model.weights().into_iter().take(own)).unwrap();
    whole.predict(input()).unwrap()
}

#[test]
fn states_are_those_that_return_sequences_gives() {
    let mut model = Sequential::new().seed(3);
    model.add(Lstm::new(4).name("a").input_shape([6, 3])).unwrap();
    model.add(Dense::new(1)).unwrap();
    let states = model.hidden_states("a", [input().into()]).unwrap();
    assert_eq!(states, sequences(&model, Lstm::new(4).return_sequences(true)));

    let mut model = Sequential::new().seed(3);
    let both = Bidirectional::new(Gru::new(4)).name("a");
    model.add(both.input_shape([6, 3])).unwrap().add(Dense::new(1)).unwrap();
    let states = model.hidden_states("a", [input().into()]).unwrap();
    let both = Bidirectional::new(Gru::new(4).return_sequences(true));
    assert_eq!(states, sequences(&model, both));
}

#[test]
fn a_layer_that_reads_backwards_is_shown_in_the_order_of_time() {
    let mut model = Sequential::new().seed(3);
    let layer = SimpleRnn::new(4).go_backwards(true).name("a");
    model.add(layer.input_shape([6, 3])).unwrap();
    let states = model.hidden_states("a", [input().into()]).unwrap();
    let first = states.index_axis(Axis(1), 0).to_owned();
    assert_eq!(first, model.predict(input()).unwrap(), "the first step is read last");
}

#[test]
fn states_of_a_layer_within_a_graph_see_masks_and_initial_states() {
    let (x, s) = (Input::new([None, Some(3)]).symbolic(), Input::new([4]).symbolic());
    let masked = Masking::new().apply(&x).unwrap();
    let h = Gru::new(4).name("gru").apply([&masked, &s]).unwrap();
    let model = Functional::new([&x, &s], Dense::new(1).apply(&h).unwrap()).seed(1).build();
    let model = model.unwrap();
    let start = ndarray::Array2::from_elem((2, 4), 0.5f32);
    let mut padded = input();
    padded.slice_axis_mut(Axis(1), Slice::from(4..)).fill(0.0);
    let states = |x: Array3<f32>| model.hidden_states("gru", [x.into(), (&start).into()]).unwrap();
    let whole = states(padded);
    let short = states(input().slice_axis(Axis(1), Slice::from(..4)).to_owned());
    assert_eq!(whole.slice_axis(Axis(1), Slice::from(..4)), short);
    let last = whole.index_axis(Axis(1), 5);
    assert_eq!(last, short.index_axis(Axis(1), 3), "a masked step keeps the output");
}

#[test]
fn what_has_no_states_is_refused() {
    let mut model = Sequential::new();
    model.add(Lstm::new(2).name("lstm").input_shape([6, 3])).unwrap();
    model.add(Dense::new(1).name("dense")).unwrap();
    let error = |layer: &str, x: Array3<f32>| {
        model.hidden_states(layer, [x.into()]).unwrap_err().to_string()
    };
    assert!(error("dense", input()).contains("a recurrent layer: lstm"));
    assert!(error("gru", input()).contains("`gru` is unknown"));
    assert!(error("lstm", Array3::zeros((2, 6, 4))).contains("expected (None, 6, 3)"));
    assert!(error("lstm", Array3::zeros((0, 6, 3))).contains("one sample or more"));
}
