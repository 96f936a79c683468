//! Models as Keras's JSON: layers, and what feeds what.

use serde::de::Error as _;
use serde_json::{Map, Value, json};

use super::generations::{self, Generation};
use super::graph;
use crate::layers::{Layer, layer_from_object, layer_to_object};
use crate::models::{Kind, Model, Nested, Sequential};
use crate::training::Compiled;
use crate::{Error, Result, Shape};

impl Model {
    /// The architecture as Keras's JSON (`to_json`): classes and arguments, no weights.
    pub fn to_json(&self) -> Value {
        json!({
            "module": self.kind().module(),
            "class_name": self.kind().class_name(),
            "config": self.config(),
            "registered_name": self.kind().registered_name(),
            "build_config": {
                "input_shape": self.input_shape().filter(|_| self.kind() == Kind::Sequential),
            },
            "compile_config": self.compiled.as_ref().map_or(json!({}), Compiled::to_object),
        })
    }

    /// A model of the architecture that Keras's JSON describes ([`Model::to_json`]), with new
    /// weights, not compiled. JSON of Keras 1 and 2, which says so in `keras_version`, means what it
    /// meant there.
    ///
    /// # Errors
    /// As [`load_model`](crate::load_model).
    pub fn from_json(json: &Value) -> Result<Model> {
        from_json(json, "model JSON")
    }

    /// The configuration under Keras's keys.
    pub(crate) fn config(&self) -> Map<String, Value> {
        let config = match (self.kind(), self.network()) {
            (Kind::Functional, Some(network)) => {
                let mut config = json!({ "name": self.name(), "trainable": self.trainable() });
                if let Some(map) = config.as_object_mut() {
                    map.extend(graph::write(network.graph()));
                }
                config
            }
            _ => {
                let mut layers = Vec::new();
                layers.extend(self.input_layer().map(|input| layer_to_object(input)));
                layers.extend(self.layers().iter().map(|layer| layer_to_object(&**layer)));
                json!({
                    "name": self.name(),
                    "trainable": self.trainable(),
                    "dtype": crate::layers::Dtype::default(),
                    "layers": layers,
                    "build_input_shape": self.input_shape(),
                })
            }
        };
        config.as_object().cloned().unwrap_or_default()
    }
}

/// The model of an object that says itself which version of Keras wrote it, or is of today.
pub(super) fn from_json(json: &Value, file: &str) -> Result<Model> {
    let generation = Generation::of_object(json).unwrap_or(Generation::KERAS_3);
    let mut json = json.clone();
    generations::upgrade(&mut json, generation);
    read(&json, file)
}

/// The model of a serialized object, built where the input shape is known. `file` stands for its
/// source in errors.
pub(super) fn read(object: &Value, file: &str) -> Result<Model> {
    let class_name = object.get("class_name").and_then(Value::as_str).unwrap_or_default();
    let problem = |problem: String| Error::Config { place: format!("{file}, config"), problem };
    let config = object
        .get("config")
        .and_then(Value::as_object)
        .ok_or_else(|| problem("an object with `class_name` and `config` is expected".into()))?;
    let mut model = match class_name {
        "Sequential" => sequential(config, file),
        // Keras 2 before 2.4 wrote `Model`.
        "Functional" | "Model" => {
            let mut model = graph::read(config, file)?;
            // Keras heeds this flag of functional models alone; layers have their own.
            if config.get("trainable") == Some(&Value::Bool(false)) {
                model.freeze();
            }
            Ok(model)
        }
        other => Err(Error::Unknown {
            what: "model class",
            name: other.into(),
            known: "Functional, Sequential".into(),
        }),
    }?;
    if let Some(policy) = other_precision(object) {
        model.warn(format!(
            "{file}: layers of dtype {policy} compute in float32 here; saving keeps the dtype"
        ));
    }
    let warnings: Vec<String> = model.layers().iter().flat_map(|l| l.warnings()).collect();
    for warning in warnings {
        model.warn(format!("{file}: {warning}"));
    }
    Ok(model)
}

/// The first dtype policy in a configuration that computes in another precision than elman does.
fn other_precision(object: &Value) -> Option<&str> {
    match object {
        Value::Object(map) => {
            let policy = map.get("dtype").and_then(|dtype| {
                dtype.as_str().or_else(|| dtype.pointer("/config/name")?.as_str())
            });
            let is_other = |policy: &&str| policy.contains("float") && *policy != "float32";
            policy.filter(is_other).or_else(|| map.values().find_map(other_precision))
        }
        Value::Array(list) => list.iter().find_map(other_precision),
        _ => None,
    }
}

fn sequential(config: &Map<String, Value>, file: &str) -> Result<Model> {
    let layers = config.get("layers").and_then(Value::as_array).ok_or_else(|| Error::Config {
        place: format!("{file}, config"),
        problem: "`layers` must be a list of layers".into(),
    })?;
    let name = match config.get("name") {
        None | Some(Value::Null) => "sequential",
        Some(name) => name.as_str().ok_or_else(|| Error::Config {
            place: format!("{file}, config"),
            problem: format!("`name` must be a string, got {name}"),
        })?,
    };
    let mut model = Sequential::with_name(name);
    for layer in layers {
        model.add(layer_from_object(layer)?)?;
    }
    if !model.is_built() && !layers.is_empty() {
        let shape = ["build_input_shape", "batch_input_shape"]
            .iter()
            .find_map(|key| serde_json::from_value::<Shape>(config.get(*key)?.clone()).ok());
        if let Some(shape) = shape {
            model.build(shape)?;
        }
    }
    Ok(model.into())
}

/// A `Sequential` within a model.
pub(crate) fn nested_sequential(config: &Map<String, Value>) -> serde_json::Result<Box<dyn Layer>> {
    nested(sequential(config, "nested model"), config)
}

/// A functional model within a model.
pub(crate) fn nested_functional(config: &Map<String, Value>) -> serde_json::Result<Box<dyn Layer>> {
    nested(graph::read(config, "nested model"), config)
}

fn nested(model: Result<Model>, config: &Map<String, Value>) -> serde_json::Result<Box<dyn Layer>> {
    let mut model = model.map_err(serde_json::Error::custom)?;
    if let Ok(network) = model.built_mut() {
        // Values of its own, if only zeros: those that are read from a file go to the model around it.
        network.parameters_mut().values_mut();
    }
    let mut layer = Nested::from(model);
    layer.base_mut().trainable = config.get("trainable").and_then(Value::as_bool).unwrap_or(true);
    Ok(Box::new(layer))
}
