//! Metrics as Keras writes them into `compile_config`.

use serde_json::{Value, json};

use super::{Accuracy, AccuracyKind, MeanLoss, Metric, get};
use crate::training::losses::{MeanAbsoluteError, MeanSquaredError};
use crate::{Error, Result};

/// A metric under its name: the string that Keras knows it by, or, under another name, an object.
pub(super) fn to_object(name: &str, class_name: &str) -> Value {
    if crate::names::snake_case(class_name) == name || alias(class_name) == Some(name) {
        return name.into();
    }
    json!({
        "module": "keras.metrics",
        "class_name": class_name,
        "config": { "name": name, "dtype": "float32" },
        "registered_name": null,
    })
}

/// The other string that means a class.
fn alias(class_name: &str) -> Option<&'static str> {
    match class_name {
        "MeanSquaredError" => Some("mse"),
        "MeanAbsoluteError" => Some("mae"),
        _ => None,
    }
}

/// The metric of a `compile_config`: a string, a function or an object.
pub(crate) fn from_object(value: &Value) -> Result<Box<dyn Metric>> {
    let Some(object) = value.as_object() else {
        return get(value.as_str().unwrap_or_default());
    };
    let class = object.get("class_name").and_then(Value::as_str).unwrap_or_default();
    let config = object.get("config").unwrap_or(&Value::Null);
    // Keras writes its metric functions as {"class_name": "function", "config": "mae"}.
    if class == "function" {
        return get(config.as_str().unwrap_or_default());
    }
    let place = || format!("metric {class}");
    for (key, value) in config.as_object().into_iter().flatten() {
        let known = match key.as_str() {
            "name" | "dtype" => true,
            // The only one that `AccuracyKind::Binary` has.
            "threshold" => value.as_f64() == Some(0.5),
            _ => false,
        };
        if !known {
            return Err(Error::Unsupported {
                place: place(),
                option: format!("{key} = {value}"),
                advice: "compile the model anew without it".into(),
            });
        }
    }
    let default = crate::names::snake_case(class);
    let name = config.get("name").and_then(Value::as_str).unwrap_or(&default);
    Ok(match class {
        "BinaryAccuracy" => Box::new(Accuracy::new(name, AccuracyKind::Binary)),
        "CategoricalAccuracy" => Box::new(Accuracy::new(name, AccuracyKind::Categorical)),
        "SparseCategoricalAccuracy" => {
            Box::new(Accuracy::new(name, AccuracyKind::SparseCategorical))
        }
        "MeanAbsoluteError" => Box::new(MeanLoss::new(name, MeanAbsoluteError)),
        "MeanSquaredError" => Box::new(MeanLoss::new(name, MeanSquaredError)),
        // Keras's class `Accuracy` counts exact matches; the string "accuracy" means another.
        _ => {
            return Err(Error::Unknown {
                what: "metric class",
                name: class.into(),
                known: "BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy, \
                        MeanAbsoluteError, MeanSquaredError"
                    .into(),
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(class_name: &str, config: Value) -> Value {
        json!({ "module": "keras.metrics", "class_name": class_name, "config": config })
    }

    #[test]
    fn names_and_classes_survive() {
        let dtype = "float32";
        for given in [
            json!("accuracy"),
            json!("mse"),
            json!("binary_accuracy"),
            object("BinaryAccuracy", json!({ "name": "hits", "dtype": dtype, "threshold": 0.5 })),
            // Not what the string "accuracy" means.
            object("MeanSquaredError", json!({ "name": "accuracy", "dtype": dtype })),
            json!({ "class_name": "function", "config": "mean_absolute_error" }),
        ] {
            let metric = from_object(&given).unwrap();
            let again = from_object(&metric.to_object()).unwrap();
            assert_eq!(metric.name(), again.name());
            assert_eq!(metric.to_object(), again.to_object());
            if given.is_string() {
                assert_eq!(metric.to_object(), given);
            }
            if let Some(class) = given.get("class_name").filter(|class| *class != "function") {
                assert_eq!(&metric.to_object()["class_name"], class);
                assert_eq!(metric.name(), given["config"]["name"]);
            }
        }
    }

    #[test]
    fn what_would_be_another_metric_is_refused() {
        for (given, word) in [
            (object("BinaryAccuracy", json!({ "threshold": 0.7 })), "threshold = 0.7"),
            (object("MeanSquaredError", json!({ "axis": 0 })), "axis = 0"),
            (object("Accuracy", json!({ "name": "accuracy" })), "`Accuracy`"),
            (object("AUC", json!({})), "`AUC`"),
            (json!("auc"), "`auc`"),
            (json!(3), "metric ``"),
        ] {
            let error = from_object(&given).err().expect("refused").to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
