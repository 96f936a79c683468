//! Keras's activation functions, by name.
//!
//! [`Activation`] is the enum that layers take; `"hard_sigmoid".parse()` finds one by Keras's name.

pub use elman_kernels::Activation;

use crate::{Error, Result, Tensor};

/// The activation of Keras's name.
///
/// # Errors
/// [`Error::Unknown`] with the list of all names.
///
/// ```
/// use elman::activations::{self, Activation};
/// assert_eq!(activations::get("swish")?, Activation::Silu);
/// assert!(activations::get("tahn").unwrap_err().to_string().contains("known are: linear, relu"));
/// # Ok::<(), elman::Error>(())
/// ```
pub fn get(name: &str) -> Result<Activation> {
    Activation::from_name(name).ok_or_else(|| Error::Unknown {
        what: "activation",
        name: name.into(),
        known: Activation::ALL.iter().map(|a| a.name()).collect::<Vec<_>>().join(", "),
    })
}

/// `activation` of every value (of every row, for softmax and the like).
pub fn apply(activation: Activation, x: &Tensor) -> Tensor {
    let mut y = x.clone();
    apply_in_place(activation, &mut y);
    y
}

pub(crate) fn apply_in_place(activation: Activation, y: &mut Tensor) {
    let width = y.width();
    if activation != Activation::Linear && !y.is_empty() {
        activation.forward_in_place(y.data_mut(), width);
    }
}

/// The gradient of the activation's input from its input `x`, output `y` and the output's gradient.
pub(crate) fn backward(activation: Activation, x: &Tensor, y: &Tensor, dy: &Tensor) -> Tensor {
    if activation == Activation::Linear || y.is_empty() {
        return dy.clone();
    }
    let mut dx = Tensor::zeros(dy.shape());
    let width = y.width();
    activation.backward(x.data(), y.data(), dy.data(), dx.data_mut(), width);
    dx
}

/// Serde for a field that holds an activation: Keras's name; null is `linear`.
pub(crate) mod by_name {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Activation;

    pub fn serialize<S: Serializer>(a: &Activation, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(a.name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Activation, D::Error> {
        match serde_json::Value::deserialize(d)? {
            serde_json::Value::Null => Ok(Activation::Linear),
            serde_json::Value::String(name) => super::get(&name).map_err(D::Error::custom),
            other => Err(D::Error::custom(format!(
                "an activation must be one of Keras's names, got {other}; \
                 activations that are objects or functions are not supported"
            ))),
        }
    }
}
