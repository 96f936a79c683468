//! Rows of files, read where they lie.

use std::ops::Range;
use std::path::Path;

use super::Rows;
use crate::{Error, Result, Shape, Tensor};

/// The rows of a `.npy` file that may be larger than memory.
///
/// ```
/// use elman::data::{NpyRows, Rows};
/// # let path = std::env::temp_dir().join(format!("elman-npy-r-{}.npy", std::process::id()));
/// # elman_files::npy::write(&path, &elman_files::Array::f32([5, 4, 2], vec![0.5; 40])).unwrap();
/// let mut rows = NpyRows::open(&path)?;
/// assert_eq!((rows.len(), rows.shape()), (5, vec![4, 2]));
/// assert_eq!(rows.read(&[3, 1])?.shape(), [2, 4, 2]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Debug)]
pub struct NpyRows(elman_files::NpyRows);

impl NpyRows {
    /// Opens a file.
    ///
    /// # Errors
    /// A file that can't be read, is no npy file, or whose rows don't lie one after another.
    pub fn open(path: impl AsRef<Path>) -> Result<NpyRows> {
        Ok(NpyRows(elman_files::NpyRows::open(path.as_ref())?))
    }
}

impl Rows for NpyRows {
    fn len(&self) -> usize {
        self.0.shape()[0]
    }

    fn shape(&self) -> Vec<usize> {
        self.0.shape()[1..].to_vec()
    }

    fn read(&mut self, rows: &[usize]) -> Result<Tensor> {
        Ok(crate::saving::tensor(&self.0.read(rows)?))
    }
}

/// The rows of a `.csv` file that may be larger than memory; where each begins is kept.
///
/// ```
/// use elman::data::{CsvRows, Rows};
/// # let path = std::env::temp_dir().join(format!("elman-csv-r-{}.csv", std::process::id()));
/// std::fs::write(&path, "a,b,c,d,target\n1,2,3,4,0\n5,6,7,8,1\n").unwrap();
/// let mut x = CsvRows::open(&path)?.columns(0..4)?.sample_shape([2, 2])?;
/// let mut y = CsvRows::open(&path)?.columns(4..5)?;
/// assert_eq!(x.read(&[1])?.data(), [5., 6., 7., 8.]);
/// assert_eq!(x.read(&[1])?.shape(), [1, 2, 2]);
/// assert_eq!(y.read(&[1, 0])?.data(), [1., 0.]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Debug)]
pub struct CsvRows {
    rows: elman_files::CsvRows,
    cut: Cut,
}

impl CsvRows {
    /// Opens a table and reads it once to find its rows and check its numbers.
    ///
    /// # Errors
    /// A file that can't be read or holds something else than a table of numbers.
    pub fn open(path: impl AsRef<Path>) -> Result<CsvRows> {
        let rows = elman_files::CsvRows::open(path.as_ref())?;
        let cut = Cut::whole(rows.columns());
        Ok(CsvRows { rows, cut })
    }

    /// Takes these columns alone.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if there are none, or not all of them.
    pub fn columns(mut self, columns: Range<usize>) -> Result<CsvRows> {
        self.cut = Cut::of(columns, self.rows.columns())?;
        Ok(self)
    }

    /// Cuts each row into a sample of that shape, last dimension fastest.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if it hasn't as many numbers as the columns.
    pub fn sample_shape(mut self, shape: impl Into<Vec<usize>>) -> Result<CsvRows> {
        self.cut.reshape(shape.into())?;
        Ok(self)
    }
}

impl Rows for CsvRows {
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

/// Which columns of a table make a sample, and of which shape.
#[derive(Debug)]
pub(super) struct Cut {
    columns: Range<usize>,
    pub shape: Vec<usize>,
}

impl Cut {
    pub fn whole(columns: usize) -> Cut {
        Cut { columns: 0..columns, shape: vec![columns] }
    }

    pub fn of(columns: Range<usize>, all: usize) -> Result<Cut> {
        if columns.is_empty() || columns.end > all {
            return Err(Error::InvalidArgument {
                place: "rows of a table".into(),
                argument: "columns",
                expected: format!("one or more of the {all} columns"),
                got: format!("{columns:?}"),
            });
        }
        Ok(Cut { shape: vec![columns.len()], columns })
    }

    pub fn reshape(&mut self, shape: Vec<usize>) -> Result<()> {
        let size = shape.iter().try_fold(1, |size: usize, dim| size.checked_mul(*dim));
        if size != Some(self.columns.len()) {
            return Err(Error::Mismatch {
                place: "rows of a table".into(),
                what: "a row".into(),
                expected: Shape::from(&shape[..]).to_string(),
                got: format!("({},)", self.columns.len()),
            });
        }
        self.shape = shape;
        Ok(())
    }

    /// The samples in the rows of a table.
    pub fn samples(&self, table: Tensor) -> Result<Tensor> {
        let shape: Vec<usize> = [&[table.shape()[0]], &self.shape[..]].concat();
        let all = table.width();
        if self.columns.len() == all {
            return table.reshape(shape);
        }
        let taken = table.data().chunks(all).flat_map(|row| &row[self.columns.clone()]);
        Tensor::new(shape, taken.copied().collect())
    }
}
