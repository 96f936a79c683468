//! Keras's dtype policies, which files carry.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// The dtype policy of a layer. elman computes in f32 whatever it says; saving keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dtype(String);

/// The policies whose files elman reads.
const POLICIES: &[&str] = &[
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "mixed_float16",
    "mixed_bfloat16",
    "int32",
    "int64",
    TEXT,
];

/// The dtype of inputs that are text.
const TEXT: &str = "string";

impl Dtype {
    /// The policy's name: `float32`, `mixed_bfloat16`.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// That of text.
    pub(crate) fn text() -> Dtype {
        Dtype(TEXT.into())
    }

    /// Whether it is that of text.
    pub(crate) fn is_text(&self) -> bool {
        self.0 == TEXT
    }
}

impl Default for Dtype {
    fn default() -> Self {
        Dtype("float32".into())
    }
}

impl Serialize for Dtype {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json!({
            "module": "keras",
            "class_name": "DTypePolicy",
            "config": { "name": self.0 },
            "registered_name": null,
        })
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Dtype {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        // A string until Keras 3.3, an object {"class_name": "DTypePolicy", "config": {"name"}} since.
        let name = match &value {
            Value::Null => return Ok(Dtype::default()),
            Value::String(name) => name.as_str(),
            object => object.pointer("/config/name").and_then(Value::as_str).unwrap_or_default(),
        };
        if POLICIES.contains(&name) {
            Ok(Dtype(name.into()))
        } else {
            Err(D::Error::custom(format!(
                "dtype must be one of {}, got {value}",
                POLICIES.join(", ")
            )))
        }
    }
}
