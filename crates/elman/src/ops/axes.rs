//! Axes moved, repeated and summed: what layers that look along other axes than the last need.

use crate::Tensor;

/// The distance between neighbours along each axis of a row-major array.
fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// Calls `visit` with the offset of each row, a run along the last axis, of an array of `shape`
/// whose neighbours lie `strides` apart.
fn for_each_row(shape: &[usize], strides: &[usize], mut visit: impl FnMut(usize)) {
    if shape.contains(&0) {
        return;
    }
    let outer = shape.len().saturating_sub(1);
    let (mut index, mut offset) = (vec![0; outer], 0);
    loop {
        visit(offset);
        let mut axis = outer;
        loop {
            if axis == 0 {
                return;
            }
            axis -= 1;
            index[axis] += 1;
            offset += strides[axis];
            if index[axis] < shape[axis] {
                break;
            }
            offset -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
}

/// The elements of an array of `shape` that lies in `data` at `strides`, in row-major order.
fn gather<T: Copy>(data: &[T], shape: &[usize], strides: &[usize]) -> Vec<T> {
    let (width, step) = (shape.last().map_or(1, |n| *n), strides.last().map_or(1, |n| *n));
    let mut gathered = Vec::with_capacity(shape.iter().product());
    for_each_row(shape, strides, |offset| match step {
        1 => gathered.extend_from_slice(&data[offset..offset + width]),
        _ => gathered.extend((0..width).map(|i| data[offset + i * step])),
    });
    gathered
}

/// The shape of `a` and `b` combined element by element, as NumPy pairs axes from the last; `None`
/// if they don't fit.
pub fn broadcast_shape(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let ndim = a.len().max(b.len());
    let dim = |shape: &[usize], axis: usize| match (axis + shape.len()).checked_sub(ndim) {
        Some(own) => shape[own],
        None => 1,
    };
    let both = |axis| match (dim(a, axis), dim(b, axis)) {
        (1, n) | (n, 1) => Some(n),
        (m, n) => (m == n).then_some(n),
    };
    (0..ndim).map(both).collect()
}

/// Where an array of `from` repeats to fill `to`: strides of zero. `None` if it doesn't fit.
fn repeating_strides(from: &[usize], to: &[usize]) -> Option<Vec<usize>> {
    let extra = to.len().checked_sub(from.len())?;
    let own = strides(from);
    let stride = |axis: usize| match axis.checked_sub(extra) {
        None => Some(0),
        Some(i) if from[i] == to[axis] => Some(own[i]),
        Some(i) => (from[i] == 1).then_some(0),
    };
    (0..to.len()).map(stride).collect()
}

/// Values of an array of shape `from` repeated to fill `to`; `None` if they don't fit.
pub fn broadcast_values<T: Copy>(data: &[T], from: &[usize], to: &[usize]) -> Option<Vec<T>> {
    if from == to {
        return Some(data.to_vec());
    }
    Some(gather(data, to, &repeating_strides(from, to)?))
}

/// `x` repeated to fill `shape`, into which it must fit.
pub fn broadcast(x: &Tensor, shape: &[usize]) -> Tensor {
    if x.shape() == shape {
        return x.clone();
    }
    let values = broadcast_values(x.data(), x.shape(), shape);
    Tensor::from_parts(shape, values.expect("the caller combined the shapes"))
}

/// `dy` summed to `shape`, which had been repeated to fill it: the gradient of [`broadcast`].
pub fn sum_to(dy: &Tensor, shape: &[usize]) -> Tensor {
    if dy.shape() == shape {
        return dy.clone();
    }
    let repeating = repeating_strides(shape, dy.shape()).expect("the caller repeated the shape");
    let mut sum = Tensor::zeros(shape);
    let (width, step) = (dy.width(), repeating.last().map_or(1, |n| *n));
    let (data, mut rows) = (sum.data_mut(), dy.data().chunks_exact(width.max(1)));
    for_each_row(dy.shape(), &repeating, |offset| {
        for (i, d) in rows.next().unwrap_or_default().iter().enumerate() {
            data[offset + i * step] += d;
        }
    });
    sum
}

/// `x` with its axes in another order: axis `i` of the result is axis `axes[i]` of `x`.
pub fn permute(x: &Tensor, axes: &[usize]) -> Tensor {
    debug_assert_eq!(axes.len(), x.ndim());
    if axes.iter().enumerate().all(|(i, axis)| i == *axis) {
        return x.clone().replace_mask(None);
    }
    let own = strides(x.shape());
    let shape: Vec<usize> = axes.iter().map(|axis| x.shape()[*axis]).collect();
    let moved: Vec<usize> = axes.iter().map(|axis| own[*axis]).collect();
    let data = gather(x.data(), &shape, &moved);
    Tensor::from_parts(shape, data)
}

/// The order of axes that undoes `axes`.
pub fn inverse(axes: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; axes.len()];
    for (i, axis) in axes.iter().enumerate() {
        inverse[*axis] = i;
    }
    inverse
}

/// The order of `ndim` axes in which `last` come last and the others keep their order.
pub fn bring_last(ndim: usize, last: &[usize]) -> Vec<usize> {
    (0..ndim).filter(|axis| !last.contains(axis)).chain(last.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Float;

    fn counting(shape: &[usize]) -> Tensor {
        Tensor::from_parts(shape, (0..shape.iter().product()).map(|i| i as Float).collect())
    }

    #[test]
    fn shapes_combine_as_in_numpy() {
        assert_eq!(broadcast_shape(&[2, 1, 3], &[4, 1]), Some(vec![2, 4, 3]));
        assert_eq!(broadcast_shape(&[], &[2]), Some(vec![2]));
        assert_eq!(broadcast_shape(&[0, 1], &[1, 5]), Some(vec![0, 5]));
        assert_eq!(broadcast_shape(&[2, 3], &[2]), None);
    }

    #[test]
    fn broadcast_repeats_and_sum_to_sums() {
        let x = counting(&[2, 1, 2]);
        let y = broadcast(&x, &[2, 3, 2]);
        assert_eq!(y.data(), [0., 1., 0., 1., 0., 1., 2., 3., 2., 3., 2., 3.]);
        assert_eq!(sum_to(&y, x.shape()).data(), [0., 3., 6., 9.]);
        assert_eq!(sum_to(&counting(&[2, 3]), &[1]).data(), [15.]);
        assert_eq!(sum_to(&counting(&[2, 3]), &[]).data(), [15.]);
        assert_eq!(broadcast(&counting(&[1]), &[0, 4]).len(), 0);
        assert!(broadcast_values(&[1, 2], &[2], &[3]).is_none());
    }

    #[test]
    fn permute_moves_axes_and_inverse_moves_them_back() {
        let x = counting(&[2, 3, 4]);
        let order = bring_last(3, &[0]);
        assert_eq!(order, [1, 2, 0]);
        let y = permute(&x, &order);
        assert_eq!(y.shape(), [3, 4, 2]);
        assert_eq!(y.data()[..4], [0., 12., 1., 13.]);
        assert_eq!(permute(&y, &inverse(&order)), x);
    }
}
