//! Similarity of embeddings.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::loss::loss_methods;
use super::{Evaluated, Gradient, Loss, mismatch};
use crate::{Float, Mask, Result, Shape, Tensor};

/// Pulls embeddings of one label together and pushes those of different labels apart: Keras's
/// `circle`.
///
/// Predictions are embeddings of length 1, `(batch, dim)`; targets are labels, `(batch,)` or
/// `(batch, 1)`. With the distances `d[i, j] = max(1 - p[i] · p[j], 0)` and the margin `m`, the
/// value of sample `i` is `softplus(P + N)`, where
/// - `P = logsumexp(-gamma (m + d[i, j]) (m - d[i, j]))` over all other `j` of the same label,
/// - `N = logsumexp(gamma max(1 + m - d[i, j], 0) (1 - m - d[i, j]))` over all `j` of other labels.
///
/// Samples of value 0, such as those without any other of their label, are left out of the
/// reduction. [Sun et al., 2020](https://arxiv.org/abs/2002.10857).
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Circle, Loss};
/// let y = Tensor::from(array![0, 0, 1]);
/// let near = Tensor::from(array![[1., 0.], [1., 0.], [0., 1.]]);
/// let far = Tensor::from(array![[1., 0.], [0., 1.], [1., 0.]]);
/// let circle = Circle::default();
/// assert!(circle.call(&y, &near, None)?.data()[0] < circle.call(&y, &far, None)?.data()[0]);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Circle {
    /// How steep the loss is (80).
    pub gamma: f64,
    /// How strict it is (0.4).
    pub margin: f64,
    /// Whether a sample is not compared with itself (true).
    pub remove_diagonal: bool,
}

impl Default for Circle {
    fn default() -> Self {
        Circle { gamma: 80.0, margin: 0.4, remove_diagonal: true }
    }
}

impl Circle {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, _: bool) -> Result<Evaluated> {
        let batch = y_pred.shape().first().copied().unwrap_or(0);
        if y_pred.ndim() != 2 {
            let expected = "(batch, dim), an embedding for each sample".into();
            return Err(mismatch(self.class_name(), "the model's output", expected, y_pred));
        }
        if y_true.len() != batch || y_true.ndim() > 2 {
            let expected = format!("{}, a label for each sample", Shape::from([batch]));
            return Err(mismatch(self.class_name(), "y", expected, y_true));
        }
        let pairs = Arc::new(Pairs {
            circle: *self,
            labels: y_true.data().iter().map(|y| *y as i64).collect(),
            embeddings: y_pred.clone(),
        });
        let values: Vec<Float> = (0..batch).map(|i| pairs.value(i) as Float).collect();
        let mask = Mask::new([batch], values.iter().map(|value| *value > 0.0).collect())?;
        let values = Tensor::from_parts([batch], values).replace_mask(Some(mask));
        Ok(Evaluated::new(values, Gradient::pullback(move |factors| pairs.gradient(factors))))
    }
}

impl Loss for Circle {
    loss_methods!("Circle");
}

/// The samples of a batch, compared with each other.
struct Pairs {
    circle: Circle,
    labels: Vec<i64>,
    embeddings: Tensor,
}

/// A sum of exponentials that doesn't overflow.
#[derive(Clone, Copy)]
struct LogSum {
    max: f64,
    sum: f64,
}

impl LogSum {
    const EMPTY: LogSum = LogSum { max: f64::NEG_INFINITY, sum: 0.0 };

    fn add(&mut self, x: f64) {
        if x > self.max {
            self.sum = self.sum * (self.max - x).exp() + 1.0;
            self.max = x;
        } else {
            self.sum += (x - self.max).exp();
        }
    }

    fn value(self) -> f64 {
        self.max + self.sum.ln()
    }
}

impl Pairs {
    fn embedding(&self, i: usize) -> &[Float] {
        let width = self.embeddings.width();
        &self.embeddings.data()[i * width..(i + 1) * width]
    }

    /// Calls `f` with each `j` that sample `i` is compared with, whether both have one label, the
    /// term of the sum that the pair is in, and its derivative by the distance.
    fn each(&self, i: usize, mut f: impl FnMut(usize, bool, f64, f64)) {
        let Circle { gamma, margin, remove_diagonal } = self.circle;
        for j in (0..self.labels.len()).filter(|j| *j != i || !remove_diagonal) {
            let pairs = self.embedding(i).iter().zip(self.embedding(j));
            let cosine: f64 = pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let distance = (1.0 - cosine).max(0.0);
            // What is beyond a maximum is constant.
            let moves = |free: bool| if free { 1.0 } else { 0.0 };
            let same = self.labels[i] == self.labels[j];
            let (term, slope) = if same {
                let (weight, gap) = (margin + distance, margin - distance);
                let by_distance = moves(weight >= 0.0) * gap - weight.max(0.0);
                (-gamma * weight.max(0.0) * gap, -gamma * by_distance)
            } else {
                let (weight, gap) = (1.0 + margin - distance, 1.0 - margin - distance);
                let by_distance = moves(weight >= 0.0) * gap + weight.max(0.0);
                (gamma * weight.max(0.0) * gap, -gamma * by_distance)
            };
            f(j, same, term, slope * moves(1.0 - cosine >= 0.0));
        }
    }

    /// The two sums of sample `i`: over its own label and over the others.
    fn sums(&self, i: usize) -> [LogSum; 2] {
        let mut sums = [LogSum::EMPTY; 2];
        self.each(i, |_, same, term, _| sums[usize::from(!same)].add(term));
        sums
    }

    /// `softplus` of the sums.
    fn value(&self, i: usize) -> f64 {
        let [own, others] = self.sums(i);
        let x = own.value() + others.value();
        x.max(0.0) + (-x.abs()).exp().ln_1p()
    }

    fn gradient(&self, factors: &[Float]) -> Tensor {
        let width = self.embeddings.width();
        let mut gradient = vec![0.0; self.embeddings.len()];
        for (i, factor) in factors.iter().enumerate() {
            let sums = self.sums(i);
            let x = sums[0].value() + sums[1].value();
            if x == f64::NEG_INFINITY {
                continue; // Nothing to compare with: the value is 0 whatever the embedding is.
            }
            let factor = f64::from(*factor) / (1.0 + (-x).exp());
            self.each(i, |j, same, term, slope| {
                let share = (term - sums[usize::from(!same)].value()).exp();
                // The distance is 1 - p[i] · p[j].
                let by_cosine = (-factor * share * slope) as Float;
                for k in 0..width {
                    gradient[i * width + k] += by_cosine * self.embedding(j)[k];
                    gradient[j * width + k] += by_cosine * self.embedding(i)[k];
                }
            });
        }
        Tensor::from_parts(self.embeddings.shape(), gradient)
    }
}
