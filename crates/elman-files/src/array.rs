//! An array as a file stores it.

use crate::error::{Error, Result};
use crate::raw::{Kind, bf16_to_f32, f16_to_f32};

/// A dense array in row-major (C) order.
///
/// The fields are open; that `shape` and the number of elements agree is checked when the array is
/// written ([`Error::ShapeMismatch`]), and always true of an array that was read.
///
/// ```
/// use elman_files::{Array, Data};
///
/// let kernel = Array::f32([2, 3], vec![0.0; 6]);
/// assert_eq!(kernel.len(), 6);
/// assert_eq!(kernel.dtype(), "float32");
/// let step = Array { shape: vec![], data: Data::I64(vec![120]) };
/// assert_eq!(step.to_f32(), [120.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The size of each dimension; empty for a scalar.
    pub shape: Vec<usize>,
    /// The elements, last dimension fastest.
    pub data: Data,
}

/// The elements of an [`Array`], in the type the file has.
///
/// ```
/// use elman_files::Data;
/// assert_eq!(Data::Bool(vec![true, false]).len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Data {
    /// IEEE half precision, as its bits.
    F16(Vec<u16>),
    /// bfloat16 (the upper half of a float32), as its bits.
    BF16(Vec<u16>),
    /// float32.
    F32(Vec<f32>),
    /// float64.
    F64(Vec<f64>),
    /// int8.
    I8(Vec<i8>),
    /// int16.
    I16(Vec<i16>),
    /// int32.
    I32(Vec<i32>),
    /// int64.
    I64(Vec<i64>),
    /// uint8.
    U8(Vec<u8>),
    /// uint16.
    U16(Vec<u16>),
    /// uint32.
    U32(Vec<u32>),
    /// uint64.
    U64(Vec<u64>),
    /// bool.
    Bool(Vec<bool>),
}

/// Runs one expression for whichever vector a [`Data`] holds.
macro_rules! each {
    ($data:expr, $v:ident => $body:expr) => {
        match $data {
            $crate::Data::F16($v) | $crate::Data::BF16($v) | $crate::Data::U16($v) => $body,
            $crate::Data::F32($v) => $body,
            $crate::Data::F64($v) => $body,
            $crate::Data::I8($v) => $body,
            $crate::Data::I16($v) => $body,
            $crate::Data::I32($v) => $body,
            $crate::Data::I64($v) => $body,
            $crate::Data::U8($v) => $body,
            $crate::Data::U32($v) => $body,
            $crate::Data::U64($v) => $body,
            $crate::Data::Bool($v) => $body,
        }
    };
}
pub(crate) use each;

/// Converts every element with `as`; half precision exactly, bool to 0 and 1.
macro_rules! convert {
    ($data:expr, $to:ty) => {
        match $data {
            Data::F16(v) => v.iter().map(|&x| <$to>::from(f16_to_f32(x))).collect(),
            Data::BF16(v) => v.iter().map(|&x| <$to>::from(bf16_to_f32(x))).collect(),
            Data::F32(v) => v.iter().map(|&x| <$to>::from(x)).collect(),
            Data::F64(v) => v.iter().map(|&x| x as $to).collect(),
            Data::I8(v) => v.iter().map(|&x| <$to>::from(x)).collect(),
            Data::I16(v) => v.iter().map(|&x| <$to>::from(x)).collect(),
            Data::I32(v) => v.iter().map(|&x| x as $to).collect(),
            Data::I64(v) => v.iter().map(|&x| x as $to).collect(),
            Data::U8(v) => v.iter().map(|&x| <$to>::from(x)).collect(),
            Data::U16(v) => v.iter().map(|&x| <$to>::from(x)).collect(),
            Data::U32(v) => v.iter().map(|&x| x as $to).collect(),
            Data::U64(v) => v.iter().map(|&x| x as $to).collect(),
            Data::Bool(v) => v.iter().map(|&x| <$to>::from(u8::from(x))).collect(),
        }
    };
}

