//! Axes in another order.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{layer_boilerplate, never_streams, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::{Context, Error, Result, Shape, Tensor, ops};

/// Puts the axes behind the batch in another order.
///
/// - Shapes: `(batch, d1, d2, …)` to `(batch, d[dims[0]], d[dims[1]], …)`. No weights. A mask ends
///   here.
/// - Keras: `keras.layers.Permute`.
///
/// # Errors
/// `dims` that are no order of 1, 2, …; an input of another number of dimensions.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Permute::new([2, 1]).input_shape([10, 64]))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 64, 10)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Permute")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Permute {
    #[serde(flatten)]
    base: Base,
    dims: Vec<usize>,
}

impl Permute {
    /// The axes, counted from 1 behind the batch, in their new order.
    pub fn new(dims: impl Into<Vec<usize>>) -> Permute {
        Permute { base: Base::default(), dims: dims.into() }
    }

    /// The order of all axes.
    fn order(&self) -> Vec<usize> {
        std::iter::once(0).chain(self.dims.iter().copied()).collect()
    }
}

impl Layer for Permute {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Permute"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        let mut sorted = self.order();
        sorted.sort_unstable();
        if sorted.iter().enumerate().any(|(i, axis)| i != *axis) {
            return Err(Error::InvalidArgument {
                place: self.place(),
                argument: "dims",
                expected: format!("an order of the axes 1 to {}", self.dims.len()),
                got: format!("{:?}", self.dims),
            });
        }
        if input.ndim() != sorted.len() {
            return Err(Error::InputShape {
                layer: self.place(),
                index: 0,
                expected: format!("{} dimensions, the batch and those in `dims`", sorted.len()),
                got: input.clone(),
            });
        }
        let moved: Vec<_> = self.order().iter().map(|axis| input.dims()[*axis]).collect();
        Ok(vec![moved.into()])
    }

    never_streams!("it moves axes, and so may move time");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let y = exporter.transpose(&inputs[0].name, &self.order());
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        Ok(vec![ops::permute(&inputs[0], &self.order())])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let back = ops::inverse(&self.order());
        Ok(vec![gradients[0].as_ref().map(|dy| ops::permute(dy, &back))])
    }
}
