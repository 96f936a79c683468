//! The GRU cell, in both of Keras's forms.

use elman_kernels as kernels;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Cell, CellWeights, Fused};
use crate::activations::{self, Activation};
use crate::defaults;
use crate::layers::layer::to_config;
use crate::parameters::Builder;
use crate::{Context, Float, Result, Tensor, ops};

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
    /// What r multiplies: `Yn` with `reset_after`, else h.
    reset: Tensor,
}

impl GruCell {
    /// A cell of `units` outputs with Keras's defaults.
    pub fn new(units: usize) -> GruCell {
        GruCell {
            units,
            activation: Activation::Tanh,
            recurrent_activation: Activation::Sigmoid,
            weights: CellWeights::default(),
            reset_after: true,
        }
    }

    /// The input's and the recurrent half of the bias; both empty without a bias.
    fn biases<'m>(&self, cx: &Context<'m>) -> (&'m [Float], &'m [Float]) {
        let bias = cx.value(self.weights.bias);
        bias.split_at(bias.len().min(3 * self.units))
    }

    /// The recurrent kernel's columns of z and r, and those of n, each as a matrix of its own.
    fn split_recurrent_kernel(&self, cx: &Context) -> (Tensor, Tensor) {
        let shape = [self.units, 3 * self.units];
        let kernel = Tensor::from_parts(shape, cx.value(self.weights.recurrent_kernel).to_vec());
        let (zr, n) = (2 * self.units, self.units);
        (ops::columns(&kernel, 0, zr), ops::columns(&kernel, zr, n))
    }
}

impl Cell for GruCell {
    fn class_name(&self) -> &'static str {
        "GRUCell"
    }

    fn layer_class_name(&self) -> &'static str {
        "GRU"
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
        vec![("activation", self.activation), ("recurrent_activation", self.recurrent_activation)]
    }

    fn build(&mut self, features: usize, builder: &mut Builder) -> Result<()> {
        let columns = 3 * self.units;
        let bias_shape: &[usize] = if self.reset_after { &[2, columns] } else { &[columns] };
        self.weights.build(features, self.units, columns, bias_shape, builder)
    }

    fn fused(&self) -> Option<Fused> {
        let cell = kernels::Cell::Gru {
            activation: self.activation,
            recurrent_activation: self.recurrent_activation,
            reset_after: self.reset_after,
        };
        self.weights.fused(cell, self.units)
    }

    fn step(
        &self,
        x: &Tensor,
        states: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let h = &states[0];
        let (input_bias, recurrent_bias) = self.biases(cx);
        let mut from_x = ops::matmul(x, cx.value(self.weights.kernel), 3 * self.units);
        ops::add_bias(&mut from_x, input_bias);
        let [xz, xr, xn] = ops::split(&from_x);
        let (before_z, before_r, yn);
        if self.reset_after {
            let mut from_h =
                ops::matmul(h, cx.value(self.weights.recurrent_kernel), 3 * self.units);
            ops::add_bias(&mut from_h, recurrent_bias);
            let [yz, yr, y] = ops::split(&from_h);
            (before_z, before_r, yn) = (ops::add(&xz, &yz), ops::add(&xr, &yr), Some(y));
        } else {
            let (zr, _) = self.split_recurrent_kernel(cx);
            let [yz, yr] = ops::split(&ops::matmul(h, zr.data(), 2 * self.units));
            (before_z, before_r, yn) = (ops::add(&xz, &yz), ops::add(&xr, &yr), None);
        }
        let z = activations::forward(self.recurrent_activation, before_z.clone());
        let r = activations::forward(self.recurrent_activation, before_r.clone());
        let reset = yn.unwrap_or_else(|| h.clone());
        let mut from_reset = ops::multiply(&r, &reset);
        if !self.reset_after {
            let (_, kernel_n) = self.split_recurrent_kernel(cx);
            from_reset = ops::matmul(&from_reset, kernel_n.data(), self.units);
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
        });
        Ok((new_h.clone(), vec![new_h]))
    }

    fn step_backward(
        &self,
        output_gradient: &Tensor,
        state_gradients: &[Tensor],
        cx: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let Step { x, h, before, gates, reset } = cx.restore(self.class_name())?;
        let [z, r, n] = &gates;
        let dh_new = ops::add(output_gradient, &state_gradients[0]);
        let through_z = ops::multiply(&dh_new, z);
        let dz = ops::multiply(&dh_new, &ops::subtract(&h, n));
        let dz = activations::backward(self.recurrent_activation, &before[0], z, &dz);
        let dn = ops::subtract(&dh_new, &through_z);
        let dn = activations::backward(self.activation, &before[2], n, &dn);
        let (kernel_zr, kernel_n) = self.split_recurrent_kernel(cx);
        // The gradient of r * reset.
        let d_product = match self.reset_after {
            true => dn.clone(),
            false => ops::matmul_transposed(&dn, kernel_n.data(), self.units),
        };
        let dr = ops::multiply(&d_product, &reset);
        let dr = activations::backward(self.recurrent_activation, &before[1], r, &dr);
        let d_reset = ops::multiply(&d_product, r);

        let dx_all = ops::concatenate(&[&dz, &dr, &dn]);
        let [kernel, recurrent_kernel, bias] =
            cx.gradients([self.weights.kernel, self.weights.recurrent_kernel, self.weights.bias]);
        ops::accumulate_outer(&x, &dx_all, kernel);
        let (input_bias, recurrent_bias) = bias.split_at_mut(bias.len().min(3 * self.units));
        ops::accumulate_rows(&dx_all, input_bias);
        let dh = if self.reset_after {
            let dy_all = ops::concatenate(&[&dz, &dr, &d_reset]);
            ops::accumulate_outer(&h, &dy_all, recurrent_kernel);
            ops::accumulate_rows(&dy_all, recurrent_bias);
            ops::matmul_transposed(&dy_all, cx.value(self.weights.recurrent_kernel), self.units)
        } else {
            let d_zr = ops::concatenate(&[&dz, &dr]);
            let mut zr = Tensor::zeros(kernel_zr.shape());
            let mut n = Tensor::zeros(kernel_n.shape());
            ops::accumulate_outer(&h, &d_zr, zr.data_mut());
            ops::accumulate_outer(&ops::multiply(r, &h), &dn, n.data_mut());
            let both = ops::concatenate(&[&zr, &n]);
            recurrent_kernel.iter_mut().zip(both.data()).for_each(|(g, d)| *g += d);
            ops::add(&ops::matmul_transposed(&d_zr, kernel_zr.data(), self.units), &d_reset)
        };
        let dx = ops::matmul_transposed(&dx_all, cx.value(self.weights.kernel), x.width());
        Ok((dx, vec![ops::add(&through_z, &dh)]))
    }
}
