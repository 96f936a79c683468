//! The activations of recurrent operators.

use crate::Result;
use crate::activations::Activation;
use crate::onnx::import::graph::Importer;
use crate::onnx::import::node::Reading;

/// An activation as recurrent operators name it.
pub(in crate::onnx::import) fn activation(
    name: &str,
    alpha: Option<f32>,
    beta: Option<f32>,
) -> Option<Activation> {
    let is = |value: Option<f32>, expected: f32, default: f32| {
        (value.unwrap_or(default) - expected).abs() < 1e-6
    };
    Some(match &*name.to_ascii_lowercase() {
        "tanh" => Activation::Tanh,
        "sigmoid" => Activation::Sigmoid,
        "relu" => Activation::Relu,
        "softsign" => Activation::Softsign,
        "softplus" => Activation::Softplus,
        "affine" if is(alpha, 1.0, 1.0) && is(beta, 0.0, 0.0) => Activation::Linear,
        "leakyrelu" if is(alpha, 0.2, 0.01) => Activation::LeakyRelu,
        "elu" if is(alpha, 1.0, 1.0) => Activation::Elu,
        "hardsigmoid" if is(alpha, 0.2, 0.2) && is(beta, 0.5, 0.5) => Activation::HardSigmoidKeras2,
        "hardsigmoid" if is(alpha, 1.0 / 6.0, 0.2) && is(beta, 0.5, 0.5) => Activation::HardSigmoid,
        _ => return None,
    })
}

/// How many numbers an activation takes: alpha, beta.
fn takes(name: &str) -> (bool, bool) {
    match &*name.to_ascii_lowercase() {
        "affine" | "hardsigmoid" | "scaledtanh" => (true, true),
        "leakyrelu" | "elu" | "thresholdedrelu" => (true, false),
        _ => (false, false),
    }
}

impl Importer<'_> {
    /// The activations of each direction.
    pub(super) fn activations_of(
        &self,
        reading: Reading,
        directions: usize,
    ) -> Result<Vec<Vec<Activation>>> {
        let default: &[&str] = match &*reading.node.op {
            "LSTM" => &["Sigmoid", "Tanh", "Tanh"],
            "GRU" => &["Sigmoid", "Tanh"],
            _ => &["Tanh"],
        };
        let names = reading.texts("activations")?.unwrap_or_else(|| {
            (0..directions).flat_map(|_| default.iter().map(|name| (*name).to_owned())).collect()
        });
        if names.len() != default.len() * directions {
            return Err(reading.refuse(format!("{} activations don't fit", names.len())));
        }
        let mut alphas = reading.floats("activation_alpha")?.into_iter();
        let mut betas = reading.floats("activation_beta")?.into_iter();
        let mut all = Vec::new();
        for name in &names {
            let (takes_alpha, takes_beta) = takes(name);
            let alpha = if takes_alpha { alphas.next() } else { None };
            let beta = if takes_beta { betas.next() } else { None };
            let known = activation(name, alpha, beta);
            all.push(known.ok_or_else(|| {
                reading.refuse(format!(
                    "the activation {name} with alpha {alpha:?} and beta {beta:?} is not read"
                ))
            })?);
        }
        Ok(all.chunks(default.len()).map(<[Activation]>::to_vec).collect())
    }
}
