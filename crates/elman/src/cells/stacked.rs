//! Several cells as one.

use serde_json::{Map, Value};

use super::{
    AnyCell, Cell, CellStream, DropoutMasks, InputGradients, Sequence, SequenceGradients,
    SequenceOutput,
};
use crate::onnx::{EdgeOutputs, EdgeSequence, Exporter};
use crate::parameters::Builder;
use crate::streaming::{Flow, StreamBuilder};
use crate::{Context, Error, Result, Tensor};

/// Cells on top of each other as one cell: at every step each takes the output of the one below.
///
/// It computes what as many recurrent layers one after the other compute, with all states in one
/// layer; and so it is computed: whole sequences go through one cell after the other.
///
/// - States: those of the first cell, then those of the second, and so on. Keras nests them, one
///   list for each cell; here they are one flat list, also where a layer takes or returns them.
/// - Output: that of the last cell. Weights: those of the cells, in order.
/// - Keras: `keras.layers.StackedRNNCells`; `keras.layers.RNN([cell, cell])` makes one too.
///
/// ```
/// use elman::cells::{Cell, GruCell, LstmCell, StackedRnnCells};
/// use elman::prelude::*;
/// let cells = StackedRnnCells::new([LstmCell::new(4), LstmCell::new(3)]).push(GruCell::new(2));
/// let mut model = Sequential::new();
/// model.add(Rnn::over(cells).return_state(true).input_shape([5, 6]))?;
/// let outputs = model.predict_all([ndarray::Array3::<f32>::zeros((1, 5, 6)).into()])?;
/// assert_eq!(outputs.len(), 1 + 2 + 2 + 1); // the output, h and c twice, h
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.StackedRNNCells")]
#[derive(Clone, Debug, Default)]
pub struct StackedRnnCells {
    cells: Vec<AnyCell>,
}

impl StackedRnnCells {
    /// These cells, the first lowest. [`Cell::into_any`] makes cells of different classes one list.
    pub fn new<C: Cell>(cells: impl IntoIterator<Item = C>) -> StackedRnnCells {
        StackedRnnCells { cells: cells.into_iter().map(Cell::into_any).collect() }
    }

    /// One more cell on top.
    pub fn push(mut self, cell: impl Cell) -> StackedRnnCells {
        self.cells.push(cell.into_any());
        self
    }

    /// The cells, the lowest first.
    pub fn cells(&self) -> &[AnyCell] {
        &self.cells
    }

    /// For each cell, the shape of its input.
    fn input_shapes(&self, input: &[usize]) -> Result<Vec<Vec<usize>>> {
        let mut shapes = vec![input.to_vec()];
        for (cell, below) in self.cells.iter().zip(0..) {
            shapes.push(cell.output_shape(&shapes[below])?);
        }
        shapes.pop();
        Ok(shapes)
    }

    /// What belongs to all states as what belongs to those of each cell; nothing stays nothing.
    fn split<'a, T>(&self, mut states: &'a [T]) -> Vec<&'a [T]> {
        let mut parts = Vec::with_capacity(self.cells.len());
        for cell in &self.cells {
            let (own, others) = states.split_at(cell.state_sizes().len().min(states.len()));
            parts.push(own);
            states = others;
        }
        parts
    }
}

