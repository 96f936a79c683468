//! Rows of a Parquet file.

use std::collections::VecDeque;
use std::fs::File;
use std::path::Path;

use ::parquet::basic::{ConvertedType, LogicalType};
use ::parquet::column::reader::ColumnReader;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;

use crate::array::{Array, Data};
use crate::error::{Error, Result};

/// So many numbers of decoded row groups are kept (256 MiB).
const KEPT: usize = 32 << 20;

/// The rows of a Parquet file of numbers, as a table: read by row groups, so that the file may be
/// larger than memory.
///
/// Columns are of bools, integers, float32 or float64, without nulls and not nested. Compression may
/// be none, Snappy, LZ4 or gzip. Decoded row groups are kept up to 256 MiB; rows of a larger file are
/// read fast in order, and slowly in a random one.
///
/// ```no_run
/// let mut rows = elman_files::ParquetRows::open("prices.parquet".as_ref())?;
/// println!("{} rows of {:?}", rows.len(), rows.columns());
/// let first = rows.read(&[0])?;
/// # Ok::<(), elman_files::Error>(())
/// ```
pub struct ParquetRows {
    reader: SerializedFileReader<File>,
    name: String,
    columns: Vec<String>,
    /// The first row of each row group, and the number of all rows.
    starts: Vec<usize>,
    /// Row groups with their numbers, row by row; the one used last stands last.
    kept: VecDeque<(usize, Vec<f64>)>,
}

impl std::fmt::Debug for ParquetRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, columns) = (&self.name, &self.columns);
        f.debug_struct("ParquetRows").field("name", name).field("columns", columns).finish()
    }
}

impl ParquetRows {
    /// Opens a file and reads what it says of its columns and row groups.
    ///
    /// # Errors
    /// [`Error::Io`] for what is no Parquet file, [`Error::UnsupportedDtype`] for a column of
    /// something else than numbers.
    pub fn open(path: &Path) -> Result<ParquetRows> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| Error::io(&name, "read", error))?;
        let reader = guarded(&name, || SerializedFileReader::new(file))?;
        let metadata = reader.metadata();
        let schema = metadata.file_metadata().schema_descr();
        for column in schema.columns() {
            if !is_number(column) {
                let path = column.path().string();
                let dtype = match column.converted_type() {
                    ConvertedType::NONE => column.physical_type().to_string(),
                    converted => converted.to_string(),
                };
                return Err(Error::UnsupportedDtype { file: name, path, dtype });
            }
        }
        let columns = schema.columns().iter().map(|column| column.path().string()).collect();
        let mut starts = vec![0usize];
        for group in metadata.row_groups() {
            let rows = usize::try_from(group.num_rows()).ok();
            let next = rows.and_then(|rows| starts[starts.len() - 1].checked_add(rows));
            starts.push(next.ok_or_else(|| broken(&name, "a number of rows below 0"))?);
        }
        Ok(ParquetRows { reader, name, columns, starts, kept: VecDeque::new() })
    }

    /// The number of rows.
    #[allow(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.starts[self.starts.len() - 1]
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// These rows in that order, as float64 of shape (rows, columns).
    ///
    /// # Errors
    /// A null, and a file that is damaged or packed in a way that is not read here.
    ///
    /// # Panics
    /// If there is no such row, as for a slice.
    pub fn read(&mut self, rows: &[usize]) -> Result<Array> {
        let columns = self.columns.len();
        let mut data = vec![0.0; rows.len() * columns];
        // Each row group is decoded once, whatever the order of the rows.
        let mut places: Vec<(usize, usize)> = rows.iter().copied().zip(0..).collect();
        places.sort_unstable();
        for (row, place) in places {
            assert!(row < self.len(), "row {row} of {}", self.len());
            let group = self.starts.partition_point(|start| *start <= row) - 1;
            let within = row - self.starts[group];
            let numbers = self.group(group)?;
            data[place * columns..(place + 1) * columns]
                .copy_from_slice(&numbers[within * columns..(within + 1) * columns]);
        }
        Ok(Array { shape: vec![rows.len(), columns], data: Data::F64(data) })
    }

    /// The numbers of a row group, decoded if they aren't kept.
    fn group(&mut self, group: usize) -> Result<&[f64]> {
        match self.kept.iter().position(|(number, _)| *number == group) {
            Some(i) if i + 1 == self.kept.len() => {}
            Some(i) => {
                let used = self.kept.remove(i);
                self.kept.extend(used);
            }
            None => {
                let numbers = self.decode(group)?;
                let mut size = numbers.len();
                size += self.kept.iter().map(|(_, kept)| kept.len()).sum::<usize>();
                while size > KEPT
                    && let Some((_, oldest)) = self.kept.pop_front()
                {
                    size -= oldest.len();
                }
                self.kept.push_back((group, numbers));
            }
        }
        Ok(&self.kept[self.kept.len() - 1].1)
    }

    fn decode(&self, group: usize) -> Result<Vec<f64>> {
        let rows = self.starts[group + 1] - self.starts[group];
        let columns = self.columns.len();
        let mut numbers = Vec::new();
        for column in 0..columns {
            let values = guarded(&self.name, || {
                let reader = self.reader.get_row_group(group)?.get_column_reader(column)?;
                let schema = self.reader.metadata().file_metadata().schema_descr();
                values(reader, is_unsigned(&schema.column(column)), rows)
            })?;
            if values.len() != rows {
                let (found, name) = (values.len(), &self.columns[column]);
                let first = self.starts[group];
                return Err(broken(
                    &self.name,
                    &format!(
                        "column {name:?} has {found} numbers in the {rows} rows from {first} on: fill \
                     its nulls before"
                    ),
                ));
            }
            // Sized by what was decoded, not by what the file claims.
            numbers.resize(rows * columns, 0.0);
            for (row, value) in values.into_iter().enumerate() {
                numbers[row * columns + column] = value;
            }
        }
        Ok(numbers)
    }
}

