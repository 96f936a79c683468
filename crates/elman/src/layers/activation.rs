//! An activation as a layer of its own.

use serde::{Deserialize, Serialize};

use crate::activations::{self, Activation as Function};
use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::refuse;
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder};
use crate::{Context, Error, Result, Shape, Tensor};

/// Applies an activation function.
///
/// - Shapes: any, unchanged; [`Activation::Glu`](Function::Glu) halves the last dimension, which
///   must be even. No weights.
/// - Keras: `keras.layers.Activation`. For `glu` Keras takes the output to be as wide as the input
///   until it computes it, so that there no layer with weights can follow. Here any can, but Keras
///   doesn't open the file of such a model.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(ActivationLayer::new(Activation::Relu).input_shape([3]))?;
/// assert_eq!(model.predict(array![[-1., 0., 2.]])?.as_slice().unwrap(), [0., 0., 2.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Activation")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ActivationLayer {
    #[serde(flatten)]
    base: Base,
    #[serde(with = "activations::by_name")]
    activation: Function,
}

impl ActivationLayer {
    /// A layer that applies `activation`.
    pub fn new(activation: Function) -> ActivationLayer {
        ActivationLayer { base: Base::default(), activation }
    }
}

impl Layer for ActivationLayer {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Activation"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        let refused = |expected| Error::InputShape {
            layer: self.place(),
            index: 0,
            expected,
            got: input.clone(),
        };
        Ok(vec![activations::output_shape(self.activation, input, refused)?])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let activation = self.activation;
        // What works on rows, works on the last axis.
        let width = match activation.is_elementwise() {
            true => inputs[0].step_size(),
            false => inputs[0].features(self)?,
        };
        let size = inputs[0].step_size();
        let description = match activation.output_width(width) == Some(width) {
            true => Description::default()
                .call("copy", [Input(0), Output(0), Count(size)])
                .activated(activation, size, width),
            false => {
                let sizes = [size / width.max(1), width].map(Count);
                let arguments = [Input(0), Output(0)].into_iter().chain(sizes);
                Description::default().call("glu", arguments)
            }
        };
        builder.push_described(self, inputs, description, move |x, y| {
            if !x.is_empty() {
                activation.forward(x, y, width);
            }
        })
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let width = inputs[0].shape.last().unwrap_or_default();
        if width == 0 && !self.activation.is_elementwise() {
            return Err(refuse(self, "its activation needs a last dimension that is known"));
        }
        let y = exporter.activation(self.activation, &inputs[0].name, width);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let y = activations::apply(self.activation, &inputs[0])?;
        cx.save((inputs[0].clone(), y.clone()));
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let (x, y): (Tensor, Tensor) = cx.restore(self.class_name())?;
        let dx = gradients[0].as_ref().map(|dy| activations::backward(self.activation, &x, &y, dy));
        Ok(vec![dx])
    }
}
