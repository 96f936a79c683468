//! Histories from files.

use std::path::Path;

use serde_json::Value;

use super::history::{History, Logs};
use crate::{Error, Result};

impl History {
    /// Reads a history from a file: a `.csv` as [`CsvLogger`](super::callbacks::CsvLogger) and
    /// Keras's write it, or the JSON of [`to_json`](History::to_json).
    ///
    /// The separator of a table is what follows its first column, `epoch`; `NA` is read as NaN.
    ///
    /// # Errors
    /// A file that can't be read or holds something else: which line and column.
    ///
    /// ```
    /// use elman::training::History;
    /// # let path = std::env::temp_dir().join(format!("elman-history-{}.csv", std::process::id()));
    /// std::fs::write(&path, "epoch,loss,val_loss\n0,0.5,0.6\n1,0.25,NA\n").unwrap();
    /// let history = History::read(&path)?;
    /// assert_eq!(history.get("loss"), Some(&[0.5, 0.25][..]));
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<History> {
        let path = path.as_ref();
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| elman_files::Error::io(&file, "read", error))?;
        let text = text.trim_start_matches('\u{feff}');
        match text.trim_start().starts_with('{') {
            true => from_json(text),
            false => from_table(text),
        }
        .map_err(|problem| Error::Config { place: file, problem })
    }
}

fn from_json(text: &str) -> Result<History, String> {
    let series: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let lengths = series.as_object().into_iter().flat_map(|series| series.values());
    let mut lengths = lengths.map(|values| values.as_array().map_or(0, Vec::len));
    let epochs = lengths.next().unwrap_or(0);
    let numbers: Value = (0..epochs).collect::<Vec<_>>().into();
    let history = History::from_json(&series, &numbers, &Value::Null)
        .filter(|_| lengths.all(|n| n == epochs));
    history.ok_or_else(|| "expected lists of numbers, all of one length, by name".into())
}

fn from_table(text: &str) -> Result<History, String> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((_, header)) = lines.next() else { return Err("is empty".into()) };
    let Some(rest) = header.strip_prefix("epoch") else {
        return Err(format!("expected a table whose first column is `epoch`, found `{header}`"));
    };
    let separator = rest.chars().next().unwrap_or(',');
    let names: Vec<&str> = header.split(separator).map(str::trim).collect();
    let mut history = History::default();
    for (number, line) in lines {
        let line_number = number + 1;
        let cells: Vec<&str> = line.split(separator).map(str::trim).collect();
        if cells.len() != names.len() {
            let (found, wanted) = (cells.len(), names.len());
            return Err(format!("line {line_number} has {found} columns, the first {wanted}"));
        }
        let epoch = cells[0]
            .parse()
            .map_err(|_| format!("line {line_number}, column 1: `{}` is no epoch", cells[0]))?;
        let mut logs = Logs::new();
        for (column, (name, cell)) in names.iter().zip(&cells).enumerate().skip(1) {
            let value = match *cell {
                "NA" => f64::NAN,
                cell => cell.parse().map_err(|_| {
                    format!("line {line_number}, column {}: `{cell}` is no number", column + 1)
                })?,
            };
            logs.push(((*name).to_owned(), value));
        }
        history.push(epoch, &logs);
    }
    Ok(history)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_objects_are_read() {
        let table = from_table("epoch;loss;val_loss\r\n3;0.5;NA\r\n\r\n4;0.25;1e-3\r\n").unwrap();
        assert_eq!(table.epochs(), [3, 4]);
        assert_eq!(table.get("loss").unwrap(), [0.5, 0.25]);
        assert!(table.get("val_loss").unwrap()[0].is_nan());
        let object = from_json(r#"{"loss": [0.5, null], "mae": [1, 2]}"#).unwrap();
        assert_eq!(object.epochs(), [0, 1]);
        assert_eq!(object.get("mae").unwrap(), [1.0, 2.0]);
    }

    #[test]
    fn what_is_no_history_is_refused() {
        let cases = [
            ("", "is empty"),
            ("a,b\n1,2\n", "first column is `epoch`"),
            ("epoch,loss\n0,0.5,1\n", "line 2 has 3 columns"),
            ("epoch,loss\n\nx,0.5\n", "line 3, column 1: `x`"),
            ("epoch,loss\n0,good\n", "column 2: `good`"),
        ];
        for (text, words) in cases {
            let error = from_table(text).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        for text in ["{", r#"{"loss": 1}"#, r#"{"loss": [1], "mae": []}"#, r#"{"loss": ["a"]}"#] {
            assert!(from_json(text).is_err(), "{text}");
        }
    }
}