impl Cell for StackedRnnCells {
    fn class_name(&self) -> &'static str {
        "StackedRNNCells"
    }

    fn registered_name(&self) -> Option<String> {
        None
    }

    fn config(&self) -> Map<String, Value> {
        let cells: Value = self.cells.iter().map(AnyCell::to_object).collect();
        Map::from_iter([("cells".to_owned(), cells)])
    }

    fn set_trainable(&mut self, trainable: bool) {
        self.cells.iter_mut().for_each(|cell| cell.set_trainable(trainable));
    }

    fn output_size(&self) -> usize {
        self.cells.last().map_or(0, Cell::output_size)
    }

    fn state_sizes(&self) -> Vec<usize> {
        self.cells.iter().flat_map(Cell::state_sizes).collect()
    }

    fn input_axes(&self) -> &'static [&'static str] {
        self.cells.first().map_or(&["features"], Cell::input_axes)
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        let Some(last) = self.cells.last() else {
            return Err(Error::InvalidArgument {
                place: self.class_name().into(),
                argument: "cells",
                expected: "one cell or more".into(),
                got: "none".into(),
            });
        };
        let inputs = self.input_shapes(input)?;
        last.output_shape(&inputs[inputs.len() - 1])
    }

    fn state_shapes(&self, input: &[usize]) -> Result<Vec<Vec<usize>>> {
        let inputs = self.input_shapes(input)?;
        let shapes: Result<Vec<_>> =
            self.cells.iter().zip(&inputs).map(|(cell, input)| cell.state_shapes(input)).collect();
        Ok(shapes?.concat())
    }

    fn group_states(&self, states: Vec<Value>) -> Vec<Value> {
        let groups = self.cells.iter().zip(self.split(&states));
        groups.map(|(cell, own)| cell.group_states(own.to_vec()).into()).collect()
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        let mut features = features;
        let mut classes: Vec<&str> = Vec::new();
        for cell in &mut self.cells {
            // Keras numbers the cells of each class in a list.
            let class = crate::names::snake_case(cell.class_name());
            let part = match classes.iter().filter(|other| **other == cell.class_name()).count() {
                0 => format!("cells/{class}"),
                same => format!("cells/{class}_{same}"),
            };
            classes.push(cell.class_name());
            cell.build_as(&part, features, builder)?;
            features = cell.output_size();
        }
        Ok(())
    }

    fn dropout_masks(&self, batch: usize, input: &[usize], cx: &Context) -> Result<DropoutMasks> {
        let inputs = self.input_shapes(input)?;
        let masks = self.cells.iter().zip(&inputs);
        let cells: Result<_> =
            masks.map(|(cell, input)| cell.dropout_masks(batch, input, cx)).collect();
        Ok(DropoutMasks { cells: cells?, ..DropoutMasks::default() })
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        dropout: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let (mut x, mut after) = (x.clone(), Vec::new());
        for (i, (cell, states)) in self.cells.iter().zip(self.split(states)).enumerate() {
            let (output, new) = cell.step(&x, states, dropout.cell(i), cx)?;
            x = output;
            after.extend(new);
        }
        Ok((x, after))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let (mut gradient, mut before) = (output_gradient.clone(), Vec::new());
        for (cell, states) in self.cells.iter().zip(self.split(state_gradients)).rev() {
            let (dx, of_states) = cell.step_backward(&gradient, states, cx)?;
            gradient = dx;
            before.push(of_states);
        }
        before.reverse();
        Ok((gradient, before.concat()))
    }

    fn sequence(&self, sequence: &Sequence, cx: &mut Context) -> Result<SequenceOutput> {
        let mut part = sequence.clone();
        let mut states = Vec::new();
        let initial_states = self.split(&sequence.initial_states);
        for (i, (cell, initial_states)) in self.cells.iter().zip(initial_states).enumerate() {
            part.initial_states = initial_states.to_vec();
            part.return_sequences = sequence.return_sequences || i + 1 < self.cells.len();
            part.dropout = sequence.dropout.cell(i).clone();
            let output = cell.sequence(&part, cx)?;
            states.extend(output.states);
            part.x = output.output;
            if std::mem::take(&mut part.go_backwards) {
                // Outputs stand in the order in which they were computed; so must the mask.
                part.mask = part.mask.as_ref().map(crate::Mask::reverse_time);
            }
        }
        Ok(SequenceOutput { output: part.x, states })
    }

    fn stream(
        &self,
        x: &Flow,
        options: CellStream,
        builder: &mut StreamBuilder,
    ) -> Result<Vec<Flow>> {
        let (mut x, mut states) = (x.clone(), Vec::new());
        for (i, cell) in self.cells.iter().enumerate() {
            let stream = |builder: &mut StreamBuilder| cell.stream(&x, options, builder);
            let mut outputs = builder.within(&i.to_string(), stream)?;
            states.extend(outputs.drain(1..));
            x = outputs.remove(0).masked_as(&x);
        }
        Ok(std::iter::once(x.without_mask()).chain(states).collect())
    }

    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        let (mut x, mut after) = (x.to_owned(), Vec::new());
        for (cell, states) in self.cells.iter().zip(self.split(states)) {
            let (output, new) = cell.onnx_step(&x, states, exporter)?;
            x = output;
            after.extend(new);
        }
        Ok((x, after))
    }

    fn onnx(&self, sequence: &EdgeSequence, exporter: &mut Exporter) -> Result<EdgeOutputs> {
        let mut part = sequence.clone();
        let mut states = Vec::new();
        let shapes = self.input_shapes(&sequence.step_shape)?;
        let given = self.split(&sequence.initial_states);
        for (i, (cell, shape)) in self.cells.iter().zip(shapes).enumerate() {
            part.step_shape = shape;
            part.initial_states = given.get(i).map(|own| own.to_vec()).unwrap_or_default();
            part.return_sequences = sequence.return_sequences || i + 1 < self.cells.len();
            let name = i.to_string();
            let outputs = exporter.within(&name, |exporter| cell.onnx(&part, exporter))?;
            states.extend(outputs.states);
            part.x = outputs.output;
            if std::mem::take(&mut part.go_backwards) {
                // Outputs stand in the order in which they were computed; so must the mask.
                part.mask = part.mask.as_ref().map(|mask| exporter.reverse(mask, 1));
            }
        }
        Ok(EdgeOutputs { output: part.x, states })
    }

    fn sequence_backward(
        &self,
        gradients: &SequenceGradients,
        cx: &mut Context,
    ) -> Result<InputGradients> {
        let wants_inputs = cx.wants_input_gradients();
        let (mut x, mut initial_states) = (gradients.output.clone(), Vec::new());
        let of_states = self.split(&gradients.states);
        for (i, (cell, states)) in self.cells.iter().zip(of_states).enumerate().rev() {
            cx.set_wants_input_gradients(wants_inputs || i > 0);
            let part = SequenceGradients { output: x, states: states.to_vec() };
            let result = cell.sequence_backward(&part, cx)?;
            x = result.x;
            initial_states.push(result.initial_states);
        }
        cx.set_wants_input_gradients(wants_inputs);
        initial_states.reverse();
        Ok(InputGradients { x, initial_states: initial_states.concat() })
    }
}

impl StackedRnnCells {
    pub(super) fn from_cells(cells: Vec<AnyCell>) -> StackedRnnCells {
        StackedRnnCells { cells }
    }
}
