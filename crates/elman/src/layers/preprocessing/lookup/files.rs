//! Vocabularies as files.

use super::{LookupOptions, Table, Token};
use crate::layers::{Assets, Layer};
use crate::{Error, Result};

/// The file that Keras keeps a vocabulary in.
const VOCABULARY: &str = "vocabulary.txt";
/// The array that Keras keeps beside the weights.
pub(super) const IDF_WEIGHTS: &str = "vars/idf_weights";

/// What ends a line where Keras reads a vocabulary, Python's `splitlines`.
pub(super) const LINE_ENDS: &[char] =
    &['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];

/// The lines of a vocabulary as Keras reads it from a `.keras` file, without empty ones at its end.
fn lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let mut lines: Vec<String> = text.split(LINE_ENDS).map(str::to_owned).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn wrong(layer: &dyn Layer, problem: String) -> Error {
    Error::Config { place: format!("{VOCABULARY} of {}", layer.place()), problem }
}

/// The file's text.
fn text(layer: &dyn Layer, bytes: &[u8]) -> Result<String> {
    let text = String::from_utf8(bytes.to_vec());
    text.map_err(|error| wrong(layer, format!("is not UTF-8: {}", error.utf8_error())))
}

/// The tokens of lines.
fn tokens<T: Token>(layer: &dyn Layer, lines: &[String]) -> Result<Vec<T>> {
    let token = |(number, line): (usize, &String)| {
        let number = number + 1;
        T::from_line(line)
            .ok_or_else(|| wrong(layer, format!("line {number}, {line:?}, is no integer")))
    };
    lines.iter().enumerate().map(token).collect()
}

/// The tokens of a file of one's own, a line for each.
pub(super) fn read<T: Token>(layer: &dyn Layer, path: &std::path::Path) -> Result<Vec<T>> {
    let bytes = std::fs::read(path).map_err(|error| Error::Config {
        place: format!("vocabulary of {}", layer.place()),
        problem: format!("{}: {error}", path.display()),
    })?;
    let lines: Vec<String> = text(layer, &bytes)?.lines().map(str::to_owned).collect();
    tokens(layer, &lines)
}

/// What a file keeps of a vocabulary.
pub(super) fn write<T: Token>(
    layer: &dyn Layer,
    vocabulary: &[Option<T>],
    idf_weights: &[f64],
) -> Result<Assets> {
    let line = |token: &Option<T>| match token {
        Some(token) => token.to_line().ok_or_else(|| Error::Unsupported {
            place: layer.place(),
            option: format!("the token {token:?} in a vocabulary file, which has a line for each,"),
            advice: "give the tokens as the argument `vocabulary`".into(),
        }),
        None => Err(Error::Unsupported {
            place: layer.place(),
            option: "oov_token = None in a vocabulary file".into(),
            advice: "give the tokens as the argument `vocabulary`".into(),
        }),
    };
    let lines = vocabulary.iter().map(line).collect::<Result<Vec<String>>>()?;
    // Keras drops empty lines at the end when it reads them.
    if lines.last().is_some_and(String::is_empty) {
        return Err(Error::Unsupported {
            place: layer.place(),
            option: "an empty string as the last token of a vocabulary file".into(),
            advice: "give the tokens as the argument `vocabulary`, or it as `mask_token`".into(),
        });
    }
    let mut assets = Assets::default();
    assets.insert_file(VOCABULARY, lines.join("\n").into_bytes());
    if !idf_weights.is_empty() {
        assets.insert_numbers(IDF_WEIGHTS, idf_weights.to_vec());
    }
    Ok(assets)
}

/// The table of what a file keeps of a vocabulary.
pub(super) fn load<T: Token>(
    layer: &dyn Layer,
    options: &LookupOptions<T>,
    assets: &Assets,
) -> Result<Table<T>> {
    let bytes = assets.file(VOCABULARY).ok_or_else(|| wrong(layer, "is missing".into()))?;
    let tokens: Vec<T> = tokens(layer, &lines(&text(layer, bytes)?))?;
    let table = Table::new(layer, options, &tokens, assets.numbers(IDF_WEIGHTS))?;
    let (size, known) = (options.token_start() + table.tokens.len(), options.vocabulary_size);
    match known.filter(|known| *known != size) {
        Some(known) => {
            Err(wrong(layer, format!("has {size} tokens, the configuration says {known}")))
        }
        None => Ok(table),
    }
}
