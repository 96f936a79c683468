//! The cells that the kernels know, step by step.

use std::sync::Arc;

use elman_kernels::{self as kernels, Cell, Packed};

use super::{CellStream, Masked, show_state};
use crate::cells::fused::Fused;
use crate::streaming::{
    Argument, Argument::*, Described, Description, Flow, StateShape, Step, StepCall,
};
use crate::{Parameters, Result};

/// A step of a cell that the kernels know.
pub(in super::super) struct FusedStep {
    fused: Fused,
    packed: Arc<Packed>,
    options: CellStream,
    masked: Masked,
}

const NAMES: [&str; 2] = ["h", "c"];

impl FusedStep {
    pub fn new(fused: Fused, packed: Arc<Packed>, x: &Flow, options: CellStream) -> FusedStep {
        FusedStep { fused, packed, options, masked: options.masked(x) }
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
            reverse: call.reverse,
            threads: call.threads,
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

    fn describe(&self, parameters: &Parameters) -> Described {
        let (features, units) = (self.packed.features(), self.packed.units());
        let n = self.states_of_cell();
        let step = describe_cell(self.fused, self.packed.is_fused(), features, parameters);
        Ok(self.masked.described(step, units, n).showing_states(self.options, &vec![units; n]))
    }
}

/// A step of a cell as the kernels compute it, or as its own step does, in plain sums.
pub(in super::super) fn describe_cell(
    fused: Fused,
    by_kernels: bool,
    features: usize,
    parameters: &Parameters,
) -> Description {
    let function = |activation| match by_kernels {
        true => Argument::fast(activation),
        false => Argument::plain(activation),
    };
    let name = |fast: &'static str, plain: &'static str| if by_kernels { fast } else { plain };
    let (name, columns, own) = match fused.cell {
        Cell::SimpleRnn { activation } => {
            (name("simple_rnn", "plain_simple_rnn"), 2, vec![function(activation)])
        }
        Cell::Lstm { activation, recurrent_activation } => {
            (name("lstm", "plain_lstm"), 8, [activation, recurrent_activation].map(function).into())
        }
        Cell::Gru { activation, recurrent_activation, reset_after } => {
            let functions = [activation, recurrent_activation].map(function);
            let own = std::iter::once(Flag(reset_after)).chain(functions).collect();
            (name("gru", "plain_gru"), 6, own)
        }
    };
    let Fused { units, kernel, recurrent_kernel, bias, .. } = fused;
    let weights = [kernel, recurrent_kernel, bias].map(|w| Argument::weight(parameters, w));
    let places = std::iter::once(Input(0)).chain(weights);
    let places = places.chain((0..fused.cell.states()).map(State)).chain([Output(0), Scratch]);
    let arguments = places.chain([features, units].map(Count)).chain(own);
    Description::default().call(name, arguments).with_scratch(columns * units)
}
