//! Metrics of a program's own, of which files hold nothing but the names.

use serde_json::Value;

use crate::training::metrics;

/// Takes those metrics out of a `compile_config`, and gives their names.
pub(super) fn leave_out(config: &mut Value) -> Vec<String> {
    let mut left_out = Vec::new();
    for key in ["metrics", "weighted_metrics"] {
        if let Some(metrics) = config.get_mut(key) {
            take_out(metrics, &mut left_out);
        }
    }
    left_out
}

/// Puts null in the places of those metrics in a nested list, or a dictionary by outputs.
fn take_out(value: &mut Value, left_out: &mut Vec<String>) {
    if let Some(name) = name_of_own(value) {
        left_out.push(name);
        *value = Value::Null;
        return;
    }
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| take_out(value, left_out)),
        Value::Object(named) if !named.contains_key("class_name") => {
            named.values_mut().for_each(|value| take_out(value, left_out));
        }
        _ => {}
    }
}

/// The name of a function or class that neither Keras nor elman has.
fn name_of_own(object: &Value) -> Option<String> {
    let module = object.get("module")?.as_str()?;
    if module.starts_with("keras") || metrics::from_object(object).is_ok() {
        return None;
    }
    let (class, config) = (object.get("class_name")?, object.get("config")?);
    let name = if class == "function" { config } else { config.get("name").unwrap_or(class) };
    name.as_str().map(str::to_owned)
}
