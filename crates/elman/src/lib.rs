//! Recurrent neural networks with Keras's layers, names and files.
//!
//! Build a model as in Keras, or load one that Keras trained; predict, train, save:
//!
//! ```
//! use elman::prelude::*;
//!
//! let mut model = Sequential::new().seed(1);
//! model.add(SimpleRnn::new(3).input_shape([2, 10]))?;
//! assert!(model.summary().contains("simple_rnn (SimpleRNN)"));
//! assert_eq!(model.count_params(), 42);
//!
//! let x = ndarray::Array3::<f32>::zeros((8, 2, 10)); // (batch, timesteps, features)
//! assert_eq!(model.predict(&x)?.shape(), [8, 3]);
//! # Ok::<(), elman::Error>(())
//! ```
//!
//! # Where to look
//! - [`layers`]: what models are made of; [`cells`] are the equations of their steps.
//! - [`Sequential`] and [`Model`]: putting layers together, `summary`, `predict`, `fit`, `save`.
//! - [`streaming`]: models that run step by step, as data come.
//! - [`training`]: losses, metrics, optimizers, learning-rate schedules, callbacks.
//! - [`data`]: windows, padding, and batches that need not lie in memory.
//! - [`gradcheck`]: whether the gradients of a layer, cell or loss of one's own are right.
//! - [`load_model`]: reading files of every generation of Keras; [`compatibility`]: what they mean.
//! - [`calibration`]: what this machine does at best, to hold a model's speed against.
//! - [`Tensor`]: what `ndarray` arrays and views of any number type turn into.
//!
//! # Numbers
//! Arithmetic is in f32. Results equal Keras's within rounding. They are bitwise the same for any
//! number of threads, and predictions for any batch size.
#![forbid(unsafe_code)]

pub mod activations;
pub mod calibration;
pub mod cells;
pub mod compatibility;
pub mod constraints;
mod context;
pub mod data;
mod defaults;
mod drawing;
mod error;
pub mod gradcheck;
pub mod initializers;
pub mod layers;
mod mask;
pub mod models;
mod names;
mod objects;
pub mod onnx;
pub mod ops;
pub mod parameters;
#[cfg(feature = "plot")]
pub mod plot;
pub mod random;
pub mod regularizers;
mod saving;
mod shape;
mod standalone;
mod states;
pub mod streaming;
mod tensor;
mod text;
pub mod training;

/// The example of the README must compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub use context::Context;
pub use drawing::{PlotModel, Rankdir, plot_model};
pub use elman_kernels::{Float, WeightFormat, num_threads, set_num_threads};
pub use error::{Error, Result};
pub use mask::Mask;
pub use models::{Functional, Model, Sequential};
pub use names::clear_session;
pub use onnx::OnnxOptions;
pub use parameters::Parameters;
pub use saving::{
    H5For, KERAS_VERSION, Verification, WeightNames, load_model, load_model_with, verify,
};
pub use shape::Shape;
pub use standalone::Standalone;
pub use states::{StateEntry, StateSlot, States};
pub use tensor::{Element, Tensor};

/// The version of this library, as files say it that it writes.
///
/// ```
/// println!("elman {}", elman::VERSION);
/// ```
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything that a program usually needs: `use elman::prelude::*`.
pub mod prelude {
    pub use ndarray::{self, array};

    pub use crate::activations::Activation;
    pub use crate::constraints::Constraint;
    pub use crate::initializers::Initializer;
    pub use crate::layers::{
        ActivationLayer, ActivityRegularization, Add, AdditiveAttention, Attention, Average,
        AveragePooling1d, BatchNormalization, Bidirectional, Concatenate, Conv1d, ConvLstm1d,
        ConvLstm2d, ConvLstm3d, Cropping1d, Dense, Dot, Dropout, Elu, Embedding, Flatten,
        GaussianDropout, GaussianNoise, GlobalAveragePooling1d, GlobalMaxPooling1d, Gru, Identity,
        Input, IntegerLookup, LayerNormalization, LayerOptions, LeakyRelu, Lstm, Masking,
        MaxPooling1d, Maximum, MergeMode, MinGru, MinLstm, Minimum, MultiHeadAttention, Multiply,
        Normalization, OutputMode, Permute, Prelu, Relu, RepeatVector, Rescaling, Reshape,
        RmsNormalization, Rnn, ScoreMode, SimpleRnn, Softmax, SpatialDropout1d, StringLookup,
        Subtract, TextVectorization, TimeDistributed, UpSampling1d, ZeroPadding1d,
    };
    pub use crate::models::{
        Apply, Functional, Model, Sequential, SummaryOptions, SummaryStyle, Symbolic,
    };
    pub use crate::ops::Padding;
    pub use crate::regularizers::Regularizer;
    pub use crate::training::callbacks::{Callback, EarlyStopping, ModelCheckpoint};
    pub use crate::training::losses::{
        BinaryCrossentropy, CategoricalCrossentropy, MeanAbsoluteError, MeanSquaredError,
        SparseCategoricalCrossentropy,
    };
    pub use crate::training::optimizers::{Adam, AdamW, OptimizerOptions, RmsProp, Sgd};
    pub use crate::training::{Bptt, Checkpoints, Fit, History, Logs, Verbose};
    pub use crate::{Mask, Shape, States, Tensor, load_model};
}
