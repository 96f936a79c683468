//! Activations as operators, and as attributes of recurrent operators.

use elman_files::onnx::Attribute;

use super::Exporter;
use crate::activations::Activation::{self, *};

/// Keras's constants, as in the kernels.
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
const LEAKY_SLOPE: f32 = 0.2;
const SHRINK: f32 = 0.5;

/// An activation as recurrent operators name it, with `alpha` and `beta`; none if they have it not.
pub(super) fn of_operator(
    activation: Activation,
) -> Option<(&'static str, Option<f32>, Option<f32>)> {
    Some(match activation {
        Linear => ("Affine", Some(1.0), Some(0.0)),
        Relu => ("Relu", None, None),
        LeakyRelu => ("LeakyRelu", Some(LEAKY_SLOPE), None),
        Elu | Celu => ("Elu", Some(1.0), None),
        Sigmoid => ("Sigmoid", None, None),
        HardSigmoid => ("HardSigmoid", Some(1.0 / 6.0), Some(0.5)),
        HardSigmoidKeras2 => ("HardSigmoid", Some(0.2), Some(0.5)),
        Tanh => ("Tanh", None, None),
        Softplus => ("Softplus", None, None),
        Softsign => ("Softsign", None, None),
        _ => return None,
    })
}

impl Exporter<'_> {
    /// An activation of a value whose last axis has that width.
    pub fn activation(&mut self, activation: Activation, x: &str, width: usize) -> String {
        let float = |name, value| (name, Attribute::Float(value));
        match activation {
            Linear => x.to_owned(),
            Relu => self.unary("Relu", x),
            Relu6 => self.clip(x, 0.0, 6.0),
            LeakyRelu => self.node("LeakyRelu", &[x], &[float("alpha", LEAKY_SLOPE)]),
            Elu | Celu => self.node("Elu", &[x], &[float("alpha", 1.0)]),
            Selu => {
                let (alpha, gamma) = (SELU_ALPHA as f32, SELU_SCALE as f32);
                self.node("Selu", &[x], &[float("alpha", alpha), float("gamma", gamma)])
            }
            Gelu => {
                let scaled = self.times(x, std::f64::consts::FRAC_1_SQRT_2);
                let erf = self.unary("Erf", &scaled);
                let above = self.plus(&erf, 1.0);
                let half = self.times(x, 0.5);
                self.binary("Mul", &half, &above)
            }
            Sigmoid => self.unary("Sigmoid", x),
            HardSigmoid => self.hard_sigmoid(x, 1.0 / 6.0),
            HardSigmoidKeras2 => self.hard_sigmoid(x, 0.2),
            LogSigmoid => {
                let negative = self.unary("Neg", x);
                let softplus = self.unary("Softplus", &negative);
                self.unary("Neg", &softplus)
            }
            Silu => {
                let gate = self.unary("Sigmoid", x);
                self.binary("Mul", x, &gate)
            }
            HardSilu => {
                let gate = self.hard_sigmoid(x, 1.0 / 6.0);
                self.binary("Mul", x, &gate)
            }
            Tanh => self.unary("Tanh", x),
            HardTanh => self.clip(x, -1.0, 1.0),
            TanhShrink => {
                let tanh = self.unary("Tanh", x);
                self.binary("Sub", x, &tanh)
            }
            SoftShrink => {
                self.node("Shrink", &[x], &[float("lambd", SHRINK), float("bias", SHRINK)])
            }
            HardShrink => self.node("Shrink", &[x], &[float("lambd", SHRINK), float("bias", 0.0)]),
            Softplus => self.unary("Softplus", x),
            Softsign => self.unary("Softsign", x),
            Mish => {
                let softplus = self.unary("Softplus", x);
                let tanh = self.unary("Tanh", &softplus);
                self.binary("Mul", x, &tanh)
            }
            Exponential => self.unary("Exp", x),
            Squareplus => {
                let square = self.binary("Mul", x, x);
                let above = self.plus(&square, 4.0);
                let root = self.unary("Sqrt", &above);
                let sum = self.binary("Add", x, &root);
                self.times(&sum, 0.5)
            }
            SparsePlus => {
                // x beyond 1, a parabola between -1 and 1, zero below.
                let within = self.clip(x, -1.0, 1.0);
                let above = self.plus(&within, 1.0);
                let square = self.binary("Mul", &above, &above);
                let parabola = self.times(&square, 0.25);
                let beyond = self.plus(x, -1.0);
                let beyond = self.unary("Relu", &beyond);
                self.binary("Add", &parabola, &beyond)
            }
            SparseSigmoid => {
                let above = self.plus(x, 1.0);
                let half = self.times(&above, 0.5);
                self.clip(&half, 0.0, 1.0)
            }
            Softmax => self.node("Softmax", &[x], &[("axis", Attribute::Int(-1))]),
            LogSoftmax => self.node("LogSoftmax", &[x], &[("axis", Attribute::Int(-1))]),
            Sparsemax => self.sparsemax(x, width),
            Glu => {
                let halves = self.split(x, -1, &[width / 2, width / 2]);
                let gate = self.unary("Sigmoid", &halves[1]);
                self.binary("Mul", &halves[0], &gate)
            }
            _ => unreachable!("every activation is listed"),
        }
    }

    /// `x + number`.
    pub fn plus(&mut self, x: &str, number: f64) -> String {
        let number = self.number(number);
        self.binary("Add", x, &number)
    }

    /// `x * number`.
    pub fn times(&mut self, x: &str, number: f64) -> String {
        let number = self.number(number);
        self.binary("Mul", x, &number)
    }

    fn hard_sigmoid(&mut self, x: &str, alpha: f32) -> String {
        let alpha = ("alpha", Attribute::Float(alpha));
        self.node("HardSigmoid", &[x], &[alpha, ("beta", Attribute::Float(0.5))])
    }

    /// As Keras computes it: the threshold is of the sum of the partial sums.
    fn sparsemax(&mut self, x: &str, width: usize) -> String {
        use elman_files::onnx::ElementKind::F32;
        let (count, last) = (self.ints(&[width as i64]), self.int(-1));
        let axis = ("axis", Attribute::Int(-1));
        let sorted = self.nodes("TopK", &[x, &count], &[axis], &[true, true]).swap_remove(0);
        let sums = self.binary("CumSum", &sorted, &last);
        let ranks = self.floats("ranks", [width], (1..=width).map(|i| i as f32).collect());
        let less = self.plus(&sums, -1.0);
        let threshold = self.binary("Div", &less, &ranks);
        let supports = self.binary("Greater", &sorted, &threshold);
        let supports = self.cast(&supports, F32);
        let size = self.reduce("ReduceSum", &supports, &[-1], true);
        let counted = self.binary("Mul", &supports, &sums);
        let sum = self.reduce("ReduceSum", &counted, &[-1], true);
        let less = self.plus(&sum, -1.0);
        let threshold = self.binary("Div", &less, &size);
        let above = self.binary("Sub", x, &threshold);
        self.unary("Relu", &above)
    }
}
