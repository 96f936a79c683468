//! The public functions over the plain loops, for cells that the fast kernels do not serve.

use super::reference::{self, Problem, Upstream};
use super::single::{Step, StepRow};
use super::{Gradients, OutputGradients, Outputs, Packed, Sequence, Weights};
use crate::Float;

/// What the plain loops keep for backward.
pub(super) type Trace = reference::Trace<Float>;

/// The weights as Keras lays them out.
#[derive(Debug)]
pub(super) struct Copy {
    kernel: Vec<Float>,
    recurrent_kernel: Vec<Float>,
    bias: Option<Vec<Float>>,
}

impl Copy {
    pub(super) fn new(weights: &Weights<'_>) -> Self {
        Copy {
            kernel: weights.kernel.to_vec(),
            recurrent_kernel: weights.recurrent_kernel.to_vec(),
            bias: weights.bias.map(<[Float]>::to_vec),
        }
    }
}

fn problem<'a>(packed: &Packed, weights: &'a Copy, input: &Sequence<'a>) -> Problem<'a, Float> {
    Problem {
        cell: packed.cell,
        features: packed.features,
        units: packed.units,
        kernel: &weights.kernel,
        recurrent_kernel: &weights.recurrent_kernel,
        bias: weights.bias.as_deref(),
        x: input.x,
        batch: input.batch,
        time: input.time,
        go_backwards: input.go_backwards,
        initial_states: input.initial_states,
        mask: input.mask,
        zero_output_for_mask: input.zero_output_for_mask,
        input_factors: input.input_factors(packed.features),
        recurrent_factors: input.recurrent_factors(packed.units),
    }
}

pub(super) fn forward(
    packed: &Packed,
    weights: &Copy,
    input: &Sequence<'_>,
    out: &mut Outputs<'_>,
) -> Trace {
    let trace = reference::forward(&problem(packed, weights, input));
    if let Some(sequence) = &mut out.sequence {
        sequence.copy_from_slice(&trace.sequence);
    }
    if let Some(last) = &mut out.last_output {
        last.copy_from_slice(&trace.last_output);
    }
    for (i, state) in out.states.iter_mut().enumerate() {
        state.copy_from_slice(trace.state(i, input.batch, packed.units));
    }
    trace
}

/// One step of streams, one after the other.
pub(super) fn step(packed: &Packed, weights: &Copy, step: &mut Step<'_>) {
    let (features, units) = (packed.features, packed.units);
    let is_lstm = packed.cell.states() == 2;
    for &StepRow { row, stream } in step.rows {
        let own = stream * units..(stream + 1) * units;
        let (h, c) = (&step.h[own.clone()], if is_lstm { &step.c[own.clone()] } else { &[][..] });
        let input = Sequence {
            x: &step.x[row * features..(row + 1) * features],
            batch: 1,
            time: 1,
            go_backwards: false,
            initial_states: &[h, c][..packed.cell.states()],
            mask: None,
            zero_output_for_mask: false,
            input_dropout: None,
            recurrent_dropout: None,
        };
        let trace = reference::forward(&problem(packed, weights, &input));
        step.output[row * units..(row + 1) * units].copy_from_slice(&trace.last_output);
        step.h[own.clone()].copy_from_slice(trace.state(0, 1, units));
        if is_lstm {
            step.c[own].copy_from_slice(trace.state(1, 1, units));
        }
    }
}

pub(super) fn backward(
    packed: &Packed,
    weights: &Copy,
    input: &Sequence<'_>,
    trace: &Trace,
    upstream: &OutputGradients<'_>,
    gradients: &mut Gradients<'_>,
) {
    let up = Upstream {
        sequence: upstream.sequence,
        last_output: upstream.last_output,
        states: upstream.states,
    };
    let result = reference::backward(&problem(packed, weights, input), trace, &up);
    if let Some(x) = &mut gradients.x {
        x.copy_from_slice(&result.x);
    }
    for (i, state) in gradients.initial_states.iter_mut().enumerate() {
        if let Some(state) = state {
            state.copy_from_slice(if i == 0 { &result.h } else { &result.c });
        }
    }
    add(gradients.kernel, &result.kernel);
    add(gradients.recurrent_kernel, &result.recurrent_kernel);
    if let Some(bias) = &mut gradients.bias {
        add(bias, &result.bias);
    }
}

fn add(y: &mut [Float], x: &[Float]) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y += x);
}
