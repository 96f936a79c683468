//! The GRU cell, in both of Keras's forms.

use elman_kernels as kernels;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dropout::{CellDropout, MaskCount, of_gate};
use super::gates::Gates;
use super::stream::describe_cell;
use super::{Cell, CellWeights, DropoutMasks, Fused};
use crate::activations::{self, Activation};
use crate::defaults;
use crate::layers::layer::to_config;
use crate::onnx::{CellOperator, Exporter};
use crate::parameters::Builder;
use crate::streaming::Described;
use crate::{Context, Float, Parameters, Result, Tensor, ops};

/// The cell of [`Gru`](crate::layers::Gru):
///
/// ```text
/// X = x @ K + b_in    Y = h @ R + b_rec      z = σ(Xz + Yz)    r = σ(Xr + Yr)
/// reset_after (default):  n = φ(Xn + r * Yn)            (Cho et al., 2014, second version; cuDNN's)
/// otherwise:              n = φ(Xn + (r * h) @ Rn)      (Cho et al., 2014, first version; no b_rec)
/// h' = z * h + (1 - z) * n
/// ```
/// with σ = `recurrent_activation` and φ = `activation`.
///
/// - State: `h (batch, units)`, which is the output too.
/// - Weights: `kernel (features, 3 units)`, `recurrent_kernel (units, 3 units)`, columns z, r, n;
///   `bias (2, 3 units)` (b_in, b_rec), or `(3 units,)` without `reset_after`.
/// - Keras: `keras.layers.GRUCell`.
#[doc(alias = "keras.layers.GRUCell")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GruCell {
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
    pub(crate) reset_after: bool,
}

/// What `step_backward` needs of one step.
struct Step {
    x: Tensor,
    h: Tensor,
    /// z, r, n before their activations.
    before: [Tensor; 3],
    /// z, r, n.
    gates: [Tensor; 3],
    /// What r multiplies: `Yn` with `reset_after`, else what dropout leaves of h.
    reset: Tensor,
    dropout: DropoutMasks,
}

impl GruCell {
    /// A cell of `units` outputs with Keras's defaults.
    pub fn new(units: usize) -> GruCell {
        GruCell {
            units,
            activation: Activation::Tanh,
            recurrent_activation: Activation::Sigmoid,
            weights: CellWeights::default(),
            dropout: CellDropout::default(),
            reset_after: true,
        }
    }

    /// The input's and the recurrent half of the bias; both empty without a bias.
    fn biases<'m>(&self, cx: &Context<'m>) -> (&'m [Float], &'m [Float]) {
        let bias = cx.value(self.weights.bias);
        bias.split_at(bias.len().min(3 * self.units))
    }

    /// The kernel and the recurrent kernel.
    fn kernels<'m>(&self, cx: &Context<'m>) -> [Gates<'m>; 2] {
        self.weights.kernels(self.units, 3, cx)
    }
}

