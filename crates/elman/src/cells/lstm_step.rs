//! What the gates of an LSTM make of the carry, whatever it is that the gates are computed from.

use crate::activations::{self, Activation};
use crate::onnx::Exporter;
use crate::{Tensor, ops};

/// The equations behind the products of one step, and what their gradients need:
/// ```text
/// i, f, o = σ(z_i), σ(z_f), σ(z_o)    g = φ(z_g)    c' = f * c + i * g    h' = o * φ(c')
/// ```
pub(super) struct LstmStep {
    /// φ, then σ.
    activations: (Activation, Activation),
    /// i, f, g, o before their activations.
    z: [Tensor; 4],
    /// i, f, g, o.
    gates: [Tensor; 4],
    c: Tensor,
    new_c: Tensor,
    active_c: Tensor,
}

impl LstmStep {
    /// From z, with the columns of i, f, g, o, and c: h', c' and what [`LstmStep::backward`] needs.
    pub fn forward(
        z: &Tensor,
        c: Tensor,
        activations: (Activation, Activation),
    ) -> (Tensor, Tensor, LstmStep) {
        let z: [Tensor; 4] = ops::split(z);
        let mut gates = z.clone();
        for (gate, activation) in gates.iter_mut().zip(of_gates(activations)) {
            activations::apply_in_place(activation, gate);
        }
        let [i, f, g, o] = &gates;
        let new_c = ops::add(&ops::multiply(f, &c), &ops::multiply(i, g));
        let active_c = activations::forward(activations.0, new_c.clone());
        let new_h = ops::multiply(o, &active_c);
        let step = LstmStep { activations, z, gates, c, new_c: new_c.clone(), active_c };
        (new_h, new_c, step)
    }

    /// The gradients of z and c from those of h' and c'.
    pub fn backward(&self, dh: &Tensor, dc: &Tensor) -> (Tensor, Tensor) {
        let [i, f, g, o] = &self.gates;
        let through_h = activations::backward(
            self.activations.0,
            &self.new_c,
            &self.active_c,
            &ops::multiply(dh, o),
        );
        let dc = ops::add(dc, &through_h);
        let d_gates = [
            ops::multiply(&dc, g),
            ops::multiply(&dc, &self.c),
            ops::multiply(&dc, i),
            ops::multiply(dh, &self.active_c),
        ];
        let activations = of_gates(self.activations);
        let dz: [Tensor; 4] = std::array::from_fn(|k| {
            activations::backward(activations[k], &self.z[k], &self.gates[k], &d_gates[k])
        });
        (ops::concatenate(&dz.each_ref()), ops::multiply(&dc, f))
    }
}

/// The activations of i, f, g and o.
fn of_gates((activation, recurrent): (Activation, Activation)) -> [Activation; 4] {
    [recurrent, recurrent, activation, recurrent]
}

/// [`LstmStep::forward`] in ONNX, from the name of z, whose last axis has the columns of i, f, g, o.
pub(super) fn onnx_step(
    z: &str,
    c: &str,
    units: usize,
    (activation, recurrent): (Activation, Activation),
    e: &mut Exporter,
) -> (String, Vec<String>) {
    let mut gates = Vec::new();
    let all = of_gates((activation, recurrent));
    for (gate, activation) in e.split(z, -1, &[units; 4]).iter().zip(all) {
        gates.push(e.activation(activation, gate, units));
    }
    let (kept, written) = (e.binary("Mul", &gates[1], c), e.binary("Mul", &gates[0], &gates[2]));
    let c = e.binary("Add", &kept, &written);
    let active = e.activation(activation, &c, units);
    let h = e.binary("Mul", &gates[3], &active);
    (h.clone(), vec![h, c])
}
