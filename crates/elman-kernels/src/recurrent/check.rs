//! The lengths of what the caller hands in: checked once, before any kernel runs.

use super::{Gradients, OutputGradients, Outputs, Packed, Sequence};
use crate::Float;

fn check(what: &str, found: usize, expected: usize) {
    assert!(found == expected, "recurrent: {what} has {found} elements, expected {expected}");
}

/// One mask of factors, or one for each gate.
fn factors(what: &str, given: Option<&[Float]>, gates: usize, size: usize) {
    let Some(given) = given else { return };
    let found = given.len();
    assert!(
        found == size || found == gates * size,
        "recurrent: {what} has {found} elements, expected {size} or {}",
        gates * size
    );
}

fn input(packed: &Packed, input: &Sequence<'_>) {
    let (batch, time) = (input.batch, input.time);
    let (states, gates) = (packed.cell.states(), packed.cell.gates());
    check("x", input.x.len(), batch * time * packed.features);
    let given = input.initial_states.len();
    assert!(given == 0 || given == states, "recurrent: {given} initial states, expected {states}");
    for state in input.initial_states {
        check("an initial state", state.len(), batch * packed.units);
    }
    if let Some(mask) = input.mask {
        check("the mask", mask.len(), batch * time);
    }
    factors("the input's dropout", input.input_dropout, gates, batch * packed.features);
    factors("the state's dropout", input.recurrent_dropout, gates, batch * packed.units);
}

pub(super) fn forward(packed: &Packed, input: &Sequence<'_>, out: &Outputs<'_>) {
    self::input(packed, input);
    let (batch, time) = (input.batch, input.time);
    let states = packed.cell.states();
    if let Some(sequence) = &out.sequence {
        check("the output sequence", sequence.len(), batch * time * packed.units);
    }
    if let Some(last) = &out.last_output {
        check("the last output", last.len(), batch * packed.units);
    }
    let given = out.states.len();
    assert!(given == 0 || given == states, "recurrent: {given} final states, expected {states}");
    for state in out.states.iter() {
        check("a final state", state.len(), batch * packed.units);
    }
}

pub(super) fn backward(
    packed: &Packed,
    input: &Sequence<'_>,
    upstream: &OutputGradients<'_>,
    gradients: &Gradients<'_>,
) {
    let (batch, units) = (input.batch, packed.units);
    let columns = packed.cell.gates() * units;
    self::input(packed, input);
    if let Some(sequence) = upstream.sequence {
        check("the sequence's gradient", sequence.len(), batch * input.time * units);
    }
    if let Some(last) = upstream.last_output {
        check("the last output's gradient", last.len(), batch * units);
    }
    for state in upstream.states.iter().flatten() {
        check("a final state's gradient", state.len(), batch * units);
    }
    if let Some(x) = &gradients.x {
        check("the gradient of x", x.len(), input.x.len());
    }
    for state in gradients.initial_states.iter().flatten() {
        check("the gradient of an initial state", state.len(), batch * units);
    }
    check("the kernel's gradient", gradients.kernel.len(), packed.features * columns);
    check("the recurrent kernel's gradient", gradients.recurrent_kernel.len(), units * columns);
    if let Some(bias) = &gradients.bias {
        check("the bias's gradient", bias.len(), packed.cell.bias_len(units));
    }
}
