//! Everything about time that recurrent layers share.

mod config;
mod inputs;
mod time_major;

use serde_json::{Map, Value};

pub use config::RnnOptions;
pub(crate) use config::load_over_any;
use inputs::StepShapes;

use crate::cells::{AnyCell, Cell, CellStream, Fused, Sequence, SequenceGradients, segments};
use crate::layers::layer::to_config;
use crate::layers::{Base, Layer};
use crate::onnx::{
    CellOperator, Edge, EdgeOutputs, EdgeSequence, Exporter, final_states, initial_states,
};
use crate::parameters::Builder;
use crate::states::StateSlot;
use crate::streaming::{Flow, StreamBuilder, refuse};
use crate::{Context, Error, Mask, Result, Shape, Tensor};

/// A recurrent layer: a [`Cell`] run over the steps of a sequence.
///
/// [`SimpleRnn`](super::SimpleRnn), [`Lstm`](super::Lstm) and [`Gru`](super::Gru) are this type
/// over their cells; what they share is written here, once.
///
/// - Inputs: the sequence `(batch, time, features)`, then, optionally, one initial state
///   `(batch, units)` for each state of the cell (zeros otherwise).
/// - Outputs: with `return_sequences` all outputs `(batch, time, units)`, else the last
///   `(batch, units)`; then, with `return_state`, the last states.
/// - With `go_backwards` the sequence is read from its end, and the outputs stand in the order in
///   which they were computed: the first belongs to the last step. As in Keras.
/// - With a mask, the states keep their values over steps that don't count, and so does the
///   output: it repeats that of the step before (zeros before the first that counts, whatever the
///   initial state), or is zero with `zero_output_for_mask`. The mask holds for the output if
///   that has all steps. A mask is honoured beside initial states too, where Keras 3 ignores it.
/// - With `stateful`, a call starts from the states that the last one ended with, row by row of
///   the batch, whose size must be fixed; initial states that are given take their place. See
///   [`States`](crate::States).
#[derive(Clone, Debug)]
pub struct Rnn<C> {
    pub(crate) base: Base,
    pub(crate) options: RnnOptions,
    pub(crate) cell: C,
    /// Where the states lie between calls; none unless stateful.
    state_slots: Vec<StateSlot>,
    /// The batch that the states are for.
    state_batch: usize,
}

/// What wrappers such as `Bidirectional` need of a layer that runs over time.
pub trait Recurrent: Layer {
    /// The arguments that concern time.
    fn options(&self) -> RnnOptions;

    /// The number of states.
    fn num_states(&self) -> usize;

    /// How Keras groups the states among the arguments of a call.
    fn group_states(&self, states: Vec<Value>) -> Vec<Value>;

    /// The shapes of the states for those inputs.
    ///
    /// # Errors
    /// As [`Layer::output_shapes`].
    fn state_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>>;

    /// The cell for the fused kernels, where the layer's one output follows from the sequence alone:
    /// read forwards, the batch first, from states of zero, without a penalty. Several such layers
    /// may run at once.
    fn stacked(&self) -> Option<Fused> {
        None
    }

    /// The cell as one of ONNX's operators, if it is one.
    fn onnx_operator(&self, exporter: &Exporter) -> Option<CellOperator>;

    /// The same layer, unbuilt, with other options.
    fn with_options(&self, options: RnnOptions) -> Box<dyn Layer>;
}

impl Rnn<AnyCell> {
    /// A layer over any cell: Keras's `RNN(cell)`, and with
    /// [`StackedRnnCells`](crate::cells::StackedRnnCells) its `RNN([cell, cell])`.
    pub fn over(cell: impl Cell) -> Rnn<AnyCell> {
        Rnn::of(cell.into_any())
    }
}

impl<C: Cell + Clone> Rnn<C> {
    pub(crate) fn of(cell: C) -> Rnn<C> {
        Rnn::from_parts(Base::default(), RnnOptions::default(), cell)
    }

    /// Whether to return the output of every step (false: the last only).
    pub fn return_sequences(mut self, return_sequences: bool) -> Self {
        self.options.return_sequences = return_sequences;
        self
    }

    /// Whether to return the last states as further outputs (false).
    pub fn return_state(mut self, return_state: bool) -> Self {
        self.options.return_state = return_state;
        self
    }

