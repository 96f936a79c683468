//! The fully connected recurrent layer.

use super::Rnn;
use crate::activations::Activation;
use crate::cells::{SimpleRnnCell, weight_options};

/// Elman's network: `h_t = activation(x_t @ kernel + h_{t-1} @ recurrent_kernel + bias)`.
///
/// - Shapes: see [`Rnn`]; one state, h, which is the output.
/// - Weights: `kernel (features, units)`, `recurrent_kernel (units, units)`, `bias (units,)`.
/// - Keras: `keras.layers.SimpleRNN`, same defaults. Paper: Elman, *Finding Structure in Time*,
///   1990.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(SimpleRnn::new(3).input_shape([2, 10]))?;
/// assert_eq!(model.count_params(), 42);
/// assert_eq!(model.predict(ndarray::Array3::<f32>::zeros((8, 2, 10)))?.shape(), [8, 3]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "SimpleRNN")]
#[doc(alias = "keras.layers.SimpleRNN")]
pub type SimpleRnn = Rnn<SimpleRnnCell>;

impl SimpleRnn {
    /// A layer of `units` outputs with Keras's defaults.
    pub fn new(units: usize) -> SimpleRnn {
        Rnn::of(SimpleRnnCell::new(units))
    }
}

weight_options!(SimpleRnnCell, SimpleRnn {
    /// The activation (`tanh`).
    activation: Activation => activation;
});
