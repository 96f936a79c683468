//! Recurrent cells: the equations of one step.
//!
//! A cell knows its weights, its states and one step in time; everything about sequences is
//! [`Rnn`](crate::layers::Rnn)'s. By default a sequence is a loop over [`Cell::step`]; the cells
//! here hand whole sequences to the fused kernels wherever those know the activations, and a test
//! holds the two ways against each other.

mod config;
mod fused;
mod gru;
mod lstm;
mod simple_rnn;
mod stepping;
#[cfg(test)]
mod tests;

pub(crate) use config::{CellWeights, cell_options};
pub use fused::Fused;
pub use gru::GruCell;
pub use lstm::LstmCell;
pub use simple_rnn::SimpleRnnCell;

use serde_json::{Map, Value};

use crate::activations::Activation;
use crate::parameters::Builder;
use crate::{Context, Mask, Result, Tensor};

/// One step of a recurrent layer, Keras's cell.
///
/// `step` takes `(batch, features)` and the states, each `(batch, size)`, and gives the output and
/// the new states; the order of states is Keras's (LSTM: h, then c).
pub trait Cell: Clone + Send + Sync + 'static {
    /// Keras's name of the cell's class: `LSTMCell`.
    fn class_name(&self) -> &'static str;

    /// Keras's name of the layer over this cell: `LSTM`.
    fn layer_class_name(&self) -> &'static str;

    /// The configuration under Keras's keys, without those that every layer has.
    fn config(&self) -> Map<String, Value>;

    /// The size of the output.
    fn units(&self) -> usize;

    /// The sizes of the states.
    fn state_sizes(&self) -> Vec<usize>;

    /// The activations, each under the name of its argument. Those that change the width of what
    /// they are applied to are refused.
    fn activations(&self) -> Vec<(&'static str, Activation)> {
        Vec::new()
    }

    /// Registers the weights for inputs of `features` numbers.
    ///
    /// # Errors
    /// What the initializers refuse.
    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()>;

    /// One step: the output and the new states.
    ///
    /// # Errors
    /// Values that the cell can't use.
    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)>;

    /// The gradients of a step's input and states, from those of its output and new states. Adds
    /// the gradients of the weights to the context's.
    ///
    /// # Errors
    /// [`Error::Tape`](crate::Error::Tape) if `step` did not save what this needs.
    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)>;

    /// This cell for the fused kernels, if they know its equations and activations.
    fn fused(&self) -> Option<Fused> {
        None
    }

    /// A whole sequence: through the fused kernels where they know the cell, else step by step.
    ///
    /// # Errors
    /// As [`Cell::step`].
    fn sequence(&self, sequence: &Sequence, cx: &mut Context) -> Result<SequenceOutput> {
        match self.fused() {
            Some(fused) => fused.sequence(sequence, cx),
            None => stepping::sequence(self, sequence, cx),
        }
    }

    /// The gradients of a whole sequence.
    ///
    /// # Errors
    /// As [`Cell::step_backward`].
    fn sequence_backward(
        &self,
        gradients: &SequenceGradients,
        cx: &mut Context,
    ) -> Result<InputGradients> {
        match self.fused() {
            Some(fused) => fused.sequence_backward(gradients, cx),
            None => stepping::sequence_backward(self, gradients, cx),
        }
    }
}

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

    /// Whether the `i`-th step that is processed counts for a row of the batch.
    fn is_used(&self, row: usize, i: usize) -> bool {
        let index = row * self.time() + self.time_of(i);
        self.mask.as_ref().is_none_or(|mask| mask.data()[index])
    }

    /// The index in time of the `i`-th step that is processed.
    fn time_of(&self, i: usize) -> usize {
        if self.go_backwards { self.x.shape()[1] - 1 - i } else { i }
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
