//! The long short-term memory layer.

use super::Rnn;
use crate::activations::Activation;
use crate::cells::{LstmCell, weight_options};

/// Long short-term memory.
///
/// ```text
/// [i f g o] = x_t @ kernel + h_{t-1} @ recurrent_kernel + bias
/// c_t = σ(f) * c_{t-1} + σ(i) * φ(g)        h_t = σ(o) * φ(c_t)
/// ```
/// with σ = `recurrent_activation` (sigmoid) and φ = `activation` (tanh).
///
/// - Shapes: see [`Rnn`]; two states, h and c.
/// - Weights: `kernel (features, 4 units)`, `recurrent_kernel (units, 4 units)`,
///   `bias (4 units,)`; columns i, f, g, o.
/// - Keras: `keras.layers.LSTM`, same defaults. Papers: Hochreiter and Schmidhuber, *Long
///   Short-Term Memory*, 1997; Gers et al., *Learning to Forget*, 2000.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Lstm::new(4).return_state(true).input_shape([5, 3]))?;
/// let outputs = model.predict_all([ndarray::Array3::<f32>::zeros((2, 5, 3)).into()])?;
/// assert_eq!(outputs.len(), 3); // the output, h and c
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "LSTM")]
#[doc(alias = "keras.layers.LSTM")]
pub type Lstm = Rnn<LstmCell>;

impl Lstm {
    /// A layer of `units` outputs with Keras's defaults.
    pub fn new(units: usize) -> Lstm {
        Rnn::of(LstmCell::new(units))
    }
}

weight_options!(LstmCell, Lstm {
    /// The activation of the candidate and of the output (`tanh`).
    activation: Activation => activation;
    /// The activation of the three gates (`sigmoid`).
    recurrent_activation: Activation => recurrent_activation;
    /// Whether the bias of the forget gate starts at 1 (true).
    unit_forget_bias: bool => unit_forget_bias;
});
