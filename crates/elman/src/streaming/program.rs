//! The steps of a model, and the memory that they work in.

use std::ops::Range;

use super::builder::StreamBuilder;
use super::call::{Inputs, Outputs, Source, StateShape, States, Step, StepCall, StepRow};
use super::flow::Flow;
use crate::models::network::Network;
use crate::{Float, Result};

/// What a model computes at a step, in order. Shared by all its sessions.
#[derive(Default)]
pub(crate) struct Program {
    pub ops: Vec<Op>,
    /// How many numbers a step of each value has.
    pub sizes: Vec<usize>,
    /// How many masks there are.
    pub masks: usize,
    pub states: Vec<StateEntry>,
    pub inputs: Vec<Flow>,
    pub outputs: Vec<Flow>,
}

/// One step of the program.
pub(crate) struct Op {
    /// The layer, by name, within the layers around it.
    pub layer: String,
    pub step: Box<dyn Step>,
    pub inputs: Vec<Source>,
    /// Values behind all that it reads.
    pub outputs: Range<usize>,
    /// The mask that it makes, behind all that it reads.
    pub mask: Option<usize>,
    pub states: Range<usize>,
}

/// A state with its name in files.
pub(crate) struct StateEntry {
    pub name: String,
    pub state: StateShape,
}

/// What steps work in: room for some rows, and the states of some sequences.
#[derive(Clone)]
pub(super) struct Memory {
    pub values: Vec<Box<[Float]>>,
    masks: Vec<Box<[bool]>>,
    pub states: Vec<Box<[Float]>>,
    scratch: Box<[Float]>,
    /// The rows of the step at hand, each with its sequence.
    pub rows: Vec<StepRow>,
    kept: Vec<StepRow>,
    /// How many threads may share a step.
    pub threads: usize,
    /// Whether the step at hand is to read weights from the last to the first.
    reverse: bool,
}

impl Program {
    /// The program of a model.
    pub fn of(network: &Network) -> Result<Program> {
        let mut builder = StreamBuilder::new(network.parameters());
        let graph = network.graph();
        let inputs: Result<Vec<Flow>> = network
            .input_shapes()
            .iter()
            .map(|shape| builder.add_input(shape, "the model"))
            .collect();
        let outputs = graph.stream(inputs?, &mut builder)?;
        Ok(builder.finish(outputs))
    }

    /// Memory for so many rows and sequences, all states zero.
    pub(super) fn memory(&self, rows: usize) -> Memory {
        let zeros = |size: usize| vec![0.0; rows * size].into_boxed_slice();
        let scratch = self.ops.iter().map(|op| op.step.scratch(rows)).max().unwrap_or_default();
        Memory {
            values: self.sizes.iter().map(|size| zeros(*size)).collect(),
            masks: vec![vec![false; rows].into_boxed_slice(); self.masks],
            states: self.states.iter().map(|entry| zeros(entry.state.stride)).collect(),
            scratch: vec![0.0; scratch].into_boxed_slice(),
            rows: Vec::with_capacity(rows),
            kept: Vec::with_capacity(rows),
            threads: 1,
            reverse: false,
        }
    }

    /// Computes one step of `memory.rows`, whose inputs are there.
    pub(super) fn run(&self, memory: &mut Memory) -> Result<()> {
        let Memory { values, masks, states, scratch, rows, kept, threads, reverse } = memory;
        *reverse = !*reverse;
        for op in &self.ops {
            let (before, outputs) = values.split_at_mut(op.outputs.start);
            let (masks, mask) = match op.mask {
                None => (&**masks, None),
                Some(own) => {
                    let (before, own) = masks.split_at_mut(own);
                    (&*before, own.first_mut())
                }
            };
            let n = rows.len();
            op.step.step(&mut StepCall {
                rows,
                inputs: Inputs { sources: &op.inputs, values: before, masks, rows: n },
                outputs: Outputs {
                    sizes: &self.sizes[op.outputs.clone()],
                    values: &mut outputs[..op.outputs.len()],
                    mask,
                    rows: n,
                },
                states: States { values: &mut states[op.states.clone()] },
                scratch,
                threads: *threads,
                reverse: *reverse,
                kept,
            })?;
        }
        Ok(())
    }
}

impl Memory {
    /// Output `i` of the step that was computed last.
    pub fn output(&self, program: &Program, i: usize) -> &[Float] {
        let flow = &program.outputs[i];
        &self.values[flow.value][..self.rows.len() * program.sizes[flow.value]]
    }

    /// Sets the states of a sequence to zero.
    pub fn reset(&mut self, program: &Program, stream: usize) {
        for (values, entry) in self.states.iter_mut().zip(&program.states) {
            let stride = entry.state.stride;
            values[stream * stride..(stream + 1) * stride].fill(0.0);
        }
    }
}
