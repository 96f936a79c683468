//! Recurrent cells: the equations of one step.
//!
//! A cell knows its weights, its states and one step in time; everything about sequences is
//! [`Rnn`](crate::layers::Rnn)'s. By default a sequence is a loop over [`Cell::step`]; the cells
//! here hand whole sequences to the fused kernels wherever those know the activations, and a test
//! holds the two ways against each other.
//!
//! A cell of your own needs [`Cell`] and nothing else to run as a layer: see its example.

mod any;
mod cell;
mod config;
mod conv_lstm;
pub(crate) mod dropout;
mod fused;
mod gates;
mod gru;
mod lstm;
mod lstm_step;
mod minimal;
mod peephole_lstm;
mod registry;
pub(crate) mod segments;
mod sequence;
mod simple_rnn;
mod stacked;
mod stepping;
mod stream;
#[cfg(test)]
mod tests;

pub use any::AnyCell;
pub use cell::{Cell, CloneCell};
pub(crate) use config::{CellWeights, cell_options, weight_arguments, weight_options};
pub use conv_lstm::{ConvLstmCell, PerAxis};
pub use dropout::DropoutMasks;
pub use fused::Fused;
pub use gru::GruCell;
pub use lstm::LstmCell;
pub use minimal::{MinGruCell, MinGruKind, MinLstmCell, MinLstmKind, MinimalCell, MinimalKind};
pub use peephole_lstm::PeepholeLstmCell;
pub use registry::cell_from_object;
pub use sequence::{InputGradients, Sequence, SequenceGradients, SequenceOutput};
pub use simple_rnn::SimpleRnnCell;
pub use stacked::StackedRnnCells;
pub use stepping::{sequence_by_steps, sequence_by_steps_backward};
pub use stream::CellStream;
