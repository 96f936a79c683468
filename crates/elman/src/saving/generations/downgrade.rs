//! Configurations in the terms of Keras 2, from those of Keras 3.

use serde_json::{Map, Value, json};

use super::layers::shift_calls_of_models;
use crate::{Error, Result};

/// What Keras 2 calls where it differs, or hasn't.
const DROPPED: &[&str] = &[
    "autocast",
    "build_config",
    "input_axes",
    "lora_alpha",
    "lora_rank",
    "optional",
    "output_axes",
    "quantization_config",
    "zero_output_for_mask",
];

/// Optimizers that TF-Keras has.
const OPTIMIZERS: &[&str] = &[
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "RMSprop",
    "SGD",
];

/// Activations that TF-Keras has under the same name and meaning.
const ACTIVATIONS: &[&str] = &[
    "elu",
    "exponential",
    "gelu",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
];

/// The object of a model or layer, as [`to_json`](crate::Model::to_json) writes it, in the terms of
/// Keras 2: no modules, dtypes as strings, calls as lists.
///
/// # Errors
/// [`Error::Unsupported`] for what Keras 2 can't express: `hard_sigmoid` as Keras 3 computes it, a
/// call with masks or other arguments, a class of its own.
pub(in crate::saving) fn downgrade(object: &Value) -> Result<Value> {
    let class = object.get("class_name").and_then(Value::as_str).unwrap_or_default();
    if let Some(registered) = object.get("registered_name").and_then(Value::as_str)
        && registered != class
    {
        return Err(unsupported(&format!("the class {registered}")));
    }
    let config = object.get("config").and_then(Value::as_object);
    let config = config.map_or_else(|| Ok(Map::new()), |config| layer(class, config))?;
    let mut written = json!({ "class_name": class, "config": config });
    for key in ["name", "inbound_nodes"] {
        if let (Some(value), Some(written)) = (object.get(key), written.as_object_mut()) {
            let value = if key == "name" { value.clone() } else { calls(class, value)? };
            written.insert(key.into(), value);
        }
    }
    Ok(written)
}

pub(in crate::saving) fn unsupported(option: &str) -> Error {
    Error::Unsupported {
        place: "a file of Keras 2".into(),
        option: option.into(),
        advice: "save the model as .keras, or as .h5 of Keras 3".into(),
    }
}

fn layer(class: &str, config: &Map<String, Value>) -> Result<Map<String, Value>> {
    let mut written = Map::new();
    for (key, value) in config {
        let is_set = !value.is_null() && value != &json!(false);
        let name = match key.as_str() {
            "zero_output_for_mask" if is_set => "zero_output_for_mask",
            // Bidirectional sets it itself.
            key if DROPPED.contains(&key) || key.starts_with("elman_") => continue,
            "seed" if !is_set || matches!(class, "LSTM" | "GRU") => continue,
            "batch_shape" => "batch_input_shape",
            "negative_slope" if class == "LeakyReLU" => "alpha",
            // Keras 2 pads steps, whatever the format.
            "data_format" if class == "ZeroPadding1D" => match value.as_str() {
                None | Some("channels_last") => continue,
                Some(format) => {
                    return Err(unsupported(&format!("{class}'s data_format {format}")));
                }
            },
            key => key,
        };
        let value = match key.as_str() {
            "dtype" => dtype(value),
            "input_layers" | "output_layers" => places(value),
            "activation" | "recurrent_activation" => activation(value)?,
            "reduction" if value.is_null() => "none".into(),
            _ => part(value)?,
        };
        written.insert(name.into(), value);
    }
    if class == "Bidirectional" {
        derive_directions(&mut written);
    }
    // There, a wrapper freezes what it holds.
    let inner = written.get("layer").and_then(|layer| layer.pointer("/config/trainable"));
    if inner == Some(&json!(true)) {
        written.insert("trainable".into(), true.into());
    }
    if class == "Functional" {
        shift_calls_of_models(&mut written, 1);
    }
    if matches!(class, "Sequential" | "Functional") {
        written.shift_remove("dtype");
        written.shift_remove("build_input_shape");
        written.shift_remove("trainable");
    }
    Ok(written)
}

/// An inner object, a list of them, or a plain value.
fn part(value: &Value) -> Result<Value> {
    match value {
        Value::Object(object) if object.contains_key("class_name") => downgrade(value),
        Value::Object(object) => {
            let parts = object.iter().map(|(key, value)| Ok((key.clone(), part(value)?)));
            parts.collect::<Result<Map<_, _>>>().map(Value::Object)
        }
        Value::Array(list) => list.iter().map(part).collect(),
        plain => Ok(plain.clone()),
    }
}

fn activation(value: &Value) -> Result<Value> {
    match value.as_str() {
        Some("hard_sigmoid_keras2") => Ok("hard_sigmoid".into()),
        Some(name) if !ACTIVATIONS.contains(&name) => {
            Err(unsupported(&format!("the activation {name} as Keras 3 computes it")))
        }
        _ => part(value),
    }
}

