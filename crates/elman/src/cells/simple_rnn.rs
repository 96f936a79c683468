//! Elman's cell.

use elman_kernels as kernels;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dropout::{CellDropout, MaskCount};
use super::gates::Gates;
use super::stream::describe_cell;
use super::{Cell, CellWeights, DropoutMasks, Fused};
use crate::activations::{self, Activation};
use crate::defaults;
use crate::layers::layer::to_config;
use crate::onnx::{CellOperator, Exporter};
use crate::parameters::Builder;
use crate::streaming::Described;
use crate::{Context, Parameters, Result, Tensor, ops};

/// The cell of [`SimpleRnn`](crate::layers::SimpleRnn): `h' = activation(x @ K + h @ R + b)`.
///
/// - State: `h (batch, units)`, which is the output too.
/// - Weights: `kernel (features, units)`, `recurrent_kernel (units, units)`, `bias (units,)`.
/// - Keras: `keras.layers.SimpleRNNCell`. Paper: Elman, *Finding Structure in Time*, 1990.
#[doc(alias = "keras.layers.SimpleRNNCell")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SimpleRnnCell {
    pub(crate) units: usize,
    #[serde(with = "activations::by_name", default = "defaults::tanh")]
    pub(crate) activation: Activation,
    #[serde(flatten)]
    pub(crate) weights: CellWeights,
    #[serde(flatten)]
    pub(crate) dropout: CellDropout,
}

/// What `step_backward` needs of one step.
struct Step {
    x: Tensor,
    h: Tensor,
    z: Tensor,
    output: Tensor,
    dropout: DropoutMasks,
}

impl SimpleRnnCell {
    /// A cell of `units` outputs with Keras's defaults.
    pub fn new(units: usize) -> SimpleRnnCell {
        SimpleRnnCell {
            units,
            activation: Activation::Tanh,
            weights: CellWeights::default(),
            dropout: CellDropout::default(),
        }
    }

    /// The kernel and the recurrent kernel.
    fn kernels<'m>(&self, cx: &Context<'m>) -> [Gates<'m>; 2] {
        self.weights.kernels(self.units, 1, cx)
    }
}

impl Cell for SimpleRnnCell {
    fn class_name(&self) -> &'static str {
        "SimpleRNNCell"
    }

    fn registered_name(&self) -> Option<String> {
        None
    }

    fn layer_class_name(&self) -> &'static str {
        "SimpleRNN"
    }

    fn config(&self) -> Map<String, Value> {
        to_config(self)
    }

    fn layer_keys(&self) -> Map<String, Value> {
        // Keras's layer, unlike its cell, doesn't write it.
        let mut keys = self.config();
        keys.shift_remove("seed");
        keys
    }

    fn output_size(&self) -> usize {
        self.units
    }

    fn state_sizes(&self) -> Vec<usize> {
        vec![self.units]
    }

    fn activations(&self) -> Vec<(&'static str, Activation)> {
        vec![("activation", self.activation)]
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        self.dropout.build(builder);
        self.weights.build(features, self.units, self.units, &[self.units], builder)
    }

    fn dropout_masks(&self, batch: usize, input: &[usize], cx: &Context) -> Result<DropoutMasks> {
        let count = MaskCount::One;
        Ok(self.dropout.draw(count, batch, (input, &[self.units]), cx))
    }

    fn fused(&self) -> Option<Fused> {
        let cell = kernels::Cell::SimpleRnn { activation: self.activation };
        self.weights.fused(cell, self.units)
    }

    fn onnx_operator(&self, exporter: &Exporter) -> Option<CellOperator> {
        let activations = vec![self.activation];
        Some(CellOperator::of("RNN", &self.weights, self.units, &[0], activations, exporter))
    }

    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        let z = self.weights.onnx_sums(x, &states[0], exporter);
        let h = exporter.activation(self.activation, &z, self.units);
        Ok((h.clone(), vec![h]))
    }

    fn describe(&self, features: usize, parameters: &Parameters) -> Described {
        let cell = kernels::Cell::SimpleRnn { activation: self.activation };
        Ok(describe_cell(self.weights.handles(cell, self.units), false, features, parameters))
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        dropout: &DropoutMasks,
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let h = &states[0];
        let [kernel, recurrent_kernel] = self.kernels(cx);
        let mut z = kernel.product(x, &dropout.input);
        ops::add_bias(&mut z, cx.value(self.weights.bias));
        z.add_assign(&recurrent_kernel.product(h, &dropout.recurrent));
        let output = activations::forward(self.activation, z.clone());
        cx.save(Step {
            x: x.clone(),
            h: h.clone(),
            z,
            output: output.clone(),
            dropout: dropout.clone(),
        });
        Ok((output.clone(), vec![output]))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let Step { x, h, z, output, dropout } = cx.restore(self.class_name())?;
        let dh = ops::add(output_gradient, &state_gradients[0]);
        let dz = activations::backward(self.activation, &z, &output, &dh);
        let [kernel, recurrent_kernel] = self.kernels(cx);
        let [of_kernel, of_recurrent_kernel, of_bias] = self.weights.gradients(cx);
        ops::accumulate_rows(&dz, of_bias);
        let dx = kernel.backward(&x, &dropout.input, &dz, of_kernel);
        let dh = recurrent_kernel.backward(&h, &dropout.recurrent, &dz, of_recurrent_kernel);
        Ok((dx, vec![dh]))
    }
}
