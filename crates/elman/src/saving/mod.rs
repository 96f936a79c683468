//! Models as files, in Keras's formats.

mod architecture;
mod by_name;
mod generations;
mod graph;
mod json;
mod legacy;
mod load;
mod own_metrics;
mod safetensors;
mod save;
mod save_h5;
mod sharded;
mod stored;
mod torch;
mod verify;
mod weights;

pub(crate) use architecture::{nested_functional, nested_sequential};
pub use load::{load_model, load_model_with};
pub(crate) use load::{load_optimizer, load_weights, tensor};
pub use safetensors::WeightNames;
pub(crate) use save::array;
pub use save_h5::H5For;
pub use verify::{Verification, verify};

/// The version of Keras whose files elman writes: what `keras_version` in them says.
pub const KERAS_VERSION: &str = "3.15.1";
