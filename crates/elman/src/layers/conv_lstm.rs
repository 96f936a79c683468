//! Convolutional LSTM layers.

use super::Rnn;
use crate::activations::Activation;
use crate::cells::{ConvLstmCell, PerAxis, weight_options};
use crate::ops::Padding;

/// A convolutional LSTM over sequences of rows, such as signals of several sensors.
///
/// ```text
/// [i f g o] = x_t ∗ kernel + bias + h_{t-1} ∗ recurrent_kernel
/// c_t = σ(f) * c_{t-1} + σ(i) * φ(g)        h_t = σ(o) * φ(c_t)
/// ```
/// with σ = `recurrent_activation` (sigmoid), φ = `activation` (tanh) and convolutions ∗, that of h
/// such that its rows stay as many as they are.
///
/// - Input: `(batch, time, rows, channels)`; the rows must be known. Output and both states, h and
///   c: as [`Rnn`] describes them with `(…, new_rows, filters)` in place of the units.
/// - Weights: `kernel (kernel_size, channels, 4 filters)`,
///   `recurrent_kernel (kernel_size, filters, 4 filters)`, `bias (4 filters,)`; columns i, f, g, o.
/// - Keras: `keras.layers.ConvLSTM1D`, same defaults; `data_format` is always `channels_last`.
///   Paper: Shi et al., *Convolutional LSTM Network*, 2015.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(ConvLstm1d::new(4, 3).return_sequences(true).input_shape([5, 10, 2]))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 5, 8, 4)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "ConvLSTM1D")]
#[doc(alias = "keras.layers.ConvLSTM1D")]
pub type ConvLstm1d = Rnn<ConvLstmCell<1>>;

/// A convolutional LSTM over sequences of images: [`ConvLstm1d`] with rows and columns.
///
/// - Input: `(batch, time, rows, columns, channels)`. Output and states: with
///   `(…, new_rows, new_columns, filters)`.
/// - Keras: `keras.layers.ConvLSTM2D`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// let layer = ConvLstm2d::new(4, [3, 2]).padding(Padding::Same).strides(2);
/// model.add(layer.input_shape([5, 10, 8, 1]))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 5, 4, 4)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "ConvLSTM2D")]
#[doc(alias = "keras.layers.ConvLSTM2D")]
pub type ConvLstm2d = Rnn<ConvLstmCell<2>>;

/// A convolutional LSTM over sequences of volumes: [`ConvLstm1d`] with three axes of space.
///
/// - Input: `(batch, time, rows, columns, depths, channels)`.
/// - Keras: `keras.layers.ConvLSTM3D`.
#[doc(alias = "ConvLSTM3D")]
#[doc(alias = "keras.layers.ConvLSTM3D")]
pub type ConvLstm3d = Rnn<ConvLstmCell<3>>;

impl<const N: usize> Rnn<ConvLstmCell<N>> {
    /// A layer of `filters` outputs at each place, with Keras's defaults.
    pub fn new(filters: usize, kernel_size: impl Into<PerAxis<N>>) -> Self {
        Rnn::of(ConvLstmCell::new(filters, kernel_size))
    }

    /// The distance between the windows over the input along each axis (1).
    pub fn strides(mut self, strides: impl Into<PerAxis<N>>) -> Self {
        self.cell = self.cell.strides(strides);
        self
    }

    /// The distance between the entries of a window over the input along each axis (1).
    pub fn dilation_rate(mut self, dilation_rate: impl Into<PerAxis<N>>) -> Self {
        self.cell = self.cell.dilation_rate(dilation_rate);
        self
    }
}

impl<const N: usize> ConvLstmCell<N> {
    /// The distance between the windows over the input along each axis (1).
    pub fn strides(mut self, strides: impl Into<PerAxis<N>>) -> Self {
        self.strides = strides.into();
        self
    }

    /// The distance between the entries of a window over the input along each axis (1).
    pub fn dilation_rate(mut self, dilation_rate: impl Into<PerAxis<N>>) -> Self {
        self.dilation_rate = dilation_rate.into();
        self
    }
}

weight_options!(@[const N: usize] ConvLstmCell<N>, Rnn<ConvLstmCell<N>> {
    /// What the convolution of the input does at the ends of an axis (`valid`).
    padding: Padding => padding;
    /// The activation of the candidate and of the output (`tanh`).
    activation: Activation => activation;
    /// The activation of the three gates (`sigmoid`).
    recurrent_activation: Activation => recurrent_activation;
    /// Whether the bias of the forget gate starts at 1 (true).
    unit_forget_bias: bool => unit_forget_bias;
});
