//! `training_config` of `.h5` files, as the `compile_config` of Keras 3.

use serde_json::{Map, Value, json};

use super::Generation;

/// The compilation that a `training_config` describes, under today's keys.
pub(in crate::saving) fn compile_config(
    training: &Value,
    generation: Generation,
) -> Map<String, Value> {
    let mut config = Map::new();
    for key in ["loss", "loss_weights", "metrics", "weighted_metrics"] {
        config.insert(key.into(), training.get(key).cloned().unwrap_or_default());
    }
    let mut optimizer = training.get("optimizer_config").cloned().unwrap_or_default();
    if !generation.is_current() {
        upgrade_optimizer(&mut optimizer);
        config.values_mut().for_each(upgrade_loss);
    }
    config.insert("optimizer".into(), optimizer);
    config
}

/// Whether an older optimizer's state holds all momenta, then all velocities, and so on, as Keras
/// did before TF-Keras 2.11 and its legacy optimizers do; later ones go weight by weight.
pub(in crate::saving) fn has_slots_by_kind(training: &Value, generation: Generation) -> bool {
    let config = training.get("optimizer_config").and_then(|object| object.get("config"));
    let is_new = config.and_then(|config| config.get("is_legacy_optimizer"));
    !generation.is_current() && is_new != Some(&json!(false))
}

/// - `Custom>Adam` is Adam: TF-Keras registered its own under a name of the user's kind.
/// - `lr` is `learning_rate`; a `decay` that isn't 0 is the schedule InverseTimeDecay.
/// - An epsilon of null was `epsilon()`.
fn upgrade_optimizer(optimizer: &mut Value) {
    let Some(optimizer) = optimizer.as_object_mut() else { return };
    if let Some(class) = optimizer.get("class_name").and_then(Value::as_str)
        && let Some(class) = class.strip_prefix("Custom>")
    {
        let class = class.to_owned();
        optimizer.insert("class_name".into(), class.into());
    }
    let Some(config) = optimizer.get_mut("config").and_then(Value::as_object_mut) else { return };
    if let Some(rate) = config.shift_remove("lr") {
        config.insert("learning_rate".into(), rate);
    }
    if config.get("epsilon").is_some_and(Value::is_null) {
        config.insert("epsilon".into(), json!(1e-7));
    }
    config.shift_remove("schedule_decay");
    let decay = config.get("decay").and_then(Value::as_f64).unwrap_or(0.0);
    if decay != 0.0 {
        config.shift_remove("decay");
        let rate = config.get("learning_rate").cloned().unwrap_or_default();
        let schedule = json!({
            "class_name": "InverseTimeDecay",
            "config": {
                "initial_learning_rate": rate,
                "decay_steps": 1,
                "decay_rate": decay,
                "staircase": false,
            },
        });
        config.insert("learning_rate".into(), schedule);
    }
}

/// The reductions `auto` and `none`, and the function that TF-Keras notes beside a class.
fn upgrade_loss(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(upgrade_loss),
        Value::Object(object) => {
            let is_loss = object.get("config").is_some_and(|c| c.get("reduction").is_some());
            if is_loss && let Some(config) = object.get_mut("config").and_then(Value::as_object_mut)
            {
                config.shift_remove("fn");
                match config.get("reduction").and_then(Value::as_str) {
                    Some("auto") => config.insert("reduction".into(), "sum_over_batch_size".into()),
                    Some("none") => config.insert("reduction".into(), Value::Null),
                    _ => None,
                };
            }
            object.values_mut().for_each(upgrade_loss);
        }
        _ => {}
    }
}
