//! The LSTM cell whose gates look at the carry.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::gates::Gates;
use super::{Cell, CellWeights, DropoutMasks};
use crate::activations::{self, Activation};
use crate::layers::layer::to_config;
use crate::onnx::Exporter;
use crate::parameters::{Builder, Parameter};
use crate::{Context, Result, Tensor, defaults, ops};

/// An LSTM cell with peepholes: its gates see the carry, each through a weight of its own.
///
/// ```text
/// z = x @ kernel + h @ recurrent_kernel + bias            with the columns of i, f, g, o
/// i = σ(z_i + p_i * c)    f = σ(z_f + p_f * c)    g = φ(z_g)    c' = f * c + i * g
/// o = σ(z_o + p_o * c')   h' = o * φ(c')
/// ```
/// with φ `activation` and σ `recurrent_activation`.
///
/// - States: `h` and `c`, each `(batch, units)`; the output is `h'`.
/// - Weights: `kernel (features, 4 units)`, `recurrent_kernel (units, 4 units)`, `bias (4 units,)`,
///   and `input_gate_peephole`, `forget_gate_peephole`, `output_gate_peephole`, each `(units,)`.
/// - Keras 3 has it not; ONNX's `LSTM` has, from which elman [imports](crate::onnx::Import) it.
///   Paper: Gers and Schmidhuber, *Recurrent Nets that Time and Count*, 2000.
///
/// ```
/// use elman::cells::PeepholeLstmCell;
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Rnn::over(PeepholeLstmCell::new(4)).input_shape([5, 3]))?;
/// assert_eq!(model.count_params(), 4 * 4 * (3 + 4 + 1) + 3 * 4);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeepholeLstmCell {
    units: usize,
    #[serde(with = "activations::by_name", default = "defaults::tanh")]
    activation: Activation,
    #[serde(with = "activations::by_name", default = "defaults::sigmoid")]
    recurrent_activation: Activation,
    #[serde(flatten)]
    weights: CellWeights,
    /// Of i, f and o.
    #[serde(skip)]
    peepholes: [Parameter; 3],
}

/// What `step_backward` needs of one step.
struct Step {
    x: Tensor,
    h: Tensor,
    c: Tensor,
    new_c: Tensor,
    active_c: Tensor,
    /// i, f, g, o before their activations, and after.
    z: [Tensor; 4],
    gates: [Tensor; 4],
}

impl PeepholeLstmCell {
    /// A cell of `units` outputs.
    pub fn new(units: usize) -> PeepholeLstmCell {
        PeepholeLstmCell {
            units,
            activation: Activation::Tanh,
            recurrent_activation: Activation::Sigmoid,
            weights: CellWeights::default(),
            peepholes: [Parameter::default(); 3],
        }
    }

    /// The activation of the candidate and of the output (`tanh`).
    pub fn activation(mut self, activation: Activation) -> PeepholeLstmCell {
        self.activation = activation;
        self
    }

    /// The activation of the three gates (`sigmoid`).
    pub fn recurrent_activation(mut self, activation: Activation) -> PeepholeLstmCell {
        self.recurrent_activation = activation;
        self
    }

    /// Whether there is a bias (true).
    pub fn use_bias(mut self, use_bias: bool) -> PeepholeLstmCell {
        self.weights.use_bias = use_bias;
        self
    }

    fn kernels<'m>(&self, cx: &Context<'m>) -> [Gates<'m>; 2] {
        self.weights.kernels(self.units, 4, cx)
    }

    /// The weights of i, f and o, for each row of a batch.
    fn peepholes(&self, shape: &[usize], cx: &Context) -> [Tensor; 3] {
        self.peepholes.map(|peephole| ops::broadcast(&cx.tensor(peephole), shape))
    }
}

