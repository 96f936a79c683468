//! A cell of any class, as an object with a name.

use serde_json::{Map, Value, json};

use super::{
    Cell, CellStream, DropoutMasks, Fused, InputGradients, Sequence, SequenceGradients,
    SequenceOutput,
};
use crate::layers::Base;
use crate::layers::layer::to_config;
use crate::onnx::{CellOperator, EdgeOutputs, EdgeSequence, Exporter};
use crate::parameters::Builder;
use crate::streaming::{Described, Flow, StreamBuilder};
use crate::{Context, Parameters, Result, Tensor};

/// A cell of any class, with what every layer of Keras has: a name, a trainable flag, a dtype.
///
/// The cells of [`Rnn::over`](crate::layers::Rnn::over) and of
/// [`StackedRnnCells`](super::StackedRnnCells) are such objects. [`Cell::into_any`] makes one:
/// ```
/// use elman::cells::{Cell, GruCell};
/// let cell = GruCell::new(3).into_any().name("memory").trainable(false);
/// assert_eq!((cell.class_name(), cell.output_size()), ("GRUCell", 3));
/// ```
#[derive(Clone)]
pub struct AnyCell {
    base: Base,
    cell: Box<dyn Cell>,
}

impl AnyCell {
    pub(super) fn new(cell: impl Cell) -> AnyCell {
        let name = crate::names::automatic(cell.class_name());
        AnyCell::from_parts(Base { name: Some(name), ..Base::default() }, Box::new(cell))
    }

    pub(super) fn from_parts(base: Base, cell: Box<dyn Cell>) -> AnyCell {
        AnyCell { base, cell }
    }

    /// Names the cell; without a name it gets one such as `lstm_cell_1`.
    pub fn name(mut self, name: &str) -> AnyCell {
        self.base.name = Some(name.into());
        self
    }

    /// Whether training changes the cell's weights (true).
    pub fn trainable(mut self, trainable: bool) -> AnyCell {
        self.set_trainable(trainable);
        self
    }

    /// The configuration, with what every layer has.
    pub(super) fn all_keys(&self) -> Map<String, Value> {
        let mut config = to_config(&self.base);
        config.extend(self.cell.config());
        config
    }

    /// The cell as Keras writes it: `{"module", "class_name", "config", "registered_name"}`.
    pub(crate) fn to_object(&self) -> Value {
        let registered_name = self.cell.registered_name();
        json!({
            "module": registered_name.is_none().then_some("keras.layers"),
            "class_name": self.class_name(),
            "config": self.all_keys(),
            "registered_name": registered_name,
        })
    }

    /// Builds the cell as the part `attribute` of what holds it.
    pub(super) fn build_as(
        &mut self,
        attribute: &str,
        features: usize,
        builder: &mut Builder,
    ) -> Result<()> {
        let AnyCell { base, cell } = self;
        builder.layer(attribute, base.name(), base.trainable, |b| cell.build(features, b))
    }
}

impl std::fmt::Debug for AnyCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({:?})", self.class_name(), self.base.name())
    }
}

impl Cell for AnyCell {
    fn class_name(&self) -> &'static str {
        self.cell.class_name()
    }

    fn registered_name(&self) -> Option<String> {
        self.cell.registered_name()
    }

    fn base(&self) -> Option<&Base> {
        Some(&self.base)
    }

    fn set_trainable(&mut self, trainable: bool) {
        self.base.trainable = trainable;
        self.cell.set_trainable(trainable);
    }

    fn config(&self) -> Map<String, Value> {
        self.cell.config()
    }

    fn layer_keys(&self) -> Map<String, Value> {
        Map::from_iter([("cell".to_owned(), self.to_object())])
    }

    fn output_size(&self) -> usize {
        self.cell.output_size()
    }

    fn state_sizes(&self) -> Vec<usize> {
        self.cell.state_sizes()
    }

    fn input_axes(&self) -> &'static [&'static str] {
        self.cell.input_axes()
    }

    fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>> {
        self.cell.output_shape(input)
    }

    fn state_shapes(&self, input: &[usize]) -> Result<Vec<Vec<usize>>> {
        self.cell.state_shapes(input)
    }

    fn group_states(&self, states: Vec<Value>) -> Vec<Value> {
        self.cell.group_states(states)
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        self.cell.build(features, builder)
    }

    fn dropout_masks(&self, batch: usize, input: &[usize], cx: &Context) -> Result<DropoutMasks> {
        self.cell.dropout_masks(batch, input, cx)
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        dropout: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        self.cell.step(x, states, dropout, cx)
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        self.cell.step_backward(output_gradient, state_gradients, cx)
    }

    fn fused(&self) -> Option<Fused> {
        self.cell.fused()
    }

    fn describe(&self, features: usize, parameters: &Parameters) -> Described {
        self.cell.describe(features, parameters)
    }

    fn sequence(&self, sequence: &Sequence, cx: &mut Context) -> Result<SequenceOutput> {
        self.cell.sequence(sequence, cx)
    }

    fn stream(
        &self,
        x: &Flow,
        options: CellStream,
        builder: &mut StreamBuilder,
    ) -> Result<Vec<Flow>> {
        self.cell.stream(x, options, builder)
    }

    fn onnx_operator(&self, exporter: &Exporter) -> Option<CellOperator> {
        self.cell.onnx_operator(exporter)
    }

    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        self.cell.onnx_step(x, states, exporter)
    }

    fn onnx(&self, sequence: &EdgeSequence, exporter: &mut Exporter) -> Result<EdgeOutputs> {
        self.cell.onnx(sequence, exporter)
    }

    fn sequence_backward(
        &self,
        gradients: &SequenceGradients,
        cx: &mut Context,
    ) -> Result<InputGradients> {
        self.cell.sequence_backward(gradients, cx)
    }

    fn into_any(self) -> AnyCell {
        self
    }
}
