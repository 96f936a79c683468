//! Optimizers as Keras writes them into `compile_config`.

use serde_json::{Map, Value, json};

use super::{Adam, Optimizer, RmsProp, Sgd};
use crate::{Error, Result};

/// Arguments that every optimizer of Keras has, with the values that leave them off. elman doesn't
/// have them yet, so it writes these and refuses others.
fn off() -> Map<String, Value> {
    let off = json!({
        "weight_decay": null,
        "clipnorm": null,
        "global_clipnorm": null,
        "clipvalue": null,
        "use_ema": false,
        "ema_momentum": 0.99,
        "ema_overwrite_frequency": null,
        "loss_scale_factor": null,
        "gradient_accumulation_steps": null,
    });
    off.as_object().cloned().unwrap_or_default()
}

/// An optimizer as Keras writes it.
pub(crate) fn to_object(optimizer: &dyn Optimizer) -> Value {
    let mut config = Map::new();
    config.insert("name".into(), json!(crate::names::snake_case(optimizer.class_name())));
    // Keras holds the rate as a float32 and writes that, widened.
    config.insert("learning_rate".into(), json!(f64::from(optimizer.learning_rate() as f32)));
    config.extend(off());
    config.extend(optimizer.config());
    json!({
        "module": "keras.optimizers",
        "class_name": optimizer.class_name(),
        "config": config,
        "registered_name": null,
    })
}

/// The optimizer of a `compile_config`: a string, or an object as [`to_object`] writes it.
pub(crate) fn from_object(value: &Value) -> Result<Box<dyn Optimizer>> {
    if let Some(name) = value.as_str() {
        return super::get(name);
    }
    let class = value.get("class_name").and_then(Value::as_str).unwrap_or_default();
    let empty = Map::new();
    let config = value.get("config").and_then(Value::as_object).unwrap_or(&empty);
    let place = format!("optimizer {class}");
    let number = |key: &str, default: f64| match config.get(key) {
        None => Ok(default),
        Some(value) => value.as_f64().ok_or_else(|| Error::Config {
            place: place.clone(),
            problem: format!("`{key}` must be a number, got {value}"),
        }),
    };
    let flag = |key: &str| config.get(key).and_then(Value::as_bool).unwrap_or(false);
    for (key, allowed) in off() {
        let is_off = |v: &Value| v.is_null() || *v == allowed || v == &json!(0.0) || v == &json!(0);
        // The momentum of an average that isn't used has no effect.
        let differs = config.get(&key).is_some_and(|v| !is_off(v)) && key != "ema_momentum";
        if differs {
            return Err(Error::Unsupported {
                place,
                option: format!("{key} = {}", config[&key]),
                advice: "compile the model anew with an optimizer without it".into(),
            });
        }
    }
    if config.get("learning_rate").is_some_and(Value::is_object) {
        return Err(Error::Unsupported {
            place,
            option: "a learning-rate schedule".into(),
            advice: "compile the model anew with a number as its learning_rate".into(),
        });
    }
    let optimizer: Box<dyn Optimizer> = match class {
        "Adam" => Box::new(Adam {
            learning_rate: number("learning_rate", 0.001)?,
            beta_1: number("beta_1", 0.9)?,
            beta_2: number("beta_2", 0.999)?,
            epsilon: number("epsilon", 1e-7)?,
            amsgrad: flag("amsgrad"),
        }),
        "RMSprop" => Box::new(RmsProp {
            learning_rate: number("learning_rate", 0.001)?,
            rho: number("rho", 0.9)?,
            momentum: number("momentum", 0.0)?,
            epsilon: number("epsilon", 1e-7)?,
            centered: flag("centered"),
        }),
        "SGD" => Box::new(Sgd {
            learning_rate: number("learning_rate", 0.01)?,
            momentum: number("momentum", 0.0)?,
            nesterov: flag("nesterov"),
        }),
        other => return super::get(other),
    };
    optimizer.check()?;
    Ok(optimizer)
}
