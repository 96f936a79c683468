//! Optimizers as Keras writes them into `compile_config`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Optimizer, registry};
use crate::{Error, Result};

/// Keys of Keras 2 that change no result.
const WITHOUT_MEANING: &[&str] = &["is_legacy_optimizer", "jit_compile"];

/// An optimizer as Keras writes it.
pub(crate) fn to_object(optimizer: &dyn Optimizer) -> Value {
    let mut config = optimizer.base().to_config(optimizer.class_name());
    config.extend(optimizer.config());
    json!({
        "module": "keras.optimizers",
        "class_name": optimizer.class_name(),
        "config": config,
        "registered_name": null,
    })
}

/// The name of an optimizer, which files hold.
pub(crate) fn name(optimizer: &dyn Optimizer) -> String {
    optimizer.base().name_or(optimizer.class_name())
}

/// The optimizer of a `compile_config`: a string, or an object as [`to_object`] writes it.
pub(crate) fn from_object(value: &Value) -> Result<Box<dyn Optimizer>> {
    if let Some(name) = value.as_str() {
        return super::get(name);
    }
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let class = text("class_name").ok_or_else(|| Error::Config {
        place: "optimizer".into(),
        problem: format!("a name or an object with `class_name` is expected, got {value}"),
    })?;
    // A class of the user's own may share the name of one of Keras's; it is not the same.
    if let Some(registered) = text("registered_name").filter(|name| *name != class) {
        return Err(Error::Unsupported {
            place: format!("optimizer {class}"),
            option: format!("the custom class `{registered}`"),
            advice: "compile the model anew with one of Keras's own optimizers".into(),
        });
    }
    let empty = Map::new();
    let config = value.get("config").and_then(Value::as_object).unwrap_or(&empty);
    let optimizer = registry::from_config(class, config)?;
    check(&*optimizer)?;
    Ok(optimizer)
}

/// Checks all arguments of an optimizer.
pub(crate) fn check(optimizer: &dyn Optimizer) -> Result<()> {
    optimizer.base().check(optimizer.class_name())?;
    optimizer.check()
}

/// The optimizer with these arguments; those that are missing have Keras's defaults.
pub(super) fn read<O: Optimizer + Default + Serialize + DeserializeOwned>(
    config: &Map<String, Value>,
) -> Result<O> {
    let mut optimizer = O::default();
    let place = format!("optimizer {}", optimizer.class_name());
    let mut own = optimizer.config();
    let mut base = optimizer.base().clone();
    for (key, value) in config {
        if base.set(&place, key, value)? || WITHOUT_MEANING.contains(&key.as_str()) {
            continue;
        }
        if let Some(default) = own.get_mut(key) {
            *default = value.clone();
            // One by one, since the errors of serde don't name the key.
            optimizer = O::deserialize(&own).map_err(|error| wrong_type(&place, key, &error))?;
        } else if key != "decay" || !(value.is_null() || value.as_f64() == Some(0.0)) {
            // `decay` was an argument of Keras 2, which Keras 3 takes as long as it is off.
            let known = base.to_config(optimizer.class_name());
            let known: Vec<&str> = known.keys().chain(own.keys()).map(String::as_str).collect();
            let problem = format!("key `{key}` is unknown; known are: {}", known.join(", "));
            return Err(Error::Config { place, problem });
        }
    }
    *optimizer.base_mut() = base;
    Ok(optimizer)
}

pub(super) fn wrong_type(place: &str, key: &str, error: &serde_json::Error) -> Error {
    Error::Config { place: place.into(), problem: format!("`{key}`: {error}") }
}

/// The methods of [`Optimizer`] that are the same for every struct with a `base` field and serde.
macro_rules! optimizer_boilerplate {
    ($class:literal) => {
        fn class_name(&self) -> &'static str {
            $class
        }

        fn base(&self) -> &$crate::training::optimizers::OptimizerBase {
            &self.base
        }

        fn base_mut(&mut self) -> &mut $crate::training::optimizers::OptimizerBase {
            &mut self.base
        }

        fn config(&self) -> serde_json::Map<String, serde_json::Value> {
            let value = serde_json::to_value(self).unwrap_or_default();
            value.as_object().cloned().unwrap_or_default()
        }

        fn clone_optimizer(&self) -> Box<dyn Optimizer> {
            Box::new(self.clone())
        }
    };
}
pub(super) use optimizer_boilerplate;
