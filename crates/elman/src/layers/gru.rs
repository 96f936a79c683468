//! The gated recurrent unit.

use super::Rnn;
use crate::activations::Activation;
use crate::cells::{GruCell, weight_options};

/// Gated recurrent unit, in both of Keras's forms.
///
/// ```text
/// z = σ(x @ Kz + h @ Rz)    r = σ(x @ Kr + h @ Rr)    h' = z * h + (1 - z) * n
/// reset_after (default):  n = φ(x @ Kn + b + r * (h @ Rn + b'))
/// otherwise:              n = φ(x @ Kn + b + (r * h) @ Rn)
/// ```
/// with σ = `recurrent_activation` (sigmoid) and φ = `activation` (tanh); z and r have biases too.
///
/// - Shapes: see [`Rnn`]; one state, h, which is the output.
/// - Weights: `kernel (features, 3 units)`, `recurrent_kernel (units, 3 units)`, columns z, r, n;
///   `bias (2, 3 units)` (for the input, for the state), or `(3 units,)` without `reset_after`.
/// - Keras: `keras.layers.GRU`, same defaults. Paper: Cho et al., *Learning Phrase
///   Representations using RNN Encoder–Decoder*, 2014.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Gru::new(4).reset_after(false).input_shape([5, 3]))?;
/// assert_eq!(model.count_params(), 3 * 4 * (3 + 4 + 1));
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "GRU")]
#[doc(alias = "keras.layers.GRU")]
pub type Gru = Rnn<GruCell>;

impl Gru {
    /// A layer of `units` outputs with Keras's defaults.
    pub fn new(units: usize) -> Gru {
        Rnn::of(GruCell::new(units))
    }
}

weight_options!(GruCell, Gru {
    /// The activation of the candidate (`tanh`).
    activation: Activation => activation;
    /// The activation of the two gates (`sigmoid`).
    recurrent_activation: Activation => recurrent_activation;
    /// Whether the reset gate acts after the product with the recurrent kernel (true).
    reset_after: bool => reset_after;
});
