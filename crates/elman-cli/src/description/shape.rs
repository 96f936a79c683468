//! Shapes in a description.

use elman::Shape;
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::convert::{Place, to_json};
use crate::failure::Result;

/// Keras's ways to say the input shape with the first layer, as a whole
const WHOLE: &[&str] = &["shape", "input_shape", "batch_shape", "batch_input_shape"];
/// or in parts.
const PARTS: &[&str] = &["input_length", "input_dim"];

/// A list of sizes; `"None"` is one that is open.
pub fn read(value: &Spanned<DeValue<'_>>, place: &Place<'_>) -> Result<Shape> {
    let wrong = || {
        place.error(
            value,
            "a shape must be a list of whole numbers, with \"None\" for a size that is open, \
             such as [\"None\", 3]",
        )
    };
    let sizes: Option<Vec<Option<usize>>> = match to_json(value, place)? {
        Value::Array(list) => list.iter().map(size).collect(),
        _ => None,
    };
    Ok(Shape::from(sizes.ok_or_else(wrong)?))
}

fn size(value: &Value) -> Option<Option<usize>> {
    match value {
        Value::Null => Some(None),
        value => Some(Some(usize::try_from(value.as_u64()?).ok()?)),
    }
}

/// Checks what the keys of a layer say of the input shape.
pub fn check(table: &DeTable<'_>, place: &Place<'_>) -> Result<()> {
    let of = |keys: &'static [&'static str]| {
        table.iter().filter(move |(key, _)| keys.contains(&key.get_ref().as_ref()))
    };
    for (_, value) in of(WHOLE) {
        read(value, place)?;
    }
    if let Some((key, _)) = of(WHOLE).nth(1) {
        return Err(place.error(key, &format!("`{}`: one shape is enough", key.get_ref())));
    }
    for (key, value) in of(PARTS) {
        if size(&to_json(value, place)?).is_none() {
            let problem = format!("`{}` must be a whole number or \"None\"", key.get_ref());
            return Err(place.error(value, &problem));
        }
    }
    Ok(())
}

/// Whether a key says the input shape.
pub fn is_key(class_name: &str, key: &str) -> bool {
    match key {
        "shape" => class_name == "InputLayer",
        // What an Embedding takes are indices below `input_dim`.
        "input_dim" => class_name != "Embedding",
        "input_length" => true,
        _ => WHOLE.contains(&key),
    }
}

/// The shape with batch that such keys say; they are taken out of the configuration.
pub fn take(class_name: &str, config: &mut Map<String, Value>) -> Option<Value> {
    let with_batch = |sizes: Value| match sizes {
        Value::Array(mut sizes) => {
            sizes.insert(0, Value::Null);
            Value::Array(sizes)
        }
        other => other,
    };
    let length = config.remove("input_length");
    if class_name == "Embedding"
        && let Some(length) = length
    {
        return Some(json!([null, length]));
    }
    if is_key(class_name, "input_dim")
        && let Some(features) = config.remove("input_dim")
    {
        return Some(json!([null, length, features]));
    }
    let whole = config.remove("batch_shape").or_else(|| config.remove("batch_input_shape"));
    let sample = config.remove("input_shape");
    whole.or_else(|| sample.or_else(|| config.remove("shape")).map(with_batch))
}
