//! Rows of Parquet files.

use std::ops::Range;
use std::path::Path;

use super::Rows;
use super::files::Cut;
use crate::{Result, Tensor};

/// The rows of a `.parquet` file of numbers that may be larger than memory; see
/// [`elman_files::ParquetRows`] for what is read of the format. Row groups are decoded as they are
/// needed: in order that is fast, shuffled it is for files of some hundred megabytes at most.
///
/// ```no_run
/// use elman::data::{ParquetRows, RowDataset};
/// use elman::prelude::*;
/// let x = ParquetRows::open("prices.parquet")?.columns(0..8)?.sample_shape([4, 2])?;
/// let y = ParquetRows::open("prices.parquet")?.columns(8..9)?;
/// let mut model = Sequential::new();
/// model.add(Gru::new(8).input_shape([4, 2]))?.add(Dense::new(1))?;
/// model.compile("adam", "mse", &[])?;
/// model.fit_dataset(RowDataset::new().x(x).y(y), Fit::new().epochs(5))?;
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Debug)]
pub struct ParquetRows {
    rows: elman_files::ParquetRows,
    cut: Cut,
}

impl ParquetRows {
    /// Opens a file.
    ///
    /// # Errors
    /// A file that can't be read or holds something else than a table of numbers.
    pub fn open(path: impl AsRef<Path>) -> Result<ParquetRows> {
        let rows = elman_files::ParquetRows::open(path.as_ref())?;
        let cut = Cut::whole(rows.columns().len());
        Ok(ParquetRows { rows, cut })
    }

    /// The names of all columns of the file.
    pub fn names(&self) -> &[String] {
        self.rows.columns()
    }

    /// Takes these columns alone.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) if there are none, or not all of
    /// them.
    pub fn columns(mut self, columns: Range<usize>) -> Result<ParquetRows> {
        self.cut = Cut::of(columns, self.rows.columns().len())?;
        Ok(self)
    }

    /// Cuts each row into a sample of that shape, last dimension fastest.
    ///
    /// # Errors
    /// [`Error::Mismatch`](crate::Error::Mismatch) if it hasn't as many numbers as the columns.
    pub fn sample_shape(mut self, shape: impl Into<Vec<usize>>) -> Result<ParquetRows> {
        self.cut.reshape(shape.into())?;
        Ok(self)
    }
}

impl Rows for ParquetRows {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn shape(&self) -> Vec<usize> {
        self.cut.shape.clone()
    }

    fn read(&mut self, rows: &[usize]) -> Result<Tensor> {
        self.cut.samples(crate::saving::tensor(&self.rows.read(rows)?))
    }
}
