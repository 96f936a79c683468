//! What recurrent layers make of their inputs: checked shapes, initial states, the mask.

use super::Rnn;
use crate::cells::Cell;
use crate::layers::Layer;
use crate::{Context, Error, Mask, Result, Shape, Tensor};

/// The shapes of one step, without the batch, and of how many there are.
pub(super) struct StepShapes {
    pub batch: Option<usize>,
    pub time: Option<usize>,
    pub input: Vec<usize>,
    pub output: Vec<usize>,
    pub states: Vec<Vec<usize>>,
}

impl<C: Cell + Clone> Rnn<C> {
    /// The shapes of a step, once the shapes of the inputs have been checked.
    pub(super) fn step_shapes(&self, inputs: &[Shape]) -> Result<StepShapes> {
        let states = self.cell.state_sizes().len();
        if inputs.len() != 1 && inputs.len() != 1 + states {
            return Err(Error::InputCount {
                layer: self.place(),
                expected: format!("a sequence and, if any, {states} initial states"),
                got: inputs.len(),
            });
        }
        let wrong = |index: usize, expected: String| Error::InputShape {
            layer: self.place(),
            index,
            expected,
            got: inputs[index].clone(),
        };
        let axes = self.cell.input_axes();
        let first = match self.options.time_major {
            false => "batch, timesteps",
            true => "timesteps, batch",
        };
        let dims = inputs[0].dims();
        if dims.len() != 2 + axes.len() {
            let ndim = 2 + axes.len();
            let axes = axes.join(", ");
            return Err(wrong(0, format!("({first}, {axes}), {ndim} dimensions")));
        }
        let (batch, time) = match self.options.time_major {
            false => (dims[0], dims[1]),
            true => (dims[1], dims[0]),
        };
        let known = |dim: &Option<usize>| dim.filter(|n| *n > 0);
        let input: Option<Vec<usize>> = dims[2..].iter().map(known).collect();
        let input = input.ok_or_else(|| {
            let axes = axes.join(", ");
            wrong(0, format!("({first}, {axes}) with {axes} known and not zero"))
        })?;
        if time == Some(0) {
            return Err(wrong(0, "at least one time step".into()));
        }
        if self.options.stateful && batch.is_none() {
            let expected = "a fixed batch size, as the layer is stateful: give the model a \
                            `batch_input_shape`";
            return Err(wrong(0, expected.into()));
        }
        let output = self.cell.output_shape(&input).map_err(|error| self.named(error))?;
        let states = self.cell.state_shapes(&input).map_err(|error| self.named(error))?;
        for (i, state) in states.iter().enumerate() {
            let Some(given) = inputs.get(i + 1) else { break };
            let expected = Shape::from(&state[..]).with_batch(batch);
            let fits =
                |(a, b): (&Option<usize>, &Option<usize>)| a.zip(*b).is_none_or(|(a, b)| a == b);
            let mut pairs = given.dims().iter().zip(expected.dims());
            if given.ndim() != expected.ndim() || !pairs.all(fits) {
                return Err(wrong(i + 1, format!("{expected}, an initial state")));
            }
        }
        Ok(StepShapes { batch, time, input, output, states })
    }

    /// An error of the cell as one of the layer.
    pub(super) fn named(&self, mut error: Error) -> Error {
        if let Error::InvalidArgument { place, .. }
        | Error::Unsupported { place, .. }
        | Error::Onnx { layer: place, .. }
        | Error::InputShape { layer: place, .. } = &mut error
        {
            // The arguments of an `LSTM` are its own; those of an `RNN` are its cell's.
            *place = match self.cell.base() {
                None => self.place(),
                Some(_) => format!("{}, cell {place}", self.place()),
            };
        }
        error
    }

    /// The initial states of a call: those given, else those held from the last call.
    pub(super) fn initial_states(&self, inputs: &[Tensor], cx: &Context) -> Result<Vec<Tensor>> {
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
    pub(super) fn mask(&self, x: &Tensor) -> Result<Option<Mask>> {
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
}
