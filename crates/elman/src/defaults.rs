//! Keras's defaults, for serde: the keys that a configuration may leave out.

use crate::activations::Activation;
use crate::initializers::Initializer;

pub(crate) fn yes() -> bool {
    true
}

pub(crate) fn linear() -> Activation {
    Activation::Linear
}

pub(crate) fn tanh() -> Activation {
    Activation::Tanh
}

pub(crate) fn sigmoid() -> Activation {
    Activation::Sigmoid
}

pub(crate) fn zeros() -> Initializer {
    Initializer::Zeros
}

pub(crate) fn ones() -> Initializer {
    Initializer::Ones
}
