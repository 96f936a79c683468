//! Metrics of a program's own, of which files hold nothing but the names.

use serde_json::{Map, Value};

use crate::models::Model;
use crate::training::OwnMetrics;
use crate::training::metrics::{self, Metric};

/// What became of the metrics of one's own of a `compile_config`.
#[derive(Default)]
pub(super) struct Found {
    /// Those that a program knows, each with its description.
    known: Vec<(Value, Box<dyn Metric>)>,
    /// The names of the others.
    left_out: Vec<String>,
}

impl Found {
    /// Looks for them all, and puts null in the places of those that the program doesn't know.
    pub fn of(config: &mut Map<String, Value>, own: &mut OwnMetrics) -> Found {
        let mut found = Found::default();
        for key in ["metrics", "weighted_metrics"] {
            if let Some(metrics) = config.get_mut(key) {
                found.look(metrics, own);
            }
        }
        found
    }

    /// Looks in a nested list of metrics, or a dictionary by outputs.
    fn look(&mut self, value: &mut Value, own: &mut OwnMetrics) {
        if let Some(name) = name_of_own(value) {
            match own(value) {
                Some(metric) => self.known.push((value.clone(), metric)),
                None => {
                    self.left_out.push(name);
                    *value = Value::Null;
                }
            }
            return;
        }
        match value {
            Value::Array(list) => list.iter_mut().for_each(|value| self.look(value, own)),
            Value::Object(named) if !named.contains_key("class_name") => {
                named.values_mut().for_each(|value| self.look(value, own));
            }
            _ => {}
        }
    }

    /// Says of a model what was left out.
    pub fn warn(&self, model: &mut Model, file: &str) {
        for metric in &self.left_out {
            model.warn(format!(
                "{file}: the metric `{metric}` is left out, since it is code that the file doesn't \
                 hold; `compile` takes it"
            ));
        }
    }

    /// The metric that was found for a description; each is given once.
    pub fn take(&mut self, described: &Value) -> Option<Box<dyn Metric>> {
        let at = self.known.iter().position(|(known, _)| known == described)?;
        Some(self.known.remove(at).1)
    }
}

/// The name of a function or class that neither Keras nor elman has.
fn name_of_own(object: &Value) -> Option<String> {
    // Keras writes null for what a program registered.
    let is_keras = object.get("module")?.as_str().is_some_and(|m| m.starts_with("keras"));
    if is_keras || metrics::from_object(object).is_ok() {
        return None;
    }
    let (class, config) = (object.get("class_name")?, object.get("config")?);
    let name = if class == "function" { config } else { config.get("name").unwrap_or(class) };
    name.as_str().map(str::to_owned)
}
