//! A model of the layer: through a file and back, and with other weights.

use elman::models::Shared;
use elman::prelude::*;

use super::{Case, ensure, for_all, said};
use crate::support::noise;

/// An input is what a model's layers are called on; no model calls it.
pub fn is_called(case: &Case) -> bool {
    case.class() != "InputLayer"
}

/// The layer on inputs of its own, for any batch.
pub fn model(case: &Case) -> Result<Model, String> {
    let inputs: Vec<_> = case.inputs.iter().map(|input| input.symbolic()).collect();
    let outputs = Shared::new(case.layer()?).apply_all(&inputs[..]).map_err(said)?;
    let mut model = Functional::new(&inputs[..], outputs).seed(3).build().map_err(said)?;
    let weights: Vec<Tensor> = match case.weights.is_empty() {
        true => model.weights(),
        false => case.weights.iter().map(super::tensor).collect(),
    };
    model.set_weights(weights).map_err(said)?;
    Ok(model)
}

fn predict(model: &Model, inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
    let outputs = model.predict_all(inputs).map_err(said)?;
    Ok(outputs.into_iter().map(Tensor::from).collect())
}

#[test]
fn files_hold_all_of_a_layer() {
    for_all(650, is_called, |case| {
        let (model, inputs) = (model(case)?, case.bare_inputs());
        let bytes = model.to_bytes().map_err(said)?;
        let again = Model::from_bytes(&bytes, "layer.keras").map_err(said)?;
        ensure(again.to_json() == model.to_json(), || "another description".into())?;
        ensure(again.weights() == model.weights(), || "other weights".into())?;
        ensure(again.summary() == model.summary(), || "another summary".into())?;
        let (ours, theirs) = (predict(&model, &inputs)?, predict(&again, &inputs)?);
        ensure(super::same_bits(&ours, &theirs), || "other outputs".into())
    });
}

#[test]
fn weights_are_taken_and_given_back() {
    for_all(650, is_called, |case| {
        let (mut model, inputs) = (model(case)?, case.bare_inputs());
        let (weights, outputs) = (model.weights(), predict(&model, &inputs)?);
        let moved: Vec<Tensor> = weights.iter().map(|w| noise(w.shape(), "moved")).collect();
        model.set_weights(moved.clone()).map_err(said)?;
        ensure(model.weights() == moved, || "other weights than were set".into())?;
        let count = weights.iter().map(Tensor::len).sum::<usize>();
        ensure(model.count_params() == count, || "another number of weights".into())?;
        // What is refused changes nothing.
        let extra = weights.iter().cloned().chain([Tensor::zeros([1])]);
        ensure(model.set_weights(extra).is_err(), || "a weight too many is taken".into())?;
        for i in 0..weights.len() {
            let mut wrong = weights.clone();
            wrong[i] = Tensor::zeros([weights[i].len() + 1]);
            ensure(model.set_weights(wrong).is_err(), || "a wrong shape is taken".into())?;
        }
        ensure(model.weights() == moved, || "what is refused changes weights".into())?;
        model.set_weights(weights).map_err(said)?;
        let again = predict(&model, &inputs)?;
        ensure(super::same_bits(&again, &outputs), || "old weights, other outputs".into())
    });
}

/// A model refuses inputs of another rank or size, and batches of nothing.
#[test]
fn models_refuse_other_inputs() {
    for_all(650, is_called, |case| {
        let (model, inputs) = (model(case)?, case.bare_inputs());
        for (i, x) in inputs.iter().enumerate() {
            let refuse = |what: &str, shape: Vec<usize>| {
                let mut inputs = inputs.clone();
                inputs[i] = Tensor::zeros(shape.clone());
                ensure(model.predict_all(inputs).is_err(), || format!("takes {what}: {shape:?}"))
            };
            let shape = x.shape();
            refuse("a dimension more", [shape, &[2]].concat())?;
            // One of size one may be left off at the end.
            if shape.last() != Some(&1) {
                refuse("a dimension less", shape[..shape.len() - 1].to_vec())?;
            }
            refuse("no batch", [&[0], &shape[1..]].concat())?;
            let mut wider = shape.to_vec();
            *wider.last_mut().unwrap() += 1;
            if shape.len() > 1 {
                refuse("another width", wider)?;
            }
        }
        ensure(model.predict_all(&inputs[1..]).is_err(), || "takes an input less".into())
    });
}

/// Keras calls a merging layer on one list, also of one tensor, and opens no file that says else.
#[test]
fn merging_layers_are_called_on_a_list() {
    let classes =
        ["Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"];
    let merges = |case: &Case| classes.contains(&case.class());
    for_all(60, merges, |case| {
        let json = model(case)?.to_json();
        let calls = json["config"]["layers"].as_array().into_iter().flatten();
        let call = calls.map(|layer| &layer["inbound_nodes"][0]).find(|call| !call.is_null());
        let args = call.and_then(|call| call["args"].as_array()).ok_or("no call")?;
        let inputs = args.first().and_then(|list| list.as_array()).map(Vec::len);
        let is_list = args.len() == 1 && inputs == Some(case.inputs.len());
        ensure(is_list, || format!("called on {args:?}"))
    });
}
