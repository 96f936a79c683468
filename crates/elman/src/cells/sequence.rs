//! What a cell is run over, and what comes out of it.

use super::DropoutMasks;
use crate::{Mask, Tensor};

/// What a cell is run over.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// The inputs, `(batch, time, features)`.
    pub x: Tensor,
    /// The first states, each `(batch, size)`; none for zeros.
    pub initial_states: Vec<Tensor>,
    /// Whether to start at the last step. Outputs stand in the order of processing, as in Keras.
    pub go_backwards: bool,
    /// Whether the outputs of all steps are wanted.
    pub return_sequences: bool,
    /// Which steps count, `(batch, time)`; the states keep their values over the others.
    pub mask: Option<Mask>,
    /// Whether the output of a step that doesn't count is zero; else it repeats the one before.
    pub zero_output_for_mask: bool,
    /// The dropout masks of all steps; none outside of training.
    pub dropout: DropoutMasks,
}

impl Sequence {
    /// The number of sequences.
    pub fn batch(&self) -> usize {
        self.x.shape()[0]
    }

    /// The number of steps.
    pub fn time(&self) -> usize {
        self.x.shape()[1]
    }

    /// The shape of a step's input, without the batch.
    pub fn step_shape(&self) -> &[usize] {
        &self.x.shape()[2..]
    }

    /// The inputs with zeros in the steps that don't count, which may hold anything.
    pub(super) fn used_steps(&self) -> Tensor {
        let Some(mask) = &self.mask else { return self.x.clone() };
        let mut x = self.x.clone();
        let step: usize = self.step_shape().iter().product();
        for (step, used) in x.data_mut().chunks_exact_mut(step.max(1)).zip(mask.data()) {
            if !used {
                step.fill(0.0);
            }
        }
        x
    }

    /// Whether the `i`-th step that is processed counts for a row of the batch.
    pub(super) fn is_used(&self, row: usize, i: usize) -> bool {
        let index = row * self.time() + self.time_of(i);
        self.mask.as_ref().is_none_or(|mask| mask.data()[index])
    }

    /// The index in time of the `i`-th step that is processed.
    pub(super) fn time_of(&self, i: usize) -> usize {
        if self.go_backwards { self.time() - 1 - i } else { i }
    }
}

/// What comes out of a sequence.
#[derive(Clone, Debug)]
pub struct SequenceOutput {
    /// `(batch, time, units)` if all steps were wanted, else the last output `(batch, units)`.
    pub output: Tensor,
    /// The states after the last step.
    pub states: Vec<Tensor>,
}

/// The gradients of what came out of a sequence; `None` where nothing depends on it.
#[derive(Clone, Debug)]
pub struct SequenceGradients {
    /// The gradient of [`SequenceOutput::output`].
    pub output: Option<Tensor>,
    /// The gradients of the last states.
    pub states: Vec<Option<Tensor>>,
}

/// The gradients of what went into a sequence.
#[derive(Clone, Debug)]
pub struct InputGradients {
    /// The gradient of the inputs; `None` where nobody wants it.
    pub x: Option<Tensor>,
    /// The gradients of the initial states; empty where none were given.
    pub initial_states: Vec<Tensor>,
}
