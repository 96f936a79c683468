//! Keras's layers, one file each.
//!
//! A layer is made by `new` with its required arguments, takes the others through builder methods
//! named as Keras's keyword arguments, and has Keras's defaults. [`LayerOptions`] holds the
//! arguments that every layer takes.

mod activation;
mod bidirectional;
mod dense;
mod dropout;
mod dtype;
mod embedding;
mod flatten;
mod gru;
mod input;
pub(crate) mod layer;
mod lstm;
mod masking;
mod operation;
mod registry;
mod rnn;
mod simple_rnn;
mod time_distributed;

pub use activation::ActivationLayer;
pub use bidirectional::{Bidirectional, MergeMode};
pub use dense::Dense;
pub use dropout::Dropout;
pub use dtype::Dtype;
pub use embedding::Embedding;
pub use flatten::Flatten;
pub use gru::Gru;
pub use input::Input;
pub use layer::{Base, Layer, LayerOptions};
pub use lstm::Lstm;
pub use masking::Masking;
pub(crate) use operation::Operation;
pub use registry::layer_from_config;
pub(crate) use registry::{Options, layer_from_object, layer_to_object, training_only_option};
pub use rnn::{Recurrent, Rnn, RnnOptions};
pub use simple_rnn::SimpleRnn;
pub use time_distributed::TimeDistributed;
