//! The activations in vectors: those whose derivative follows from the output, which are the ones
//! the recurrent kernels take, and a few more.
//!
//! Letters: x input, y output.

use super::Activation::{self, *};
use super::scalar;
use crate::Float;
use crate::simd::{MAX_LANES, Simd, Task, math};

/// [`forward`] as a function of its own, for code that uses it in many places.
#[inline(always)]
pub(crate) fn forward_call<S: Simd>(s: S, activation: Activation, x: S::V) -> S::V {
    let mut lanes = [0.0; MAX_LANES];
    // SAFETY: `lanes` holds a vector.
    unsafe {
        s.store(lanes.as_mut_ptr(), x);
        s.run(Call { activation, derivative: false, lanes: &mut lanes });
        s.load(lanes.as_ptr())
    }
}

/// [`derivative`] as a function of its own.
#[inline(always)]
pub(crate) fn derivative_call<S: Simd>(s: S, activation: Activation, y: S::V) -> S::V {
    let mut lanes = [0.0; MAX_LANES];
    // SAFETY: `lanes` holds a vector.
    unsafe {
        s.store(lanes.as_mut_ptr(), y);
        s.run(Call { activation, derivative: true, lanes: &mut lanes });
        s.load(lanes.as_ptr())
    }
}

struct Call<'a> {
    activation: Activation,
    derivative: bool,
    lanes: &'a mut [Float; MAX_LANES],
}

impl Task for Call<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        // SAFETY: `lanes` holds a vector.
        unsafe {
            let v = s.load(self.lanes.as_ptr());
            let v = if self.derivative {
                derivative(s, self.activation, v)
            } else {
                forward(s, self.activation, v)
            };
            s.store(self.lanes.as_mut_ptr(), v);
        }
    }
}

/// `f(x)`.
#[inline(always)]
pub(crate) fn forward<S: Simd>(s: S, activation: Activation, x: S::V) -> S::V {
    let (zero, one) = (s.splat(0.0), s.splat(1.0));
    // Bounds come first: `min` and `max` give their second operand if either is NaN.
    let clip = |x, low, high| s.min(s.splat(high), s.max(s.splat(low), x));
    let sigmoid = |x| {
        let [y] = math::sigmoid(s, [x]);
        y
    };
    let tanh = |x| {
        let [y] = math::tanh(s, [x]);
        y
    };
    match activation {
        Linear => x,
        Relu => s.max(zero, x),
        Relu6 => clip(x, 0.0, 6.0),
        Sigmoid => sigmoid(x),
        HardSigmoid => s.mul(clip(s.add(x, s.splat(3.0)), 0.0, 6.0), s.splat(1.0 / 6.0)),
        HardSigmoidKeras2 => clip(s.add(s.mul(s.splat(0.2), x), s.splat(0.5)), 0.0, 1.0),
        Silu => s.mul(x, sigmoid(x)),
        Tanh => tanh(x),
        HardTanh => clip(x, -1.0, 1.0),
        TanhShrink => s.sub(x, tanh(x)),
        Softsign => s.div(x, s.add(one, s.abs(x))),
        Exponential => {
            let [y] = math::exp(s, [x]);
            y
        }
        SparseSigmoid => clip(s.mul(s.splat(0.5), s.add(x, one)), 0.0, 1.0),
        other => s.map(x, |x| scalar::forward(other, x)),
    }
}

/// `f'(x)`, from `y = f(x)` alone; for the activations that [`Cell::is_fused`](crate::Cell)
/// accepts.
#[inline(always)]
pub(crate) fn derivative<S: Simd>(s: S, activation: Activation, y: S::V) -> S::V {
    let (zero, one) = (s.splat(0.0), s.splat(1.0));
    let inside = |high, slope| {
        let below = s.if_positive(s.sub(s.splat(high), y), s.splat(slope), zero);
        s.if_positive(y, below, zero)
    };
    match activation {
        Linear => one,
        Relu => s.if_positive(y, one, zero),
        Relu6 => inside(6.0, 1.0),
        Sigmoid => s.mul(y, s.sub(one, y)),
        HardSigmoid => inside(1.0, 1.0 / 6.0),
        HardSigmoidKeras2 => inside(1.0, 0.2),
        SparseSigmoid => inside(1.0, 0.5),
        Tanh => s.fnma(y, y, one),
        HardTanh => s.if_positive(s.sub(one, s.abs(y)), one, zero),
        Softsign => {
            let d = s.sub(one, s.abs(y));
            s.mul(d, d)
        }
        Exponential => y,
        // Neither needs the input: see `scalar::derivative`.
        Elu | Celu | Selu | LeakyRelu => s.map(y, |y| scalar::derivative(activation, y, y)),
        other => unreachable!("the derivative of {other:?} needs its input"),
    }
}
