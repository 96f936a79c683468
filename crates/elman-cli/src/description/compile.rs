//! How a description says to compile its model.

use elman::{Model, Sequential};
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::convert::{Place, to_json};
use crate::compilation::{CompileConfig, DEFAULT_OPTIMIZER};
use crate::failure::{Failure, Result};

/// The keys of the table `compile`.
const KEYS: &[&str] = &["optimizer", "loss", "metrics", "weighted_metrics"];

/// Reads the table `compile`, each key of which is checked by itself, so that an error can say its
/// line.
pub fn read(value: &Spanned<DeValue<'_>>, place: &Place<'_>) -> Result<CompileConfig> {
    let table = value.get_ref().as_table().ok_or_else(|| {
        place.error(value, "`compile` must be a table with `optimizer`, `loss` and `metrics`")
    })?;
    super::check_keys(table, KEYS, place)?;
    let mut config = CompileConfig::new();
    for (key, value) in table {
        let json = to_json(value, place)?;
        if let Err(wrong) = check(key.get_ref(), &json) {
            return Err(match inner_key(value, &wrong) {
                Some(inner) => place.error(inner, &wrong.problem),
                None => place.error(key, &wrong.problem),
            });
        }
        config.insert(key.get_ref().to_string(), json);
    }
    Ok(config)
}

/// Compiles the model, unless nothing says its loss.
pub fn apply(model: &mut Model, mut config: CompileConfig) -> Result<()> {
    if config.get("loss").is_none_or(Value::is_null) {
        return Ok(());
    }
    config.entry("optimizer").or_insert_with(|| json!(DEFAULT_OPTIMIZER));
    Ok(model.compile_from_json(&Value::Object(config))?)
}

/// What is wrong with a key of `compile`.
struct Wrong {
    /// The key within its value, where one is known to be at fault.
    inner: Option<String>,
    problem: String,
}

impl From<String> for Wrong {
    fn from(problem: String) -> Self {
        Wrong { inner: None, problem }
    }
}

/// Compiles a model without layers, for which only this key is given.
fn check(key: &str, value: &Value) -> Result<(), Wrong> {
    let is_one = value.is_string() || value["class_name"].is_string();
    match key {
        "optimizer" | "loss" if !is_one => {
            return Err(format!("`{key}` must be a name or a table with a `class_name`").into());
        }
        "metrics" | "weighted_metrics" if !is_one && !value.is_array() => {
            return Err(format!("`{key}` must be a list of names").into());
        }
        _ => {}
    }
    let mut trial = Sequential::with_name("trial");
    let mut config = json!({ "optimizer": DEFAULT_OPTIMIZER, "loss": "mse" });
    config[key] = value.clone();
    trial
        .compile_from_json(&config)
        .map_err(|error| Wrong::from(Failure::from(error).to_string()))?;
    let read = &trial.to_json()["compile_config"][key];
    let (Some(given), Some(known)) = (value["config"].as_object(), read["config"].as_object())
    else {
        return Ok(());
    };
    check_arguments(key, given, known, value["class_name"].as_str().unwrap_or_default())
}

/// Checks that an optimizer or a loss took every argument that was given.
fn check_arguments(
    part: &str,
    given: &Map<String, Value>,
    known: &Map<String, Value>,
    class_name: &str,
) -> Result<(), Wrong> {
    for (key, value) in given {
        let problem = match known.get(key) {
            None => {
                let known: Vec<&str> = known.keys().map(String::as_str).collect();
                format!("key `{key}` is unknown; known are: {}", known.join(", "))
            }
            Some(Value::Bool(_)) if !value.is_boolean() => {
                format!("`{key}` must be true or false, got {value}")
            }
            Some(Value::Number(_)) if !value.is_number() => {
                format!("`{key}` must be a number, got {value}")
            }
            Some(_) => continue,
        };
        let problem = format!("{part} {class_name}: {problem}");
        return Err(Wrong { inner: Some(key.clone()), problem });
    }
    Ok(())
}

/// The key within a table that an error is about.
fn inner_key<'a, 'i>(
    value: &'a Spanned<DeValue<'i>>,
    wrong: &Wrong,
) -> Option<&'a Spanned<std::borrow::Cow<'i, str>>> {
    let table: &DeTable<'_> = value.get_ref().as_table()?;
    table.keys().find(|key| match &wrong.inner {
        Some(inner) => key.get_ref() == inner,
        None => {
            let key = key.get_ref();
            wrong.problem.contains(&format!("`{key}`"))
                || wrong.problem.contains(&format!("{key} = "))
        }
    })
}
