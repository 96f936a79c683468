//! A model put together as steps.

use std::sync::{Arc, OnceLock};

use super::call::{Source, StateShape, Step};
use super::flow::Flow;
use super::program::{Op, Program, StateEntry};
use crate::layers::Layer;
use crate::parameters::Parameter;
use crate::{Error, Float, Parameters, Result, Shape};

/// Where layers say how they work step by step.
pub struct StreamBuilder<'m> {
    parameters: &'m Parameters,
    /// The weights, for steps that need them all; copied where one asks.
    shared: OnceLock<Arc<Parameters>>,
    program: Program,
    /// The names of the layers around what is added.
    path: Vec<String>,
}

impl std::fmt::Debug for StreamBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StreamBuilder({:?})", self.path)
    }
}

impl<'m> StreamBuilder<'m> {
    pub(super) fn new(parameters: &'m Parameters) -> StreamBuilder<'m> {
        let (shared, program) = (OnceLock::new(), Program::default());
        StreamBuilder { parameters, shared, program, path: Vec::new() }
    }

    /// The weights of the model.
    pub fn parameters(&self) -> &'m Parameters {
        self.parameters
    }

    /// A copy of the values of a weight, empty if it doesn't exist.
    pub fn values(&self, parameter: Parameter) -> Vec<Float> {
        self.parameters.get(parameter).to_vec()
    }

    /// All weights, to keep.
    pub fn shared_parameters(&self) -> Arc<Parameters> {
        Arc::clone(self.shared.get_or_init(|| Arc::new(self.parameters.clone())))
    }

    /// Runs `work` with states named below `name`.
    pub(crate) fn within<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_owned());
        let result = work(self);
        self.path.pop();
        result
    }

    /// Adds a step from `inputs` to outputs of these shapes, which are sequences or not; they have
    /// no masks.
    ///
    /// # Errors
    /// A shape of which more is unknown than batch and time.
    pub fn push(
        &mut self,
        step: impl Step,
        inputs: &[Flow],
        outputs: &[(Shape, bool)],
    ) -> Result<Vec<Flow>> {
        self.add(Box::new(step), inputs, outputs, false)
    }

    /// As [`StreamBuilder::push`], for a step with one output that also makes the output's mask.
    ///
    /// # Errors
    /// As [`StreamBuilder::push`].
    pub fn push_masking(
        &mut self,
        step: impl Step,
        inputs: &[Flow],
        output: (Shape, bool),
    ) -> Result<Flow> {
        Ok(self.add(Box::new(step), inputs, &[output], true)?.remove(0))
    }

    /// As [`StreamBuilder::push`], for a layer that gives one output as long as its input: a
    /// sequence if the first input is one, and masked like it if the layer
    /// [supports masks](Layer::supports_masking).
    ///
    /// # Errors
    /// As [`StreamBuilder::push`], and shapes that the layer can't take.
    pub fn push_layer(
        &mut self,
        layer: &dyn Layer,
        step: impl Step,
        inputs: &[Flow],
    ) -> Result<Vec<Flow>> {
        let shapes: Vec<Shape> = inputs.iter().map(|flow| flow.shape().clone()).collect();
        let shape = layer.output_shapes(&shapes)?.remove(0);
        let mut outputs = self.push(step, inputs, &[(shape, inputs[0].is_sequence())])?;
        if layer.supports_masking() {
            outputs = outputs.into_iter().map(|flow| flow.masked_as(&inputs[0])).collect();
        }
        Ok(outputs)
    }

    pub(super) fn add_input(&mut self, shape: &Shape, place: &str) -> Result<Flow> {
        if shape.ndim() < 2 {
            return Err(Error::Stream {
                layer: place.into(),
                reason: format!("an input of shape {shape} has no axis of time"),
            });
        }
        let flow = self.add_value(shape.clone(), true, None)?;
        self.program.inputs.push(flow.clone());
        Ok(flow)
    }

    pub(super) fn finish(mut self, outputs: Vec<Flow>) -> Program {
        // What may refuse a value comes first, so that a step that fails has changed no state.
        let inputs = self.program.inputs.len();
        let is_early =
            |op: &Op| op.states.is_empty() && op.inputs.iter().all(|source| source.value < inputs);
        self.program.ops.sort_by_key(|op| !is_early(op));
        self.program.outputs = outputs;
        self.program
    }

    fn add_value(&mut self, shape: Shape, is_sequence: bool, mask: Option<usize>) -> Result<Flow> {
        let flow = Flow::new(self.program.sizes.len(), shape, is_sequence, mask);
        if flow.shape().dims().iter().skip(flow.first_axis()).any(Option::is_none) {
            return Err(Error::Stream {
                layer: format!("\"{}\"", self.path.join("/")),
                reason: format!("of the shape {} more is unknown than time", flow.shape()),
            });
        }
        self.program.sizes.push(flow.step_size());
        Ok(flow)
    }

    fn add(
        &mut self,
        step: Box<dyn Step>,
        inputs: &[Flow],
        outputs: &[(Shape, bool)],
        makes_mask: bool,
    ) -> Result<Vec<Flow>> {
        let mask = makes_mask.then_some(self.program.masks);
        self.program.masks += usize::from(makes_mask);
        let first = self.program.sizes.len();
        let outputs: Result<Vec<Flow>> = outputs
            .iter()
            .map(|(shape, is_sequence)| self.add_value(shape.clone(), *is_sequence, mask))
            .collect();
        let source =
            |flow: &Flow| Source { value: flow.value, size: flow.step_size(), mask: flow.mask };
        let states = self.program.states.len();
        for state in step.states() {
            let name = self.free_name(&state);
            self.program.states.push(StateEntry { name, state });
        }
        self.program.ops.push(Op {
            layer: self.path.join("/"),
            step,
            inputs: inputs.iter().map(source).collect(),
            outputs: first..self.program.sizes.len(),
            mask,
            states: states..self.program.states.len(),
        });
        outputs
    }

    /// The name of a state: its layer's, its own, and a number where a layer is called again.
    fn free_name(&self, state: &StateShape) -> String {
        let name = format!("{}/{}", self.path.join("/"), state.name);
        let is_free = |name: &str| self.program.states.iter().all(|other| other.name != name);
        let numbered = (1..).map(|i| format!("{name}_{i}"));
        std::iter::once(name.clone()).chain(numbered).find(|name| is_free(name)).unwrap_or(name)
    }
}
