//! Arrays whose rows are read one by one.

use ndarray::{ArrayBase, Data, Dimension};

use crate::tensor::Element;
use crate::{Result, Shape, Tensor};

/// An array of which any rows can be read: one in memory, or in a file.
#[allow(clippy::len_without_is_empty, reason = "nobody asks")]
pub trait Rows: Send {
    /// The number of rows.
    fn len(&self) -> usize;

    /// The shape of a row.
    fn shape(&self) -> Vec<usize>;

    /// These rows in that order, as one array. All are below [`len`](Rows::len).
    ///
    /// # Errors
    /// Rows that can't be read.
    fn read(&mut self, rows: &[usize]) -> Result<Tensor>;
}

/// What [`RowDataset`](super::RowDataset) takes: [`Rows`], and arrays.
pub trait IntoRows {
    /// The rows.
    fn into_rows(self) -> Box<dyn Rows>;
}

impl<R: Rows + 'static> IntoRows for R {
    fn into_rows(self) -> Box<dyn Rows> {
        Box::new(self)
    }
}

impl Rows for Box<dyn Rows> {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn shape(&self) -> Vec<usize> {
        (**self).shape()
    }

    fn read(&mut self, rows: &[usize]) -> Result<Tensor> {
        (**self).read(rows)
    }
}

impl Rows for Tensor {
    fn len(&self) -> usize {
        Tensor::shape(self).first().copied().unwrap_or(0)
    }

    fn shape(&self) -> Vec<usize> {
        Tensor::shape(self).get(1..).unwrap_or_default().to_vec()
    }

    fn read(&mut self, rows: &[usize]) -> Result<Tensor> {
        Ok(self.select(rows))
    }
}

impl<A: Element, S: Data<Elem = A>, D: Dimension> IntoRows for &ArrayBase<S, D> {
    fn into_rows(self) -> Box<dyn Rows> {
        Box::new(Tensor::from(self))
    }
}

impl IntoRows for &Tensor {
    fn into_rows(self) -> Box<dyn Rows> {
        Box::new(self.clone())
    }
}

/// Rows in words: `50 of (3, 4)`.
pub(super) fn describe(rows: &dyn Rows) -> String {
    format!("{} of {}", rows.len(), Shape::from(&rows.shape()[..]))
}
