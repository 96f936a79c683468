//! Everything about time that recurrent layers share.

use serde_json::{Map, Value};

use crate::cells::{Cell, Sequence, SequenceGradients};
use crate::layers::layer::{check_keep_width, check_positive, known_last, to_config};
use crate::layers::{Base, Layer};
use crate::parameters::Builder;
use crate::states::StateSlot;
use crate::{Context, Error, Mask, Result, Shape, Tensor};

use serde::{Deserialize, Serialize};

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

/// The arguments of every recurrent layer that concern time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RnnOptions {
    /// Whether to return the output of every step, not only the last.
    #[serde(default)]
    pub return_sequences: bool,
    /// Whether to return the last states too.
    #[serde(default)]
    pub return_state: bool,
    /// Whether to read the sequence from its end.
    #[serde(default)]
    pub go_backwards: bool,
    /// Whether a call starts from the states that the last one ended with.
    #[serde(default)]
    pub stateful: bool,
    /// A hint of Keras to its backends; changes no result and is only kept for files.
    #[serde(default)]
    pub unroll: bool,
    /// Whether masked steps give zeros; without a mask it changes nothing.
    #[serde(default)]
    pub zero_output_for_mask: bool,
}

/// What wrappers such as `Bidirectional` need of a layer that runs over time.
pub trait Recurrent: Layer {
    /// The arguments that concern time.
    fn options(&self) -> RnnOptions;

    /// The number of states.
    fn num_states(&self) -> usize;

    /// The same layer, unbuilt, with other options.
    fn with_options(&self, options: RnnOptions) -> Box<dyn Layer>;
}

