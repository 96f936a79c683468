//! The array operations that layers and cells are written in.
//!
//! Each works on contiguous [`Tensor`]s; the last axis is the row, everything before it is rows.

mod axes;
mod batched;
mod softmax;
mod windows;

pub use axes::{
    bring_last, broadcast, broadcast_shape, broadcast_values, inverse, permute, sum_to,
};
pub use batched::{batch_matmul, batch_matmul_nt, batch_matmul_tn};
pub use softmax::{fill_unused, softmax_rows, softmax_rows_backward};
pub use windows::Padding;
pub(crate) use windows::Windows;

use std::ops::Range;

use elman_kernels::{Matrix, gemm};

use crate::{Float, Tensor};

/// `x @ w` for rows of `x` and a row-major matrix `w` with `columns` columns.
pub fn matmul(x: &Tensor, w: &[Float], columns: usize) -> Tensor {
    let (rows, depth) = (x.len() / x.width().max(1), x.width());
    let mut y = Tensor::zeros(shape_with_width(x, columns));
    gemm(
        rows,
        columns,
        depth,
        Matrix::row_major(x.data(), depth),
        Matrix::row_major(w, columns),
        y.data_mut(),
        false,
    );
    y
}

/// `dy @ wᵀ`: the gradient of `x` in `y = x @ w`, where `w` has `width(x)` rows.
pub fn matmul_transposed(dy: &Tensor, w: &[Float], rows_of_w: usize) -> Tensor {
    let (rows, depth) = (dy.len() / dy.width().max(1), dy.width());
    let mut dx = Tensor::zeros(shape_with_width(dy, rows_of_w));
    gemm(
        rows,
        rows_of_w,
        depth,
        Matrix::row_major(dy.data(), depth),
        Matrix::transposed(w, depth),
        dx.data_mut(),
        false,
    );
    dx
}

/// Adds `xᵀ @ dy` to `gradient`: the gradient of `w` in `y = x @ w`.
pub fn accumulate_outer(x: &Tensor, dy: &Tensor, gradient: &mut [Float]) {
    let rows = x.len() / x.width().max(1);
    gemm(
        x.width(),
        dy.width(),
        rows,
        Matrix::transposed(x.data(), x.width()),
        Matrix::row_major(dy.data(), dy.width()),
        gradient,
        true,
    );
}

/// Adds the sum over all rows of `dy` to `gradient`: the gradient of a bias.
pub fn accumulate_rows(dy: &Tensor, gradient: &mut [Float]) {
    for row in dy.data().chunks_exact(dy.width().max(1)) {
        for (g, d) in gradient.iter_mut().zip(row) {
            *g += d;
        }
    }
}

/// Adds `bias` to every row; an empty bias adds nothing.
pub fn add_bias(y: &mut Tensor, bias: &[Float]) {
    if bias.is_empty() {
        return;
    }
    for row in y.data_mut().chunks_exact_mut(bias.len()) {
        for (y, b) in row.iter_mut().zip(bias) {
            *y += b;
        }
    }
}

/// `a + b`, elementwise.
pub fn add(a: &Tensor, b: &Tensor) -> Tensor {
    zip(a, b, |a, b| a + b)
}

/// `a - b`, elementwise.
pub fn subtract(a: &Tensor, b: &Tensor) -> Tensor {
    zip(a, b, |a, b| a - b)
}

/// `a * b`, elementwise.
pub fn multiply(a: &Tensor, b: &Tensor) -> Tensor {
    zip(a, b, |a, b| a * b)
}

/// `a * factor`.
pub fn scale(a: &Tensor, factor: Float) -> Tensor {
    Tensor::from_parts(a.shape(), a.data().iter().map(|a| a * factor).collect())
}

/// `f` of every value.
pub(crate) fn map(x: &Tensor, f: impl Fn(Float) -> Float) -> Tensor {
    Tensor::from_parts(x.shape(), x.data().iter().map(|x| f(*x)).collect())
}

/// `f` of the values of two arrays of one shape.
pub(crate) fn zip(a: &Tensor, b: &Tensor, f: impl Fn(Float, Float) -> Float) -> Tensor {
    debug_assert_eq!(a.shape(), b.shape());
    Tensor::from_parts(a.shape(), a.data().iter().zip(b.data()).map(|(a, b)| f(*a, *b)).collect())
}

/// The rows of `x` cut into `N` equal parts: the gates of a cell.
pub fn split<const N: usize>(x: &Tensor) -> [Tensor; N] {
    let width = x.width() / N;
    std::array::from_fn(|part| columns(x, part * width, width))
}

/// Columns `start..start + width` of every row.
pub fn columns(x: &Tensor, start: usize, width: usize) -> Tensor {
    let mut data = Vec::with_capacity(num_rows(x) * width);
    for row in x.data().chunks_exact(x.width().max(1)) {
        data.extend_from_slice(&row[start..start + width]);
    }
    Tensor::from_parts(shape_with_width(x, width), data)
}

