//! Rows of an npy file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::array::Array;
use crate::error::{Error, Result};
use crate::limits::MAX_NPY_HEADER_BYTES;
use crate::npy;
use crate::raw::{self, Endian, Kind};

/// The rows of an npy file, its first axis: read one by one, so that the file may be larger than
/// memory.
///
/// ```
/// use elman_files::{Array, NpyRows, npy};
///
/// let path = std::env::temp_dir().join(format!("elman-npy-rows-{}.npy", std::process::id()));
/// npy::write(&path, &Array::f32([3, 2], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]))?;
/// let mut rows = NpyRows::open(&path)?;
/// assert_eq!(rows.shape(), [3, 2]);
/// assert_eq!(rows.read(&[2, 0])?, Array::f32([2, 2], vec![4.0, 5.0, 0.0, 1.0]));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
#[derive(Debug)]
pub struct NpyRows {
    file: File,
    name: String,
    shape: Vec<usize>,
    kind: Kind,
    endian: Endian,
    /// Where the elements begin.
    start: u64,
    row_bytes: usize,
}

impl NpyRows {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// As [`npy::read`](crate::npy::read); [`Error::NpyOrder`] for an array in Fortran order, whose
    /// rows don't lie together; an array without axes.
    pub fn open(path: &Path) -> Result<NpyRows> {
        let name = path.display().to_string();
        let io = |error| Error::io(&name, "read", error);
        let mut file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        // The longest preamble, and one byte beyond the longest header.
        let mut head = Vec::new();
        (&mut file).take(MAX_NPY_HEADER_BYTES as u64 + 13).read_to_end(&mut head).map_err(io)?;
        let (header, kind, endian, start) = npy::header(&head, &name)?;
        let start = start as u64;
        let of_rows = header.shape.get(1..).unwrap_or_default();
        let row_bytes = of_rows.iter().try_fold(kind.size(), |n, d| n.checked_mul(*d));
        let rows = header.shape.first().copied();
        let expected = row_bytes.zip(rows).and_then(|(bytes, rows)| bytes.checked_mul(rows));
        let found = length.saturating_sub(start);
        if header.shape.is_empty() || (header.fortran_order && header.shape.len() > 1) {
            return Err(Error::NpyOrder { file: name });
        }
        match (row_bytes, expected) {
            (Some(row_bytes), Some(expected)) if expected as u64 == found => {
                Ok(NpyRows { file, name, shape: header.shape, kind, endian, start, row_bytes })
            }
            (_, expected) => {
                let expected = expected.map_or(u64::MAX, |bytes| bytes as u64);
                Err(Error::NpySize { file: name, shape: header.shape, expected, found })
            }
        }
    }

    /// The shape of the whole array; the first axis counts the rows.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// These rows in that order, as one array.
    ///
    /// # Errors
    /// A file that can't be read any more.
    ///
    /// # Panics
    /// If there is no such row, as for a slice.
    pub fn read(&mut self, rows: &[usize]) -> Result<Array> {
        let mut bytes = vec![0; rows.len() * self.row_bytes];
        let mut done = 0;
        // Rows that follow each other are read at once.
        for run in rows.chunk_by(|a, b| a + 1 == *b) {
            assert!(run[run.len() - 1] < self.shape[0], "row {:?} of {:?}", run, self.shape);
            let size = run.len() * self.row_bytes;
            let at = self.start + run[0] as u64 * self.row_bytes as u64;
            let read = self.file.seek(SeekFrom::Start(at));
            read.and_then(|_| self.file.read_exact(&mut bytes[done..done + size]))
                .map_err(|error| Error::io(&self.name, "read", error))?;
            done += size;
        }
        let mut shape = self.shape.clone();
        shape[0] = rows.len();
        Ok(Array { shape, data: raw::decode(self.kind, self.endian, &bytes) })
    }
}
