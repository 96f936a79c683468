//! Tables of numbers as text: comma-separated values.

use std::fmt::Write;
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder, Trim};

use crate::array::{Array, Data, each};
use crate::error::{Error, Result};
use crate::{atomic, paths};

/// Reads a table as float64 of shape (rows, columns).
///
/// If no field of the first line is a number, it is a header and left out. Blank lines are left
/// out. Numbers are written as in Rust, Python or a spreadsheet: `1`, `-0.5`, `1e-3`, `nan`, `inf`.
///
/// # Errors
///
/// [`Error::CsvNumber`] and [`Error::CsvRagged`] say the line and column; [`Error::CsvEmpty`].
///
/// ```
/// use elman_files::{Error, csv};
///
/// let path = std::env::temp_dir().join(format!("elman-csv-{}.csv", std::process::id()));
/// std::fs::write(&path, "open,close\n1.5,2\n3,x\n").unwrap();
/// let error = csv::read(&path).unwrap_err();
/// assert!(error.to_string().ends_with("line 3, column 2: \"x\" is not a number"));
/// # std::fs::remove_file(&path).unwrap();
/// ```
pub fn read(path: &Path) -> Result<Array> {
    parse(&paths::read_file(path)?, &path.display().to_string())
}

/// Writes an array, one row per index of its first dimension, no header, replacing the file in one
/// step.
///
/// A vector becomes a column, a scalar one field; from the third dimension on, the rest of the
/// dimensions are laid out along the row, last one fastest. Every float is written in the fewest
/// digits that read back as the same value; bools as 1 and 0.
///
/// ```
/// use elman_files::{Array, csv};
///
/// let path = std::env::temp_dir().join(format!("elman-csv-w-{}.csv", std::process::id()));
/// csv::write(&path, &Array::f32([2, 2, 1], vec![0.1, 2.0, -3.0, 4e-10]))?;
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "0.1,2.0\n-3.0,4e-10\n");
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn write(path: &Path, array: &Array) -> Result<()> {
    atomic::write(path, format(array, &path.display().to_string())?.as_bytes())
}

fn parse(bytes: &[u8], file: &str) -> Result<Array> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes); // a spreadsheet's BOM
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(bytes);
    let mut record = ByteRecord::new();
    let (mut data, mut rows, mut columns, mut first) = (Vec::new(), 0usize, 0usize, true);
    loop {
        // Fields are bytes and rows may be ragged, so reading from memory has nothing to object to.
        let more = reader.read_byte_record(&mut record);
        if !more.map_err(|e| Error::io(file, "read", std::io::Error::other(e)))? {
            break;
        }
        if record.len() == 1 && record[0].is_empty() {
            continue;
        }
        let line = record.position().map_or(0, |p| line_of(bytes, p));
        if std::mem::take(&mut first) {
            columns = record.len();
            if record.iter().all(|field| number(field).is_none()) {
                continue;
            }
        }
        if record.len() != columns {
            let (file, found) = (file.to_owned(), record.len());
            return Err(Error::CsvRagged { file, line, expected: columns, found });
        }
        for (index, field) in record.iter().enumerate() {
            data.push(number(field).ok_or_else(|| Error::CsvNumber {
                file: file.to_owned(),
                line,
                column: index + 1,
                text: String::from_utf8_lossy(field).chars().take(40).collect(),
            })?);
        }
        rows += 1;
    }
    if rows == 0 {
        return Err(Error::CsvEmpty { file: file.to_owned() });
    }
    Ok(Array { shape: vec![rows, columns], data: Data::F64(data) })
}

/// The line of a record; its position is where the one before ended, before any blank lines.
fn line_of(bytes: &[u8], position: &::csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|start| bytes.get(start..));
    let blank = rest.unwrap_or_default().iter().take_while(|b| matches!(b, b'\r' | b'\n'));
    position.line() + blank.filter(|&&b| b == b'\n').count() as u64
}

pub(crate) fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn format(array: &Array, file: &str) -> Result<String> {
    array.check(file)?;
    let columns: usize = array.shape.iter().skip(1).product();
    let mut text = String::with_capacity(array.len() * 8);
    let mut field = |index: usize, value: &dyn std::fmt::Debug| {
        let end = if (index + 1).is_multiple_of(columns) { '\n' } else { ',' };
        // Writing to a String does not fail.
        let _ = write!(text, "{value:?}{end}");
    };
    match &array.data {
        Data::F16(_) | Data::BF16(_) => {
            array.to_f32().iter().enumerate().for_each(|(i, x)| field(i, x));
        }
        Data::Bool(v) => v.iter().enumerate().for_each(|(i, &x)| field(i, &u8::from(x))),
        data => each!(data, v => v.iter().enumerate().for_each(|(i, x)| field(i, x))),
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        struct Case {
            text: &'static str,
            shape: [usize; 2],
            data: &'static [f64],
        }
        let cases = [
            Case { text: "1,2\n3,4\n", shape: [2, 2], data: &[1.0, 2.0, 3.0, 4.0] },
            Case { text: "1,2\r\n3,4", shape: [2, 2], data: &[1.0, 2.0, 3.0, 4.0] },
            Case { text: "a,b\n1,2\n", shape: [1, 2], data: &[1.0, 2.0] },
            Case { text: "\"a\",\"b c\"\n\n1, 2\n\n", shape: [1, 2], data: &[1.0, 2.0] },
            Case { text: "\u{feff}0.5\n-1e-3\n", shape: [2, 1], data: &[0.5, -1e-3] },
            Case { text: "inf,-inf", shape: [1, 2], data: &[f64::INFINITY, f64::NEG_INFINITY] },
        ];
        for case in cases {
            let array = parse(case.text.as_bytes(), "t.csv").unwrap();
            assert_eq!(
                (array.shape.as_slice(), array.data),
                (case.shape.as_slice(), Data::F64(case.data.to_vec())),
                "{:?}",
                case.text
            );
        }
    }

    #[test]
    fn malformed_tables() {
        let error = |text: &str| parse(text.as_bytes(), "t.csv").unwrap_err();
        assert!(matches!(
            error("1,2\n3\n"),
            Error::CsvRagged { line: 2, expected: 2, found: 1, .. }
        ));
        assert!(matches!(error("a,b\n1,2,3\n"), Error::CsvRagged { line: 2, .. }));
        assert!(matches!(error("1,\n"), Error::CsvNumber { line: 1, column: 2, .. }));
        assert!(matches!(error("1,a\n"), Error::CsvNumber { line: 1, column: 2, .. }));
        assert!(matches!(error("1\n\n\nx\n"), Error::CsvNumber { line: 4, column: 1, .. }));
        assert!(matches!(error(""), Error::CsvEmpty { .. }));
        assert!(matches!(error("a,b\n"), Error::CsvEmpty { .. }));
    }

    #[test]
    fn every_kind_of_number_is_written() {
        let text =
            |shape: &[usize], data| format(&Array { shape: shape.into(), data }, "").unwrap();
        assert_eq!(text(&[], Data::I64(vec![-7])), "-7\n");
        assert_eq!(text(&[2], Data::Bool(vec![true, false])), "1\n0\n");
        assert_eq!(text(&[1, 2], Data::F16(vec![0x3c00, 0x3800])), "1.0,0.5\n");
        assert_eq!(text(&[2, 1], Data::F32(vec![0.1, f32::NAN])), "0.1\nNaN\n");
        assert_eq!(text(&[0, 3], Data::F32(vec![])), "");
    }
}
