//! Models that have, together, every function of programs.

use elman::layers::Layer;
use elman::models::Symbolic;
use elman::prelude::*;

use super::super::random::causal_layer;
use crate::properties::draw::Dice;

fn sequential(input: Input, layers: impl IntoIterator<Item = Box<dyn Layer>>) -> Model {
    let mut model = Sequential::new();
    model.add(input).unwrap();
    for layer in layers {
        model.add(layer).unwrap();
    }
    model.into()
}

/// A chain of causal layers, drawn.
pub(super) fn chain(dice: &mut Dice) -> Model {
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    if dice.below(3) == 0 {
        layers.push(Masking::new().into());
    }
    layers.extend((0..1 + dice.below(4)).map(|_| causal_layer(dice)));
    let features = 1 + dice.below(9);
    sequential(Input::new([None, Some(features)]), layers)
}

pub(super) fn all() -> Vec<(&'static str, Model)> {
    vec![
        ("gates", gates()),
        ("text", text()),
        ("activations", activations()),
        ("layers", layers()),
        ("graph", graph().unwrap()),
        ("unchanged", sequential(Input::new([None, Some(2)]), [Dropout::new(0.5).into()])),
    ]
}

/// The recurrent layers in all their forms, of more units than a vector has lanes.
fn gates() -> Model {
    let all = true;
    sequential(
        Input::new([None, Some(3)]),
        [
            SimpleRnn::new(17).return_sequences(all).into(),
            Lstm::new(19).return_sequences(all).into(),
            Gru::new(9).return_sequences(all).into(),
            Gru::new(5).reset_after(false).return_sequences(all).into(),
            Lstm::new(4)
                .activation(Activation::Softsign)
                .recurrent_activation(Activation::HardSigmoid)
                .return_sequences(all)
                .into(),
            SimpleRnn::new(3).activation(Activation::Exponential).return_sequences(all).into(),
            // What the vectors don't have.
            SimpleRnn::new(3).activation(Activation::Softmax).return_sequences(all).into(),
            Lstm::new(5).activation(Activation::Gelu).return_sequences(all).into(),
            Gru::new(4).activation(Activation::Mish).return_sequences(all).into(),
            Gru::new(4)
                .recurrent_activation(Activation::LogSoftmax)
                .reset_after(false)
                .return_sequences(all)
                .into(),
            Gru::new(3).use_bias(false).return_sequences(all).into(),
            MinGru::new(4).return_sequences(all).into(),
            MinLstm::new(3).use_bias(false).return_sequences(all).into(),
            Rnn::over(elman::cells::StackedRnnCells::new([
                elman::cells::LstmCell::new(3),
                elman::cells::LstmCell::new(2),
            ]))
            .into(),
        ],
    )
}

/// Masks: of an embedding, held over recurrent layers that repeat or clear their outputs.
fn text() -> Model {
    sequential(
        Input::new([None]),
        [
            Embedding::new(5, 3).mask_zero(true).into(),
            Gru::new(4).return_sequences(true).into(),
            Lstm::new(3).zero_output_for_mask(true).return_sequences(true).into(),
            MinGru::new(2).return_sequences(true).into(),
            SimpleRnn::new(3).into(),
            Dense::new(2).activation(Activation::Softmax).into(),
        ],
    )
}

/// Every activation, number by number.
fn activations() -> Model {
    let x = Input::new([None, Some(4)]).symbolic();
    let mut values = vec![x.clone()];
    for activation in Activation::ALL {
        let dense = Dense::new(6).activation(*activation);
        values.push(dense.apply(&x).unwrap());
        values.push(ActivationLayer::new(*activation).apply(&x).unwrap());
    }
    let all = Concatenate::new().apply(values).unwrap();
    Functional::new(x, all).build().unwrap()
}

/// Layers that aren't recurrent.
fn layers() -> Model {
    let normalization = serde_json::json!({
        "class_name": "Normalization",
        "config": {"name": "standard", "axis": -1, "mean": [0.5, 0.1, -0.3], "variance": [2.0, 1.0, 0.5]},
    });
    sequential(
        Input::new([None, Some(3)]),
        [
            serde_json::from_value(normalization).unwrap(),
            Rescaling::new(0.7).offset(0.25).into(),
            Conv1d::new(4, 3).padding(Padding::Causal).dilation_rate(2).into(),
            Conv1d::new(6, 2).padding(Padding::Causal).groups(2).activation(Activation::Glu).into(),
            Conv1d::new(4, 1).use_bias(false).into(),
            LayerNormalization::new().into(),
            RmsNormalization::new().into(),
            BatchNormalization::new().into(),
            Relu::new().negative_slope(0.1).threshold(0.05).max_value(0.9).into(),
            LeakyRelu::new().into(),
            Prelu::new().shared_axes([1]).into(),
            Elu::new().alpha(0.7).into(),
            Softmax::new().into(),
            TimeDistributed::new(Dense::new(5)).into(),
        ],
    )
}

/// Several inputs and outputs, merges, spread shapes, a layer called twice, states as outputs.
fn graph() -> elman::Result<Model> {
    let (a, b) = (Input::new([None, Some(3)]).symbolic(), Input::new([None, Some(3)]).symbolic());
    let one = Input::new([None, Some(1)]).symbolic();
    let masked = Masking::new().apply(&b)?;
    let shared = Lstm::new(3).return_sequences(true).shared();
    let (x, y): (Symbolic, Symbolic) = (shared.apply(&a)?, shared.apply(&masked)?);
    let sum = Add::new().apply([&x, &y, &one])?;
    let difference = Subtract::new().apply([&x, &a])?;
    let product = Multiply::new().apply([&difference, &one])?;
    let mean = Average::new().apply([&x, &y, &a])?;
    let larger = Maximum::new().apply([&x, &a])?;
    let smaller = Minimum::new().apply([&larger, &product])?;
    let joined = Concatenate::new().apply([&sum, &mean, &smaller])?;
    let both = Concatenate::new().apply([&y, &masked])?;
    let states = Gru::new(2).return_state(true).apply_all(&both)?;
    Functional::new([&a, &b, &one], [&joined, &states[0], &states[1], &one]).build()
}
