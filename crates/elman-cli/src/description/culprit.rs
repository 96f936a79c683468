//! Which key of a configuration an error is about.

use elman::layers::layer_from_config;
use elman::{Error, Result};
use serde_json::{Map, Value};

/// A key and what is wrong with it.
pub struct Culprit<'a> {
    /// The key.
    pub key: &'a str,
    /// What is wrong with it, in words.
    pub problem: String,
}

/// Finds the key that makes a layer's configuration fail with `problem`. elman tells what is wrong,
/// not always where; leaving out one key at a time tells the rest.
pub fn find<'a>(
    class_name: &str,
    config: &'a Map<String, Value>,
    problem: &str,
) -> Option<Culprit<'a>> {
    let without = |key: &str| {
        let mut rest = config.clone();
        rest.remove(key);
        layer_from_config(class_name, &rest)
    };
    let keys = || config.keys().map(String::as_str);
    // Without the culprit there is no error,
    if let Some((key, layer)) = keys().find_map(|key| Some((key, without(key).ok()?))) {
        let known = layer.config();
        let problem = match known.contains_key(key) {
            true => of_key(key, problem),
            false => {
                let known: Vec<&str> = known.keys().map(String::as_str).collect();
                format!("this key is unknown; known are: {}", known.join(", "))
            }
        };
        return Some(Culprit { key, problem });
    }
    // or the error names it,
    let named = keys().find(|key| problem.contains(&format!("`{key}`")));
    // or there is another error without it: best one that isn't about its being missing.
    let other = |key: &&str| changes(without(key), problem, None);
    let other_than_missing = |key: &&str| changes(without(key), problem, Some(key));
    let key = named.or_else(|| keys().find(other_than_missing)).or_else(|| keys().find(other))?;
    Some(Culprit { key, problem: of_key(key, problem) })
}

/// What is wrong with a key, in words that don't name it once more.
fn of_key(key: &str, problem: &str) -> String {
    in_words(problem.strip_prefix(&format!("`{key}`: ")).unwrap_or(problem))
}

/// Whether there is another error, other than that `not_missing` is missing.
fn changes<T>(result: Result<T>, problem: &str, not_missing: Option<&str>) -> bool {
    match result {
        Err(Error::Config { problem: other, .. }) => {
            let missing = not_missing.map(|key| format!("missing field `{key}`"));
            other != problem && missing.is_none_or(|missing| !other.contains(&missing))
        }
        _ => true,
    }
}

/// A problem without the names of Rust's types.
pub fn in_words(problem: &str) -> String {
    let words = [
        ("expected u64", "expected a non-negative integer"),
        ("expected f64", "expected a number"),
        ("expected f32", "expected a number"),
        ("expected a boolean", "expected true or false"),
        ("missing field", "missing key"),
    ];
    words.iter().fold(problem.to_owned(), |text, (from, to)| text.replace(from, to))
}
