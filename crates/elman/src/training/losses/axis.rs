//! The argument `axis`.

use crate::{Error, Result, Tensor};

/// The axis that Keras's `axis` means, counted from the end where it is negative.
///
/// # Errors
/// [`Error::InvalidArgument`] if an array of `ndim` axes doesn't have it.
pub(crate) fn resolve(place: &str, axis: isize, ndim: usize) -> Result<usize> {
    let from_start = if axis < 0 { axis.checked_add_unsigned(ndim) } else { Some(axis) };
    let found = from_start.and_then(|axis| usize::try_from(axis).ok()).filter(|a| *a < ndim);
    found.ok_or_else(|| Error::InvalidArgument {
        place: place.into(),
        argument: "axis",
        expected: format!("one of the {ndim} axes of the predictions"),
        got: axis.to_string(),
    })
}

/// The array with that axis moved to the end.
pub(crate) fn move_last(x: &Tensor, axis: usize) -> Tensor {
    let mut shape = x.shape().to_vec();
    let dim = shape.remove(axis);
    shape.push(dim);
    let (outer, inner) = sizes(x.shape(), axis);
    let mut data = Vec::with_capacity(x.len());
    for o in 0..outer {
        for i in 0..inner {
            data.extend((0..dim).map(|d| x.data()[(o * dim + d) * inner + i]));
        }
    }
    Tensor::from_parts(shape, data)
}

/// The array with its last axis moved to where [`move_last`] took it from; `shape` is the result's.
pub(super) fn move_back(x: &Tensor, axis: usize, shape: &[usize]) -> Tensor {
    let (dim, (outer, inner)) = (shape[axis], sizes(shape, axis));
    let mut data = Vec::with_capacity(x.len());
    for o in 0..outer {
        for d in 0..dim {
            data.extend((0..inner).map(|i| x.data()[(o * inner + i) * dim + d]));
        }
    }
    Tensor::from_parts(shape, data)
}

/// The sizes of what lies before and after an axis.
fn sizes(shape: &[usize], axis: usize) -> (usize, usize) {
    (shape[..axis].iter().product(), shape[axis + 1..].iter().product())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_and_forth() {
        let x = Tensor::new([2, 3, 2], (0..12u8).map(Into::into).collect()).unwrap();
        for axis in 0..3 {
            let moved = move_last(&x, axis);
            assert_eq!(moved.shape().last(), Some(&x.shape()[axis]));
            assert_eq!(move_back(&moved, axis, x.shape()), x);
        }
        assert_eq!(move_last(&x, 1).data()[..4], [0.0, 2.0, 4.0, 1.0]);
        assert_eq!(resolve("here", -1, 3).unwrap(), 2);
        for axis in [3, -4, isize::MIN, isize::MAX] {
            assert!(resolve("here", axis, 3).is_err());
        }
    }
}
