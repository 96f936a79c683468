//! Initializers as Keras writes them: objects with a class, or short strings.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::Initializer;

impl Initializer {
    /// Keras's class name.
    pub fn class_name(&self) -> &'static str {
        match self {
            Initializer::Zeros => "Zeros",
            Initializer::Ones => "Ones",
            Initializer::Constant { .. } => "Constant",
            Initializer::RandomUniform { .. } => "RandomUniform",
            Initializer::RandomNormal { .. } => "RandomNormal",
            Initializer::TruncatedNormal { .. } => "TruncatedNormal",
            Initializer::GlorotUniform { .. } => "GlorotUniform",
            Initializer::GlorotNormal { .. } => "GlorotNormal",
            Initializer::HeUniform { .. } => "HeUniform",
            Initializer::HeNormal { .. } => "HeNormal",
            Initializer::LecunUniform { .. } => "LecunUniform",
            Initializer::LecunNormal { .. } => "LecunNormal",
            Initializer::Orthogonal { .. } => "Orthogonal",
            Initializer::Identity { .. } => "Identity",
        }
    }

    fn config(&self) -> Value {
        let seed = self.seed();
        match self {
            Initializer::Zeros | Initializer::Ones => json!({}),
            Initializer::Constant { value } => json!({ "value": value }),
            Initializer::RandomUniform { minval, maxval, .. } => {
                json!({ "seed": seed, "minval": minval, "maxval": maxval })
            }
            Initializer::RandomNormal { mean, stddev, .. }
            | Initializer::TruncatedNormal { mean, stddev, .. } => {
                json!({ "seed": seed, "mean": mean, "stddev": stddev })
            }
            Initializer::Orthogonal { gain, .. } => json!({ "seed": seed, "gain": gain }),
            Initializer::Identity { gain } => json!({ "gain": gain }),
            _ => json!({ "seed": seed }),
        }
    }

    /// The initializer of a class name or of one of Keras's strings (`glorot_uniform`, `uniform`).
    fn from_class(class_name: &str, config: &Map<String, Value>) -> Result<Initializer, String> {
        let number = |key: &str, default: f64| match config.get(key) {
            None => Ok(default),
            Some(v) => {
                v.as_f64().ok_or_else(|| format!("{class_name}.{key} must be a number, got {v}"))
            }
        };
        let seed = match config.get("seed") {
            None | Some(Value::Null) => None,
            Some(v) => Some(v.as_u64().ok_or_else(|| {
                format!("{class_name}.seed must be a non-negative integer or null, got {v}")
            })?),
        };
        let class = class_name.to_ascii_lowercase().replace('_', "");
        let initializer = match class.as_str() {
            "zeros" => Initializer::Zeros,
            "ones" => Initializer::Ones,
            "constant" => Initializer::Constant { value: number("value", 0.0)? },
            "randomuniform" | "uniform" => Initializer::RandomUniform {
                minval: number("minval", -0.05)?,
                maxval: number("maxval", 0.05)?,
                seed,
            },
            "randomnormal" | "normal" => Initializer::RandomNormal {
                mean: number("mean", 0.0)?,
                stddev: number("stddev", 0.05)?,
                seed,
            },
            "truncatednormal" => Initializer::TruncatedNormal {
                mean: number("mean", 0.0)?,
                stddev: number("stddev", 0.05)?,
                seed,
            },
            "glorotuniform" => Initializer::GlorotUniform { seed },
            "glorotnormal" => Initializer::GlorotNormal { seed },
            "heuniform" => Initializer::HeUniform { seed },
            "henormal" => Initializer::HeNormal { seed },
            "lecununiform" => Initializer::LecunUniform { seed },
            "lecunnormal" => Initializer::LecunNormal { seed },
            "orthogonal" | "orthogonalinitializer" => {
                Initializer::Orthogonal { gain: number("gain", 1.0)?, seed }
            }
            "identity" => Initializer::Identity { gain: number("gain", 1.0)? },
            _ => {
                return Err(format!(
                    "initializer `{class_name}` is unknown; known are zeros, ones, constant, \
                     uniform, normal, truncated_normal, glorot_uniform, glorot_normal, he_uniform, \
                     he_normal, lecun_uniform, lecun_normal, orthogonal and identity"
                ));
            }
        };
        let known = initializer.config();
        let is_known = |(key, value): &(&String, &Value)| {
            // The axes of fans tell Keras how to see kernels of more than two dimensions; `null`
            // is what elman computes. Keras 2 wrote the type of the values, always float32.
            known.get(key.as_str()).is_some()
                || matches!(key.as_str(), "input_axes" | "output_axes") && value.is_null()
                || key.as_str() == "dtype"
        };
        match config.iter().find(|pair| !is_known(pair)) {
            None => Ok(initializer),
            Some((key, value)) => {
                let known: Vec<&str> =
                    known.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
                let class = initializer.class_name();
                let known = match known.is_empty() {
                    true => "it has none".to_owned(),
                    false => format!("known are: {}", known.join(", ")),
                };
                Err(format!("initializer {class}: `{key}` = {value} is unknown; {known}"))
            }
        }
    }
}

impl Serialize for Initializer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json!({
            "module": "keras.initializers",
            "class_name": self.class_name(),
            "config": self.config(),
            "registered_name": null,
        })
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Initializer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let none = Map::new();
        match Value::deserialize(deserializer)? {
            Value::String(name) => Initializer::from_class(&name, &none),
            Value::Object(object) => {
                let class = object.get("class_name").and_then(Value::as_str).ok_or_else(|| {
                    D::Error::custom("an initializer object must have a `class_name`")
                })?;
                let config = object.get("config").and_then(Value::as_object).unwrap_or(&none);
                Initializer::from_class(class, config)
            }
            other => Err(format!("an initializer must be a name or an object, got {other}")),
        }
        .map_err(D::Error::custom)
    }
}
