//! Any other cell, by its own step.

use std::sync::Arc;

use super::{CellStream, Masked, show_state};
use crate::cells::{Cell, DropoutMasks};
use crate::streaming::{Described, Flow, StateShape, Step, StepCall, StepRow};
use crate::{Context, Float, Parameters, Result, Tensor};

/// A step of a cell by [`Cell::step`], which allocates what that allocates.
pub(in super::super) struct SteppingStep {
    cell: Box<dyn Cell>,
    parameters: Arc<Parameters>,
    input: Vec<usize>,
    output: usize,
    states: Vec<Vec<usize>>,
    options: CellStream,
    masked: Masked,
}

impl SteppingStep {
    pub fn new(
        cell: Box<dyn Cell>,
        parameters: Arc<Parameters>,
        x: &Flow,
        options: CellStream,
    ) -> Result<SteppingStep> {
        let input = x.step_shape();
        let (output, states) = (cell.output_shape(&input)?, cell.state_shapes(&input)?);
        let (output, masked) = (output.iter().product(), options.masked(x));
        Ok(SteppingStep { cell, parameters, input, output, states, options, masked })
    }

    fn size(&self, state: usize) -> usize {
        self.states[state].iter().product()
    }
}

/// Those rows of `values`, as an array.
fn gather(
    values: &[Float],
    rows: &[StepRow],
    at: impl Fn(&StepRow) -> usize,
    shape: &[usize],
) -> Tensor {
    let size: usize = shape.iter().product();
    let rows_of = rows.iter().flat_map(|row| &values[at(row) * size..][..size]);
    Tensor::from_parts([&[rows.len()], shape].concat(), rows_of.copied().collect())
}

/// The inverse of [`gather`].
fn scatter(from: &Tensor, to: &mut [Float], rows: &[StepRow], at: impl Fn(&StepRow) -> usize) {
    let size = from.len() / rows.len().max(1);
    for (row, values) in rows.iter().zip(from.data().chunks(size.max(1))) {
        to[at(row) * size..][..size].copy_from_slice(values);
    }
}

impl Step for SteppingStep {
    fn states(&self) -> Vec<StateShape> {
        let states = self.states.iter().map(|shape| StateShape::new("state", &shape[..]));
        let held = (self.masked == Masked::Held).then(|| StateShape::new("output", [self.output]));
        states.chain(held).collect()
    }

    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        self.masked.keep(call);
        if !call.kept.is_empty() {
            let rows: &[StepRow] = call.kept;
            let x = gather(call.inputs.get(0), rows, |row| row.row, &self.input);
            let state = |(i, shape): (usize, &Vec<usize>)| {
                gather(call.states.get(i), rows, |row| row.stream, shape)
            };
            let before: Vec<Tensor> = self.states.iter().enumerate().map(state).collect();
            let mut cx = Context::inference(&self.parameters);
            let none = DropoutMasks::default();
            let (output, after) = self.cell.step(&x, &before, &none, &mut cx)?;
            scatter(&output, call.outputs.get(0), rows, |row| row.row);
            for (i, state) in after.iter().enumerate() {
                scatter(state, call.states.get(i), rows, |row| row.stream);
            }
        }
        self.masked.fill(call, self.output, self.states.len());
        if self.options.return_state {
            for i in 0..self.states.len() {
                show_state(call, i, i + 1, [self.size(i); 2]);
            }
        }
        Ok(())
    }

    fn describe(&self, parameters: &Parameters) -> Described {
        let step = self.cell.describe(self.input.iter().product(), parameters)?;
        let (sizes, n) =
            (self.states.iter().map(|shape| shape.iter().product()), self.states.len());
        let sizes: Vec<usize> = sizes.collect();
        Ok(self.masked.described(step, self.output, n).showing_states(self.options, &sizes))
    }
}
