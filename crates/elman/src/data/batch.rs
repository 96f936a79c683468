//! One batch.

use crate::training::Tensors;

/// Inputs, targets and weights of the samples of one batch.
///
/// ```
/// use elman::data::Batch;
/// let batch = Batch::new(ndarray::array![[1., 2.]], ndarray::array![[3.]]);
/// assert_eq!((batch.x.len(), batch.y.len()), (1, 1));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Batch {
    /// An array for each input.
    pub x: Tensors,
    /// An array for each output; none where only the inputs matter.
    pub y: Tensors,
    /// The weights of the samples, for all outputs or for each.
    pub sample_weight: Option<Tensors>,
}

impl Batch {
    /// A batch of inputs and targets.
    pub fn new(x: impl Into<Tensors>, y: impl Into<Tensors>) -> Batch {
        Batch { x: x.into(), y: y.into(), sample_weight: None }
    }

    /// A batch of inputs alone, to predict for.
    pub fn of_inputs(x: impl Into<Tensors>) -> Batch {
        Batch { x: x.into(), ..Batch::default() }
    }

    /// The batch with weights of its samples, `(samples,)`, or of their steps, `(samples, time)`.
    pub fn sample_weight(mut self, weights: impl Into<Tensors>) -> Batch {
        self.sample_weight = Some(weights.into());
        self
    }
}