impl<C: Cell> Rnn<C> {
    /// A layer over a cell.
    pub fn over(cell: C) -> Rnn<C> {
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

    /// The initial states of a call: those given, else those held from the last call.
    fn initial_states(&self, inputs: &[Tensor], cx: &Context) -> Result<Vec<Tensor>> {
        let batch = inputs[0].shape()[0];
        if self.options.stateful && batch != self.state_batch {
            return Err(Error::InputShape {
                layer: self.place(),
                index: 0,
                expected: format!("a batch of {}, as the layer is stateful", self.state_batch),
                got: inputs[0].shape().into(),
            });
        }
        let held = || -> Option<Vec<Tensor>> {
            self.state_slots.iter().map(|slot| cx.state(*slot).cloned()).collect()
        };
        match &inputs[1..] {
            [] if self.options.stateful => Ok(held().unwrap_or_default()),
            given => Ok(given.to_vec()),
        }
    }

    /// The mask of a call, checked; none if every step counts.
    fn mask(&self, x: &Tensor) -> Result<Option<Mask>> {
        let Some(mask) = x.mask().filter(|mask| !mask.is_full()) else { return Ok(None) };
        match mask.shape() {
            // Keras takes a last axis of one as well.
            [batch, time] | [batch, time, 1] if x.shape().starts_with(&[*batch, *time]) => {
                Ok(Some(mask.any_beyond(2)))
            }
            other => Err(Error::Mismatch {
                place: self.place(),
                what: "mask".into(),
                expected: Shape::from(&x.shape()[..2]).to_string(),
                got: Shape::from(other).to_string(),
            }),
        }
    }

    fn check_inputs(&self, inputs: &[Shape]) -> Result<()> {
        check_positive(self, "units", self.cell.units())?;
        check_keep_width(self, &self.cell.activations())?;
        let sizes = self.cell.state_sizes();
        if inputs.len() != 1 && inputs.len() != 1 + sizes.len() {
            return Err(Error::InputCount {
                layer: self.place(),
                expected: format!("a sequence and, if any, {} initial states", sizes.len()),
                got: inputs.len(),
            });
        }
        let wrong = |index: usize, expected: String| Error::InputShape {
            layer: self.place(),
            index,
            expected,
            got: inputs[index].clone(),
        };
        if inputs[0].ndim() != 3 {
            return Err(wrong(0, "(batch, timesteps, features), three dimensions".into()));
        }
        known_last(self, 0, &inputs[0])?;
        if inputs[0].dims()[1] == Some(0) {
            return Err(wrong(0, "at least one time step".into()));
        }
        if self.options.stateful && inputs[0].dims()[0].is_none() {
            let expected = "a fixed batch size, as the layer is stateful: give the model a \
                            `batch_input_shape`";
            return Err(wrong(0, expected.into()));
        }
        for (i, size) in sizes.iter().enumerate() {
            let Some(state) = inputs.get(i + 1) else { break };
            if state.ndim() != 2 || state.last().is_some_and(|last| last != *size) {
                return Err(wrong(i + 1, format!("(batch, {size}), an initial state")));
            }
        }
        Ok(())
    }
}

impl<C: Cell> Layer for Rnn<C> {
    fn class_name(&self) -> &'static str {
        self.cell.layer_class_name()
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
        config.extend(self.cell.config());
        config
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        self.check_inputs(inputs)?;
        let (batch, time) = (inputs[0].dims()[0], inputs[0].dims()[1]);
        let units = Some(self.cell.units());
        let mut outputs = vec![match self.options.return_sequences {
            true => [batch, time, units].into(),
            false => [batch, units].into(),
        }];
        if self.options.return_state {
            outputs.extend(self.cell.state_sizes().iter().map(|s| Shape::from([batch, Some(*s)])));
        }
        Ok(outputs)
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let features = known_last(self, 0, &inputs[0])?;
        let name = crate::names::snake_case(self.cell.class_name());
        if let (true, Some(batch)) = (self.options.stateful, inputs[0].dims()[0]) {
            self.state_batch = batch;
            let sizes = self.cell.state_sizes().into_iter();
            self.state_slots = sizes.map(|size| builder.add_state(&[batch, size])).collect();
        }
        let cell = &mut self.cell;
        builder.child("cell", &name, true, |builder| cell.build(features, builder))
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        super::layer::with_initial_state(inputs)
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        let mask = inputs.first().and_then(Tensor::mask);
        vec![mask.filter(|_| self.options.return_sequences).cloned()]
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let shapes: Vec<Shape> = inputs.iter().map(|input| input.shape().into()).collect();
        self.check_inputs(&shapes)?;
        let sequence = Sequence {
            x: inputs[0].clone(),
            initial_states: self.initial_states(inputs, cx)?,
            go_backwards: self.options.go_backwards,
            return_sequences: self.options.return_sequences,
            mask: self.mask(&inputs[0])?,
            zero_output_for_mask: self.options.zero_output_for_mask,
        };
        let result = self.cell.sequence(&sequence, cx)?;
        for (slot, state) in self.state_slots.iter().zip(&result.states) {
            cx.set_state(*slot, state.clone());
        }
        let mut outputs = vec![result.output];
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
        let upstream = SequenceGradients { output: gradients[0].clone(), states };
        let result = self.cell.sequence_backward(&upstream, cx)?;
        let mut inputs = vec![result.x];
        // States held from the last call are no inputs; those nobody reads are more than asked.
        inputs.extend(result.initial_states.into_iter().map(Some));
        Ok(inputs)
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }

    fn as_recurrent(&self) -> Option<&dyn Recurrent> {
        Some(self)
    }
}

impl<C: Cell> Recurrent for Rnn<C> {
    fn options(&self) -> RnnOptions {
        self.options
    }

    fn num_states(&self) -> usize {
        self.cell.state_sizes().len()
    }

    fn with_options(&self, options: RnnOptions) -> Box<dyn Layer> {
        Box::new(Rnn::from_parts(self.base.clone(), options, self.cell.clone()))
    }
}

impl<'de, C: Cell + Deserialize<'de>> Deserialize<'de> for Rnn<C> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // One flat object holds the keys of all three parts.
        #[derive(Deserialize)]
        struct Flat<C> {
            #[serde(flatten)]
            base: Base,
            #[serde(flatten)]
            options: RnnOptions,
            #[serde(flatten)]
            cell: C,
        }
        let Flat { base, options, cell } = Flat::deserialize(deserializer)?;
        Ok(Rnn::from_parts(base, options, cell))
    }
}
