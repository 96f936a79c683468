//! Every activation of Keras 3, forward and backward.

mod rowwise;
mod scalar;
#[cfg(test)]
mod tests;
pub(crate) mod vector;

use crate::Float;
use crate::real::Real;

/// An activation function under the name Keras gives it.
///
/// Those with parameters in Keras have its defaults here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activation {
    /// `x`
    Linear,
    /// `max(x, 0)`
    Relu,
    /// `min(max(x, 0), 6)`
    Relu6,
    /// `x` above 0, else `0.2 x`
    LeakyRelu,
    /// `x` above 0, else `exp(x) - 1`
    Elu,
    /// `1.0507.. x` above 0, else `1.0507.. 1.6732.. (exp(x) - 1)`
    Selu,
    /// `x` above 0, else `exp(x) - 1`: [`Activation::Elu`] for the default alpha of 1
    Celu,
    /// `x/2 (1 + erf(x / sqrt 2))`: the exact form
    Gelu,
    /// `1 / (1 + exp(-x))`
    Sigmoid,
    /// `relu6(x + 3) / 6`: the form of Keras 3 (Keras 2 had `clip(0.2 x + 0.5, 0, 1)`)
    HardSigmoid,
    /// `clip(0.2 x + 0.5, 0, 1)`: what Keras 1 and 2 call `hard_sigmoid`
    HardSigmoidKeras2,
    /// `-log(1 + exp(-x))`
    LogSigmoid,
    /// `x sigmoid(x)`, also called swish
    Silu,
    /// `x hard_sigmoid(x)`, also called hard swish
    HardSilu,
    /// Hyperbolic tangent
    Tanh,
    /// `clip(x, -1, 1)`
    HardTanh,
    /// `x - tanh(x)`
    TanhShrink,
    /// `x` moved towards 0 by 0.5, and 0 within 0.5 of it
    SoftShrink,
    /// `x`, but 0 where `|x| <= 0.5`
    HardShrink,
    /// `log(1 + exp(x))`
    Softplus,
    /// `x / (1 + |x|)`
    Softsign,
    /// `x tanh(softplus(x))`
    Mish,
    /// `exp(x)`
    Exponential,
    /// `(x + sqrt(x^2 + 4)) / 2`
    Squareplus,
    /// 0 below -1, `(x + 1)^2 / 4` up to 1, `x` above
    SparsePlus,
    /// `clip((x + 1) / 2, 0, 1)`
    SparseSigmoid,
    /// `exp(x) / sum(exp(x))` over each row
    Softmax,
    /// `x - log(sum(exp(x)))` over each row
    LogSoftmax,
    /// `max(x - threshold, 0)` over each row, with the threshold that Keras computes (which is that
    /// of Martins and Astudillo 2016 only where one value is left)
    Sparsemax,
    /// `a sigmoid(b)` for the halves `a` and `b` of each row: the output is half as wide
    /// (Dauphin et al. 2017)
    Glu,
}

use Activation::*;

/// Each activation with the name Keras gives it.
const NAMES: [(Activation, &str); 30] = [
    (Linear, "linear"),
    (Relu, "relu"),
    (Relu6, "relu6"),
    (LeakyRelu, "leaky_relu"),
    (Elu, "elu"),
    (Selu, "selu"),
    (Celu, "celu"),
    (Gelu, "gelu"),
    (Sigmoid, "sigmoid"),
    (HardSigmoid, "hard_sigmoid"),
    (HardSigmoidKeras2, "hard_sigmoid_keras2"),
    (LogSigmoid, "log_sigmoid"),
    (Silu, "silu"),
    (HardSilu, "hard_silu"),
    (Tanh, "tanh"),
    (HardTanh, "hard_tanh"),
    (TanhShrink, "tanh_shrink"),
    (SoftShrink, "soft_shrink"),
    (HardShrink, "hard_shrink"),
    (Softplus, "softplus"),
    (Softsign, "softsign"),
    (Mish, "mish"),
    (Exponential, "exponential"),
    (Squareplus, "squareplus"),
    (SparsePlus, "sparse_plus"),
    (SparseSigmoid, "sparse_sigmoid"),
    (Softmax, "softmax"),
    (LogSoftmax, "log_softmax"),
    (Sparsemax, "sparsemax"),
    (Glu, "glu"),
];

const ALL: [Activation; NAMES.len()] = {
    let mut all = [Linear; NAMES.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = NAMES[i].0;
        i += 1;
    }
    all
};

impl Activation {
    /// Every activation, each once.
    pub const ALL: &'static [Activation] = &ALL;

