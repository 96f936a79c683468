//! Arguments that name axes.

use serde::{Deserialize, Serialize};

use crate::layers::Layer;
use crate::{Error, Result};

/// One axis or several, as arguments such as `axis` name them: counted from 0, which is the batch,
/// or from the end if negative.
///
/// ```
/// use elman::layers::Softmax;
/// let of_one = Softmax::new().axis(1);
/// let of_two = Softmax::new().axis([1, 2]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Axes {
    /// One axis.
    One(i32),
    /// Several axes.
    Several(Vec<i32>),
}

impl Axes {
    /// The last axis, the default of most layers.
    pub(crate) fn last() -> Axes {
        Axes::One(-1)
    }

    /// The axes as they were given.
    pub(crate) fn as_slice(&self) -> &[i32] {
        match self {
            Axes::One(axis) => std::slice::from_ref(axis),
            Axes::Several(axes) => axes,
        }
    }

    /// The axes of an array of `ndim` dimensions, in the order in which they were given.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an axis that the array doesn't have, or one given twice.
    pub(crate) fn resolve(
        &self,
        layer: &dyn Layer,
        argument: &'static str,
        ndim: usize,
    ) -> Result<Vec<usize>> {
        let mut axes = Vec::new();
        for &axis in self.as_slice() {
            let resolved = resolve_axis(layer, argument, axis, ndim)?;
            if axes.contains(&resolved) {
                return Err(Error::InvalidArgument {
                    place: layer.place(),
                    argument,
                    expected: "axes that differ".into(),
                    got: format!("{:?}", self.as_slice()),
                });
            }
            axes.push(resolved);
        }
        Ok(axes)
    }
}

impl From<i32> for Axes {
    fn from(axis: i32) -> Axes {
        Axes::One(axis)
    }
}

impl<const N: usize> From<[i32; N]> for Axes {
    fn from(axes: [i32; N]) -> Axes {
        Axes::Several(axes.to_vec())
    }
}

impl From<Vec<i32>> for Axes {
    fn from(axes: Vec<i32>) -> Axes {
        Axes::Several(axes)
    }
}

/// The axis of an array of `ndim` dimensions that `axis` means.
///
/// # Errors
/// [`Error::InvalidArgument`] if the array doesn't have it.
pub(crate) fn resolve_axis(
    layer: &dyn Layer,
    argument: &'static str,
    axis: i32,
    ndim: usize,
) -> Result<usize> {
    let from_start = match usize::try_from(axis) {
        Ok(axis) => Some(axis),
        Err(_) => ndim.checked_sub(axis.unsigned_abs() as usize),
    };
    from_start.filter(|axis| *axis < ndim).ok_or_else(|| Error::InvalidArgument {
        place: layer.place(),
        argument,
        expected: format!("an axis of an array of {ndim} dimensions"),
        got: axis.to_string(),
    })
}
