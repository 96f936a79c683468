//! The names of Keras 1.

use serde_json::{Map, Value, json};

/// Keras 1's keys of layers with weights, and today's.
const KEYS: &[(&str, &str)] = &[
    ("bias", "use_bias"),
    ("init", "kernel_initializer"),
    ("inner_init", "recurrent_initializer"),
    ("inner_activation", "recurrent_activation"),
    ("W_regularizer", "kernel_regularizer"),
    ("U_regularizer", "recurrent_regularizer"),
    ("b_regularizer", "bias_regularizer"),
    ("W_constraint", "kernel_constraint"),
    ("U_constraint", "recurrent_constraint"),
    ("b_constraint", "bias_constraint"),
    ("dropout_W", "dropout"),
    ("dropout_U", "recurrent_dropout"),
];

/// Keys that say how to compute, not what.
const WITHOUT_MEANING: &[&str] = &["consume_less", "input_dtype"];

/// Rewrites one layer.
pub(super) fn upgrade(class: &mut String, config: &mut Map<String, Value>) {
    for key in WITHOUT_MEANING {
        config.shift_remove(*key);
    }
    let has_weights = match class.as_str() {
        "Dense" | "SimpleRNN" | "LSTM" | "GRU" => {
            rename(config, "output_dim", "units");
            // They follow from the shapes, which the first layer has.
            config.shift_remove("input_dim");
            config.shift_remove("input_length");
            true
        }
        "Embedding" => {
            rename(config, "init", "embeddings_initializer");
            rename(config, "W_regularizer", "embeddings_regularizer");
            rename(config, "W_constraint", "embeddings_constraint");
            // It dropped rows of the table, which nothing does any more; off, it says nothing.
            if config.get("dropout").is_none_or(|rate| rate.as_f64().unwrap_or(0.0) == 0.0) {
                config.shift_remove("dropout");
            }
            false
        }
        "Dropout" => {
            rename(config, "p", "rate");
            false
        }
        _ => return,
    };
    if has_weights {
        for (old, new) in KEYS {
            rename(config, old, new);
        }
    }
    if class == "LSTM"
        && let Some(initializer) = config.shift_remove("forget_bias_init")
    {
        let is_one = initializer.as_str().is_some_and(|name| name == "one" || name == "ones");
        config.insert("unit_forget_bias".into(), is_one.into());
    }
    for value in config.values_mut() {
        regularizer(value);
    }
}

fn rename(config: &mut Map<String, Value>, old: &str, new: &str) {
    if let Some(value) = config.shift_remove(old) {
        config.insert(new.into(), value);
    }
}

/// `{"name": "WeightRegularizer", "l1": 0, "l2": 0.01}`.
fn regularizer(value: &mut Value) {
    let kind = value.get("name").and_then(Value::as_str);
    if !kind.is_some_and(|name| name.ends_with("Regularizer")) {
        return;
    }
    let factor = |key: &str| value.get(key).and_then(Value::as_f64).unwrap_or(0.0);
    let config = json!({ "l1": factor("l1"), "l2": factor("l2") });
    *value = json!({ "class_name": "L1L2", "config": config });
}
