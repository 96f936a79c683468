//! Scores to weights to weighted sums: what all attention does once it has scores.

use crate::layers::dropout::drop_factors;
use crate::random::Stream;
use crate::{Float, Tensor, ops};

/// What becomes of the scores of steps that don't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// They are lowered by a billion; where no step counts, the weights are those of the scores.
    Lowered,
    /// Their weights are zero; where no step counts, all weights are equal.
    EqualIfAll,
    /// Their weights are zero, also where no step counts.
    Zero,
}

/// By how much scores are lowered, Keras's number: behind it only their coarsest differences are
/// left in f32.
const LOWERED_BY: Float = 1e9;

/// What `backward` needs of one call.
pub(super) struct Weighting {
    /// The weights, `(groups, queries, steps)`.
    weights: Tensor,
    /// The factors of dropout.
    factors: Option<Tensor>,
    /// The values, `(groups, steps, width)`.
    values: Tensor,
    /// Which scores have no influence.
    used: Option<Vec<bool>>,
}

impl Weighting {
    /// The softmax of `scores`, `(groups, queries, steps)`, over the steps that count.
    pub fn new(
        mut scores: Tensor,
        used: Option<Vec<bool>>,
        left_out: LeftOut,
        values: Tensor,
    ) -> Weighting {
        let steps = scores.width();
        let rows = scores.data_mut().chunks_exact_mut(steps.max(1));
        for (row, used) in rows.zip(used.iter().flat_map(|used| used.chunks_exact(steps.max(1)))) {
            let none = !used.contains(&true);
            for (score, _) in row.iter_mut().zip(used).filter(|(_, used)| !**used) {
                *score = match left_out {
                    LeftOut::Lowered => *score - LOWERED_BY,
                    _ if none => 0.0,
                    _ => Float::NEG_INFINITY,
                };
            }
        }
        ops::softmax_rows(scores.data_mut(), steps);
        if let (Some(used), LeftOut::Zero) = (&used, left_out) {
            ops::fill_unused(&mut scores, used, 0.0);
        }
        // Lowered scores pass their gradient on, replaced ones don't.
        let used = used.filter(|_| left_out != LeftOut::Lowered);
        Weighting { weights: scores, factors: None, values, used }
    }

    /// Drops weights at random.
    pub fn drop(&mut self, rate: f64, stream: Option<Stream>) {
        let stream = stream.filter(|_| rate > 0.0);
        self.factors = stream.map(|stream| drop_factors(stream, rate, self.weights.shape()));
    }

    /// The weights before dropout.
    pub fn weights(&self) -> &Tensor {
        &self.weights
    }

    /// The weights after dropout.
    pub fn dropped(&self) -> Tensor {
        match &self.factors {
            Some(factors) => ops::multiply(&self.weights, factors),
            None => self.weights.clone(),
        }
    }

    /// The sums of the values, `(groups, queries, width)`.
    pub fn sums(&self) -> Tensor {
        ops::batch_matmul(&self.dropped(), &self.values)
    }

    /// The gradients of scores and values from those of the sums and of the weights, before
    /// dropout and behind it, where anything depends on them.
    pub fn backward(
        self,
        of_sums: Option<&Tensor>,
        of_weights: Option<&Tensor>,
        of_dropped: Option<&Tensor>,
    ) -> (Tensor, Tensor) {
        let mut of_values = Tensor::zeros(self.values.shape());
        let mut gradient = Tensor::zeros(self.weights.shape());
        if let Some(of_sums) = of_sums {
            of_values = ops::batch_matmul_tn(&self.dropped(), of_sums);
            gradient = ops::batch_matmul_nt(of_sums, &self.values);
        }
        if let Some(of_dropped) = of_dropped {
            gradient.add_assign(of_dropped);
        }
        if let Some(factors) = &self.factors {
            gradient = ops::multiply(&gradient, factors);
        }
        if let Some(of_weights) = of_weights {
            gradient.add_assign(of_weights);
        }
        let width = self.weights.width();
        ops::softmax_rows_backward(self.weights.data(), gradient.data_mut(), width);
        if let Some(used) = &self.used {
            ops::fill_unused(&mut gradient, used, 0.0);
        }
        (gradient, of_values)
    }
}
