//! How well queries fit keys.

use elman_kernels::Activation;

use crate::{Float, Tensor, ops};

/// How the scores of queries and keys are computed, with the weights of that.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scores<'a> {
    /// `scale * (q · k)`.
    Dot {
        /// 1 where there is no weight.
        scale: Float,
    },
    /// `outer * sum(weights * tanh(inner * (q + k)))`.
    Tanh {
        /// A number for each feature; all ones if empty.
        weights: &'a [Float],
        /// The factor within.
        inner: Float,
        /// The factor outside.
        outer: Float,
    },
}

/// The gradients of [`Scores`]: of queries and keys, of the scale or the factor within, of the
/// factor outside, and of the features' numbers.
pub(super) struct ScoreGradients {
    pub query: Tensor,
    pub key: Tensor,
    pub inner: Float,
    pub outer: Float,
    pub weights: Vec<Float>,
}

/// `tanh(inner * (query + key))` for one query and all keys, a row for each key.
fn fill_tanh(query: &[Float], keys: &[Float], inner: Float, rows: &mut [Float]) {
    let width = query.len();
    for (row, key) in rows.chunks_exact_mut(width).zip(keys.chunks_exact(width)) {
        for (i, v) in row.iter_mut().enumerate() {
            *v = inner * (query[i] + key[i]);
        }
    }
    Activation::Tanh.forward_in_place(rows, width);
}

impl Scores<'_> {
    /// The scores `(batch, queries, keys)` of `(batch, queries, width)` and `(batch, keys, width)`.
    pub fn forward(self, query: &Tensor, key: &Tensor) -> Tensor {
        match self {
            Scores::Dot { scale: 1.0 } => ops::batch_matmul_nt(query, key),
            Scores::Dot { scale } => ops::scale(&ops::batch_matmul_nt(query, key), scale),
            Scores::Tanh { weights, inner, outer } => {
                let sum = |row: &[Float]| match weights.is_empty() {
                    true => row.iter().sum::<Float>(),
                    false => row.iter().zip(weights).map(|(v, w)| v * w).sum(),
                };
                let mut scores = Vec::with_capacity(query.shape()[1] * key.len());
                for_each_query(query, key, inner, |_, rows| {
                    scores.extend(rows.chunks_exact(query.width()).map(|row| outer * sum(row)));
                });
                Tensor::from_parts([query.shape()[0], query.shape()[1], key.shape()[1]], scores)
            }
        }
    }

    /// The gradients from those of the scores.
    pub fn backward(self, query: &Tensor, key: &Tensor, of_scores: &Tensor) -> ScoreGradients {
        match self {
            Scores::Dot { scale } => {
                let products = ops::batch_matmul_nt(query, key);
                let terms = products.data().iter().zip(of_scores.data()).map(|(p, d)| p * d);
                let inner = terms.sum();
                let of_products = ops::scale(of_scores, scale);
                ScoreGradients {
                    query: ops::batch_matmul(&of_products, key),
                    key: ops::batch_matmul_tn(&of_products, query),
                    inner,
                    outer: 0.0,
                    weights: Vec::new(),
                }
            }
            Scores::Tanh { weights, inner, outer } => {
                tanh_backward(query, key, of_scores, weights, inner, outer)
            }
        }
    }
}

/// Calls `visit` with each query's number and its `tanh` rows with all keys of its sample.
fn for_each_query(
    query: &Tensor,
    key: &Tensor,
    inner: Float,
    mut visit: impl FnMut(usize, &[Float]),
) {
    let (queries, width) = (query.shape()[1], query.width().max(1));
    let keys_of_sample = (key.shape()[1] * width).max(1);
    let mut rows = vec![0.0; key.shape()[1] * width];
    for (number, q) in query.data().chunks_exact(width).enumerate() {
        let start = number / queries * keys_of_sample;
        fill_tanh(q, &key.data()[start..start + rows.len()], inner, &mut rows);
        visit(number, &rows);
    }
}

/// The gradients of `outer * sum(weights * tanh(inner * (q + k)))`.
fn tanh_backward(
    query: &Tensor,
    key: &Tensor,
    of_scores: &Tensor,
    weights: &[Float],
    inner: Float,
    outer: Float,
) -> ScoreGradients {
    let (queries, width, keys) = (query.shape()[1], query.width().max(1), key.shape()[1]);
    let (mut of_query, mut of_key) = (vec![0.0; query.len()], vec![0.0; key.len()]);
    let (mut of_inner, mut of_outer, mut of_weights) = (0.0, 0.0, vec![0.0; weights.len()]);
    let weight = |i: usize| weights.get(i).copied().unwrap_or(1.0);
    for_each_query(query, key, inner, |number, rows| {
        let (q, first_key) = (number * width, number / queries * keys);
        for (k, row) in rows.chunks_exact(width).enumerate() {
            let d = of_scores.data()[number * keys + k];
            let k = (first_key + k) * width;
            for (i, tanh) in row.iter().enumerate() {
                of_outer += d * weight(i) * tanh;
                if let Some(of_weight) = of_weights.get_mut(i) {
                    *of_weight += d * outer * tanh;
                }
                let of_sum = d * outer * weight(i) * (1.0 - tanh * tanh);
                of_inner += of_sum * (query.data()[q + i] + key.data()[k + i]);
                of_query[q + i] += of_sum * inner;
                of_key[k + i] += of_sum * inner;
            }
        }
    });
    ScoreGradients {
        query: Tensor::from_parts(query.shape(), of_query),
        key: Tensor::from_parts(key.shape(), of_key),
        inner: of_inner,
        outer: of_outer,
        weights: of_weights,
    }
}
