//! JSON in files. A value takes two bytes in a file and a hundred in memory, so they are counted first.

use serde_json::Value;

use crate::{Error, Result};

/// Values that any text may have: a model of a hundred layers has a few thousand.
const ANY_VALUES: usize = 200_000;

/// A text may have one more for each so many bytes, such as the words of a vocabulary.
const BYTES_PER_VALUE: usize = 64;

/// The value of a text; `member` says what it is in its file.
///
/// # Errors
/// [`Error::Config`]: no JSON, or a great many values.
pub(super) fn parse(text: &str, file: &str, member: &str) -> Result<Value> {
    let problem = |problem: String| Error::Config { place: format!("{file}, {member}"), problem };
    let (count, limit) = (values(text), ANY_VALUES + text.len() / BYTES_PER_VALUE);
    if count > limit {
        return Err(problem(format!(
            "{count} values, of which {limit} are allowed: it could be made to exhaust memory"
        )));
    }
    serde_json::from_str(text).map_err(|error| problem(format!("no valid JSON: {error}")))
}

/// How many values a text has, at most: each but the first stands behind one of these signs.
fn values(text: &str) -> usize {
    let (mut count, mut in_text, mut escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b':' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_of_texts() {
        assert_eq!(values("3"), 1);
        assert_eq!(values(r#"{"a": [1, 2, {"b": null}], "c:,[{\"\\": "x,\\"}"#), 10);
    }

    #[test]
    fn a_great_many_values_are_refused() {
        let zeros = |count: usize| format!("[{}0]", "0,".repeat(count));
        assert!(parse(&zeros(ANY_VALUES - 10), "a.keras", "config.json").is_ok());
        let error = parse(&zeros(ANY_VALUES * 2), "a.keras", "config.json").unwrap_err();
        assert!(error.to_string().contains("400002 values"), "{error}");
        // A vocabulary is fine.
        let words: Vec<String> = (0..220_000).map(|i| format!("\"{i:->80}\"")).collect();
        assert!(parse(&format!("[{}]", words.join(", ")), "a.keras", "config.json").is_ok());
        let error = parse("{", "a.keras", "config.json").unwrap_err();
        assert!(error.to_string().contains("no valid JSON"), "{error}");
    }
}
