//! Layers that give values a mean of zero and a variance of one.

mod batch_normalization;
mod layer_normalization;
mod moments;
mod rms_normalization;
mod rows;

pub use batch_normalization::BatchNormalization;
pub use layer_normalization::LayerNormalization;
pub use rms_normalization::RmsNormalization;
