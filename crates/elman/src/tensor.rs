//! The array that flows between layers: contiguous, row-major, cheap to clone.

use std::sync::Arc;

use ndarray::{ArrayBase, ArrayD, Data, Dimension, IxDyn};

use crate::{Error, Float, Mask, Result, Shape};

/// A contiguous, row-major array of [`Float`]s. A clone shares the values until one is written.
///
/// Users meet it as what every `ndarray` array or view turns into:
/// ```
/// use elman::Tensor;
/// let x = ndarray::array![[1, 2, 3], [4, 5, 6]];
/// let t = Tensor::from(&x); // integers become floats
/// assert_eq!(t.shape(), [2, 3]);
/// assert_eq!(t.data()[4], 5.0);
/// ```
///
/// An array of strings, [`Tensor::text`], is one of numbers that stand for them, with the strings
/// beside; only layers that take text know what they mean.
///
/// A sequence may carry a [`Mask`] of the steps that count; it stays with clones and cuts of the
/// batch, and not with results of arithmetic, whose masks are the layers' business.
#[derive(Clone, Debug)]
pub struct Tensor {
    shape: Vec<usize>,
    data: Arc<Vec<Float>>,
    mask: Option<Mask>,
    /// The strings that the values are numbers of, where this is text.
    table: Option<Arc<Vec<String>>>,
}

impl PartialEq for Tensor {
    fn eq(&self, other: &Tensor) -> bool {
        let same_values = match (self.is_text(), other.is_text()) {
            (false, false) => self.data == other.data,
            (true, true) => self.strings() == other.strings(),
            _ => false,
        };
        same_values && self.shape == other.shape && self.mask == other.mask
    }
}

