//! Cells in streams.

mod fused;
mod stepping;

use crate::streaming::{Argument::*, Description, Flow, StepCall, StepRow};
use crate::{Float, Shape};

pub(super) use fused::{FusedStep, describe_cell};
pub(super) use stepping::SteppingStep;

/// What the layer over a cell wants in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellStream {
    /// Whether the output of a masked step is zero; else it repeats the one before.
    pub zero_output_for_mask: bool,
    /// Whether the states are wanted as flows, behind the output.
    pub return_state: bool,
}

impl CellStream {
    /// What a step must do about masks.
    pub(super) fn masked(self, x: &Flow) -> Masked {
        match (x.is_masked(), self.zero_output_for_mask) {
            (false, _) => Masked::Never,
            (true, true) => Masked::Zero,
            (true, false) => Masked::Held,
        }
    }

    /// The outputs of a step: that of the cell, and the states if they are wanted.
    pub(super) fn outputs(
        self,
        x: &Flow,
        output: &[usize],
        states: &[Vec<usize>],
    ) -> Vec<(Shape, bool)> {
        let dims = x.shape().dims();
        let output = Shape::from(output).with_batch(dims[1]).with_batch(dims[0]);
        let states = states.iter().filter(|_| self.return_state);
        let states = states.map(|shape| (Shape::from(&shape[..]).with_batch(dims[0]), false));
        std::iter::once((output, true)).chain(states).collect()
    }
}

/// What a step puts out where it is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Masked {
    /// There are no masks.
    Never,
    /// Zeros.
    Zero,
    /// The output before, a state of its own; zeros before the first step that counts.
    Held,
}

impl Masked {
    /// Leaves in `call.kept` the rows that count.
    pub fn keep(self, call: &mut StepCall<'_>) {
        call.kept.clear();
        match call.inputs.mask(0) {
            Some(used) if self != Masked::Never => {
                call.kept.extend(call.rows.iter().filter(|row| used[row.row]));
            }
            _ => call.kept.extend_from_slice(call.rows),
        }
    }

    /// A description of what a step does that is [kept](Masked::keep) for what counts and
    /// [filled](Masked::fill) where nothing does.
    pub fn described(self, step: Description, width: usize, held: usize) -> Description {
        match self {
            Masked::Never => step,
            Masked::Zero => step
                .when(0, true)
                .call("fill", [Output(0), Number(0.0), Count(width)])
                .when(0, false),
            Masked::Held => step
                .when(0, true)
                .call("copy", [Output(0), State(held), Count(width)])
                .when(0, true)
                .call("copy", [State(held), Output(0), Count(width)])
                .when(0, false),
        }
    }

    /// Puts the outputs, `width` wide, of masked steps in; `held` is the number of their state.
    pub fn fill(self, call: &mut StepCall<'_>, width: usize, held: usize) {
        let Some(used) = call.inputs.mask(0).filter(|_| self != Masked::Never) else { return };
        for &StepRow { row, stream } in call.rows {
            let output = &mut call.outputs.get(0)[row * width..(row + 1) * width];
            if self == Masked::Zero {
                if !used[row] {
                    output.fill(0.0);
                }
                continue;
            }
            let held = &mut call.states.get(held)[stream * width..(stream + 1) * width];
            match used[row] {
                true => held.copy_from_slice(output),
                false => output.copy_from_slice(held),
            }
        }
    }
}

impl Description {
    /// Adds the states as outputs, if they are wanted.
    pub(super) fn showing_states(self, options: CellStream, sizes: &[usize]) -> Description {
        let states = sizes.iter().enumerate().filter(|_| options.return_state);
        states
            .fold(self, |all, (i, size)| all.call("copy", [State(i), Output(i + 1), Count(*size)]))
    }
}

/// Copies state `state`, of `width` numbers `stride` apart, to output `output`.
pub(super) fn show_state(
    call: &mut StepCall<'_>,
    state: usize,
    output: usize,
    [width, stride]: [usize; 2],
) {
    let states: &[Float] = call.states.get(state);
    let to = call.outputs.get(output);
    for &StepRow { row, stream } in call.rows {
        to[row * width..(row + 1) * width].copy_from_slice(&states[stream * stride..][..width]);
    }
}