impl Cell for PeepholeLstmCell {
    fn class_name(&self) -> &'static str {
        "PeepholeLSTMCell"
    }

    fn registered_name(&self) -> Option<String> {
        Some("elman>PeepholeLSTMCell".into())
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
        let columns = 4 * self.units;
        self.weights.build(features, self.units, columns, &[columns], builder)?;
        let names = ["input_gate_peephole", "forget_gate_peephole", "output_gate_peephole"];
        for (peephole, name) in self.peepholes.iter_mut().zip(names) {
            *peephole = builder.add(name, &[self.units], &self.weights.kernel_initializer)?;
        }
        Ok(())
    }

    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        let (e, c) = (exporter, &states[1]);
        let sums = self.weights.onnx_sums(x, &states[0], e);
        let z = e.split(&sums, -1, &[self.units; 4]);
        let gate = |z: &str, c: &str, peephole: Parameter, e: &mut Exporter| {
            let weight = e.weight("peephole", peephole);
            let seen = e.binary("Mul", c, &weight);
            let sum = e.binary("Add", z, &seen);
            e.activation(self.recurrent_activation, &sum, self.units)
        };
        let [of_i, of_f, of_o] = self.peepholes;
        let (i, f) = (gate(&z[0], c, of_i, e), gate(&z[1], c, of_f, e));
        let g = e.activation(self.activation, &z[2], self.units);
        let (kept, written) = (e.binary("Mul", &f, c), e.binary("Mul", &i, &g));
        let new_c = e.binary("Add", &kept, &written);
        let o = gate(&z[3], &new_c, of_o, e);
        let active = e.activation(self.activation, &new_c, self.units);
        let h = e.binary("Mul", &o, &active);
        Ok((h.clone(), vec![h, new_c]))
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
        let mut sums = kernel.product(x, &dropout.input);
        sums.add_assign(&recurrent_kernel.product(h, &dropout.recurrent));
        ops::add_bias(&mut sums, cx.value(self.weights.bias));
        let mut z: [Tensor; 4] = ops::split(&sums);
        let [of_i, of_f, of_o] = self.peepholes(c.shape(), cx);
        z[0].add_assign(&ops::multiply(&of_i, c));
        z[1].add_assign(&ops::multiply(&of_f, c));
        let gate = |z: &Tensor| activations::forward(self.recurrent_activation, z.clone());
        let (i, f) = (gate(&z[0]), gate(&z[1]));
        let g = activations::forward(self.activation, z[2].clone());
        let new_c = ops::add(&ops::multiply(&f, c), &ops::multiply(&i, &g));
        z[3].add_assign(&ops::multiply(&of_o, &new_c));
        let o = gate(&z[3]);
        let active_c = activations::forward(self.activation, new_c.clone());
        let new_h = ops::multiply(&o, &active_c);
        cx.save(Step {
            x: x.clone(),
            h: h.clone(),
            c: c.clone(),
            new_c: new_c.clone(),
            active_c,
            z,
            gates: [i, f, g, o],
        });
        Ok((new_h.clone(), vec![new_h, new_c]))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let Step { x, h, c, new_c, active_c, z, gates } = cx.restore(self.class_name())?;
        let [i, f, g, o] = &gates;
        let [of_i, of_f, of_o] = self.peepholes(c.shape(), cx);
        let gate = |k: usize, gradient: &Tensor| {
            activations::backward(self.recurrent_activation, &z[k], &gates[k], gradient)
        };
        let dh = ops::add(output_gradient, &state_gradients[0]);
        let dzo = gate(3, &ops::multiply(&dh, &active_c));
        let through_h =
            activations::backward(self.activation, &new_c, &active_c, &ops::multiply(&dh, o));
        let mut dc = ops::add(&state_gradients[1], &through_h);
        dc.add_assign(&ops::multiply(&dzo, &of_o));
        let dzi = gate(0, &ops::multiply(&dc, g));
        let dzf = gate(1, &ops::multiply(&dc, &c));
        let dzg = activations::backward(self.activation, &z[2], g, &ops::multiply(&dc, i));
        let mut before = ops::multiply(&dc, f);
        before.add_assign(&ops::multiply(&dzi, &of_i));
        before.add_assign(&ops::multiply(&dzf, &of_f));
        let seen = [ops::multiply(&dzi, &c), ops::multiply(&dzf, &c), ops::multiply(&dzo, &new_c)];
        for (seen, gradient) in seen.iter().zip(cx.gradients(self.peepholes)) {
            ops::accumulate_rows(seen, gradient);
        }
        let dz = ops::concatenate(&[&dzi, &dzf, &dzg, &dzo]);
        let [kernel, recurrent_kernel] = self.kernels(cx);
        let [of_kernel, of_recurrent_kernel, of_bias] = self.weights.gradients(cx);
        ops::accumulate_rows(&dz, of_bias);
        let dx = kernel.backward(&x, &[], &dz, of_kernel);
        let dh = recurrent_kernel.backward(&h, &[], &dz, of_recurrent_kernel);
        Ok((dx, vec![dh, before]))
    }
}

crate::cells::weight_arguments!(@[] PeepholeLstmCell, [weights]);
