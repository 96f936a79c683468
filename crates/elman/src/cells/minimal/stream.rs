//! The minimal cells, step by step.

use std::sync::Arc;

use elman_kernels::{Matrix, PackedMatrix, gemm_packed};

use super::super::stream::{Masked, show_state};
use super::{CellStream, MinimalCell, MinimalKind};
use crate::streaming::{
    Argument::*, Described, Description, Flow, StateShape, Step, StepCall, StepRow,
};
use crate::{Float, Parameters, Result};

/// A step of a minimal cell.
pub(super) struct MinimalStep<K> {
    cell: MinimalCell<K>,
    kernel: Arc<PackedMatrix>,
    bias: Vec<Float>,
    options: CellStream,
    masked: Masked,
}

impl<K: MinimalKind> MinimalStep<K> {
    pub fn new(
        cell: &MinimalCell<K>,
        x: &Flow,
        options: CellStream,
        parameters: &Parameters,
    ) -> MinimalStep<K> {
        let kernel = parameters.derived(cell.kernel, || {
            let kernel = Matrix::row_major(parameters.get(cell.kernel), cell.columns());
            PackedMatrix::new(x.step_size(), cell.columns(), kernel)
        });
        MinimalStep {
            kernel,
            bias: parameters.get(cell.bias).to_vec(),
            cell: cell.clone(),
            options,
            masked: options.masked(x),
        }
    }
}

impl<K: MinimalKind> Step for MinimalStep<K> {
    fn states(&self) -> Vec<StateShape> {
        let held = (self.masked == Masked::Held).then_some("output");
        let names = std::iter::once("h").chain(held);
        names.map(|name| StateShape::new(name, [self.cell.units])).collect()
    }

    fn scratch(&self, rows: usize) -> usize {
        rows * self.cell.columns() + K::GATES
    }

    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        self.masked.keep(call);
        let (units, columns) = (self.cell.units, self.cell.columns());
        let x = call.inputs.get(0);
        let rows = call.rows.len();
        let (z, gates) = call.scratch.split_at_mut(rows * columns);
        let gates = &mut gates[..K::GATES];
        let a = Matrix::row_major(x, self.kernel.depth());
        gemm_packed(rows, a, &self.kernel, None, z);
        for row in z.chunks_exact_mut(columns.max(1)) {
            row.iter_mut().zip(&self.bias).for_each(|(z, bias)| *z += bias);
        }
        let (output, h) = (call.outputs.get(0), call.states.get(0));
        for &StepRow { row, stream } in call.kept.iter() {
            let h = &mut h[stream * units..(stream + 1) * units];
            for (unit, h) in h.iter_mut().enumerate() {
                let (kept, written) = self.cell.gates_of(&z[row * columns..], unit, gates);
                *h = kept * *h + written;
            }
            output[row * units..(row + 1) * units].copy_from_slice(h);
        }
        self.masked.fill(call, units, 1);
        if self.options.return_state {
            show_state(call, 0, 1, [units; 2]);
        }
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        let units = self.cell.units;
        let (kernel, bias) = (Numbers(self.kernel.to_row_major()), Numbers(self.bias.clone()));
        let sizes = [self.kernel.depth(), units].map(Count);
        let places = [Input(0), kernel, bias, State(0), Output(0), Scratch];
        let arguments = places.into_iter().chain(sizes).chain([Flag(self.cell.positive)]);
        let step = Description::default().call(K::FUNCTION, arguments);
        let step = step.with_scratch(self.cell.columns());
        Ok(self.masked.described(step, units, 1).showing_states(self.options, &[units]))
    }
}
