//! Shapes with dimensions that may be unknown, as Keras prints them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The shape of an array, where a dimension may be unknown (`None`), most often the batch.
///
/// It prints as Keras prints it:
/// ```
/// use elman::Shape;
/// assert_eq!(Shape::from([None, Some(10), Some(3)]).to_string(), "(None, 10, 3)");
/// assert_eq!(Shape::from([8]).to_string(), "(8,)");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shape(Vec<Option<usize>>);

impl Shape {
    /// The dimensions.
    pub fn dims(&self) -> &[Option<usize>] {
        &self.0
    }

    /// The number of dimensions.
    pub fn ndim(&self) -> usize {
        self.0.len()
    }

    /// The last dimension, `None` where it is unknown or there is none.
    pub fn last(&self) -> Option<usize> {
        self.0.last().copied().flatten()
    }

    /// This shape with `batch` in front.
    pub fn with_batch(&self, batch: Option<usize>) -> Shape {
        Shape(std::iter::once(batch).chain(self.0.iter().copied()).collect())
    }

    /// This shape with the last dimension replaced.
    pub fn with_last(&self, last: Option<usize>) -> Shape {
        let mut dims = self.0.clone();
        if let Some(d) = dims.last_mut() {
            *d = last;
        }
        Shape(dims)
    }

    /// Whether an array of `dims` has this shape, unknown dimensions matching anything.
    pub fn matches(&self, dims: &[usize]) -> bool {
        self.0.len() == dims.len()
            && self.0.iter().zip(dims).all(|(s, d)| s.is_none_or(|s| s == *d))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, dim) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            match dim {
                Some(d) => write!(f, "{d}")?,
                None => f.write_str("None")?,
            }
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

impl<const N: usize> From<[Option<usize>; N]> for Shape {
    fn from(dims: [Option<usize>; N]) -> Self {
        Shape(dims.to_vec())
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        Shape::from(&dims[..])
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Self {
        Shape(dims.iter().map(|d| Some(*d)).collect())
    }
}

impl From<Vec<Option<usize>>> for Shape {
    fn from(dims: Vec<Option<usize>>) -> Self {
        Shape(dims)
    }
}
