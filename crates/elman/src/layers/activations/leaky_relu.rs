//! The leaky rectified linear unit.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{check_between, layer_boilerplate, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder};
use crate::{Context, Float, Result, Shape, Tensor, ops};
use elman_files::onnx::Attribute;

/// Leaky rectified linear unit: `y = x` above zero, else `negative_slope * x` (Maas et al., 2013).
///
/// - Shapes: any, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.LeakyReLU`. Its slope is 0.3, that of
///   [`Activation::LeakyRelu`](crate::activations::Activation::LeakyRelu) 0.2.
///
/// # Errors
/// A negative slope.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(LeakyRelu::new().negative_slope(0.5).input_shape([2]))?;
/// assert_eq!(model.predict(array![[-1., 2.]])?.as_slice().unwrap(), [-0.5, 2.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "LeakyReLU")]
#[doc(alias = "keras.layers.LeakyReLU")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeakyRelu {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "default_slope")]
    negative_slope: f64,
}

fn default_slope() -> f64 {
    0.3
}

impl Default for LeakyRelu {
    fn default() -> Self {
        LeakyRelu { base: Base::default(), negative_slope: default_slope() }
    }
}

impl LeakyRelu {
    /// A slope of 0.3 below zero.
    pub fn new() -> LeakyRelu {
        LeakyRelu::default()
    }

    /// The slope below zero (0.3).
    pub fn negative_slope(mut self, negative_slope: f64) -> LeakyRelu {
        self.negative_slope = negative_slope;
        self
    }

    fn slope_at(&self, x: Float) -> Float {
        if x > 0.0 { 1.0 } else { self.negative_slope as Float }
    }
}

impl Layer for LeakyRelu {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "LeakyReLU"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_between(self, "negative_slope", self.negative_slope, 0.0..=f64::INFINITY)?;
        Ok(vec![single_input(self, inputs, 0..)?.clone()])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let layer = self.clone();
        let slope = Number(self.negative_slope as Float);
        let arguments = [Input(0), Output(0), Count(inputs[0].step_size()), slope];
        let description = Description::default().call("leaky_relu_layer", arguments);
        builder.push_described(self, inputs, description, move |x, y| {
            x.iter().zip(y).for_each(|(x, y)| *y = x * layer.slope_at(*x));
        })
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let alpha = ("alpha", Attribute::Float(self.negative_slope as f32));
        let y = exporter.node("LeakyRelu", &[&inputs[0].name], &[alpha]);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        cx.save(x.clone());
        Ok(vec![ops::map(x, |x| x * self.slope_at(x))])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let x: Tensor = cx.restore(self.class_name())?;
        Ok(vec![gradients[0].as_ref().map(|dy| ops::zip(dy, &x, |dy, x| dy * self.slope_at(x)))])
    }
}
