//! Models put together at random, the same in every run.

use elman::layers::Layer;
use elman::models::Symbolic;
use elman::prelude::*;
use serde_json::json;

use super::check;
use crate::properties::draw::{Dice, Drawn};
use crate::support::noise;

/// A layer that works step by step and gives a sequence, on features.
pub(super) fn causal_layer(dice: &mut Dice) -> Box<dyn Layer> {
    let activation = dice.pick(&[Activation::Relu, Activation::Tanh, Activation::Gelu]);
    let units = 1 + dice.below(19);
    match dice.below(12) {
        0 => Dense::new(units).activation(activation).into(),
        1 => Dense::new(2 * units).activation(Activation::Glu).into(),
        2 => {
            let conv = Conv1d::new(2 * units, 1 + dice.below(4)).padding(Padding::Causal);
            conv.dilation_rate(1 + dice.below(3)).activation(activation).into()
        }
        3 => LayerNormalization::new().into(),
        4 => RmsNormalization::new().into(),
        5 => BatchNormalization::new()
            .moving_mean_initializer(elman::initializers::Initializer::Ones)
            .into(),
        6 => ActivationLayer::new(dice.pick(&[Activation::Softmax, activation])).into(),
        7 => TimeDistributed::new(Dense::new(units).activation(activation)).into(),
        8 => Prelu::new().shared_axes([1]).into(),
        9 => Dropout::new(0.5).into(),
        10 => MinGru::new(units).return_sequences(true).into(),
        _ => {
            let Drawn { mut object, .. } = dice.layer();
            if object["class_name"] == "ConvLSTM1D" {
                return SimpleRnn::new(units).return_sequences(true).into();
            }
            object["config"]["go_backwards"] = json!(false);
            object["config"]["return_sequences"] = json!(true);
            object["config"]["return_state"] = json!(false);
            serde_json::from_value(object).unwrap()
        }
    }
}

pub(super) fn with_noise(mut model: Model, purpose: &str) -> Model {
    let moved = |(i, w): (usize, Tensor)| {
        let noise = noise(w.shape(), &format!("{purpose} {i}"));
        // Variances must not be negative.
        let values = noise.data().iter().map(|v| 0.3 * v.abs().min(2.0) * v.signum());
        let values = if w.ndim() == 1 { values.map(f32::abs).collect() } else { values.collect() };
        Tensor::new(w.shape(), values).unwrap()
    };
    let weights: Vec<Tensor> = model.weights().into_iter().enumerate().map(moved).collect();
    model.set_weights(weights).unwrap();
    model
}

#[test]
fn chains_stream_as_they_predict() {
    let mut dice = Dice::new("chains");
    for number in 0..120 {
        let features = 1 + dice.below(9);
        let (batch, time) = (1 + dice.below(4), 1 + dice.below(9));
        let mut model = Sequential::new();
        model.add(Input::new([None, Some(features)])).unwrap();
        if dice.below(3) == 0 {
            model.add(Masking::new()).unwrap();
        }
        for _ in 0..1 + dice.below(4) {
            model.add(causal_layer(&mut dice)).unwrap();
        }
        if dice.flip() {
            model.add(Lstm::new(3)).unwrap();
            model.add(Dense::new(2)).unwrap();
        }
        let model = with_noise(model.into(), &format!("chain {number}"));
        let mut x = noise(&[batch, time, features], &format!("x {number}"));
        // Some steps are masked, where a layer looks for that.
        for step in x.data_mut().chunks_mut(features).filter(|_| dice.below(3) == 0) {
            step.fill(0.0);
        }
        if let Err(problem) = check(&model, &[x]) {
            panic!("chain {number}: {problem}\n{}", model.summary());
        }
    }
}

/// Graphs: branches of causal layers that are added, multiplied, joined; residual connections;
/// several inputs and outputs; a model within the model; a layer called twice.
#[test]
fn graphs_stream_as_they_predict() {
    let mut dice = Dice::new("graphs");
    for number in 0..60 {
        let model = graph(&mut dice).unwrap();
        let model = with_noise(model, &format!("graph {number}"));
        let (batch, time) = (1 + dice.below(3), 1 + dice.below(7));
        let inputs: Vec<Tensor> = model
            .input_shapes()
            .iter()
            .enumerate()
            .map(|(i, shape)| {
                let width = shape.last().unwrap();
                let mut x = noise(&[batch, time, width], &format!("x {number} {i}"));
                for step in x.data_mut().chunks_mut(width).filter(|_| dice.below(4) == 0) {
                    step.fill(0.0);
                }
                x
            })
            .collect();
        if let Err(problem) = check(&model, &inputs) {
            panic!("graph {number}: {problem}\n{}", model.summary());
        }
    }
}

pub(super) fn graph(dice: &mut Dice) -> elman::Result<Model> {
    const WIDTH: usize = 6;
    let inputs: Vec<Symbolic> = (0..1 + dice.below(2))
        .map(|_| Input::new([None, Some(2 + dice.below(5))]).symbolic())
        .collect();
    let mut values = Vec::new();
    for input in &inputs {
        let masked = dice.flip();
        let x = if masked { Masking::new().apply(input)? } else { input.clone() };
        values.push(match dice.flip() {
            true => Dense::new(WIDTH).apply(&x)?,
            false => Gru::new(WIDTH).return_sequences(true).apply(&x)?,
        });
    }
    let shared = Lstm::new(WIDTH).return_sequences(true).shared();
    for _ in 0..2 + dice.below(4) {
        let (a, b) = (dice.pick(&values), dice.pick(&values));
        values.push(match dice.below(9) {
            0 => Add::new().apply([&a, &b])?,
            1 => Multiply::new().apply([&a, &b])?,
            2 => Maximum::new().apply([&a, &b])?,
            3 => Subtract::new().apply([&a, &b])?,
            4 => {
                let joined = Concatenate::new().apply([&a, &b])?;
                Dense::new(WIDTH).apply(&joined)?
            }
            5 => {
                let mut inner = Sequential::new();
                inner.add(SimpleRnn::new(WIDTH).return_sequences(true).input_dim(WIDTH))?;
                inner.build([None, None, Some(WIDTH)])?;
                elman::models::Nested::from(Model::from(inner)).apply(&a)?
            }
            6 => Average::new().apply([&a, &b])?,
            7 => Minimum::new().apply([&a, &b])?,
            _ => shared.apply(&a)?,
        });
    }
    let last = values[values.len() - 1].clone();
    let all = Lstm::new(3).return_state(true).apply_all(&last)?;
    let joined = Concatenate::new().apply([&all[0], &all[2]])?;
    let outputs = [last, Dense::new(2).apply(&joined)?];
    Functional::new(inputs, outputs.to_vec()).build()
}