    /// Whether to read the sequence from its end (false).
    pub fn go_backwards(mut self, go_backwards: bool) -> Self {
        self.options.go_backwards = go_backwards;
        self
    }

    /// Whether a call starts from the states that the last one ended with (false). The batch size
    /// must be fixed, for example with `batch_input_shape`.
    pub fn stateful(mut self, stateful: bool) -> Self {
        self.options.stateful = stateful;
        self
    }

    /// Whether the output of a step that a mask leaves out is zero (false: it repeats the output
    /// of the step before).
    pub fn zero_output_for_mask(mut self, zero_output_for_mask: bool) -> Self {
        self.options.zero_output_for_mask = zero_output_for_mask;
        self
    }

    /// The cell.
    pub fn cell(&self) -> &C {
        &self.cell
    }

    fn from_parts(base: Base, options: RnnOptions, cell: C) -> Rnn<C> {
        Rnn { base, options, cell, state_slots: Vec::new(), state_batch: 0 }
    }
}

impl<C: Cell + Clone> Layer for Rnn<C> {
    fn class_name(&self) -> &'static str {
        self.cell.layer_class_name()
    }

    fn module(&self) -> &'static str {
        if self.registered_name().is_some() { "elman.layers" } else { "keras.layers" }
    }

    fn registered_name(&self) -> Option<String> {
        self.cell.layer_registered_name()
    }

    fn base(&self) -> &Base {
        &self.base
    }

    fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    fn config(&self) -> Map<String, Value> {
        let mut config = to_config(&self.base);
        config.extend(to_config(&self.options));
        config.extend(self.cell.layer_keys());
        // Keras's layers over cells of their own write this key always, others where it is set.
        if self.cell.base().is_none() {
            config.entry("activity_regularizer").or_insert(Value::Null);
        }
        config
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let StepShapes { output, states, batch, time, .. } = self.step_shapes(inputs)?;
        let output = Shape::from(&output[..]);
        let RnnOptions { return_sequences, time_major, .. } = self.options;
        let mut outputs = vec![match (return_sequences, time_major) {
            (true, false) => output.with_batch(time).with_batch(batch),
            (true, true) => output.with_batch(batch).with_batch(time),
            (false, _) => output.with_batch(batch),
        }];
        if self.options.return_state {
            outputs.extend(states.iter().map(|state| Shape::from(&state[..]).with_batch(batch)));
        }
        Ok(outputs)
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let StepShapes { input, states, batch, .. } = self.step_shapes(inputs)?;
        if let (true, Some(batch)) = (self.options.stateful, batch) {
            self.state_batch = batch;
            let shapes = states.iter().map(|state| [&[batch], &state[..]].concat());
            self.state_slots = shapes.map(|shape| builder.add_state(&shape)).collect();
        }
        let class = crate::names::snake_case(self.cell.class_name());
        let base = self.cell.base();
        let name = base.and_then(|base| base.name.clone()).unwrap_or(class);
        // A cell that says so itself is not asked by Keras's layer.
        let trainable = base.map_or(self.base.trainable, |base| base.trainable);
        let features = input.last().copied().unwrap_or_default();
        let cell = &mut self.cell;
        builder.layer("cell", &name, trainable, |builder| cell.build(features, builder))
    }

    fn set_trainable(&mut self, trainable: bool) {
        self.base.trainable = trainable;
        self.cell.set_trainable(trainable);
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        super::layer::with_initial_state(inputs, |states| self.group_states(states))
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        let mask = inputs.first().and_then(Tensor::mask);
        vec![mask.filter(|_| self.options.return_sequences).cloned()]
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let x = &inputs[0];
        self.check_batch_first(|reason| Error::Onnx {
            layer: self.place(),
            reason: reason.into(),
        })?;
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape.clone()).collect();
        let step = self.step_shapes(&shapes)?;
        let sequence = EdgeSequence {
            x: x.name.clone(),
            step_shape: step.input,
            initial_states: initial_states(self, inputs, exporter)?,
            go_backwards: self.options.go_backwards,
            return_sequences: self.options.return_sequences,
            mask: x.step_mask(self)?.map(str::to_owned),
            zero_output_for_mask: self.options.zero_output_for_mask,
        };
        let result = self.cell.onnx(&sequence, exporter);
        let EdgeOutputs { output, states } = result.map_err(|error| self.named(error))?;
        final_states(self, inputs, &states, exporter)?;
        let mut edges: Vec<Edge> = std::iter::once(output)
            .chain(states)
            .zip(self.output_shapes(&shapes)?)
            .map(|(name, shape)| Edge::new(name, shape))
            .collect();
        edges[0].mask = x.mask.clone().filter(|_| self.options.return_sequences);
        Ok(edges)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let shapes: Vec<Shape> = inputs.iter().map(|input| input.shape().into()).collect();
        let step = self.step_shapes(&shapes)?;
        let inputs = &*self.batch_first(inputs);
        let sequence = Sequence {
            x: inputs[0].clone(),
            initial_states: self.initial_states(inputs, cx)?,
            go_backwards: self.options.go_backwards,
            return_sequences: self.options.return_sequences,
            mask: self.mask(&inputs[0])?,
            zero_output_for_mask: self.options.zero_output_for_mask,
            dropout: self.cell.dropout_masks(inputs[0].shape()[0], &step.input, cx)?,
        };
        let result = segments::sequence(&self.cell, &sequence, cx)?;
        for (slot, state) in self.state_slots.iter().zip(&result.states) {
            cx.set_state(*slot, state.clone());
        }
        let mut outputs = vec![self.as_outside(result.output)];
        if self.options.return_state {
            outputs.extend(result.states);
        }
        Ok(outputs)
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let mut states = gradients[1..].to_vec();
        states.resize(self.cell.state_sizes().len(), None);
        let output = gradients[0].clone().map(|gradient| self.as_outside(gradient));
        let upstream = SequenceGradients { output, states };
        let result = segments::sequence_backward(&self.cell, &upstream, cx)?;
        let mut inputs = vec![result.x.map(|dx| self.as_given(dx))];
        // States held from the last call are no inputs; those nobody reads are more than asked.
        inputs.extend(result.initial_states.into_iter().map(Some));
        Ok(inputs)
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        self.check_batch_first(|reason| refuse(self, reason))?;
        let refuse = |reason: &str| Err(refuse(self, reason));
        let [x] = inputs else {
            return refuse("its initial states are computed from other values of the model");
        };
        if self.options.go_backwards {
            return refuse("with go_backwards it reads the sequence from its end");
        }
        if !x.is_sequence() {
            return refuse("its input is a whole sequence at every step");
        }
        let shapes = [x.shape().clone()];
        self.step_shapes(&shapes)?;
        let RnnOptions { zero_output_for_mask, return_state, .. } = self.options;
        let options = CellStream { zero_output_for_mask, return_state };
        let mut outputs = self.cell.stream(x, options, builder)?.into_iter();
        let Some(output) = outputs.next() else { return refuse("its cell has no output") };
        let shape = self.output_shapes(&shapes)?.remove(0);
        let output = match self.options.return_sequences {
            true => output.masked_as(x),
            false => output.without_mask().with_shape(shape, false),
        };
        Ok(std::iter::once(output).chain(outputs).collect())
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }

    fn as_recurrent(&self) -> Option<&dyn Recurrent> {
        Some(self)
    }
}

impl<C: Cell + Clone> Recurrent for Rnn<C> {
    fn options(&self) -> RnnOptions {
        self.options
    }

    fn num_states(&self) -> usize {
        self.cell.state_sizes().len()
    }

    fn group_states(&self, states: Vec<Value>) -> Vec<Value> {
        self.cell.group_states(states)
    }

    fn state_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let StepShapes { states, batch, .. } = self.step_shapes(inputs)?;
        Ok(states.iter().map(|state| Shape::from(&state[..]).with_batch(batch)).collect())
    }

    fn stacked(&self) -> Option<Fused> {
        let RnnOptions { return_state, go_backwards, stateful, time_major, .. } = self.options;
        let penalty = self.base.activity_regularizer.is_some();
        let plain = !(return_state || go_backwards || stateful || time_major || penalty);
        self.cell.fused().filter(|_| plain)
    }

    fn onnx_operator(&self, exporter: &Exporter) -> Option<CellOperator> {
        self.cell.onnx_operator(exporter)
    }

    fn with_options(&self, options: RnnOptions) -> Box<dyn Layer> {
        Box::new(Rnn::from_parts(self.base.clone(), options, self.cell.clone()))
    }
}
