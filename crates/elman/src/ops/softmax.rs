//! Softmax over rows.

use elman_kernels::Activation;

use crate::{Float, Tensor};

/// Replaces every row of `width` values by its softmax.
pub fn softmax_rows(rows: &mut [Float], width: usize) {
    if !rows.is_empty() {
        Activation::Softmax.forward_in_place(rows, width);
    }
}

/// Replaces the gradient of softmax's output `y` by that of its input: `y * (d - sum(y * d))`.
pub fn softmax_rows_backward(y: &[Float], gradient: &mut [Float], width: usize) {
    let rows = y.chunks_exact(width.max(1)).zip(gradient.chunks_exact_mut(width.max(1)));
    for (y, d) in rows {
        let sum: Float = y.iter().zip(d.iter()).map(|(y, d)| y * d).sum();
        y.iter().zip(d).for_each(|(y, d)| *d = y * (*d - sum));
    }
}

/// Writes `value` where an element doesn't count.
pub fn fill_unused(x: &mut Tensor, used: &[bool], value: Float) {
    for (x, used) in x.data_mut().iter_mut().zip(used) {
        if !used {
            *x = value;
        }
    }
}
