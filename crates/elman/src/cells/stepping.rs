//! A sequence as a loop over steps: what any cell can do, and what the fused kernels must equal.

use super::{Cell, InputGradients, Sequence, SequenceGradients, SequenceOutput};
use crate::{Context, Result, Tensor, ops};

/// What the loop backward must know of the loop forward; what single steps saved lies below it on
/// the tape.
struct Looped {
    sequence: Sequence,
    units: usize,
}

pub(super) fn sequence<C: Cell>(
    cell: &C,
    sequence: &Sequence,
    cx: &mut Context,
) -> Result<SequenceOutput> {
    let (batch, time) = (sequence.x.shape()[0], sequence.x.shape()[1]);
    let mut states = sequence.initial_states.clone();
    if states.is_empty() {
        states = cell.state_sizes().iter().map(|size| Tensor::zeros([batch, *size])).collect();
    }
    let mut output = Tensor::zeros([batch, cell.units()]);
    let mut outputs = sequence.return_sequences.then(|| Tensor::zeros([batch, time, cell.units()]));
    for i in 0..time {
        let x = ops::time_step(&sequence.x, sequence.time_of(i));
        (output, states) = cell.step(&x, &states, cx)?;
        if let Some(outputs) = &mut outputs {
            ops::set_time_step(outputs, i, &output);
        }
    }
    cx.save(Looped { sequence: sequence.clone(), units: cell.units() });
    Ok(SequenceOutput { output: outputs.unwrap_or(output), states })
}

pub(super) fn sequence_backward<C: Cell>(
    cell: &C,
    gradients: &SequenceGradients,
    cx: &mut Context,
) -> Result<InputGradients> {
    let Looped { sequence, units } = cx.restore(cell.class_name())?;
    let (batch, time) = (sequence.x.shape()[0], sequence.x.shape()[1]);
    let mut states: Vec<Tensor> = cell
        .state_sizes()
        .iter()
        .zip(&gradients.states)
        .map(|(size, given)| given.clone().unwrap_or_else(|| Tensor::zeros([batch, *size])))
        .collect();
    let mut x = cx.wants_input_gradients().then(|| Tensor::zeros(sequence.x.shape()));
    for i in (0..time).rev() {
        let output = match &gradients.output {
            Some(output) if sequence.return_sequences => ops::time_step(output, i),
            Some(output) if i == time - 1 => output.clone(),
            _ => Tensor::zeros([batch, units]),
        };
        let dx;
        (dx, states) = cell.step_backward(&output, &states, cx)?;
        if let Some(x) = &mut x {
            ops::set_time_step(x, sequence.time_of(i), &dx);
        }
    }
    let initial_states = if sequence.initial_states.is_empty() { Vec::new() } else { states };
    Ok(InputGradients { x, initial_states })
}
