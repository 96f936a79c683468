//! The elementwise activations on one number: the formulas, and the oracle of the vector kernels.
//!
//! Letters: x input, y output.

use super::Activation::{self, *};
use crate::real::Real;

/// Klambauer et al. 2017, the constants Keras has.
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
/// Keras's default `negative_slope` of `leaky_relu`.
const LEAKY_SLOPE: f64 = 0.2;
/// Keras's default `threshold` of `soft_shrink` and `hard_shrink`.
const SHRINK: f64 = 0.5;

pub(super) fn sigmoid<R: Real>(x: R) -> R {
    let one = R::of(1.0);
    one / (one + (-x).exp())
}

/// `log(1 + exp(x))` without overflow.
fn softplus<R: Real>(x: R) -> R {
    let zero = R::of(0.0);
    // `x - x` is NaN for NaN and infinite x alone: it carries a NaN through `larger`.
    if x.to_f64().is_nan() { x } else { x.larger(zero) + (-x.abs()).exp().ln_1p() }
}

fn clip<R: Real>(x: R, low: f64, high: f64) -> R {
    // In this order a NaN stays a NaN.
    x.larger(R::of(low)).smaller(R::of(high))
}

/// `f(x)`.
pub(super) fn forward<R: Real>(activation: Activation, x: R) -> R {
    let of = R::of;
    let (zero, one) = (of(0.0), of(1.0));
    match activation {
        Linear => x,
        Relu => x.larger(zero),
        Relu6 => clip(x, 0.0, 6.0),
        LeakyRelu => {
            if x < zero {
                of(LEAKY_SLOPE) * x
            } else {
                x
            }
        }
        Elu | Celu => {
            if x < zero {
                x.exp_m1()
            } else {
                x
            }
        }
        Selu if x < zero => of(SELU_SCALE * SELU_ALPHA) * x.exp_m1(),
        Selu => of(SELU_SCALE) * x,
        Gelu => of(0.5) * x * (one + (x * of(std::f64::consts::FRAC_1_SQRT_2)).erf()),
        Sigmoid => sigmoid(x),
        HardSigmoid => clip(x + of(3.0), 0.0, 6.0) * of(1.0 / 6.0),
        HardSigmoidKeras2 => clip(of(0.2) * x + of(0.5), 0.0, 1.0),
        LogSigmoid => -softplus(-x),
        Silu => x * sigmoid(x),
        HardSilu => x * forward(HardSigmoid, x),
        Tanh => x.tanh(),
        HardTanh => clip(x, -1.0, 1.0),
        TanhShrink => x - x.tanh(),
        SoftShrink if x > of(SHRINK) => x - of(SHRINK),
        SoftShrink if x < of(-SHRINK) => x + of(SHRINK),
        SoftShrink => zero * x,
        HardShrink => {
            if x.abs() <= of(SHRINK) {
                zero
            } else {
                x
            }
        }
        Softplus => softplus(x),
        Softsign => x / (one + x.abs()),
        Mish => x * softplus(x).tanh(),
        Exponential => x.exp(),
        Squareplus => of(0.5) * (x + (x * x + of(4.0)).sqrt()),
        SparsePlus if x <= of(-1.0) => zero,
        SparsePlus if x < one => of(0.25) * (x + one) * (x + one),
        SparsePlus => x,
        SparseSigmoid => clip(of(0.5) * (x + one), 0.0, 1.0),
        Softmax | LogSoftmax | Sparsemax | Glu => unreachable!("a row at a time"),
    }
}

/// `f'(x)`, given also `y = f(x)`. At a kink: the value TensorFlow takes.
pub(super) fn derivative<R: Real>(activation: Activation, x: R, y: R) -> R {
    let of = R::of;
    let (zero, one) = (of(0.0), of(1.0));
    let step = |inside: bool| if inside { one } else { zero };
    match activation {
        Linear => one,
        Relu => step(x > zero),
        Relu6 => step(x > zero && x < of(6.0)),
        LeakyRelu => {
            if x > zero {
                one
            } else {
                of(LEAKY_SLOPE)
            }
        }
        Elu | Celu => {
            if y < zero {
                y + one
            } else {
                one
            }
        }
        Selu if y < zero => y + of(SELU_SCALE * SELU_ALPHA),
        Selu => of(SELU_SCALE),
        Gelu => {
            let density = (of(-0.5) * x * x).exp() * of(0.398_942_280_401_432_7);
            of(0.5) * (one + (x * of(std::f64::consts::FRAC_1_SQRT_2)).erf()) + x * density
        }
        Sigmoid => y * (one - y),
        HardSigmoid => step(x > of(-3.0) && x < of(3.0)) * of(1.0 / 6.0),
        HardSigmoidKeras2 => step(y > zero && y < one) * of(0.2),
        LogSigmoid => sigmoid(-x),
        Silu => {
            let s = sigmoid(x);
            s + y * (one - s)
        }
        HardSilu if x <= of(-3.0) => zero,
        HardSilu if x < of(3.0) => (x + x + of(3.0)) * of(1.0 / 6.0),
        HardSilu => one,
        Tanh => one - y * y,
        HardTanh => step(x >= of(-1.0) && x <= one),
        TanhShrink => {
            let t = x - y;
            t * t
        }
        SoftShrink | HardShrink => step(x.abs() > of(SHRINK)),
        Softplus => sigmoid(x),
        Softsign => {
            let s = one - y.abs();
            s * s
        }
        Mish => {
            let t = softplus(x).tanh();
            t + x * (one - t * t) * sigmoid(x)
        }
        Exponential => y,
        Squareplus => of(0.5) * (one + x / (x * x + of(4.0)).sqrt()),
        SparsePlus if x <= of(-1.0) => zero,
        SparsePlus if x < one => of(0.5) * (x + one),
        SparsePlus => one,
        SparseSigmoid => step(x > of(-1.0) && x < one) * of(0.5),
        Softmax | LogSoftmax | Sparsemax | Glu => unreachable!("a row at a time"),
    }
}