impl Tensor {
    /// An array of that shape over those values, in row-major order.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the number of values is not the product of the shape.
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<Float>) -> Result<Tensor> {
        let shape = shape.into();
        if size(&shape) != Some(data.len()) {
            return Err(Error::Mismatch {
                place: "Tensor::new".into(),
                what: "data".into(),
                expected: Shape::from(&shape[..]).to_string(),
                got: format!("({},)", data.len()),
            });
        }
        Ok(Tensor { shape, data: Arc::new(data), mask: None, table: None })
    }

    /// For shapes that the caller computed together with the values.
    pub(crate) fn from_parts(shape: impl Into<Vec<usize>>, data: Vec<Float>) -> Tensor {
        let shape = shape.into();
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        Tensor { shape, data: Arc::new(data), mask: None, table: None }
    }

    /// An array of zeros.
    ///
    /// # Panics
    /// If there is no memory for so many.
    pub fn zeros(shape: impl Into<Vec<usize>>) -> Tensor {
        let shape = shape.into();
        let len = shape.iter().product();
        Tensor { shape, data: Arc::new(vec![0.0; len]), mask: None, table: None }
    }

    /// The dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of dimensions.
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The last dimension (1 for a scalar): the length of a row.
    pub fn width(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }

    /// The values in row-major order.
    pub fn data(&self) -> &[Float] {
        &self.data
    }

    /// The values for writing; copied first where another clone shares them.
    pub fn data_mut(&mut self) -> &mut [Float] {
        Arc::make_mut(&mut self.data).as_mut_slice()
    }

    /// The same values with a mask of the steps that count, `(batch, time)`: Keras's `mask=`.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the mask has not the first axes of this array, with a further axis
    /// of one at most.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(3).input_dim(2))?;
    /// let x = Tensor::from(ndarray::Array3::<f32>::ones((1, 4, 2)));
    /// let padded = model.predict(x.with_mask(array![[true, true, false, false]])?)?;
    /// assert_eq!(padded, model.predict(ndarray::Array3::<f32>::ones((1, 2, 2)))?);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn with_mask(mut self, mask: impl Into<Mask>) -> Result<Tensor> {
        let mask = mask.into();
        let dims = match mask.shape() {
            [leading @ .., 1] if leading.len() > 1 => leading,
            dims => dims,
        };
        if dims.is_empty() || !self.shape.starts_with(dims) {
            return Err(Error::Mismatch {
                place: "with_mask".into(),
                what: "mask".into(),
                expected: format!("the first axes of {}", Shape::from(&self.shape[..])),
                got: Shape::from(mask.shape()).to_string(),
            });
        }
        self.mask = Some(mask);
        Ok(self)
    }

    /// The mask of the steps that count, if there is one.
    pub fn mask(&self) -> Option<&Mask> {
        self.mask.as_ref()
    }

    /// The same values with this mask, or none.
    pub(crate) fn replace_mask(mut self, mask: Option<Mask>) -> Tensor {
        self.mask = mask;
        self
    }

    /// The strings that the values are numbers of, where this is text.
    pub(crate) fn table(&self) -> Option<&Arc<Vec<String>>> {
        self.table.as_ref()
    }

    /// The same values as numbers of strings.
    pub(crate) fn with_table(mut self, table: Option<Arc<Vec<String>>>) -> Tensor {
        self.table = table;
        self
    }

    /// The same values under another shape of the same size, without the mask.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the sizes differ.
    pub fn reshape(mut self, shape: impl Into<Vec<usize>>) -> Result<Tensor> {
        let shape = shape.into();
        if size(&shape) != Some(self.len()) {
            return Err(Error::Mismatch {
                place: "Tensor::reshape".into(),
                what: "array".into(),
                expected: Shape::from(&shape[..]).to_string(),
                got: Shape::from(&self.shape[..]).to_string(),
            });
        }
        self.shape = shape;
        self.mask = None;
        Ok(self)
    }

    /// The values of rows `start..end` of the first axis.
    ///
    /// # Panics
    /// If there are no such rows, as for a slice.
    pub fn rows(&self, start: usize, end: usize) -> Tensor {
        let row: usize = self.shape[1..].iter().product();
        let mut shape = self.shape.clone();
        shape[0] = end - start;
        let mask = self.mask.as_ref().map(|mask| mask.rows(start, end));
        Tensor::from_parts(shape, self.data[start * row..end * row].to_vec())
            .replace_mask(mask)
            .with_table(self.table.clone())
    }

    /// The rows of the first axis named by `indices`, in that order.
    ///
    /// # Panics
    /// If there is no such row, as for a slice.
    pub fn select(&self, indices: &[usize]) -> Tensor {
        let row: usize = self.shape[1..].iter().product();
        let mut shape = self.shape.clone();
        shape[0] = indices.len();
        let mut data = Vec::with_capacity(indices.len() * row);
        for &i in indices {
            data.extend_from_slice(&self.data[i * row..(i + 1) * row]);
        }
        let mask = self.mask.as_ref().map(|mask| mask.select(indices));
        Tensor::from_parts(shape, data).replace_mask(mask).with_table(self.table.clone())
    }

    /// This array as an `ndarray` array.
    pub fn into_array(self) -> ArrayD<Float> {
        let data = Arc::try_unwrap(self.data).unwrap_or_else(|shared| shared.to_vec());
        ArrayD::from_shape_vec(IxDyn(&self.shape), data).expect("shape and length agree")
    }

    /// Adds `other`, which has the same shape, to every value.
    pub(crate) fn add_assign(&mut self, other: &Tensor) {
        debug_assert_eq!(self.shape, other.shape);
        for (a, b) in self.data_mut().iter_mut().zip(other.data()) {
            *a += b;
        }
    }

    /// The position of flat index `i`: `[2, 0, 5]`.
    pub(crate) fn position(&self, mut i: usize) -> Vec<usize> {
        let mut index = vec![0; self.shape.len()];
        for (d, size) in self.shape.iter().enumerate().rev() {
            index[d] = i % (*size).max(1);
            i /= (*size).max(1);
        }
        index
    }

    /// An error naming the first value that is NaN or infinite, if there is one.
    pub(crate) fn check_finite(&self, place: &str) -> Result<()> {
        // Piece by piece, which the compiler turns into vectors; there is hardly ever one.
        let is_finite = |piece: &[Float]| piece.iter().fold(true, |all, v| all & v.is_finite());
        if self.data.chunks(1024).all(is_finite) {
            return Ok(());
        }
        match self.data.iter().position(|v| !v.is_finite()) {
            None => Ok(()),
            Some(i) => Err(Error::Value {
                place: place.into(),
                position: self.position(i),
                value: f64::from(self.data[i]),
                expected: "a finite number; clean the data first".into(),
            }),
        }
    }
}

/// The number of values in an array of that shape, if it can be counted.
fn size(shape: &[usize]) -> Option<usize> {
    // An array without values is one however long its other axes are.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1, |size: usize, dim| size.checked_mul(*dim))
}

/// A number that an input array may hold. Integers beyond 2^24 are rounded.
pub trait Element: Copy {
    /// The number as a [`Float`].
    fn to_float(self) -> Float;
}

macro_rules! elements {
    ($($t:ty),*) => {$(
        impl Element for $t {
            fn to_float(self) -> Float {
                self as Float
            }
        }
    )*};
}
elements!(f32, f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl Element for bool {
    fn to_float(self) -> Float {
        if self { 1.0 } else { 0.0 }
    }
}

impl<A: Element, S: Data<Elem = A>, D: Dimension> From<&ArrayBase<S, D>> for Tensor {
    fn from(array: &ArrayBase<S, D>) -> Tensor {
        let data: Vec<Float> = match array.as_slice() {
            Some(slice) => slice.iter().map(|v| v.to_float()).collect(),
            None => array.iter().map(|v| v.to_float()).collect(),
        };
        Tensor::from_parts(array.shape(), data)
    }
}

impl<A: Element, S: Data<Elem = A>, D: Dimension> From<ArrayBase<S, D>> for Tensor {
    fn from(array: ArrayBase<S, D>) -> Tensor {
        Tensor::from(&array)
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Tensor {
        tensor.clone()
    }
}
