//! The rectified linear unit with its arguments.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{check_between, layer_boilerplate, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder};
use crate::{Context, Float, Result, Shape, Tensor, ops};

/// Rectified linear unit, with a limit, a slope and a threshold.
///
/// ```text
/// y = max_value                            if x > max_value
/// y = x                                    if threshold < x <= max_value
/// y = negative_slope * (x - threshold)     if x <= threshold
/// ```
/// - Shapes: any, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.ReLU`, same defaults.
///
/// # Errors
/// A negative argument.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Relu::new().max_value(2.0).negative_slope(0.5).input_shape([3]))?;
/// assert_eq!(model.predict(array![[-1., 1., 3.]])?.as_slice().unwrap(), [-0.5, 1., 2.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "ReLU")]
#[doc(alias = "keras.layers.ReLU")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Relu {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    max_value: Option<f64>,
    #[serde(default)]
    negative_slope: f64,
    #[serde(default)]
    threshold: f64,
}

impl Relu {
    /// `max(x, 0)`.
    pub fn new() -> Relu {
        Relu::default()
    }

    /// The largest output (none).
    pub fn max_value(mut self, max_value: f64) -> Relu {
        self.max_value = Some(max_value);
        self
    }

    /// The slope below the threshold (0).
    pub fn negative_slope(mut self, negative_slope: f64) -> Relu {
        self.negative_slope = negative_slope;
        self
    }

    /// Where the values that pass begin (0).
    pub fn threshold(mut self, threshold: f64) -> Relu {
        self.threshold = threshold;
        self
    }

    /// The output and the derivative for the input `x`.
    fn at(&self, x: Float) -> (Float, Float) {
        let (slope, threshold) = (self.negative_slope as Float, self.threshold as Float);
        if x <= threshold {
            // Keras's leaky form has its slope at the kink, its others have none there.
            let leaky = threshold == 0.0 && self.max_value.is_none();
            let rising = x < threshold || leaky;
            let y = if slope == 0.0 { 0.0 } else { slope * (x - threshold) };
            return (y, if rising { slope } else { 0.0 });
        }
        match self.max_value.map(|max| max as Float) {
            Some(max) if x > max => (max, 0.0),
            _ => (x, 1.0),
        }
    }
}

impl Layer for Relu {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "ReLU"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_between(self, "max_value", self.max_value.unwrap_or(0.0), 0.0..=f64::INFINITY)?;
        check_between(self, "negative_slope", self.negative_slope, 0.0..=f64::INFINITY)?;
        check_between(self, "threshold", self.threshold, 0.0..=f64::INFINITY)?;
        Ok(vec![single_input(self, inputs, 0..)?.clone()])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let layer = self.clone();
        let greatest = self.max_value.map_or(Float::INFINITY, |max| max as Float);
        let numbers = [self.negative_slope as Float, self.threshold as Float, greatest];
        let arguments = [Input(0), Output(0), Count(inputs[0].step_size())].into_iter();
        let arguments = arguments.chain(numbers.map(Number));
        let description = Description::default().call("relu_layer", arguments);
        builder.push_described(self, inputs, description, move |x, y| {
            x.iter().zip(y).for_each(|(x, y)| *y = layer.at(*x).0);
        })
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let (x, e) = (&*inputs[0].name, exporter);
        let (threshold, none) = (e.number(self.threshold), e.number(0.0));
        let mut above = x.to_owned();
        if let Some(max) = self.max_value {
            let max = e.number(max);
            above = e.binary("Min", x, &max);
        }
        let below = match self.negative_slope == 0.0 {
            true => none,
            false => {
                let below = e.binary("Sub", x, &threshold);
                e.times(&below, self.negative_slope)
            }
        };
        let is_above = e.binary("Greater", x, &threshold);
        let y = e.choose(&is_above, &above, &below);
        e.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        cx.save(x.clone());
        Ok(vec![ops::map(x, |x| self.at(x).0)])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let x: Tensor = cx.restore(self.class_name())?;
        Ok(vec![gradients[0].as_ref().map(|dy| ops::zip(dy, &x, |dy, x| dy * self.at(x).1))])
    }
}
