//! Arrays as NumPy prints them: shortest digits up to eight, one width for a whole array, lines of
//! at most 75 characters. For numbers of one magnitude; NumPy writes others with exponents.

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
    // The width of numbers is kept before the bracket, not before a line's end.
    let last = lines.len() - 1;
    for line in &mut lines[..last] {
        line.truncate(line.trim_end().len());
    }
    format!("[{}]", lines.join("\n").strip_prefix(indent).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use elman::prelude::ndarray;

    use super::*;

    /// What `print(numpy.array(…))` of NumPy 2 prints.
    #[test]
    fn arrays_are_printed_as_numpy_prints_them() {
        assert_eq!(vector(&Array1::<f64>::zeros(8)), "[0. 0. 0. 0. 0. 0. 0. 0.]");
        assert_eq!(vector(&ndarray::array![0.5, -1.25, 10.0]), "[ 0.5  -1.25 10.  ]");
        let third = 1.0 / 3.0;
        assert_eq!(vector(&ndarray::array![third, 0.5]), "[0.33333333 0.5       ]");
        assert_eq!(vector(&ndarray::array![third as f32, 0.5]), "[0.33333334 0.5       ]");
        let row = [0.99999510, 0.99998681, 0.99958727, 0.99999684, 0.99991379, 0.9996731];
        let matrix_of_rows =
            ndarray::arr2(&[[row[0], row[1], row[2], row[3], row[4], row[5], 1.0]; 2]);
        assert_eq!(
            matrix(&matrix_of_rows),
            "[[0.9999951  0.99998681 0.99958727 0.99999684 0.99991379 0.9996731\n  1.        ]\n \
             [0.9999951  0.99998681 0.99958727 0.99999684 0.99991379 0.9996731\n  1.        ]]"
        );
    }
}
