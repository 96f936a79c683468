//! Arrays as NumPy prints them: shortest digits up to eight, one width for a whole array, lines of
//! at most 75 characters.

use std::fmt::Display;

use elman::prelude::ndarray::{Array1, Array2};

const PRECISION: usize = 8;
const LINE_WIDTH: usize = 75;

/// A one-dimensional array.
pub fn vector<T: Display + Copy>(array: &Array1<T>) -> String {
    row(&format_all(array.iter()), " ")
}

/// A two-dimensional array.
pub fn matrix<T: Display + Copy>(array: &Array2<T>) -> String {
    let all = format_all(array.iter());
    let rows: Vec<String> = all.chunks(array.ncols().max(1)).map(|r| row(r, "  ")).collect();
    format!("[{}]", rows.join("\n "))
}

/// Numbers with as many decimals as the longest needs, `1.` for one without any, padded to one
/// width.
fn format_all<'a, T: Display + Copy + 'a>(values: impl Iterator<Item = &'a T>) -> Vec<String> {
    let shortest = |value: &T| {
        // Rust prints the shortest digits that give the number back, as NumPy does.
        let text = value.to_string();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        if decimals.len() <= PRECISION {
            return (whole.to_owned(), decimals.to_owned());
        }
        let rounded = format!("{value:.PRECISION$}");
        let (whole, decimals) = rounded.split_once('.').unwrap_or((&rounded, ""));
        (whole.to_owned(), decimals.trim_end_matches('0').to_owned())
    };
    let parts: Vec<(String, String)> = values.map(shortest).collect();
    let whole = parts.iter().map(|p| p.0.len()).max().unwrap_or(0);
    let decimals = parts.iter().map(|p| p.1.len()).max().unwrap_or(0);
    parts.iter().map(|(w, d)| format!("{w:>whole$}.{d:<decimals$}")).collect()
}

/// `[a b c]`, broken where a line would get longer than NumPy's; `indent` stands before what goes
/// on.
fn row(values: &[String], indent: &str) -> String {
    let mut lines = vec![String::from(&indent[1..])];
    for value in values {
        let line = &lines[lines.len() - 1];
        if line.len() + 1 + value.len() >= LINE_WIDTH && line.len() > indent.len() {
            lines.push(indent[1..].to_owned());
        }
        let line = lines.last_mut().expect("there is a line");
        line.push(' ');
        line.push_str(value);
    }
    format!("[{}]", lines.join("\n").trim_start())
}
