//! Whole sequences through SimpleRNN, LSTM and GRU, forward and backward.

mod cell;
mod check;
mod dropout;
mod format;
mod fused;
mod plain;
mod reference;
mod single;
mod stack;
#[cfg(test)]
mod tests;
mod types;

pub use cell::Cell;
pub use format::WeightFormat;
pub use single::{Step, StepRow, step};
pub use stack::{forward_stack, stack_pays};
use types::{Engine, Trace};
pub use types::{Gradients, OutputGradients, Outputs, Packed, Sequence, Tape, Weights};

/// Runs a layer over a sequence: one call for a batch of whole sequences, or for one time step of
/// a stream with `initial_states` and `states` carried by the caller.
///
/// Rows of the batch are independent: the result of a row does not depend on the others, nor on
/// how many there are, nor on the number of threads.
pub fn forward(packed: &Packed, input: &Sequence<'_>, mut out: Outputs<'_>) {
    check::forward(packed, input, &out);
    match &packed.engine {
        Engine::Fused(fused) => {
            fused::forward(fused, input, &mut out, false);
        }
        Engine::Plain(weights) => {
            plain::forward(packed, weights, input, &mut out);
        }
    }
}

/// [`forward`], keeping what [`backward`] needs. The outputs are bitwise those of [`forward`].
pub fn forward_saving(packed: &Packed, input: &Sequence<'_>, mut out: Outputs<'_>) -> Tape {
    check::forward(packed, input, &out);
    Tape(match &packed.engine {
        Engine::Fused(fused) => {
            let tape = fused::forward(fused, input, &mut out, true);
            Trace::Fused(tape.expect("a tape was asked for"))
        }
        Engine::Plain(weights) => {
            Trace::Plain(Box::new(plain::forward(packed, weights, input, &mut out)))
        }
    })
}

/// Backpropagation through time: from the gradients of the outputs to those of the input, the
/// initial states and the weights. `packed` and `input` are those of the [`forward_saving`] that
/// made the tape; the tape is used up, its buffers serve as scratch.
pub fn backward(
    packed: &Packed,
    input: &Sequence<'_>,
    tape: Tape,
    upstream: &OutputGradients<'_>,
    mut gradients: Gradients<'_>,
) {
    check::backward(packed, input, upstream, &gradients);
    match (&packed.engine, tape.0) {
        (Engine::Fused(fused), Trace::Fused(tape)) => {
            fused::backward(fused, input, tape, upstream, &mut gradients);
        }
        (Engine::Plain(weights), Trace::Plain(trace)) => {
            plain::backward(packed, weights, input, &trace, upstream, &mut gradients);
        }
        _ => panic!("recurrent: the tape is not one of this layer"),
    }
}
