//! Keras's layers, one file each.
//!
//! A layer is made by `new` with its required arguments, takes the others through builder methods
//! named as Keras's keyword arguments, and has Keras's defaults. [`LayerOptions`] holds the
//! arguments that every layer takes.

mod activation;
mod activations;
pub(crate) mod activity;
mod activity_regularization;
mod assets;
mod attention;
mod axes;
mod bidirectional;
mod conv1d;
mod conv_lstm;
pub(crate) mod data_format;
mod dense;
mod dropout;
mod dtype;
mod embedding;
mod flatten;
mod gru;
mod identity;
mod input;
pub(crate) mod layer;
mod lstm;
mod masking;
mod merge;
mod minimal;
mod noise;
mod normalization;
mod operation;
mod pooling;
mod preprocessing;
mod registry;
mod reshaping;
mod rnn;
mod simple_rnn;
mod time_distributed;
pub(crate) mod weight_arguments;
mod windows;

pub use activation::ActivationLayer;
pub use activations::{Elu, LeakyRelu, Prelu, Relu, Softmax};
pub use activity_regularization::ActivityRegularization;
pub use assets::Assets;
pub use attention::{AdditiveAttention, Attention, MultiHeadAttention, ScoreMode};
pub use axes::Axes;
pub(crate) use axes::resolve_axis;
pub use bidirectional::{Bidirectional, MergeMode};
pub use conv_lstm::{ConvLstm1d, ConvLstm2d, ConvLstm3d};
pub use conv1d::Conv1d;
pub use dense::Dense;
pub use dropout::Dropout;
pub use dtype::Dtype;
pub use embedding::Embedding;
pub use flatten::Flatten;
pub use gru::Gru;
pub use identity::Identity;
pub use input::Input;
pub use layer::{Base, Layer, LayerOptions};
pub use lstm::Lstm;
pub use masking::Masking;
pub(crate) use merge::KERAS_2_MASKS;
pub use merge::{
    Add, Average, Concatenate, Dot, Factor, Maximum, Merge, MergeFunction, Minimum, Multiply,
    Subtract,
};
pub use minimal::{MinGru, MinLstm};
pub use noise::{GaussianDropout, GaussianNoise, SpatialDropout1d};
pub use normalization::{BatchNormalization, LayerNormalization, RmsNormalization};
pub(crate) use operation::Operation;
pub use pooling::{AveragePooling1d, GlobalAveragePooling1d, GlobalMaxPooling1d, MaxPooling1d};
pub use preprocessing::{
    IntegerLookup, Ngrams, Normalization, Numbers, OovMethod, OutputMode, Rescaling, Split,
    Standardize, StringLookup, TextVectorization,
};
pub(crate) use registry::{Options, is_registered_as, layer_from_object, layer_to_object};
pub use registry::{layer_classes, layer_from_config};
pub use reshaping::{
    Cropping1d, Ends, Permute, RepeatVector, Reshape, UpSampling1d, ZeroPadding1d,
};
pub use rnn::{Recurrent, Rnn, RnnOptions};
pub use simple_rnn::SimpleRnn;
pub use time_distributed::TimeDistributed;
