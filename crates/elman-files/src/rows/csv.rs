//! Rows of a CSV file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use ::csv::{ByteRecord, Position, Reader, ReaderBuilder, Trim};

use crate::array::{Array, Data};
use crate::csv::number;
use crate::error::{Error, Result};

/// The rows of a table, read one by one, so that the file may be larger than memory: what is kept
/// of each row is where it begins. Tables are as for [`csv::read`](crate::csv::read).
///
/// ```
/// use elman_files::{CsvRows, Data};
///
/// let path = std::env::temp_dir().join(format!("elman-csv-rows-{}.csv", std::process::id()));
/// std::fs::write(&path, "open,close\n1.5,2\n3,4\n5,6\n").unwrap();
/// let mut rows = CsvRows::open(&path)?;
/// assert_eq!((rows.len(), rows.columns()), (3, 2));
/// assert_eq!(rows.read(&[2, 0])?.data, Data::F64(vec![5.0, 6.0, 1.5, 2.0]));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
#[derive(Debug)]
pub struct CsvRows {
    reader: Reader<File>,
    name: String,
    /// Where each row begins.
    starts: Vec<u64>,
    columns: usize,
}

impl CsvRows {
    /// Opens a table and reads it once, from start to end, to find its rows and check its numbers.
    ///
    /// # Errors
    /// As [`csv::read`](crate::csv::read).
    pub fn open(path: &Path) -> Result<CsvRows> {
        let name = path.display().to_string();
        let io = |error| Error::io(&name, "read", error);
        let mut file = File::open(path).map_err(io)?;
        let mut start = [0; 3];
        let read = file.read(&mut start).map_err(io)?;
        // A spreadsheet's byte order mark is no part of the first field.
        let skipped = if start[..read] == *b"\xef\xbb\xbf" { 3 } else { 0 };
        file.seek(SeekFrom::Start(skipped)).map_err(io)?;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(file);
        let (mut starts, mut columns, mut first) = (Vec::new(), 0, true);
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(|error| broken(&name, error))? {
            if record.len() == 1 && record[0].is_empty() {
                continue;
            }
            if std::mem::take(&mut first) {
                columns = record.len();
                if record.iter().all(|field| number(field).is_none()) {
                    continue;
                }
            }
            let (start, line) =
                record.position().map_or((0, 0), |p| (skipped + p.byte(), p.line()));
            if let Err(error) = numbers(&record, columns, line, &name, |_| {}) {
                let line = line + blank_lines(reader.get_ref(), start);
                return Err(error.at_line(line));
            }
            starts.push(start);
        }
        if starts.is_empty() {
            return Err(Error::CsvEmpty { file: name });
        }
        Ok(CsvRows { reader, name, starts, columns })
    }

    /// The number of rows; never 0.
    #[allow(clippy::len_without_is_empty, reason = "a table without rows is refused")]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// These rows in that order, as float64 of shape (rows, columns).
    ///
    /// # Errors
    /// A file that can't be read any more, or that was changed since it was opened.
    ///
    /// # Panics
    /// If there is no such row, as for a slice.
    pub fn read(&mut self, rows: &[usize]) -> Result<Array> {
        let mut data = Vec::with_capacity(rows.len() * self.columns);
        let mut record = ByteRecord::new();
        let mut next = None;
        for &row in rows {
            // A row that follows the one before lies right behind it, but for blank lines.
            if next != Some(row) {
                let mut position = Position::new();
                position.set_byte(self.starts[row]);
                // In any case: what the reader thinks of where it is leaves a byte order mark out.
                let moved = self.reader.seek_raw(SeekFrom::Start(self.starts[row]), position);
                moved.map_err(|error| broken(&self.name, error))?;
            }
            loop {
                let more = self.reader.read_byte_record(&mut record);
                if !more.map_err(|error| broken(&self.name, error))? {
                    return Err(Error::CsvEmpty { file: self.name.clone() });
                }
                if record.len() != 1 || !record[0].is_empty() {
                    break;
                }
            }
            numbers(&record, self.columns, row as u64 + 1, &self.name, |value| data.push(value))?;
            next = Some(row + 1);
        }
        Ok(Array { shape: vec![rows.len(), self.columns], data: Data::F64(data) })
    }
}

/// How many blank lines there are at a place: a row begins where the one before ended.
fn blank_lines(mut file: &File, start: u64) -> u64 {
    let mut bytes = [0; 4096];
    // Where that can't be read, the line of the row before is near enough.
    let read = file.seek(SeekFrom::Start(start)).and_then(|_| file.read(&mut bytes)).unwrap_or(0);
    let blank = bytes[..read].iter().take_while(|b| matches!(b, b'\r' | b'\n'));
    blank.filter(|b| **b == b'\n').count() as u64
}

fn broken(file: &str, error: ::csv::Error) -> Error {
    Error::io(file, "read", std::io::Error::other(error))
}

/// The numbers of a row, which must be as many as columns.
fn numbers(
    record: &ByteRecord,
    columns: usize,
    line: u64,
    file: &str,
    mut take: impl FnMut(f64),
) -> Result<()> {
    if record.len() != columns {
        let (file, found) = (file.to_owned(), record.len());
        return Err(Error::CsvRagged { file, line, expected: columns, found });
    }
    for (index, field) in record.iter().enumerate() {
        take(number(field).ok_or_else(|| Error::CsvNumber {
            file: file.to_owned(),
            line,
            column: index + 1,
            text: String::from_utf8_lossy(field).chars().take(40).collect(),
        })?);
    }
    Ok(())
}
