//! TOML as Keras's JSON.

use serde_json::{Map, Number, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::failure::{Failure, Result};

/// Where in a file something stands.
pub struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> Place<'a> {
    /// Places in this file with this text.
    pub fn new(file: &'a str, text: &'a str) -> Place<'a> {
        Place { file, text }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        self.file
    }

    /// The line of a key or value, from 1.
    pub fn line<T>(&self, at: &Spanned<T>) -> usize {
        let before = self.text.as_bytes().get(..at.span().start).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    /// The failure that something is wrong there.
    pub fn error<T>(&self, at: &Spanned<T>, problem: &str) -> Failure {
        Failure::Failed(format!("{}, line {}: {problem}", self.file, self.line(at)))
    }
}

/// A value as Keras writes it. Since TOML has no null, the string `"None"` stands for it, and a
/// table with a `class_name` becomes Keras's `{"class_name", "config"}`.
pub fn to_json(value: &Spanned<DeValue<'_>>, place: &Place<'_>) -> Result<Value> {
    let wrong = |what: &str| place.error(value, what);
    Ok(match value.get_ref() {
        DeValue::String(text) if text == "None" => Value::Null,
        DeValue::String(text) => json!(text),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::from)
            .map_err(|_| wrong(&format!("the number {number} is too large")))?,
        DeValue::Float(number) => {
            let parsed = number.as_str().parse().ok().and_then(Number::from_f64);
            let finite = || wrong(&format!("a finite number is expected, got {number}"));
            Value::Number(parsed.ok_or_else(finite)?)
        }
        DeValue::Datetime(_) => return Err(wrong("a date means nothing in a model")),
        DeValue::Array(list) => {
            list.iter().map(|value| to_json(value, place)).collect::<Result<_>>()?
        }
        DeValue::Table(table) => object(table, place)?,
    })
}

/// A table as Keras's object: with a `class_name`, the other keys are its configuration.
fn object(table: &DeTable<'_>, place: &Place<'_>) -> Result<Value> {
    let mut map = Map::new();
    for (key, value) in table {
        map.insert(key.get_ref().to_string(), to_json(value, place)?);
    }
    // Keras's own form may be written out as well.
    if map.contains_key("config") {
        return Ok(Value::Object(map));
    }
    Ok(match map.remove("class_name") {
        Some(class_name) => json!({ "class_name": class_name, "config": map }),
        None => Value::Object(map),
    })
}
