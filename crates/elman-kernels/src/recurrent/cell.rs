//! Which recurrent cell: its gates, states and activations.

use crate::Activation;

/// A recurrent cell of Keras.
///
/// Letters: x input, h output and state, c carry, K kernel, R recurrent kernel, b bias,
/// s recurrent activation, p activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `h' = p(x K + b + h R)`
    SimpleRnn {
        /// `p`
        activation: Activation,
    },
    /// `i, f, g, o = s, s, p, s (x K + h R + b)`, `c' = f c + i g`, `h' = o p(c')`.
    /// Columns of K, R and b: input, forget, candidate, output gate. States: h, c.
    Lstm {
        /// `p`
        activation: Activation,
        /// `s`
        recurrent_activation: Activation,
    },
    /// `z, r = s(x K + h R + b)`, `h' = z h + (1 - z) g` with
    /// `g = p(x K_g + b_g + r (h R_g + b'_g))` if `reset_after`, else
    /// `g = p(x K_g + b_g + (r h) R_g)`. Columns of K, R and b: update (z), reset (r), candidate.
    Gru {
        /// `p`
        activation: Activation,
        /// `s`
        recurrent_activation: Activation,
        /// Whether the reset gate applies after the recurrent product (Keras's default), which
        /// then has a bias of its own.
        reset_after: bool,
    },
}

impl Cell {
    /// Gates, that is how many columns K and R have per unit: 1, 4, 3.
    pub fn gates(&self) -> usize {
        match self {
            Cell::SimpleRnn { .. } => 1,
            Cell::Lstm { .. } => 4,
            Cell::Gru { .. } => 3,
        }
    }

    /// State vectors: 1 (h), but 2 (h, c) for the LSTM.
    pub fn states(&self) -> usize {
        if matches!(self, Cell::Lstm { .. }) { 2 } else { 1 }
    }

    /// Elements of the bias. The GRU with `reset_after` has two rows: the input's, then the
    /// recurrent product's.
    pub fn bias_len(&self, units: usize) -> usize {
        let rows = if matches!(self, Cell::Gru { reset_after: true, .. }) { 2 } else { 1 };
        rows * self.gates() * units
    }

    /// Whether the fast kernels serve this cell: its activations are elementwise and their
    /// derivatives follow from their outputs. Other cells compute with plain loops: correct, for
    /// any activation, but slow.
    pub fn is_fused(&self) -> bool {
        let (activation, recurrent) = self.activations();
        is_fusible(activation) && is_fusible(recurrent)
    }

    /// The activation and the recurrent activation (of a cell without one: the activation).
    pub(crate) fn activations(&self) -> (Activation, Activation) {
        match *self {
            Cell::SimpleRnn { activation } => (activation, activation),
            Cell::Lstm { activation, recurrent_activation }
            | Cell::Gru { activation, recurrent_activation, .. } => {
                (activation, recurrent_activation)
            }
        }
    }
}

/// Whether the derivative of an activation is a function of its output alone.
fn is_fusible(activation: Activation) -> bool {
    use Activation::*;
    matches!(
        activation,
        Linear
            | Relu
            | Relu6
            | LeakyRelu
            | Elu
            | Celu
            | Selu
            | Sigmoid
            | HardSigmoid
            | HardSigmoidKeras2
            | Tanh
            | HardTanh
            | Softsign
            | Exponential
            | SparseSigmoid
    )
}