/// The values of a column that aren't null, so many at most.
fn values(reader: ColumnReader, is_unsigned: bool, rows: usize) -> Result<Vec<f64>, ParquetError> {
    macro_rules! read {
        ($reader:expr, $convert:expr) => {{
            let (mut reader, mut values, mut levels) = ($reader, Vec::new(), Vec::new());
            let mut left = rows;
            while left > 0 {
                levels.clear();
                let (records, ..) =
                    reader.read_records(left, Some(&mut levels), None, &mut values)?;
                if records == 0 {
                    break;
                }
                left -= records;
            }
            values.into_iter().map($convert).collect()
        }};
    }
    Ok(match (reader, is_unsigned) {
        (ColumnReader::BoolColumnReader(r), _) => read!(r, |v| f64::from(u8::from(v))),
        (ColumnReader::Int32ColumnReader(r), false) => read!(r, f64::from),
        (ColumnReader::Int32ColumnReader(r), true) => read!(r, |v| f64::from(v.cast_unsigned())),
        (ColumnReader::Int64ColumnReader(r), false) => read!(r, |v| v as f64),
        (ColumnReader::Int64ColumnReader(r), true) => read!(r, |v| v.cast_unsigned() as f64),
        (ColumnReader::FloatColumnReader(r), _) => read!(r, f64::from),
        (ColumnReader::DoubleColumnReader(r), _) => read!(r, |v| v),
        _ => return Err(ParquetError::General("no column of numbers".into())),
    })
}

/// Whether a column holds plain numbers.
fn is_number(column: &ColumnDescriptor) -> bool {
    use ::parquet::basic::Type::{BOOLEAN, DOUBLE, FLOAT, INT32, INT64};
    use ConvertedType as C;
    let is_plain = match column.logical_type_ref() {
        Some(LogicalType::Integer(_)) => true,
        Some(_) => false,
        None => matches!(
            column.converted_type(),
            C::NONE
                | C::INT_8
                | C::INT_16
                | C::INT_32
                | C::INT_64
                | C::UINT_8
                | C::UINT_16
                | C::UINT_32
                | C::UINT_64
        ),
    };
    is_plain
        && column.max_rep_level() == 0
        && matches!(column.physical_type(), BOOLEAN | INT32 | INT64 | FLOAT | DOUBLE)
}

fn is_unsigned(column: &ColumnDescriptor) -> bool {
    use ConvertedType as C;
    match column.logical_type_ref() {
        Some(LogicalType::Integer(integer)) => !integer.is_signed,
        _ => {
            let converted = column.converted_type();
            matches!(converted, C::UINT_8 | C::UINT_16 | C::UINT_32 | C::UINT_64)
        }
    }
}

/// Runs the decoder, whose panics over a damaged file are errors here.
fn guarded<T>(name: &str, run: impl FnOnce() -> Result<T, ParquetError>) -> Result<T> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|error| broken(name, &error.to_string())),
        Err(_) => Err(broken(name, "a damaged Parquet file")),
    }
}

fn broken(name: &str, problem: &str) -> Error {
    Error::io(name, "read", std::io::Error::other(problem.to_owned()))
}
