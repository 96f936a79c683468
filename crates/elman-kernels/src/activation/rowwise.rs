//! The activations that work on rows: softmax, log_softmax, sparsemax, glu.

use super::Activation::{self, *};
use super::scalar::sigmoid;
use crate::real::Real;
use std::cmp::Ordering;

/// `row = f(row)`.
pub(super) fn forward<R: Real>(activation: Activation, row: &mut [R]) {
    let Some(&first) = row.first() else { return };
    match activation {
        Sparsemax => return sparsemax(row),
        Softmax | LogSoftmax => {}
        Glu => panic!("activation: the output of glu is half as long, so not in place"),
        other => unreachable!("{other:?} is elementwise"),
    }
    let max = row.iter().fold(first, |max, &v| max.larger(v));
    if activation == Softmax {
        let mut sum = R::of(0.0);
        for v in row.iter_mut() {
            *v = (*v - max).exp();
            sum += *v;
        }
        let scale = R::of(1.0) / sum;
        row.iter_mut().for_each(|v| *v = *v * scale);
    } else {
        let sum = row.iter().fold(R::of(0.0), |sum, &v| sum + (v - max).exp());
        let log = max + sum.ln();
        row.iter_mut().for_each(|v| *v = *v - log);
    }
}

/// The order of the larger value first, and of what is no number last.
fn larger_first<R: Real>(a: R, b: R) -> Ordering {
    let is_nan = |v: R| v.partial_cmp(&v).is_none();
    b.partial_cmp(&a).unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)))
}

/// The indices of a row from its largest value down; equal values in the order they stand.
fn descending<R: Real>(row: &[R]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| larger_first(row[a], row[b]));
    order
}

/// The values of a row from the largest down. Rows of up to 512 values are sorted in place, so that
/// nothing is allocated.
fn with_descending<R: Real, T>(row: &[R], f: impl FnOnce(&[R]) -> T) -> T {
    let mut room = [R::default(); 512];
    let mut vec;
    let sorted = match room.get_mut(..row.len()) {
        Some(room) => {
            room.copy_from_slice(row);
            room
        }
        None => {
            vec = row.to_vec();
            &mut vec[..]
        }
    };
    sorted.sort_unstable_by(|a, b| larger_first(*a, *b));
    f(sorted)
}

/// The size of sparsemax's support, and its threshold as Keras computes it.
///
/// The projection onto the simplex (Martins and Astudillo 2016) subtracts `(sum - 1) / k`, where
/// `sum` is that of the `k` largest values. Every backend of Keras 3.15 instead adds up the `k`
/// *partial* sums, so its rows sum to 1 only if `k` is 1. Models trained there expect its numbers.
fn sparsemax_threshold<R: Real>(descending: impl Iterator<Item = R>) -> (usize, R) {
    let one = R::of(1.0);
    let (mut sum, mut sum_of_sums, mut k) = (R::of(0.0), R::of(0.0), 0);
    for value in descending {
        sum += value;
        let positive = value - (sum - one) / R::of((k + 1) as f64) > R::of(0.0);
        if !positive {
            break;
        }
        k += 1;
        sum_of_sums += sum;
    }
    (k, (sum_of_sums - one) / R::of(k as f64))
}

fn sparsemax<R: Real>(row: &mut [R]) {
    let (_, threshold) = with_descending(row, |sorted| sparsemax_threshold(sorted.iter().copied()));
    row.iter_mut().for_each(|v| *v = (*v - threshold).larger(R::of(0.0)));
}

/// `dx = J^T dy` for one row.
pub(super) fn backward<R: Real>(activation: Activation, x: &[R], y: &[R], dy: &[R], dx: &mut [R]) {
    let zero = R::of(0.0);
    match activation {
        Softmax => {
            let dot = y.iter().zip(dy).fold(zero, |sum, (&y, &dy)| sum + y * dy);
            for i in 0..dx.len() {
                dx[i] = y[i] * (dy[i] - dot);
            }
        }
        LogSoftmax => {
            let sum = dy.iter().fold(zero, |sum, &dy| sum + dy);
            for i in 0..dx.len() {
                dx[i] = dy[i] - y[i].exp() * sum;
            }
        }
        Sparsemax => {
            let order = descending(x);
            let (k, _) = sparsemax_threshold(order.iter().map(|&i| x[i]));
            let mut sum = zero;
            for i in 0..dx.len() {
                dx[i] = if y[i] > zero { dy[i] } else { zero };
                sum += dx[i];
            }
            // The value of rank r (from 0) is part of k - r of the partial sums.
            for (rank, &i) in order.iter().take(k).enumerate() {
                dx[i] = dx[i] - sum * R::of((k - rank) as f64 / k as f64);
            }
        }
        other => unreachable!("{other:?} is elementwise or halves its rows"),
    }
}

/// `y = a sigmoid(b)` for the halves of one row `x = [a b]`.
pub(super) fn glu<R: Real>(x: &[R], y: &mut [R]) {
    let (a, b) = x.split_at(y.len());
    for (i, y) in y.iter_mut().enumerate() {
        *y = a[i] * sigmoid(b[i]);
    }
}

/// The gradient of [`glu`]: `[dy s, dy a s (1 - s)]` with `s = sigmoid(b)`.
pub(super) fn glu_backward<R: Real>(x: &[R], dy: &[R], dx: &mut [R]) {
    let half = dy.len();
    let (a, b) = x.split_at(half);
    let (da, db) = dx.split_at_mut(half);
    for i in 0..half {
        let s = sigmoid(b[i]);
        da[i] = dy[i] * s;
        db[i] = dy[i] * a[i] * s * (R::of(1.0) - s);
    }
}
