//! The LSTM cell.

use elman_kernels as kernels;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dropout::{CellDropout, MaskCount};
use super::gates::Gates;
use super::lstm_step::LstmStep;
use super::lstm_step::onnx_step;
use super::stream::describe_cell;
use super::{Cell, CellWeights, DropoutMasks, Fused};
use crate::activations::{self, Activation};
use crate::defaults;
use crate::layers::layer::to_config;
use crate::onnx::{CellOperator, Exporter};
use crate::parameters::Builder;
use crate::streaming::Described;
use crate::{Context, Parameters, Result, Tensor, ops};

/// The cell of [`Lstm`](crate::layers::Lstm):
///
/// ```text
/// [i f g o] = x @ K + h @ R + b         i, f, o = recurrent_activation(…), g = activation(g)
/// c' = f * c + i * g                    h' = o * activation(c')
/// ```
/// - States: `h` and `c`, each `(batch, units)`; the output is `h'`.
/// - Weights: `kernel (features, 4 units)`, `recurrent_kernel (units, 4 units)`,
///   `bias (4 units,)`, with the columns of i, f, c, o in that order, Keras's.
/// - Keras: `keras.layers.LSTMCell`. Papers: Hochreiter and Schmidhuber, 1997; Gers et al., 2000.
#[doc(alias = "keras.layers.LSTMCell")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LstmCell {
    pub(crate) units: usize,
    #[serde(with = "activations::by_name", default = "defaults::tanh")]
    pub(crate) activation: Activation,
    #[serde(with = "activations::by_name", default = "defaults::sigmoid")]
    pub(crate) recurrent_activation: Activation,
    #[serde(flatten)]
    pub(crate) weights: CellWeights,
    #[serde(flatten)]
    pub(crate) dropout: CellDropout,
    #[serde(default = "defaults::yes")]
    pub(crate) unit_forget_bias: bool,
}

/// What `step_backward` needs of one step.
struct Step {
    x: Tensor,
    h: Tensor,
    gates: LstmStep,
    dropout: DropoutMasks,
}

impl LstmCell {
    /// A cell of `units` outputs with Keras's defaults.
    pub fn new(units: usize) -> LstmCell {
        LstmCell {
            units,
            activation: Activation::Tanh,
            recurrent_activation: Activation::Sigmoid,
            weights: CellWeights::default(),
            dropout: CellDropout::default(),
            unit_forget_bias: true,
        }
    }

    /// The kernel and the recurrent kernel.
    fn kernels<'m>(&self, cx: &Context<'m>) -> [Gates<'m>; 2] {
        self.weights.kernels(self.units, 4, cx)
    }
}

impl Cell for LstmCell {
    fn class_name(&self) -> &'static str {
        "LSTMCell"
    }

    fn registered_name(&self) -> Option<String> {
        None
    }

    fn layer_class_name(&self) -> &'static str {
        "LSTM"
    }

    fn config(&self) -> Map<String, Value> {
        to_config(self)
    }

    fn output_size(&self) -> usize {
        self.units
    }

    fn state_sizes(&self) -> Vec<usize> {
        vec![self.units, self.units]
    }

    fn activations(&self) -> Vec<(&'static str, Activation)> {
        vec![("activation", self.activation), ("recurrent_activation", self.recurrent_activation)]
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        self.dropout.build(builder);
        let columns = 4 * self.units;
        self.weights.build(features, self.units, columns, &[columns], builder)?;
        if self.weights.use_bias && self.unit_forget_bias {
            // The forget gates start open (Jozefowicz et al., 2015), as in Keras.
            let forget = self.units..2 * self.units;
            builder.change(self.weights.bias, |bias| bias[forget].fill(1.0));
        }
        Ok(())
    }

    fn dropout_masks(&self, batch: usize, input: &[usize], cx: &Context) -> Result<DropoutMasks> {
        let count = MaskCount::PerGateWithRecurrent(4);
        Ok(self.dropout.draw(count, batch, (input, &[self.units]), cx))
    }

    fn fused(&self) -> Option<Fused> {
        let cell = kernels::Cell::Lstm {
            activation: self.activation,
            recurrent_activation: self.recurrent_activation,
        };
        self.weights.fused(cell, self.units)
    }

    fn onnx_operator(&self, exporter: &Exporter) -> Option<CellOperator> {
        let activations = vec![self.recurrent_activation, self.activation, self.activation];
        // i, f, c, o in Keras; i, o, f, c in ONNX.
        let order = [0, 3, 1, 2];
        Some(CellOperator::of("LSTM", &self.weights, self.units, &order, activations, exporter))
    }

    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        let z = self.weights.onnx_sums(x, &states[0], exporter);
        let activations = (self.activation, self.recurrent_activation);
        Ok(onnx_step(&z, &states[1], self.units, activations, exporter))
    }

    fn describe(&self, features: usize, parameters: &Parameters) -> Described {
        let cell = kernels::Cell::Lstm {
            activation: self.activation,
            recurrent_activation: self.recurrent_activation,
        };
        Ok(describe_cell(self.weights.handles(cell, self.units), false, features, parameters))
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        dropout: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let (h, c) = (&states[0], &states[1]);
        let [kernel, recurrent_kernel] = self.kernels(cx);
        let mut z = kernel.product(x, &dropout.input);
        z.add_assign(&recurrent_kernel.product(h, &dropout.recurrent));
        ops::add_bias(&mut z, cx.value(self.weights.bias));
        let activations = (self.activation, self.recurrent_activation);
        let (new_h, new_c, gates) = LstmStep::forward(&z, c.clone(), activations);
        cx.save(Step { x: x.clone(), h: h.clone(), gates, dropout: dropout.clone() });
        Ok((new_h.clone(), vec![new_h, new_c]))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let Step { x, h, gates, dropout } = cx.restore(self.class_name())?;
        let dh = ops::add(output_gradient, &state_gradients[0]);
        let (dz, dc) = gates.backward(&dh, &state_gradients[1]);
        let [kernel, recurrent_kernel] = self.kernels(cx);
        let [of_kernel, of_recurrent_kernel, of_bias] = self.weights.gradients(cx);
        ops::accumulate_rows(&dz, of_bias);
        let dx = kernel.backward(&x, &dropout.input, &dz, of_kernel);
        let dh = recurrent_kernel.backward(&h, &dropout.recurrent, &dz, of_recurrent_kernel);
        Ok((dx, vec![dh, dc]))
    }
}