    /// Keras's name: `"relu"`, `"hard_sigmoid"`, `"silu"`, ...
    pub fn name(self) -> &'static str {
        // `NAMES` lists the variants in their order of declaration; a test holds it to that.
        NAMES[self as usize].1
    }

    /// The activation of that name. Also knows Keras's aliases `"swish"` and `"hard_swish"`.
    pub fn from_name(name: &str) -> Option<Activation> {
        match name {
            "swish" => Some(Silu),
            "hard_swish" => Some(HardSilu),
            _ => NAMES.iter().find(|(_, n)| *n == name).map(|(activation, _)| *activation),
        }
    }

    /// Whether each element of the output depends on one element of the input alone: true for all
    /// but [`Softmax`], [`LogSoftmax`], [`Sparsemax`] and [`Glu`].
    pub fn is_elementwise(self) -> bool {
        !matches!(self, Softmax | LogSoftmax | Sparsemax | Glu)
    }

    /// The length of a row of the output for rows of `width` of the input: half of it for [`Glu`],
    /// for all others the same. `None` where there is no such output: `Glu` of an odd width.
    pub fn output_width(self, width: usize) -> Option<usize> {
        match self {
            Glu => width.is_multiple_of(2).then_some(width / 2),
            _ => Some(width),
        }
    }

    /// `y = f(x)`. `width` is the length of a row of `x`, for the activations that work on rows;
    /// the elementwise ones ignore it. The rows of `y` have the
    /// [`output_width`](Activation::output_width).
    ///
    /// # Panics
    /// If the lengths don't fit.
    pub fn forward(self, x: &[Float], y: &mut [Float], width: usize) {
        forward(self, x, y, width);
    }

    /// `y = f(y)`; see [`forward`](Activation::forward).
    ///
    /// # Panics
    /// For [`Glu`], whose output has another length, and if the lengths don't fit.
    pub fn forward_in_place(self, y: &mut [Float], width: usize) {
        forward_in_place(self, y, width);
    }

    /// `dx = dy f'(x)`: overwrites `dx` with the gradient of the loss with respect to `x`, from
    /// the input `x`, the output `y = f(x)` and the gradient `dy` with respect to `y`. `dx` is as
    /// long as `x` and `dy` as `y`; `width` as in [`forward`](Activation::forward).
    ///
    /// # Panics
    /// If the lengths don't fit.
    pub fn backward(self, x: &[Float], y: &[Float], dy: &[Float], dx: &mut [Float], width: usize) {
        backward(self, x, y, dy, dx, width);
    }
}

/// [`Activation::forward`] for any number type.
pub(crate) fn forward<R: Real>(activation: Activation, x: &[R], y: &mut [R], width: usize) {
    if activation == Glu {
        for (from, to) in halved_rows(x.len(), y.len(), width) {
            rowwise::glu(&x[from], &mut y[to]);
        }
        return;
    }
    assert_eq!(x.len(), y.len(), "activation: input and output differ in length");
    y.copy_from_slice(x);
    forward_in_place(activation, y, width);
}

/// [`Activation::forward_in_place`] for any number type.
pub(crate) fn forward_in_place<R: Real>(activation: Activation, y: &mut [R], width: usize) {
    if activation.is_elementwise() {
        for v in y {
            *v = scalar::forward(activation, *v);
        }
        return;
    }
    for row in rows(y.len(), width) {
        rowwise::forward(activation, &mut y[row]);
    }
}

/// [`Activation::backward`] for any number type.
pub(crate) fn backward<R: Real>(
    activation: Activation,
    x: &[R],
    y: &[R],
    dy: &[R],
    dx: &mut [R],
    width: usize,
) {
    let n = dx.len();
    if activation == Glu {
        assert!(
            x.len() == n && y.len() == dy.len(),
            "activation: the slices of backward differ in length"
        );
        for (from, to) in halved_rows(n, dy.len(), width) {
            rowwise::glu_backward(&x[from.clone()], &dy[to], &mut dx[from]);
        }
        return;
    }
    assert!(
        x.len() == n && y.len() == n && dy.len() == n,
        "activation: the slices of backward differ in length"
    );
    if activation.is_elementwise() {
        for i in 0..n {
            dx[i] = dy[i] * scalar::derivative(activation, x[i], y[i]);
        }
        return;
    }
    for row in rows(n, width) {
        let (x, y, dy) = (&x[row.clone()], &y[row.clone()], &dy[row.clone()]);
        rowwise::backward(activation, x, y, dy, &mut dx[row]);
    }
}

/// The index ranges of the rows of `width` elements in a slice of `len` elements.
fn rows(len: usize, width: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    assert!(
        len == 0 || (width > 0 && len.is_multiple_of(width)),
        "activation: {len} elements are not whole rows of {width}"
    );
    (0..len / width.max(1)).map(move |r| r * width..(r + 1) * width)
}

/// The index ranges of the rows of an input of `len` elements in rows of `width`, each with that of
/// its row of `output_len` elements in rows half as wide.
fn halved_rows(
    len: usize,
    output_len: usize,
    width: usize,
) -> impl Iterator<Item = (std::ops::Range<usize>, std::ops::Range<usize>)> {
    assert!(
        width.is_multiple_of(2) && len == 2 * output_len,
        "activation: glu halves rows of {width}, {len} elements don't become {output_len}"
    );
    rows(len, width).zip(rows(output_len, width / 2))
}