impl Cell for GruCell {
    fn class_name(&self) -> &'static str {
        "GRUCell"
    }

    fn registered_name(&self) -> Option<String> {
        None
    }

    fn layer_class_name(&self) -> &'static str {
        "GRU"
    }

    fn config(&self) -> Map<String, Value> {
        to_config(self)
    }

    fn output_size(&self) -> usize {
        self.units
    }

    fn state_sizes(&self) -> Vec<usize> {
        vec![self.units]
    }

    fn activations(&self) -> Vec<(&'static str, Activation)> {
        vec![("activation", self.activation), ("recurrent_activation", self.recurrent_activation)]
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        self.dropout.build(builder);
        let columns = 3 * self.units;
        let bias_shape: &[usize] = if self.reset_after { &[2, columns] } else { &[columns] };
        self.weights.build(features, self.units, columns, bias_shape, builder)
    }

    fn dropout_masks(&self, batch: usize, input: &[usize], cx: &Context) -> Result<DropoutMasks> {
        let count = MaskCount::PerGateWithRecurrent(3);
        Ok(self.dropout.draw(count, batch, (input, &[self.units]), cx))
    }

    fn fused(&self) -> Option<Fused> {
        let cell = kernels::Cell::Gru {
            activation: self.activation,
            recurrent_activation: self.recurrent_activation,
            reset_after: self.reset_after,
        };
        self.weights.fused(cell, self.units)
    }

    fn onnx_operator(&self, exporter: &Exporter) -> Option<CellOperator> {
        let activations = vec![self.recurrent_activation, self.activation];
        let order = [0, 1, 2];
        let mut operator =
            CellOperator::of("GRU", &self.weights, self.units, &order, activations, exporter);
        operator.linear_before_reset = self.reset_after;
        Some(operator)
    }

    fn onnx_step(
        &self,
        x: &str,
        states: &[String],
        exporter: &mut Exporter,
    ) -> Result<(String, Vec<String>)> {
        let (h, units, e) = (&states[0], self.units, exporter);
        let width = 3 * units;
        let (kernel, recurrent) =
            (e.values(self.weights.kernel), e.values(self.weights.recurrent_kernel));
        let features = kernel.len() / width.max(1);
        let kernel = e.floats("kernel", [features, width], kernel);
        let mut from_x = e.binary("MatMul", x, &kernel);
        let mut bias = e.values(self.weights.bias);
        let recurrent_bias = bias.split_off(bias.len().min(width));
        if !bias.is_empty() {
            let bias = e.floats("bias", [width], bias);
            from_x = e.binary("Add", &from_x, &bias);
        }
        let of_x = e.split(&from_x, -1, &[units; 3]);
        // The columns of z and r, and those of the candidate.
        let columns = |range: std::ops::Range<usize>| -> Vec<f32> {
            recurrent.chunks_exact(width).flat_map(|row| row[range.clone()].to_vec()).collect()
        };
        let mut gates = Vec::new();
        let mut of_candidate = String::new();
        if self.reset_after {
            let kernel = e.floats("recurrent_kernel", [units, width], recurrent.clone());
            let mut from_h = e.binary("MatMul", h, &kernel);
            if !recurrent_bias.is_empty() {
                let bias = e.floats("recurrent_bias", [width], recurrent_bias);
                from_h = e.binary("Add", &from_h, &bias);
            }
            gates = e.split(&from_h, -1, &[units; 3]);
            of_candidate = gates.remove(2);
        } else {
            let kernel = e.floats("recurrent_kernel", [units, 2 * units], columns(0..2 * units));
            let from_h = e.binary("MatMul", h, &kernel);
            gates.extend(e.split(&from_h, -1, &[units; 2]));
        }
        let mut active = Vec::new();
        for (of_x, of_h) in of_x.iter().zip(&gates) {
            let sum = e.binary("Add", of_x, of_h);
            active.push(e.activation(self.recurrent_activation, &sum, units));
        }
        let (z, r) = (&active[0], &active[1]);
        let of_candidate = match self.reset_after {
            true => e.binary("Mul", r, &of_candidate),
            false => {
                let left = e.binary("Mul", r, h);
                let kernel =
                    e.floats("candidate_kernel", [units, units], columns(2 * units..width));
                e.binary("MatMul", &left, &kernel)
            }
        };
        let n = e.binary("Add", &of_x[2], &of_candidate);
        let n = e.activation(self.activation, &n, units);
        let change = e.binary("Sub", h, &n);
        let kept = e.binary("Mul", z, &change);
        let h = e.binary("Add", &n, &kept);
        Ok((h.clone(), vec![h]))
    }

    fn describe(&self, features: usize, parameters: &Parameters) -> Described {
        let cell = kernels::Cell::Gru {
            activation: self.activation,
            recurrent_activation: self.recurrent_activation,
            reset_after: self.reset_after,
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
        let h = &states[0];
        let [kernel, recurrent_kernel] = self.kernels(cx);
        let (input_bias, recurrent_bias) = self.biases(cx);
        let mut from_x = kernel.product(x, &dropout.input);
        ops::add_bias(&mut from_x, input_bias);
        let [xz, xr, xn] = ops::split(&from_x);
        let (before_z, before_r, reset);
        if self.reset_after {
            let mut from_h = recurrent_kernel.product(h, &dropout.recurrent);
            ops::add_bias(&mut from_h, recurrent_bias);
            let [yz, yr, yn] = ops::split(&from_h);
            (before_z, before_r, reset) = (ops::add(&xz, &yz), ops::add(&xr, &yr), yn);
        } else {
            let from_h = recurrent_kernel.part(0..2).product(h, &dropout.recurrent);
            let [yz, yr] = ops::split(&from_h);
            let mask = of_gate(&dropout.recurrent, 2);
            let left = mask.map_or_else(|| h.clone(), |mask| ops::multiply(h, mask));
            (before_z, before_r, reset) = (ops::add(&xz, &yz), ops::add(&xr, &yr), left);
        }
        let z = activations::forward(self.recurrent_activation, before_z.clone());
        let r = activations::forward(self.recurrent_activation, before_r.clone());
        let mut from_reset = ops::multiply(&r, &reset);
        if !self.reset_after {
            from_reset = recurrent_kernel.part(2..3).product(&from_reset, &[]);
        }
        let before_n = ops::add(&xn, &from_reset);
        let n = activations::forward(self.activation, before_n.clone());
        // z * h + (1 - z) * n
        let new_h = ops::add(&n, &ops::multiply(&z, &ops::subtract(h, &n)));
        cx.save(Step {
            x: x.clone(),
            h: h.clone(),
            before: [before_z, before_r, before_n],
            gates: [z, r, n],
            reset,
            dropout: dropout.clone(),
        });
        Ok((new_h.clone(), vec![new_h]))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let Step { x, h, before, gates, reset, dropout } = cx.restore(self.class_name())?;
        let [z, r, n] = &gates;
        let dh_new = ops::add(output_gradient, &state_gradients[0]);
        let through_z = ops::multiply(&dh_new, z);
        let dz = ops::multiply(&dh_new, &ops::subtract(&h, n));
        let dz = activations::backward(self.recurrent_activation, &before[0], z, &dz);
        let dn = ops::subtract(&dh_new, &through_z);
        let dn = activations::backward(self.activation, &before[2], n, &dn);

        let [kernel, recurrent_kernel] = self.kernels(cx);
        let [of_kernel, of_recurrent_kernel, of_bias] = self.weights.gradients(cx);
        // The gradient of r * reset.
        let d_product = match self.reset_after {
            true => dn.clone(),
            false => {
                let product = ops::multiply(r, &reset);
                recurrent_kernel.part(2..3).backward(&product, &[], &dn, of_recurrent_kernel)
            }
        };
        let dr = ops::multiply(&d_product, &reset);
        let dr = activations::backward(self.recurrent_activation, &before[1], r, &dr);
        let d_reset = ops::multiply(&d_product, r);

        let dx_all = ops::concatenate(&[&dz, &dr, &dn]);
        let (of_input_bias, of_recurrent_bias) =
            of_bias.split_at_mut(of_bias.len().min(3 * self.units));
        ops::accumulate_rows(&dx_all, of_input_bias);
        let dx = kernel.backward(&x, &dropout.input, &dx_all, of_kernel);
        let dh = if self.reset_after {
            let dy_all = ops::concatenate(&[&dz, &dr, &d_reset]);
            ops::accumulate_rows(&dy_all, of_recurrent_bias);
            recurrent_kernel.backward(&h, &dropout.recurrent, &dy_all, of_recurrent_kernel)
        } else {
            let d_zr = ops::concatenate(&[&dz, &dr]);
            let zr = recurrent_kernel.part(0..2);
            let mut dh = zr.backward(&h, &dropout.recurrent, &d_zr, of_recurrent_kernel);
            match of_gate(&dropout.recurrent, 2) {
                Some(mask) => dh.add_assign(&ops::multiply(&d_reset, mask)),
                None => dh.add_assign(&d_reset),
            }
            dh
        };
        Ok((dx, vec![ops::add(&through_z, &dh)]))
    }
}
