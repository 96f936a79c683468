//! Normalization of every sample by its size.

use serde::{Deserialize, Serialize};

use super::layer_normalization::weight_shape;
use super::rows::{self, Centre};
use crate::initializers::Initializer;
use crate::layers::layer::{check_between, layer_boilerplate, single_input};
use crate::layers::{Axes, Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::{Builder, Parameter};
use crate::streaming::{Flow, StreamBuilder};
use crate::{Context, Error, Result, Shape, Tensor};

/// Divides the values along an axis by their root mean square, then scales them (Zhang and
/// Sennrich, 2019): `y = x / sqrt(mean(x²) + epsilon) * scale`.
///
/// - Shapes: any with a batch, unchanged. A mask ends here, as in Keras.
/// - Weights: `scale`, of the lengths of the axes.
/// - Keras: `keras.layers.RMSNormalization`, same defaults. Its scale fits the last axes alone, so
///   others are an error.
///
/// # Errors
/// Axes that aren't the last, in order, or whose length is unknown; a negative epsilon.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(RmsNormalization::new().epsilon(0.0).input_shape([2]))?;
/// let y = model.predict(array![[3., 4.]])?; // the root mean square is sqrt(12.5)
/// assert!((y[[0, 0]] - 3.0 / 12.5f32.sqrt()).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "RMSNormalization")]
#[doc(alias = "keras.layers.RMSNormalization")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RmsNormalization {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "Axes::last")]
    axis: Axes,
    #[serde(default = "default_epsilon")]
    epsilon: f64,
    #[serde(skip)]
    scale: Parameter,
}

fn default_epsilon() -> f64 {
    1e-6
}

impl Default for RmsNormalization {
    fn default() -> Self {
        RmsNormalization {
            base: Base::default(),
            axis: Axes::last(),
            epsilon: default_epsilon(),
            scale: Parameter::default(),
        }
    }
}

impl RmsNormalization {
    /// Along the last axis, with an epsilon of 1e-6.
    pub fn new() -> RmsNormalization {
        RmsNormalization::default()
    }

    /// The axis, or the axes together, along which the mean square is taken (-1).
    pub fn axis(mut self, axis: impl Into<Axes>) -> RmsNormalization {
        self.axis = axis.into();
        self
    }

    /// What is added to the mean square, so that nothing is divided by zero (1e-6).
    pub fn epsilon(mut self, epsilon: f64) -> RmsNormalization {
        self.epsilon = epsilon;
        self
    }

    /// The axes, which must be the last ones.
    fn axes(&self, ndim: usize) -> Result<Vec<usize>> {
        let mut given = self.axis.as_slice().to_vec();
        given.sort_unstable();
        let axes = Axes::Several(given).resolve(self, "axis", ndim)?;
        match axes.iter().rev().zip((0..ndim).rev()).all(|(axis, last)| *axis == last) {
            true => Ok(axes),
            false => Err(Error::InvalidArgument {
                place: self.place(),
                argument: "axis",
                expected: "the last axis or axes, for which the weight is".into(),
                got: format!("{:?}", self.axis.as_slice()),
            }),
        }
    }
}

impl Layer for RmsNormalization {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "RMSNormalization"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        check_between(self, "epsilon", self.epsilon, 0.0..=f64::INFINITY)?;
        self.axes(input.ndim())?;
        weight_shape(self, &self.axis, input)?;
        Ok(vec![input.clone()])
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let shape = weight_shape(self, &self.axis, single_input(self, inputs, 1..)?)?;
        self.scale = builder.add("scale", &shape, &Initializer::Ones)?;
        Ok(())
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let axes = self.axes(inputs[0].shape().ndim())?;
        let how = (&axes[..], Centre::Zero, self.epsilon);
        rows::stream(self, inputs, builder, how, [self.scale, Parameter::default()])
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let axes = self.axes(inputs[0].ndim())?;
        let of = (&axes[..], Centre::Zero, self.epsilon);
        rows::onnx(self, inputs, exporter, of, [self.scale, Parameter::default()])
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let axes = self.axes(inputs[0].ndim())?;
        let scale = cx.value(self.scale);
        let (y, saved) = rows::forward(&inputs[0], &axes, Centre::Zero, self.epsilon, scale, &[]);
        cx.save(saved);
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let saved: rows::Saved = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let scale = cx.value(self.scale);
        let weights = cx.gradients([self.scale, Parameter::default()]);
        Ok(vec![Some(rows::backward(saved, dy, Centre::Zero, scale, weights))])
    }
}