/// A dtype policy by its name; one that mixes two is an object.
fn dtype(value: &Value) -> Value {
    let name = value.as_str().or_else(|| value.pointer("/config/name")?.as_str());
    match name {
        Some(name) if name.starts_with("mixed") => {
            json!({ "class_name": "Policy", "config": { "name": name } })
        }
        Some(name) => name.into(),
        None => Value::Null,
    }
}

/// Keras 2 derives the names of both directions, and a backward layer that is like the forward one.
fn derive_directions(config: &mut Map<String, Value>) {
    let inner = |layer: &Value, backwards: bool| {
        let mut config = layer.get("config").and_then(Value::as_object).cloned()?;
        config.shift_remove("name");
        if backwards {
            let go = config.get("go_backwards") == Some(&json!(true));
            config.insert("go_backwards".into(), (!go).into());
        }
        Some((layer.get("class_name").cloned(), config))
    };
    let (forward, backward) = (config.get("layer"), config.get("backward_layer"));
    let (Some(forward), Some(backward)) = (forward, backward) else { return };
    if inner(forward, true) == inner(backward, false) {
        config.shift_remove("backward_layer");
    }
    if let Some(Value::String(name)) =
        config.get_mut("layer").and_then(|l| l.pointer_mut("/config/name"))
        && let Some(own) = name.strip_prefix("forward_")
    {
        *name = own.into();
    }
}

/// `[[layer, call, tensor], …]`, also for one.
fn places(value: &Value) -> Value {
    match value {
        Value::Array(list) if !list.first().is_some_and(Value::is_string) => value.clone(),
        one => json!([one]),
    }
}

/// The calls of a layer: `[[[layer, call, tensor, {}], …], …]`, the initial states behind the input.
fn calls(class: &str, nodes: &Value) -> Result<Value> {
    let call = |node: &Value| -> Result<Value> {
        let mut tensors = Vec::new();
        collect(node.get("args").unwrap_or(&Value::Null), &mut tensors)?;
        let keywords = node.get("kwargs").and_then(Value::as_object);
        for (key, value) in keywords.into_iter().flatten() {
            match (key.as_str(), value) {
                ("initial_state", value) => collect(value, &mut tensors)?,
                (_, Value::Null | Value::Bool(false)) => {}
                (key, _) => {
                    return Err(unsupported(&format!("the argument `{key}` in a call of {class}")));
                }
            }
        }
        Ok(tensors.into())
    };
    nodes.as_array().into_iter().flatten().map(call).collect()
}

fn collect(value: &Value, tensors: &mut Vec<Value>) -> Result<()> {
    match value {
        Value::Null => Ok(()),
        Value::Array(list) => list.iter().try_for_each(|value| collect(value, tensors)),
        value => match value.pointer("/config/keras_history").and_then(Value::as_array) {
            Some(history) => {
                let mut place = history.clone();
                place.push(json!({}));
                tensors.push(place.into());
                Ok(())
            }
            None => Err(unsupported(&format!("the argument {value} of a call"))),
        },
    }
}

/// A `compile_config` as the `training_config` of TF-Keras.
///
/// # Errors
/// [`Error::Unsupported`] for an optimizer that TF-Keras hasn't, or an argument.
pub(in crate::saving) fn training_config(compile: &Value) -> Result<Value> {
    let mut training = Map::new();
    for key in ["loss", "metrics", "weighted_metrics", "loss_weights"] {
        training.insert(key.into(), part(compile.get(key).unwrap_or(&Value::Null))?);
    }
    let optimizer = compile.get("optimizer").unwrap_or(&Value::Null);
    let class = optimizer.get("class_name").and_then(Value::as_str).unwrap_or_default();
    if !OPTIMIZERS.contains(&class) {
        return Err(unsupported(&format!("the optimizer {class}")));
    }
    let mut config = part(optimizer.get("config").unwrap_or(&Value::Null))?;
    if let Some(config) = config.as_object_mut() {
        for key in ["loss_scale_factor", "gradient_accumulation_steps"] {
            let value = config.shift_remove(key).unwrap_or_default();
            if key == "gradient_accumulation_steps" && value.as_u64().unwrap_or(0) > 1 {
                return Err(unsupported("gradient_accumulation_steps"));
            }
        }
        config.insert("jit_compile".into(), false.into());
        config.insert("is_legacy_optimizer".into(), false.into());
    }
    let class = format!("Custom>{class}");
    training.insert("optimizer_config".into(), json!({ "class_name": class, "config": config }));
    Ok(training.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_of_steps_has_no_format_in_keras_2() {
        let layer = |format: &str| {
            let config = json!({ "name": "pad", "padding": [1, 1], "data_format": format });
            downgrade(&json!({ "class_name": "ZeroPadding1D", "config": config }))
        };
        let written = layer("channels_last").unwrap();
        assert_eq!(written["config"], json!({ "name": "pad", "padding": [1, 1] }));
        let error = layer("channels_first").unwrap_err().to_string();
        assert!(error.contains("channels_first"), "{error}");
    }
}
