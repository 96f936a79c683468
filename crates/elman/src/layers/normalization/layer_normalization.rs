//! Normalization of every sample by itself.

use serde::{Deserialize, Serialize};

use super::rows::{self, Centre};
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::layers::layer::{check_between, layer_boilerplate, single_input};
use crate::layers::weight_arguments::weight_arguments;
use crate::layers::{Axes, Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::{Builder, Parameter};
use crate::regularizers::Regularizer;
use crate::streaming::{Flow, StreamBuilder};
use crate::{Context, Error, Result, Shape, Tensor, defaults};

/// Gives the values along an axis a mean of 0 and a variance of 1, then scales and shifts them
/// (Ba et al., 2016).
///
/// ```text
/// y = (x - mean(x)) / sqrt(variance(x) + epsilon) * gamma + beta
/// ```
/// with mean and variance along `axis`, for each sample (and each step, if `axis` is the last).
///
/// - Shapes: any with a batch, unchanged. A mask passes.
/// - Weights: `gamma` (if `scale`) and `beta` (if `center`), of the lengths of the axes.
/// - Keras: `keras.layers.LayerNormalization`, same defaults. As in Keras, axes given with mixed
///   signs may give the weights another shape than the input's; their values are taken in order.
///
/// # Errors
/// An axis that the input doesn't have or whose length is unknown; a negative epsilon.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Gru::new(4).return_sequences(true).input_dim(3))?;
/// model.add(LayerNormalization::new())?;
/// let y = model.predict(ndarray::Array3::<f32>::ones((1, 2, 3)))?;
/// assert!(y.rows().into_iter().all(|step| step.sum().abs() < 1e-5));
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.LayerNormalization")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerNormalization {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "Axes::last")]
    axis: Axes,
    #[serde(default = "default_epsilon")]
    epsilon: f64,
    #[serde(default = "defaults::yes")]
    center: bool,
    #[serde(default = "defaults::yes")]
    scale: bool,
    #[serde(default = "defaults::zeros")]
    beta_initializer: Initializer,
    #[serde(default = "defaults::ones")]
    gamma_initializer: Initializer,
    #[serde(default)]
    beta_regularizer: Option<Regularizer>,
    #[serde(default)]
    gamma_regularizer: Option<Regularizer>,
    #[serde(default)]
    beta_constraint: Option<Constraint>,
    #[serde(default)]
    gamma_constraint: Option<Constraint>,
    #[serde(skip)]
    gamma: Parameter,
    #[serde(skip)]
    beta: Parameter,
}

fn default_epsilon() -> f64 {
    1e-3
}

impl Default for LayerNormalization {
    fn default() -> Self {
        LayerNormalization {
            base: Base::default(),
            axis: Axes::last(),
            epsilon: default_epsilon(),
            center: true,
            scale: true,
            beta_initializer: Initializer::Zeros,
            gamma_initializer: Initializer::Ones,
            beta_regularizer: None,
            gamma_regularizer: None,
            beta_constraint: None,
            gamma_constraint: None,
            gamma: Parameter::default(),
            beta: Parameter::default(),
        }
    }
}

impl LayerNormalization {
    /// Along the last axis, with an epsilon of 0.001.
    pub fn new() -> LayerNormalization {
        LayerNormalization::default()
    }

    /// The axis, or the axes together, along which mean and variance are taken (-1).
    pub fn axis(mut self, axis: impl Into<Axes>) -> LayerNormalization {
        self.axis = axis.into();
        self
    }

    /// What is added to the variance, so that nothing is divided by zero (0.001).
    pub fn epsilon(mut self, epsilon: f64) -> LayerNormalization {
        self.epsilon = epsilon;
        self
    }

    /// Whether to shift by `beta` (true).
    pub fn center(mut self, center: bool) -> LayerNormalization {
        self.center = center;
        self
    }

    /// Whether to scale by `gamma` (true).
    pub fn scale(mut self, scale: bool) -> LayerNormalization {
        self.scale = scale;
        self
    }

    /// The axes in the input's order.
    fn axes(&self, ndim: usize) -> Result<Vec<usize>> {
        let mut axes = self.axis.resolve(self, "axis", ndim)?;
        axes.sort_unstable();
        Ok(axes)
    }
}

/// The lengths of the axes of `input` that `axis` names, in ascending order of the numbers given:
/// the shape of the weights.
pub(super) fn weight_shape(layer: &dyn Layer, axis: &Axes, input: &Shape) -> Result<Vec<usize>> {
    let mut given = axis.as_slice().to_vec();
    given.sort_unstable();
    let axes = Axes::Several(given).resolve(layer, "axis", input.ndim())?;
    let dims: Option<Vec<usize>> = axes.iter().map(|axis| input.dims()[*axis]).collect();
    dims.filter(|dims| !dims.contains(&0)).ok_or_else(|| Error::InputShape {
        layer: layer.place(),
        index: 0,
        expected: format!("lengths that are known and not zero along the axes {axes:?}"),
        got: input.clone(),
    })
}

weight_arguments!(LayerNormalization {
    "scale" starts as "ones": gamma_initializer, gamma_regularizer, gamma_constraint;
    "shift" starts as "zeros": beta_initializer, beta_regularizer, beta_constraint;
});

impl Layer for LayerNormalization {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "LayerNormalization"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        check_between(self, "epsilon", self.epsilon, 0.0..=f64::INFINITY)?;
        weight_shape(self, &self.axis, input)?;
        Ok(vec![input.clone()])
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let shape = weight_shape(self, &self.axis, single_input(self, inputs, 1..)?)?;
        let gamma = (&self.gamma_initializer, &self.gamma_regularizer, &self.gamma_constraint);
        let beta = (&self.beta_initializer, &self.beta_regularizer, &self.beta_constraint);
        if self.scale {
            self.gamma = builder.add("gamma", &shape, gamma)?;
        }
        if self.center {
            self.beta = builder.add("beta", &shape, beta)?;
        }
        Ok(())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let axes = self.axes(inputs[0].shape().ndim())?;
        let how = (&axes[..], Centre::Mean, self.epsilon);
        rows::stream(self, inputs, builder, how, [self.gamma, self.beta])
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let axes = self.axes(inputs[0].ndim())?;
        let of = (&axes[..], Centre::Mean, self.epsilon);
        rows::onnx(self, inputs, exporter, of, [self.gamma, self.beta])
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let axes = self.axes(inputs[0].ndim())?;
        let (gamma, beta) = (cx.value(self.gamma), cx.value(self.beta));
        let (y, saved) = rows::forward(&inputs[0], &axes, Centre::Mean, self.epsilon, gamma, beta);
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
        let gamma = cx.value(self.gamma);
        let weights = cx.gradients([self.gamma, self.beta]);
        Ok(vec![Some(rows::backward(saved, dy, Centre::Mean, gamma, weights))])
    }
}