/// The parts side by side in every row: the inverse of [`split`].
pub fn concatenate(parts: &[&Tensor]) -> Tensor {
    let width: usize = parts.iter().map(|p| p.width()).sum();
    let rows = num_rows(parts[0]);
    let mut data = Vec::with_capacity(rows * width);
    for row in 0..rows {
        for part in parts {
            data.extend_from_slice(&part.data()[row * part.width()..(row + 1) * part.width()]);
        }
    }
    Tensor::from_parts(shape_with_width(parts[0], width), data)
}

/// Step `t` of a sequence `(batch, time, …)`, as `(batch, …)`.
pub fn time_step(x: &Tensor, t: usize) -> Tensor {
    let (time, step) = sequence_axes(x);
    let mut data = Vec::with_capacity(x.len() / time.max(1));
    for sequence in x.data().chunks_exact((time * step).max(1)) {
        data.extend_from_slice(&sequence[t * step..(t + 1) * step]);
    }
    let mut shape = x.shape().to_vec();
    shape.remove(1);
    Tensor::from_parts(shape, data)
}

/// Writes `(batch, …)` as step `t` of a sequence `(batch, time, …)`.
pub fn set_time_step(x: &mut Tensor, t: usize, values: &Tensor) {
    let (time, step) = sequence_axes(x);
    let sequences = x.data_mut().chunks_exact_mut((time * step).max(1));
    for (sequence, values) in sequences.zip(values.data().chunks_exact(step.max(1))) {
        sequence[t * step..(t + 1) * step].copy_from_slice(values);
    }
}

/// Adds `(batch, …)` to step `t` of a sequence `(batch, time, …)`.
pub(crate) fn add_to_time_step(x: &mut Tensor, t: usize, values: &Tensor) {
    let (time, step) = sequence_axes(x);
    let sequences = x.data_mut().chunks_exact_mut((time * step).max(1));
    for (sequence, values) in sequences.zip(values.data().chunks_exact(step.max(1))) {
        sequence[t * step..(t + 1) * step].iter_mut().zip(values).for_each(|(x, v)| *x += v);
    }
}

/// Some steps of a sequence `(batch, time, …)`.
pub(crate) fn time_steps(x: &Tensor, steps: Range<usize>) -> Tensor {
    let (time, step) = sequence_axes(x);
    let mut data = Vec::with_capacity(x.len() / time.max(1) * steps.len());
    for sequence in x.data().chunks_exact((time * step).max(1)) {
        data.extend_from_slice(&sequence[steps.start * step..steps.end * step]);
    }
    let mut shape = x.shape().to_vec();
    shape[1] = steps.len();
    Tensor::from_parts(shape, data)
}

/// Writes a sequence over the steps of a longer one, from step `start` on.
pub(crate) fn set_time_steps(x: &mut Tensor, start: usize, part: &Tensor) {
    let ((time, step), (steps, _)) = (sequence_axes(x), sequence_axes(part));
    let sequences = x.data_mut().chunks_exact_mut((time * step).max(1));
    for (sequence, part) in sequences.zip(part.data().chunks_exact((steps * step).max(1))) {
        sequence[start * step..(start + steps) * step].copy_from_slice(part);
    }
}

/// Sequences `(batch, time, …)` one after the other in time.
pub(crate) fn join_time(parts: &[Tensor]) -> Tensor {
    let mut shape = parts[0].shape().to_vec();
    shape[1] = parts.iter().map(|part| part.shape()[1]).sum();
    let mut whole = Tensor::zeros(shape);
    let mut start = 0;
    for part in parts {
        set_time_steps(&mut whole, start, part);
        start += part.shape()[1];
    }
    whole
}

/// A sequence `(batch, time, …)` with its steps in reverse order.
pub fn reverse_time(x: &Tensor) -> Tensor {
    let (time, step) = sequence_axes(x);
    let mut data = Vec::with_capacity(x.len());
    for sequence in x.data().chunks_exact((time * step).max(1)) {
        for step in sequence.chunks_exact(step.max(1)).rev() {
            data.extend_from_slice(step);
        }
    }
    Tensor::from_parts(x.shape(), data)
}

/// `x` from its end along the first axis.
pub fn reverse_rows(x: &Tensor) -> Tensor {
    let row: usize = x.shape().iter().skip(1).product();
    let rows = x.data().chunks_exact(row.max(1)).rev();
    Tensor::from_parts(x.shape(), rows.flatten().copied().collect())
}

/// The number of steps of a sequence, and that of the values of each.
fn sequence_axes(x: &Tensor) -> (usize, usize) {
    let [_, time, step @ ..] = x.shape() else { unreachable!("a sequence has two axes or more") };
    (*time, step.iter().product())
}

/// How many rows there are, also where they are empty.
fn num_rows(x: &Tensor) -> usize {
    x.shape().split_last().map_or(1, |(_, outer)| outer.iter().product())
}

/// The rows of `x`, also where they are empty.
pub(crate) fn rows(x: &Tensor) -> impl Iterator<Item = &[Float]> {
    (0..num_rows(x)).map(|i| &x.data()[i * x.width()..][..x.width()])
}

fn shape_with_width(x: &Tensor, width: usize) -> Vec<usize> {
    let mut shape = x.shape().to_vec();
    match shape.last_mut() {
        Some(last) => *last = width,
        None => shape.push(width),
    }
    shape
}
