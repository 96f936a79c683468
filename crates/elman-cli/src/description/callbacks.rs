//! Callbacks: in tables of TOML, or in words like a call in Python.

use std::path::Path;

use elman::training::Fit;
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::convert::{Place, to_json};
use crate::failure::{Failure, Result};

/// Reads a file with tables `[[callbacks]]` and nothing else.
pub fn read_file(path: &Path) -> Result<Vec<Value>> {
    super::read_table(path, |table, place| {
        super::check_keys(table, &["callbacks"], place)?;
        match table.get("callbacks") {
            Some(list) => read_list(list, place),
            None => Err(Failure::Failed(format!(
                "{}: there are no callbacks; each is a table [[callbacks]] with a class_name and \
                 its arguments",
                place.file()
            ))),
        }
    })
}

/// Reads the tables `[[callbacks]]`, each of which is checked, so that an error can say its line.
pub fn read_list(value: &Spanned<DeValue<'_>>, place: &Place<'_>) -> Result<Vec<Value>> {
    let list = value.get_ref().as_array().ok_or_else(|| {
        place.error(value, "`callbacks` must be a list of tables, each headed by [[callbacks]]")
    })?;
    let read = |table: &Spanned<DeValue<'_>>| {
        let object = to_json(table, place)?;
        if !object["class_name"].is_string() {
            let problem = "`class_name` is missing, such as class_name = \"EarlyStopping\"";
            return Err(place.error(table, problem));
        }
        check(&object).map_err(|problem| {
            let keys = table.get_ref().as_table().into_iter().flat_map(DeTable::keys);
            let named = |key: &&Spanned<std::borrow::Cow<'_, str>>| {
                problem.contains(&format!("`{}`", key.get_ref()))
            };
            match keys.into_iter().find(named) {
                Some(key) => place.error(key, &problem),
                None => place.error(table, &problem),
            }
        })?;
        Ok(object)
    };
    list.iter().map(read).collect()
}

/// Reads a callback in words: `EarlyStopping(monitor=val_loss, patience=3)`.
pub fn read_words(text: &str) -> Result<Value, String> {
    let object = call(text.trim()).filter(|object| object["class_name"].is_string());
    let object = object.ok_or_else(|| {
        "a name with arguments is expected, such as EarlyStopping(monitor=loss, patience=3)"
            .to_owned()
    })?;
    check(&object)?;
    Ok(object)
}

fn check(object: &Value) -> Result<(), String> {
    let checked = Fit::new().callback_from_object(object);
    checked.map(drop).map_err(|error| Failure::from(error).to_string())
}

/// `Name(key=value, …)` or `Name` as an object.
fn call(text: &str) -> Option<Value> {
    let (name, arguments) = match text.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')')?),
        None => (text, ""),
    };
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut config = Map::new();
    for argument in split(arguments)? {
        let (key, value) = argument.split_once('=')?;
        let value = self::value(value.trim())?;
        // Twice the same is a mistake.
        if config.insert(key.trim().to_owned(), value).is_some() {
            return None;
        }
    }
    Some(json!({ "class_name": name, "config": config }))
}

/// The parts between commas that aren't within quotes or brackets; a last comma may be there.
fn split(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(c),
            ('(' | '[' | '{', None) => depth += 1,
            (')' | ']' | '}', None) => depth = depth.checked_sub(1)?,
            (',', None) if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() {
        parts.push(&text[start..]);
    }
    (depth == 0 && quote.is_none()).then_some(parts)
}

/// A value as Python would write it, with or without quotes around text.
fn value(text: &str) -> Option<Value> {
    let unquoted = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    if let Some(inner) = unquoted('"').or_else(|| unquoted('\'')) {
        return Some(json!(inner));
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return split(inner)?.into_iter().map(|part| value(part.trim())).collect();
    }
    let is_call = text.ends_with(')') && !text.contains(['/', '{']);
    Some(match text {
        "" => return None,
        "True" | "true" => json!(true),
        "False" | "false" => json!(false),
        "None" => Value::Null,
        call if is_call => self::call(call)?,
        text if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            let number = text.parse::<i64>().map(|n| json!(n));
            number.or_else(|_| text.parse::<f64>().map(|n| json!(n))).unwrap_or(json!(text))
        }
        text => json!(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_calls() {
        for (text, object) in [
            ("TerminateOnNaN", json!({ "class_name": "TerminateOnNaN", "config": {} })),
            (" A( ) ", json!({ "class_name": "A", "config": {} })),
            (
                "A(monitor=val_loss, n=3, rate=1e-4, off=False, none=None, path='a, (b', d=./x,)",
                json!({ "class_name": "A", "config": {
                    "monitor": "val_loss", "n": 3, "rate": 1e-4, "off": false, "none": null,
                    "path": "a, (b", "d": "./x",
                } }),
            ),
            (
                "A(path=at/{epoch:02d}-{val_loss:.2f}.keras, b=B(c=[1, 2.5]))",
                json!({ "class_name": "A", "config": {
                    "path": "at/{epoch:02d}-{val_loss:.2f}.keras",
                    "b": { "class_name": "B", "config": { "c": [1, 2.5] } },
                } }),
            ),
        ] {
            assert_eq!(call(text.trim()), Some(object), "{text}");
        }
        for text in ["", "A(", "A(3)", "A(b=)", "A(b='c)", "A(b=1, b=2)", "1A", "A b", "A(b=c))"] {
            assert_eq!(call(text), None, "{text}");
        }
    }
}
