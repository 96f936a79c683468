//! Layers that prepare data: what they know of it comes from their arguments or from data that they
//! were adapted to, never from training.

mod adapt;
mod normalization;
mod numbers;
mod rescaling;

pub use normalization::Normalization;
pub use numbers::Numbers;
pub use rescaling::Rescaling;
