//! The cells that the kernels know, step by step.

use std::sync::Arc;

use elman_kernels::{self as kernels, Packed};

use super::{CellStream, Masked, show_state};
use crate::Result;
use crate::streaming::{Flow, StateShape, Step, StepCall};

/// A step of a cell that the kernels know.
pub(in super::super) struct FusedStep {
    packed: Arc<Packed>,
    options: CellStream,
    masked: Masked,
}

const NAMES: [&str; 2] = ["h", "c"];

impl FusedStep {
    pub fn new(packed: Arc<Packed>, x: &Flow, options: CellStream) -> FusedStep {
        FusedStep { packed, options, masked: options.masked(x) }
    }

    fn states_of_cell(&self) -> usize {
        self.packed.cell().states()
    }
}

impl Step for FusedStep {
    fn states(&self) -> Vec<StateShape> {
        let (units, stride) = (self.packed.units(), self.packed.state_stride());
        let names = NAMES.iter().take(self.states_of_cell());
        let state = |name: &&'static str| StateShape { name, shape: vec![units], stride };
        let held = (self.masked == Masked::Held).then(|| StateShape::new("output", [units]));
        names.map(state).chain(held).collect()
    }

    fn scratch(&self, rows: usize) -> usize {
        self.packed.step_scratch(rows)
    }

    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        self.masked.keep(call);
        let n = self.states_of_cell();
        let [h, c] = match n {
            2 => call.states.first(),
            _ => {
                let [h] = call.states.first();
                [h, &mut []]
            }
        };
        let step = kernels::Step {
            x: call.inputs.get(0),
            rows: call.kept,
            h,
            c,
            output: call.outputs.get(0),
            scratch: call.scratch,
        };
        kernels::step(&self.packed, step);
        let units = self.packed.units();
        self.masked.fill(call, units, n);
        if self.options.return_state {
            let stride = self.packed.state_stride();
            (0..n).for_each(|i| show_state(call, i, i + 1, [units, stride]));
        }
        Ok(())
    }
}
