//! Models as files: Keras's `.keras` format, both ways.

mod architecture;
mod graph;
mod load;
mod save;

pub(crate) use architecture::{nested_functional, nested_sequential};
pub use load::load_model;
pub(crate) use load::{load_optimizer, load_weights, tensor};
pub(crate) use save::array;

/// The version of Keras whose files elman writes: what `keras_version` in them says.
pub const KERAS_VERSION: &str = "3.15.1";
