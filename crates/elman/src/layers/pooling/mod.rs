//! Layers that keep one value of many.

mod average_pooling1d;
mod global_average_pooling1d;
mod global_max_pooling1d;
mod max_pooling1d;

pub use average_pooling1d::AveragePooling1d;
pub use global_average_pooling1d::GlobalAveragePooling1d;
pub use global_max_pooling1d::GlobalMaxPooling1d;
pub use max_pooling1d::MaxPooling1d;

use crate::cells::PerAxis;
use crate::layers::Layer;
use crate::layers::layer::{check_positive, single_sequence};
use crate::layers::windows::{check_not_causal, output_shape, over_time};
use crate::ops::{Padding, Windows};
use crate::{Error, Result, Shape};

/// The windows of a pooling, which by default follow each other without gaps.
fn windows(size: usize, strides: Option<usize>, padding: Padding) -> Windows {
    over_time(size, strides.unwrap_or(size), 1, padding)
}

/// Keras's default size of a window.
fn two() -> PerAxis<1> {
    PerAxis([2])
}

/// The shape of what windows of `size` steps give, once their options have been checked.
fn output_shapes(
    layer: &dyn Layer,
    inputs: &[Shape],
    size: usize,
    windows: &Windows,
    padding: Padding,
) -> Result<Vec<Shape>> {
    let input = single_sequence(layer, inputs)?;
    check_positive(layer, "pool_size", size)?;
    check_positive(layer, "strides", windows.strides[0])?;
    check_not_causal(layer, padding)?;
    Ok(vec![output_shape(windows, layer, input, input.last())?])
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
