//! Minimal recurrent layers.

use super::Rnn;
use super::weight_arguments::weight_arguments;
use crate::cells::{MinGruCell, MinLstmCell, MinimalCell, MinimalKind, cell_options};

/// The minimal gated recurrent unit: a GRU whose gate and candidate don't see the state, so that
/// all steps of a sequence are one product.
///
/// ```text
/// z = σ(x_t @ Kz + bz)      n = g(x_t @ Kn + bn)      h_t = (1 - z) * h_{t-1} + z * n
/// ```
/// with `g(v) = v + 0.5` from 0 on and `σ(v)` below, which keeps the states positive, or
/// `g(v) = v` without `positive`. On the paper's scan in logarithms see [`MinGruCell`].
///
/// - Shapes: see [`Rnn`]; one state, h, which is the output.
/// - Weights: `kernel (features, 2 units)`, columns z, n; `bias (2 units,)`.
/// - Keras has no such layer. A `.keras` file holds it as elman's own class `elman>MinGRU`, which
///   Keras refuses by name.
/// - Paper: Feng et al., *Were RNNs All We Needed?*, 2024 (arXiv 2410.01201).
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(MinGru::new(4).input_shape([100, 3]))?;
/// assert_eq!(model.count_params(), 2 * 4 * (3 + 1));
/// let again = Model::from_bytes(&model.to_bytes()?, "minimal.keras")?;
/// let x = ndarray::Array3::<f32>::ones((2, 100, 3));
/// assert_eq!(again.predict(&x)?, model.predict(&x)?);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "MinGRU")]
pub type MinGru = Rnn<MinGruCell>;

/// The minimal long short-term memory: one state, gates that don't see it and that add up to 1, so
/// that all steps of a sequence are one product.
///
/// ```text
/// f, i = σ(x_t @ Kf + bf), σ(x_t @ Ki + bi)          n = g(x_t @ Kn + bn)
/// h_t = f / (f + i) * h_{t-1} + i / (f + i) * n
/// ```
/// with g as in [`MinGru`].
///
/// - Shapes: see [`Rnn`]; one state, h, which is the output.
/// - Weights: `kernel (features, 3 units)`, columns f, i, n; `bias (3 units,)`.
/// - Keras has no such layer. A `.keras` file holds it as elman's own class `elman>MinLSTM`, which
///   Keras refuses by name.
/// - Paper: Feng et al., *Were RNNs All We Needed?*, 2024 (arXiv 2410.01201).
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Bidirectional::new(MinLstm::new(4).return_sequences(true)).input_shape([100, 3]))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 100, 8)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "MinLSTM")]
pub type MinLstm = Rnn<MinLstmCell>;

impl<K: MinimalKind> Rnn<MinimalCell<K>> {
    /// A layer of `units` outputs.
    pub fn new(units: usize) -> Self {
        Rnn::of(MinimalCell::new(units))
    }
}

cell_options!(@[K: MinimalKind] MinimalCell<K>, Rnn<MinimalCell<K>> {
    /// Whether the candidate is kept positive by g (true); else it is taken as it is.
    positive: bool => positive;
    /// Whether to add a bias (true).
    use_bias: bool => use_bias;
});

macro_rules! minimal_arguments {
    ($object:ty, $via:tt) => {
        weight_arguments!(@[K: MinimalKind] $object, via $via {
            "kernel" starts as "glorot_uniform":
                kernel_initializer, kernel_regularizer, kernel_constraint;
            "bias" starts as "zeros": bias_initializer, bias_regularizer, bias_constraint;
        });
    };
}
minimal_arguments!(MinimalCell<K>, []);
minimal_arguments!(Rnn<MinimalCell<K>>, [cell]);
