//! What the two minimal cells do differently: how much of the state they keep.

use crate::Float;
use crate::onnx::Exporter;

/// A minimal cell, as a type: [`MinGruCell`](super::MinGruCell) or
/// [`MinLstmCell`](super::MinLstmCell).
pub trait MinimalKind: Clone + Send + Sync + 'static {
    /// The class of the cell.
    const CELL: &'static str;
    /// The class of the layer.
    const LAYER: &'static str;
    /// How many gates are computed from x.
    const GATES: usize;
    /// The function of programs that computes a step.
    const FUNCTION: &'static str;

    /// The number `d` of which `σ(d)` is the fraction of the state that is kept, from the gates
    /// before their activation.
    fn logit(gates: &[Float]) -> Float;

    /// The gradients of the gates from that of the logit.
    fn logit_backward(gates: &[Float], gradient: Float, of_gates: &mut [Float]);

    /// [`MinimalKind::logit`] in an ONNX graph.
    fn onnx_logit(gates: &[String], exporter: &mut Exporter) -> String;
}

/// The kind of [`MinGruCell`](super::MinGruCell).
#[derive(Clone, Debug)]
pub struct MinGruKind;

impl MinimalKind for MinGruKind {
    const CELL: &'static str = "MinGRUCell";
    const LAYER: &'static str = "MinGRU";
    const GATES: usize = 1;
    const FUNCTION: &'static str = "min_gru";

    fn logit(gates: &[Float]) -> Float {
        // 1 - σ(z) = σ(-z)
        -gates[0]
    }

    fn logit_backward(_: &[Float], gradient: Float, of_gates: &mut [Float]) {
        of_gates[0] = -gradient;
    }

    fn onnx_logit(gates: &[String], exporter: &mut Exporter) -> String {
        exporter.unary("Neg", &gates[0])
    }
}

/// The kind of [`MinLstmCell`](super::MinLstmCell).
#[derive(Clone, Debug)]
pub struct MinLstmKind;

impl MinimalKind for MinLstmKind {
    const CELL: &'static str = "MinLSTMCell";
    const LAYER: &'static str = "MinLSTM";
    const GATES: usize = 2;
    const FUNCTION: &'static str = "min_lstm";

    fn logit(gates: &[Float]) -> Float {
        // σ(f) / (σ(f) + σ(i)) = σ(log σ(f) - log σ(i)), which holds where both σ are 0 in floats.
        softplus(-gates[1]) - softplus(-gates[0])
    }

    fn logit_backward(gates: &[Float], gradient: Float, of_gates: &mut [Float]) {
        of_gates[0] = gradient * sigmoid(-gates[0]);
        of_gates[1] = -gradient * sigmoid(-gates[1]);
    }

    fn onnx_logit(gates: &[String], exporter: &mut Exporter) -> String {
        let log = [&gates[0], &gates[1]].map(|gate| {
            let opposite = exporter.unary("Neg", gate);
            exporter.unary("Softplus", &opposite)
        });
        exporter.binary("Sub", &log[1], &log[0])
    }
}

/// `1 / (1 + exp(-v))`, without overflow.
pub(super) fn sigmoid(v: Float) -> Float {
    let small = elman_kernels::exp(-v.abs());
    if v >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) }
}

/// `log(1 + exp(v))`, without overflow.
fn softplus(v: Float) -> Float {
    v.max(0.0) + elman_kernels::ln_1p(elman_kernels::exp(-v.abs()))
}

/// The paper's g, positive and continuous: `v + 0.5` from 0 on, `σ(v)` below.
pub(super) fn positive(v: Float) -> Float {
    if v >= 0.0 { v + 0.5 } else { sigmoid(v) }
}

/// The derivative of [`positive`].
pub(super) fn positive_slope(v: Float) -> Float {
    if v >= 0.0 { 1.0 } else { sigmoid(v) * sigmoid(-v) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fractions kept, as the papers write them, and far from where those can be computed.
    #[test]
    fn logits_are_those_of_the_gates() {
        let close = |a: Float, b: Float| assert!((a - b).abs() < 1e-6, "{a} {b}");
        for (f, i) in [(0.0, 0.0), (2.0, -1.0), (-3.0, 1.5)] {
            let kept = sigmoid(f) / (sigmoid(f) + sigmoid(i));
            close(sigmoid(MinLstmKind::logit(&[f, i])), kept);
            close(sigmoid(MinGruKind::logit(&[f])), 1.0 - sigmoid(f));
        }
        // Both σ are 0 in floats; their quotient is e.
        close(sigmoid(MinLstmKind::logit(&[-500.0, -501.0])), sigmoid(1.0));
        close(sigmoid(MinLstmKind::logit(&[500.0, 501.0])), 0.5);
        assert_eq!((positive(0.0), positive(2.0), positive(-500.0)), (0.5, 2.5, sigmoid(-500.0)));
    }
}
