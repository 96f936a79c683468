//! Layers that disturb their input while training.

mod gaussian_dropout;
mod gaussian_noise;
mod spatial_dropout1d;

pub use gaussian_dropout::GaussianDropout;
pub use gaussian_noise::GaussianNoise;
pub use spatial_dropout1d::SpatialDropout1d;
