//! Layers that keep one value of many.

mod average_pooling1d;
mod global_average_pooling1d;
mod global_max_pooling1d;
mod max_pooling1d;

pub use average_pooling1d::AveragePooling1d;
pub use global_average_pooling1d::GlobalAveragePooling1d;
pub use global_max_pooling1d::GlobalMaxPooling1d;
pub use max_pooling1d::MaxPooling1d;

use crate::layers::Layer;
use crate::layers::windows::over_time;
use crate::ops::{Padding, Windows};
use crate::{Error, Result, Shape};

/// The windows of a pooling, which by default follow each other without gaps.
fn windows(size: usize, strides: Option<usize>, padding: Padding) -> Windows {
    over_time(size, strides.unwrap_or(size), 1, padding)
}

/// Checks that a sequence has steps, one of which can be the largest.
fn check_steps(layer: &dyn Layer, input: &Shape) -> Result<()> {
    match input.dims()[1] {
        Some(0) => Err(Error::InputShape {
            layer: layer.place(),
            index: 0,
            expected: "one time step or more".into(),
            got: input.clone(),
        }),
        _ => Ok(()),
    }
}