impl Data {
    /// The number of elements.
    ///
    /// ```
    /// assert_eq!(elman_files::Data::F32(vec![1.0, 2.0]).len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        each!(self, v => v.len())
    }

    /// Whether there are no elements.
    ///
    /// ```
    /// assert!(elman_files::Data::F32(vec![]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As [`Array::to_f32`].
    pub(crate) fn to_f32(&self) -> Vec<f32> {
        convert!(self, f32)
    }

    /// The type's name in NumPy and Keras: `"float32"`, `"int64"`, `"bool"`, …
    ///
    /// ```
    /// assert_eq!(elman_files::Data::BF16(vec![]).dtype(), "bfloat16");
    /// ```
    pub fn dtype(&self) -> &'static str {
        Kind::of(self).name()
    }
}

impl Array {
    /// An array of float32.
    ///
    /// ```
    /// let x = elman_files::Array::f32([2, 2], vec![1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(x.shape, [2, 2]);
    /// ```
    pub fn f32(shape: impl Into<Vec<usize>>, data: Vec<f32>) -> Self {
        Array { shape: shape.into(), data: Data::F32(data) }
    }

    /// One float32, of shape `()`: how Keras stores a learning rate.
    ///
    /// ```
    /// assert!(elman_files::Array::f32_scalar(0.001).shape.is_empty());
    /// ```
    pub fn f32_scalar(value: f32) -> Self {
        Array { shape: Vec::new(), data: Data::F32(vec![value]) }
    }

    /// One int32, of shape `()`: how Keras stores an optimizer's iteration (JAX, PyTorch).
    ///
    /// ```
    /// assert_eq!(elman_files::Array::i32_scalar(7).dtype(), "int32");
    /// ```
    pub fn i32_scalar(value: i32) -> Self {
        Array { shape: Vec::new(), data: Data::I32(vec![value]) }
    }

    /// One int64, of shape `()`: how Keras stores an optimizer's iteration (TensorFlow).
    ///
    /// ```
    /// assert_eq!(elman_files::Array::i64_scalar(7).dtype(), "int64");
    /// ```
    pub fn i64_scalar(value: i64) -> Self {
        Array { shape: Vec::new(), data: Data::I64(vec![value]) }
    }

    /// The number of elements stored.
    ///
    /// ```
    /// assert_eq!(elman_files::Array::f32([3], vec![0.0; 3]).len(), 3);
    /// ```
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no elements.
    ///
    /// ```
    /// assert!(elman_files::Array::f32([0, 3], vec![]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The type's name in NumPy and Keras; see [`Data::dtype`].
    ///
    /// ```
    /// assert_eq!(elman_files::Array::f32([1], vec![0.5]).dtype(), "float32");
    /// ```
    pub fn dtype(&self) -> &'static str {
        self.data.dtype()
    }

    /// The elements as float32.
    ///
    /// Exact for float32, float16, bfloat16, bool and 8- and 16-bit integers. float64 and wider
    /// integers round to nearest, ties to even; float64 beyond float32's range becomes infinite.
    ///
    /// ```
    /// use elman_files::{Array, Data};
    /// let half = Array { shape: vec![2], data: Data::F16(vec![0x3c00, 0xc000]) };
    /// assert_eq!(half.to_f32(), [1.0, -2.0]);
    /// ```
    pub fn to_f32(&self) -> Vec<f32> {
        self.data.to_f32()
    }

    /// [`to_f32`](Self::to_f32) that takes the array, without a copy if it is float32.
    ///
    /// ```
    /// let x = elman_files::Array::f32([2], vec![1.0, 2.0]);
    /// assert_eq!(x.into_f32(), [1.0, 2.0]);
    /// ```
    pub fn into_f32(self) -> Vec<f32> {
        match self.data {
            Data::F32(v) => v,
            _ => self.to_f32(),
        }
    }

    /// The elements as float64: exact but for 64-bit integers above 2^53, which round to nearest.
    ///
    /// ```
    /// use elman_files::{Array, Data};
    /// let steps = Array { shape: vec![1], data: Data::I32(vec![-3]) };
    /// assert_eq!(steps.to_f64(), [-3.0]);
    /// ```
    pub fn to_f64(&self) -> Vec<f64> {
        convert!(&self.data, f64)
    }

    /// `Err` unless the shape holds as many elements as there are.
    pub(crate) fn check(&self, path: &str) -> Result<()> {
        let holds = self.shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        if holds == Some(self.len()) && self.shape.len() <= crate::limits::MAX_RANK {
            return Ok(());
        }
        Err(Error::ShapeMismatch {
            path: path.to_owned(),
            shape: self.shape.clone(),
            elements: self.len(),
        })
    }
}
