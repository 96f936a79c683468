//! Which steps of a sequence count.

use std::ops::Range;
use std::sync::Arc;

use ndarray::{ArrayBase, Data, Dimension};

use crate::{Error, Result, Shape, ops};

/// Which steps of each sequence count: true = use it. Shape `(batch, time)`.
///
/// Sequences of unequal length are padded to one length; the mask says which steps are real. It
/// is made by [`Masking`](crate::layers::Masking) or
/// [`Embedding::mask_zero`](crate::layers::Embedding::mask_zero), or given with the data
/// ([`Tensor::with_mask`](crate::Tensor::with_mask)), and travels with the values from layer to
/// layer, as in Keras: a recurrent layer holds its states over steps that don't count, the loss
/// and the metrics leave them out.
///
/// ```
/// use elman::Mask;
/// let mask = Mask::from(ndarray::array![[true, true, false], [true, false, false]]);
/// assert_eq!(mask.shape(), [2, 3]);
/// assert_eq!(Mask::from_lengths(&[2, 1], 3), mask);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    shape: Vec<usize>,
    data: Arc<Vec<bool>>,
}

impl Mask {
    /// A mask of that shape, row-major.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the number of values is not the product of the shape.
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<bool>) -> Result<Mask> {
        let shape = shape.into();
        if shape.iter().product::<usize>() != data.len() {
            return Err(Error::Mismatch {
                place: "Mask::new".into(),
                what: "data".into(),
                expected: Shape::from(&shape[..]).to_string(),
                got: format!("({},)", data.len()),
            });
        }
        Ok(Mask { shape, data: Arc::new(data) })
    }

    /// For shapes that the caller computed together with the values.
    pub(crate) fn from_parts(shape: impl Into<Vec<usize>>, data: Vec<bool>) -> Mask {
        let shape = shape.into();
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        Mask { shape, data: Arc::new(data) }
    }

    /// The mask of right-padded sequences: the first `lengths[b]` of `time` steps count.
    pub fn from_lengths(lengths: &[usize], time: usize) -> Mask {
        let row = |length: &usize| (0..time).map(|t| t < *length).collect::<Vec<_>>();
        Mask::from_parts([lengths.len(), time], lengths.iter().flat_map(row).collect())
    }

    /// The dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The values in row-major order.
    pub fn data(&self) -> &[bool] {
        &self.data
    }

    /// Whether every step counts, so that the mask changes nothing.
    pub fn is_full(&self) -> bool {
        self.data.iter().all(|used| *used)
    }

    /// Rows `start..end` of the batch.
    pub(crate) fn rows(&self, start: usize, end: usize) -> Mask {
        let row: usize = self.shape[1..].iter().product();
        let mut shape = self.shape.clone();
        shape[0] = end - start;
        Mask::from_parts(shape, self.data[start * row..end * row].to_vec())
    }

    /// The rows of the batch named by `indices`.
    /// Some steps of a mask `(batch, time)`.
    pub(crate) fn steps(&self, steps: Range<usize>) -> Mask {
        let rows = self.data.chunks_exact(self.shape[1].max(1));
        let data = rows.flat_map(|row| row[steps.clone()].iter().copied()).collect();
        Mask::from_parts([self.shape[0], steps.len()], data)
    }

    pub(crate) fn select(&self, indices: &[usize]) -> Mask {
        let row: usize = self.shape[1..].iter().product();
        let mut shape = self.shape.clone();
        shape[0] = indices.len();
        let data = indices.iter().flat_map(|&i| self.data[i * row..(i + 1) * row].iter().copied());
        Mask::from_parts(shape, data.collect())
    }

    /// The mask `(batch, time)` with its steps in reverse order.
    pub(crate) fn reverse_time(&self) -> Mask {
        let time = self.shape.last().copied().unwrap_or(1);
        let reversed = |row: &[bool]| row.iter().rev().copied().collect::<Vec<_>>();
        let data = self.data.chunks(time.max(1)).flat_map(reversed).collect();
        Mask::from_parts(&self.shape[..], data)
    }

    /// The mask with its first two axes in each other's place.
    pub(crate) fn swap_axes(&self) -> Mask {
        let [rows, columns, rest @ ..] = &self.shape[..] else { return self.clone() };
        let inner: usize = rest.iter().product();
        let at = |column, row| &self.data[(row * columns + column) * inner..][..inner];
        let cells = (0..*columns).flat_map(|column| (0..*rows).map(move |row| (column, row)));
        let data = cells.flat_map(|(column, row)| at(column, row).iter().copied()).collect();
        Mask::from_parts([&[*columns, *rows], rest].concat(), data)
    }

    /// The mask with its first two axes joined, for a layer that sees every step as a row.
    pub(crate) fn fold(&self) -> Mask {
        let mut shape = self.shape.clone();
        let time = shape.remove(1);
        shape[0] *= time;
        Mask { shape, data: Arc::clone(&self.data) }
    }

    /// Whether each element of an array of `shape` counts: an entry of the mask stands for all that
    /// lies behind it.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the mask doesn't have the first axes of `shape`; `place` is the layer.
    pub(crate) fn over(&self, shape: &[usize], place: &str) -> Result<Vec<bool>> {
        let mut own = self.shape.clone();
        own.resize(own.len().max(shape.len()), 1);
        ops::broadcast_values(&self.data, &own, shape).ok_or_else(|| Error::Mismatch {
            place: place.into(),
            what: "mask".into(),
            expected: format!("the first axes of {}", Shape::from(shape)),
            got: Shape::from(&self.shape[..]).to_string(),
        })
    }

    /// What counts in either mask, their shapes combined as in NumPy; `None` if they don't fit.
    pub(crate) fn or(&self, other: &Mask) -> Option<Mask> {
        self.combine(other, |a, b| a || b)
    }

    /// What counts in both masks, their shapes combined as in NumPy; `None` if they don't fit.
    pub(crate) fn and(&self, other: &Mask) -> Option<Mask> {
        self.combine(other, |a, b| a && b)
    }

    fn combine(&self, other: &Mask, both: impl Fn(bool, bool) -> bool) -> Option<Mask> {
        let shape = ops::broadcast_shape(&self.shape, &other.shape)?;
        let a = ops::broadcast_values(&self.data, &self.shape, &shape)?;
        let b = ops::broadcast_values(&other.data, &other.shape, &shape)?;
        Some(Mask::from_parts(shape, a.iter().zip(b).map(|(a, b)| both(*a, b)).collect()))
    }

    /// The mask with `ndim` axes: an entry counts if any of those that it stands for counts.
    pub(crate) fn any_beyond(&self, ndim: usize) -> Mask {
        if self.shape.len() <= ndim {
            return self.clone();
        }
        let inner: usize = self.shape[ndim..].iter().product();
        let any = |part: &[bool]| part.iter().any(|used| *used);
        Mask::from_parts(&self.shape[..ndim], self.data.chunks(inner.max(1)).map(any).collect())
    }
}

impl<S: Data<Elem = bool>, D: Dimension> From<&ArrayBase<S, D>> for Mask {
    fn from(array: &ArrayBase<S, D>) -> Mask {
        Mask::from_parts(array.shape(), array.iter().copied().collect())
    }
}

impl<S: Data<Elem = bool>, D: Dimension> From<ArrayBase<S, D>> for Mask {
    fn from(array: ArrayBase<S, D>) -> Mask {
        Mask::from(&array)
    }
}
