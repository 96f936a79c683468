//! Keras's activation functions, by name.
//!
//! [`Activation`] is the enum that layers take; `"hard_sigmoid".parse()` finds one by Keras's name.

pub use elman_kernels::Activation;

use crate::{Error, Result, Shape, Tensor};

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
///
/// # Errors
/// [`Error::Mismatch`] for `glu` of rows of an odd length, which it can't halve.
///
/// ```
/// use elman::activations::{self, Activation};
/// let x = elman::Tensor::new([1, 4], vec![1., 2., 0., 0.])?;
/// let y = activations::apply(Activation::Glu, &x)?; // [1, 2] * sigmoid([0, 0])
/// assert_eq!((y.shape(), y.data()), (&[1, 2][..], &[0.5, 1.][..]));
/// # Ok::<(), elman::Error>(())
/// ```
pub fn apply(activation: Activation, x: &Tensor) -> Result<Tensor> {
    match activation.output_width(x.width()) {
        Some(_) => Ok(forward(activation, x.clone())),
        None => Err(Error::Mismatch {
            place: format!("activation {}", activation.name()),
            what: "x".into(),
            expected: EVEN.into(),
            got: Shape::from(x.shape()).to_string(),
        }),
    }
}

const EVEN: &str = "an even last dimension, which glu halves";

/// As [`apply`], for an input whose shape was checked.
pub(crate) fn forward(activation: Activation, mut x: Tensor) -> Tensor {
    let width = x.width();
    match activation.output_width(width).filter(|output| *output != width) {
        None => {
            apply_in_place(activation, &mut x);
            x
        }
        Some(output) => {
            let mut y = Tensor::zeros(with_last(&x, output));
            activation.forward(x.data(), y.data_mut(), width);
            y
        }
    }
}

/// For activations that keep the width: all that a cell can have.
pub(crate) fn apply_in_place(activation: Activation, y: &mut Tensor) {
    let width = y.width();
    if activation != Activation::Linear && !y.is_empty() {
        activation.forward_in_place(y.data_mut(), width);
    }
}

/// The gradient of the activation's input from its input `x`, output `y` and the output's gradient.
pub(crate) fn backward(activation: Activation, x: &Tensor, y: &Tensor, dy: &Tensor) -> Tensor {
    if activation == Activation::Linear {
        return dy.clone();
    }
    let mut dx = Tensor::zeros(x.shape());
    if x.is_empty() {
        return dx;
    }
    let width = x.width();
    activation.backward(x.data(), y.data(), dy.data(), dx.data_mut(), width);
    dx
}

fn with_last(x: &Tensor, last: usize) -> Vec<usize> {
    let mut shape = x.shape().to_vec();
    if let Some(dim) = shape.last_mut() {
        *dim = last;
    }
    shape
}

/// The shape of the output of a layer that applies `activation` to values of that shape.
pub(crate) fn output_shape(
    activation: Activation,
    shape: &Shape,
    refused: impl FnOnce(String) -> Error,
) -> Result<Shape> {
    let Some(width) = shape.last() else { return Ok(shape.clone()) };
    let output = activation.output_width(width).ok_or_else(|| refused(EVEN.into()))?;
    Ok(shape.with_last(Some(output)))
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
