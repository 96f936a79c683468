//! Configurations of layers as Keras 1 and 2 wrote them, in the terms of Keras 3.

use serde_json::{Map, Value, json};

use super::{Generation, keras1};
use crate::layers::KERAS_2_MASKS;

/// Layers that make one mask of several.
const MERGING: &[&str] =
    &["Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"];

/// Keys whose value is an activation.
const ACTIVATIONS: &[&str] = &["activation", "recurrent_activation"];

/// Rewrites the object of a model or layer, and all that it holds, from what an older Keras meant
/// to what Keras 3 would write.
///
/// - `hard_sigmoid` was `clip(0.2 x + 0.5, 0, 1)`: `hard_sigmoid_keras2`.
/// - A GRU that doesn't say `reset_after` means false; a gated layer that doesn't say its
///   `recurrent_activation` means `hard_sigmoid`.
/// - A layer that isn't trainable froze the layers in it.
/// - The slope of `LeakyReLU` was `alpha`.
/// - `CuDNNLSTM` and `CuDNNGRU` are LSTM and GRU with fixed options.
/// - The calls of a functional model within a model are counted from 1, since the one that it was
///   made by is number 0. (Keras 3 does so in `output_layers` alone.)
/// - A `Sequential` was a list of its layers before Keras 2.2.3.
/// - Merging layers made masks by another rule, which matters where something makes a mask.
pub(in crate::saving) fn upgrade(object: &mut Value, generation: Generation) {
    if !generation.is_current() {
        let masks = makes_masks(object);
        rewrite(object, generation, masks);
    }
}

/// Whether anything in a model makes a mask.
fn makes_masks(part: &Value) -> bool {
    match part {
        Value::Object(map) => {
            map.get("mask_zero") == Some(&json!(true))
                || map.get("class_name") == Some(&json!("Masking"))
                || map.values().any(makes_masks)
        }
        Value::Array(list) => list.iter().any(makes_masks),
        _ => false,
    }
}

fn rewrite(object: &mut Value, generation: Generation, masks: bool) {
    if let Some(object) = object.as_object_mut() {
        if object.get("class_name") == Some(&json!("Sequential"))
            && object.get("config").is_some_and(Value::is_array)
        {
            let layers = object.insert("config".into(), Value::Null).unwrap_or_default();
            object.insert("config".into(), json!({ "layers": layers }));
        }
        let class = object.get("class_name").and_then(Value::as_str).map(str::to_owned);
        if let (Some(mut class), Some(config)) =
            (class, object.get_mut("config").and_then(Value::as_object_mut))
        {
            if generation == Generation::KERAS_1 {
                keras1::upgrade(&mut class, config);
            }
            layer(&mut class, config);
            if config.get("trainable") == Some(&json!(false)) {
                freeze_inner(config);
            }
            if class == "Functional" || class == "Model" {
                shift_calls_of_models(config, -1);
            }
            if masks && MERGING.contains(&class.as_str()) {
                object.insert(KERAS_2_MASKS.into(), true.into());
            }
            object.insert("class_name".into(), class.into());
        }
    }
    match object {
        Value::Object(object) => {
            object.values_mut().for_each(|part| rewrite(part, generation, masks));
        }
        Value::Array(list) => list.iter_mut().for_each(|part| rewrite(part, generation, masks)),
        _ => {}
    }
}

fn layer(class: &mut String, config: &mut Map<String, Value>) {
    let mut default = |key: &str, value: Value| {
        config.entry(key).or_insert(value);
    };
    match class.as_str() {
        "CuDNNLSTM" => *class = "LSTM".into(),
        "CuDNNGRU" => {
            *class = "GRU".into();
            default("reset_after", json!(true));
        }
        "GRU" | "GRUCell" => {
            default("reset_after", json!(false));
            default("recurrent_activation", json!("hard_sigmoid"));
        }
        "LSTM" | "LSTMCell" | "ConvLSTM2D" => {
            default("recurrent_activation", json!("hard_sigmoid"));
        }
        // Keras 3 takes no such key here; without training the layer does nothing anyway.
        "SpatialDropout1D" => {
            config.shift_remove("trainable");
            if config.get("noise_shape") == Some(&Value::Null) {
                config.shift_remove("noise_shape");
            }
        }
        "LeakyReLU" => {
            if let Some(slope) = config.shift_remove("alpha") {
                config.insert("negative_slope".into(), slope);
            }
        }
        _ => {}
    }
    for key in ACTIVATIONS {
        if let Some(activation) = config.get_mut(*key)
            && activation == &json!("hard_sigmoid")
        {
            *activation = json!("hard_sigmoid_keras2");
        }
    }
    // A list of one axis, as TF-Keras wrote BatchNormalization's.
    if let Some(axis) = config.get_mut("axis")
        && let Some([one]) = axis.as_array().map(Vec::as_slice)
    {
        *axis = one.clone();
    }
}

/// Says of the layers in a layer that they aren't trainable.
fn freeze_inner(config: &mut Map<String, Value>) {
    for key in ["layer", "backward_layer", "cell", "cells", "layers"] {
        let inner = match config.get_mut(key) {
            Some(Value::Array(list)) => list.iter_mut().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        for config in inner.into_iter().filter_map(|layer| layer.get_mut("config")) {
            if let Some(config) = config.as_object_mut() {
                config.insert("trainable".into(), false.into());
            }
        }
    }
}

/// Counts the calls of functional models within a model from elsewhere, where layers take their
/// outputs.
pub(super) fn shift_calls_of_models(config: &mut Map<String, Value>, by: i64) {
    let class_of = |layer: &Value| {
        layer.get("class_name").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    // A `Sequential` was made by a call if it has an input of its own.
    let is_model = |layer: &&Value| match class_of(layer).as_str() {
        "Functional" | "Model" => true,
        "Sequential" => {
            let first = layer.pointer("/config/layers/0");
            first.is_some_and(|first| class_of(first) == "InputLayer")
        }
        _ => false,
    };
    let layers = config.get("layers").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<Value> =
        layers.filter(is_model).filter_map(|layer| layer.get("name").cloned()).collect();
    let layers = config.get_mut("layers").and_then(Value::as_array_mut).into_iter().flatten();
    for calls in layers.filter_map(|layer| layer.get_mut("inbound_nodes")) {
        shift(calls, &names, by);
    }
}

fn shift(place: &mut Value, names: &[Value], by: i64) {
    match place {
        Value::Array(list) if list.first().is_some_and(|name| names.contains(name)) => {
            if let Some(call) = list.get_mut(1)
                && let Some(number) = call.as_i64()
            {
                *call = number.saturating_add(by).max(0).into();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|place| shift(place, names, by)),
        _ => {}
    }
}
