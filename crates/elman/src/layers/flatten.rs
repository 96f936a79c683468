//! All axes but the batch in one.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Flow, StreamBuilder, refuse};
use crate::{Context, Result, Shape, Tensor};
use elman_files::onnx::Attribute;

/// Joins all axes but the first: `(batch, 8, 4)` to `(batch, 32)`; `(batch,)` to `(batch, 1)`.
///
/// Keras: `keras.layers.Flatten` with `data_format = "channels_last"`. No weights.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Flatten::new().input_shape([8, 4]))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 32)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Flatten")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flatten {
    #[serde(flatten)]
    base: Base,
}

impl Flatten {
    /// The layer; it has no options.
    pub fn new() -> Flatten {
        Flatten::default()
    }
}

impl Layer for Flatten {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Flatten"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        let mut sizes = input.dims()[1..].iter();
        let product =
            sizes.try_fold(1usize, |product, size| Some(product.saturating_mul((*size)?)));
        Ok(vec![[input.dims()[0], product].into()])
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let _nothing_to_compute = builder;
        let x = &inputs[0];
        if x.is_sequence() {
            return Err(refuse(self, "it joins time with the other axes"));
        }
        let shape = self.output_shapes(&[x.shape().clone()])?.remove(0);
        Ok(vec![x.clone().without_mask().with_shape(shape, false)])
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let axis = ("axis", Attribute::Int(1));
        let y = exporter.node("Flatten", &[&inputs[0].name], &[axis]);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        cx.save(x.shape().to_vec());
        let batch = x.shape()[0];
        Ok(vec![x.clone().reshape([batch, x.shape()[1..].iter().product()])?])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let shape: Vec<usize> = cx.restore(self.class_name())?;
        Ok(vec![gradients[0].clone().map(|dy| dy.reshape(shape)).transpose()?])
    }
}
