//! Keras 2's `time_major`: inputs and outputs have their steps on the first axis, and the batch on
//! the second. Cells see the batch first all the same.

use std::borrow::Cow;

use super::Rnn;
use crate::cells::Cell;
use crate::{Result, Tensor, ops};

impl<C: Cell + Clone> Rnn<C> {
    /// The inputs of a call with the batch first: a sequence, and states, which have it so.
    pub(super) fn batch_first<'a>(&self, inputs: &'a [Tensor]) -> Cow<'a, [Tensor]> {
        match inputs {
            [x, states @ ..] if self.options.time_major => {
                std::iter::once(swapped(x)).chain(states.iter().cloned()).collect()
            }
            inputs => Cow::Borrowed(inputs),
        }
    }

    /// An output, or its gradient, with the other of the two axes first, if it has all steps.
    pub(super) fn as_outside(&self, y: Tensor) -> Tensor {
        match self.options.time_major && self.options.return_sequences {
            true => swapped(&y),
            false => y,
        }
    }

    /// The gradient of a sequence as the sequence lies.
    pub(super) fn as_given(&self, dx: Tensor) -> Tensor {
        if self.options.time_major { swapped(&dx) } else { dx }
    }

    /// Refuses what needs the batch on the first axis.
    pub(super) fn check_batch_first(
        &self,
        refuse: impl FnOnce(&str) -> crate::Error,
    ) -> Result<()> {
        match self.options.time_major {
            true => {
                Err(refuse("with time_major its steps lie where those of a batch are expected"))
            }
            false => Ok(()),
        }
    }
}

/// A sequence with its first two axes in each other's place, and so its mask.
fn swapped(x: &Tensor) -> Tensor {
    let order: Vec<usize> = [1, 0].into_iter().chain(2..x.ndim()).collect();
    let mask = x.mask().map(crate::Mask::swap_axes);
    ops::permute(x, &order).replace_mask(mask)
}
