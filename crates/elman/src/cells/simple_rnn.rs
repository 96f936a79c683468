//! Elman's cell.

use elman_kernels as kernels;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Cell, CellWeights, Fused};
use crate::activations::{self, Activation};
use crate::defaults;
use crate::layers::layer::to_config;
use crate::parameters::Builder;
use crate::{Context, Result, Tensor, ops};

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
}

/// What `step_backward` needs of one step.
struct Step {
    x: Tensor,
    h: Tensor,
    z: Tensor,
    output: Tensor,
}

impl SimpleRnnCell {
    /// A cell of `units` outputs with Keras's defaults.
    pub fn new(units: usize) -> SimpleRnnCell {
        SimpleRnnCell { units, activation: Activation::Tanh, weights: CellWeights::default() }
    }
}

impl Cell for SimpleRnnCell {
    fn class_name(&self) -> &'static str {
        "SimpleRNNCell"
    }

    fn layer_class_name(&self) -> &'static str {
        "SimpleRNN"
    }

    fn config(&self) -> Map<String, Value> {
        to_config(self)
    }

    fn units(&self) -> usize {
        self.units
    }

    fn state_sizes(&self) -> Vec<usize> {
        vec![self.units]
    }

    fn activations(&self) -> Vec<(&'static str, Activation)> {
        vec![("activation", self.activation)]
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        self.weights.build(features, self.units, self.units, &[self.units], builder)
    }

    fn fused(&self) -> Option<Fused> {
        let cell = kernels::Cell::SimpleRnn { activation: self.activation };
        self.weights.fused(cell, self.units)
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let h = &states[0];
        let mut z = ops::matmul(x, cx.value(self.weights.kernel), self.units);
        ops::add_bias(&mut z, cx.value(self.weights.bias));
        z.add_assign(&ops::matmul(h, cx.value(self.weights.recurrent_kernel), self.units));
        let output = activations::forward(self.activation, z.clone());
        cx.save(Step { x: x.clone(), h: h.clone(), z, output: output.clone() });
        Ok((output.clone(), vec![output]))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let Step { x, h, z, output } = cx.restore(self.class_name())?;
        let dh = ops::add(output_gradient, &state_gradients[0]);
        let dz = activations::backward(self.activation, &z, &output, &dh);
        let [kernel, recurrent_kernel, bias] =
            cx.gradients([self.weights.kernel, self.weights.recurrent_kernel, self.weights.bias]);
        ops::accumulate_outer(&x, &dz, kernel);
        ops::accumulate_outer(&h, &dz, recurrent_kernel);
        ops::accumulate_rows(&dz, bias);
        let dx = ops::matmul_transposed(&dz, cx.value(self.weights.kernel), x.width());
        let dh = ops::matmul_transposed(&dz, cx.value(self.weights.recurrent_kernel), self.units);
        Ok((dx, vec![dh]))
    }
}
