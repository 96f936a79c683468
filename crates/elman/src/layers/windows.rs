//! Windows that move over a sequence: what convolution and pooling over time have in common.

use crate::layers::Layer;
use crate::ops::{Padding, Windows};
use crate::{Error, Result, Shape};

/// Windows of `size` steps, `dilation` apart, that start every `strides` steps.
pub(crate) fn over_time(size: usize, strides: usize, dilation: usize, padding: Padding) -> Windows {
    Windows { size: vec![size], strides: vec![strides], dilation: vec![dilation], padding }
}

/// The number of windows over `time` steps.
pub(crate) fn count(windows: &Windows, time: usize) -> usize {
    windows.count(&[time]).map_or(0, |count| count[0])
}

/// The shape of one result for each window, with `features` each.
///
/// # Errors
/// [`Error::InputShape`] if the sequence is too short for a window.
pub(crate) fn output_shape(
    windows: &Windows,
    layer: &dyn Layer,
    input: &Shape,
    features: Option<usize>,
) -> Result<Shape> {
    let count = input.dims()[1].map(|time| count(windows, time));
    if count == Some(0) {
        return Err(Error::InputShape {
            layer: layer.place(),
            index: 0,
            expected: match windows.padding {
                Padding::Valid => format!("{} time steps or more", windows.extent(0)),
                Padding::Same | Padding::Causal => "one time step or more".into(),
            },
            got: input.clone(),
        });
    }
    Ok([input.dims()[0], count, features].into())
}

/// Checks that a layer doesn't have a padding that its class doesn't know.
pub(crate) fn check_not_causal(layer: &dyn Layer, padding: Padding) -> Result<()> {
    match padding {
        Padding::Valid | Padding::Same => Ok(()),
        Padding::Causal => Err(Error::InvalidArgument {
            place: layer.place(),
            argument: "padding",
            expected: "valid or same".into(),
            got: "causal".into(),
        }),
    }
}
