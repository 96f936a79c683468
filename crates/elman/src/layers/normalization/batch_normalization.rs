//! Normalization of every feature over the batch.

use serde::{Deserialize, Serialize};

use super::moments::Columns;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::layers::layer::{check_between, layer_boilerplate, single_input};
use crate::layers::weight_arguments::weight_arguments;
use crate::layers::{Axes, Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::{Builder, Parameter, Weight};
use crate::regularizers::Regularizer;
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder, refuse};
use crate::{Context, Error, Float, Result, Shape, Tensor, defaults, ops};

/// Gives every feature a mean of 0 and a variance of 1 over the batch, then scales and shifts it
/// (Ioffe and Szegedy, 2015).
///
/// ```text
/// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta
/// ```
/// While training, mean and variance are those of the batch (and all its steps), and moving means
/// of both are recorded: `moving = moving * momentum + batch * (1 - momentum)`. In inference, and
/// where the layer is not [`trainable`](crate::layers::LayerOptions::trainable), they are the moving
/// ones. What a mask leaves out is normalized too but doesn't count for mean and variance.
///
/// - Shapes: any with a batch, unchanged. A mask passes.
/// - Weights, of the length of `axis`: `gamma` (if `scale`), `beta` (if `center`), and, recorded
///   rather than learnt, `moving_mean`, `moving_variance`.
/// - Keras: `keras.layers.BatchNormalization`, same defaults, without `renorm`.
///
/// # Errors
/// An axis that the input doesn't have or whose length is unknown; a mask that doesn't have all
/// axes of the input but the last; a negative epsilon.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(BatchNormalization::new().momentum(0.5).input_shape([1]))?;
/// model.compile(Sgd::new(0.0), "mse", &[])?;
/// model.fit(array![[1.], [3.]], array![[0.], [0.]], Fit::new().verbose(Verbose::Silent))?;
/// let moving_mean = &model.weights()[2];
/// assert_eq!(moving_mean.data(), [1.0]); // halfway from 0 to the batch's mean
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.BatchNormalization")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchNormalization {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "Axes::last")]
    axis: Axes,
    #[serde(default = "default_momentum")]
    momentum: f64,
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
    #[serde(default = "defaults::zeros")]
    moving_mean_initializer: Initializer,
    #[serde(default = "defaults::ones")]
    moving_variance_initializer: Initializer,
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
    #[serde(skip)]
    moving_mean: Parameter,
    #[serde(skip)]
    moving_variance: Parameter,
}

fn default_momentum() -> f64 {
    0.99
}

fn default_epsilon() -> f64 {
    1e-3
}

impl Default for BatchNormalization {
    fn default() -> Self {
        BatchNormalization {
            base: Base::default(),
            axis: Axes::last(),
            momentum: default_momentum(),
            epsilon: default_epsilon(),
            center: true,
            scale: true,
            beta_initializer: Initializer::Zeros,
            gamma_initializer: Initializer::Ones,
            moving_mean_initializer: Initializer::Zeros,
            moving_variance_initializer: Initializer::Ones,
            beta_regularizer: None,
            gamma_regularizer: None,
            beta_constraint: None,
            gamma_constraint: None,
            gamma: Parameter::default(),
            beta: Parameter::default(),
            moving_mean: Parameter::default(),
            moving_variance: Parameter::default(),
        }
    }
}

/// What `backward` needs of one call.
struct Saved {
    /// The input with the features last.
    x: Tensor,
    used: Option<Vec<bool>>,
    statistics: Columns,
    order: Vec<usize>,
}

impl BatchNormalization {
    /// Over the last axis, with a momentum of 0.99 and an epsilon of 0.001.
    pub fn new() -> BatchNormalization {
        BatchNormalization::default()
    }

    /// The axis of the features (-1).
    pub fn axis(mut self, axis: i32) -> BatchNormalization {
        self.axis = Axes::One(axis);
        self
    }

    /// How much of the moving mean and variance stays in a step (0.99).
    pub fn momentum(mut self, momentum: f64) -> BatchNormalization {
        self.momentum = momentum;
        self
    }

    /// What is added to the variance, so that nothing is divided by zero (0.001).
    pub fn epsilon(mut self, epsilon: f64) -> BatchNormalization {
        self.epsilon = epsilon;
        self
    }

    /// Whether to shift by `beta` (true).
    pub fn center(mut self, center: bool) -> BatchNormalization {
        self.center = center;
        self
    }

    /// Whether to scale by `gamma` (true).
    pub fn scale(mut self, scale: bool) -> BatchNormalization {
        self.scale = scale;
        self
    }

    /// The first moving mean (`zeros`).
    pub fn moving_mean_initializer(mut self, initializer: Initializer) -> BatchNormalization {
        self.moving_mean_initializer = initializer;
        self
    }

    /// The first moving variance (`ones`).
    pub fn moving_variance_initializer(mut self, initializer: Initializer) -> BatchNormalization {
        self.moving_variance_initializer = initializer;
        self
    }

    fn resolved(&self, ndim: usize) -> Result<usize> {
        match self.axis.resolve(self, "axis", ndim)?[..] {
            [axis] => Ok(axis),
            _ => Err(Error::InvalidArgument {
                place: self.place(),
                argument: "axis",
                expected: "one axis".into(),
                got: format!("{:?}", self.axis.as_slice()),
            }),
        }
    }

    fn features(&self, input: &Shape) -> Result<usize> {
        let axis = self.resolved(input.ndim())?;
        input.dims()[axis].filter(|n| *n > 0).ok_or_else(|| Error::InputShape {
            layer: self.place(),
            index: 0,
            expected: format!("a length along axis {axis} that is known and not zero"),
            got: input.clone(),
        })
    }

    /// Whether each value of `x`, its axes in `order`, counts; `None` if all do.
    fn used(&self, x: &Tensor, order: &[usize]) -> Result<Option<Vec<bool>>> {
        let Some(mask) = x.mask() else { return Ok(None) };
        if mask.shape().len() + 1 != x.ndim() {
            return Err(Error::Mismatch {
                place: self.place(),
                what: "mask".into(),
                expected: format!("all axes but the last of the input {}", Shape::from(x.shape())),
                got: Shape::from(mask.shape()).to_string(),
            });
        }
        let used = mask.over(x.shape(), &self.place())?;
        let ones = used.iter().map(|used| if *used { 1.0 } else { 0.0 }).collect();
        let moved = ops::permute(&Tensor::from_parts(x.shape(), ones), order);
        Ok(Some(moved.data().iter().map(|used| *used > 0.0).collect()))
    }

    /// Records the statistics of a batch.
    fn record(&self, batch: &Columns, cx: &mut Context) {
        let recorded = [(self.moving_mean, &batch.mean), (self.moving_variance, &batch.variance)];
        let (stays, comes) = (self.momentum as Float, (1.0 - self.momentum) as Float);
        for (moving, batch) in recorded {
            let old = cx.recorded(moving).iter().zip(batch);
            let new = old.map(|(old, batch)| old * stays + *batch as Float * comes).collect();
            cx.assign(moving, new);
        }
    }
}

weight_arguments!(BatchNormalization {
    "scale" starts as "ones": gamma_initializer, gamma_regularizer, gamma_constraint;
    "shift" starts as "zeros": beta_initializer, beta_regularizer, beta_constraint;
});

impl Layer for BatchNormalization {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "BatchNormalization"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        check_between(self, "epsilon", self.epsilon, 0.0..=f64::INFINITY)?;
        self.features(input)?;
        Ok(vec![input.clone()])
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let shape = [self.features(single_input(self, inputs, 1..)?)?];
        let gamma = (&self.gamma_initializer, &self.gamma_regularizer, &self.gamma_constraint);
        let beta = (&self.beta_initializer, &self.beta_regularizer, &self.beta_constraint);
        if self.scale {
            self.gamma = builder.add("gamma", &shape, gamma)?;
        }
        if self.center {
            self.beta = builder.add("beta", &shape, beta)?;
        }
        let (mean, variance) = (&self.moving_mean_initializer, &self.moving_variance_initializer);
        let recorded = |initializer| Weight::from(initializer).not_trained();
        self.moving_mean = builder.add("moving_mean", &shape, recorded(mean))?;
        self.moving_variance = builder.add("moving_variance", &shape, recorded(variance))?;
        Ok(())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        let axis = self.resolved(x.shape().ndim())?;
        if axis < x.first_axis() {
            return Err(refuse(self, "it has statistics for each step"));
        }
        // How many numbers stand side by side under one feature.
        let side: usize = x.step_shape()[axis + 1 - x.first_axis()..].iter().product();
        let [mean, variance] = [self.moving_mean, self.moving_variance].map(|p| builder.values(p));
        let statistics = Columns::recorded(&mean, &variance);
        let [centre, inverse] = statistics.recorded_scale(self.epsilon).map(Doubles);
        let weights = [self.gamma, self.beta].map(|weight| Numbers(builder.values(weight)));
        let arguments = [Input(0), centre, inverse].into_iter().chain(weights).chain([Output(0)]);
        let sizes = [x.step_size(), mean.len(), side].map(Count);
        let description = Description::default().call("normalize_columns", arguments.chain(sizes));
        let (gamma, beta) = (builder.values(self.gamma), builder.values(self.beta));
        let normalize = statistics.normalizer(self.epsilon, gamma, beta, side);
        builder.push_described(self, inputs, description, normalize)
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let (x, e) = (&inputs[0], exporter);
        let axis = self.resolved(x.ndim())?;
        let mean = e.values(self.moving_mean);
        let mut shape = vec![1; x.ndim()];
        shape[axis] = mean.len();
        let (gamma, beta) = (e.values(self.gamma), e.values(self.beta));
        let variance = e.values(self.moving_variance);
        let factor = |(i, variance): (usize, &f32)| {
            let gamma = gamma.get(i).copied().unwrap_or(1.0);
            (f64::from(gamma) / (f64::from(*variance) + self.epsilon).sqrt()) as f32
        };
        let factors: Vec<f32> = variance.iter().enumerate().map(factor).collect();
        let mean = e.floats("moving_mean", shape.clone(), mean);
        let mut y = e.binary("Sub", &x.name, &mean);
        let factors = e.floats("factors", shape.clone(), factors);
        y = e.binary("Mul", &y, &factors);
        if self.center {
            let beta = e.floats("beta", shape, beta);
            y = e.binary("Add", &y, &beta);
        }
        e.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let order = ops::bring_last(x.ndim(), &[self.resolved(x.ndim())?]);
        let used = self.used(x, &order)?;
        let x = ops::permute(x, &order);
        let statistics = match cx.records(self.moving_mean) {
            true => Columns::of(&x, used.as_deref()),
            false => Columns::recorded(cx.value(self.moving_mean), cx.value(self.moving_variance)),
        };
        if cx.records(self.moving_mean) {
            self.record(&statistics, cx);
        }
        let (gamma, beta) = (cx.value(self.gamma), cx.value(self.beta));
        let y = statistics.normalize(&x, self.epsilon, gamma, beta);
        let y = ops::permute(&y, &ops::inverse(&order));
        cx.save(Saved { x, used, statistics, order });
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { x, used, statistics, order } = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let dy = ops::permute(dy, &order);
        let gamma = cx.value(self.gamma);
        let weights = cx.gradients([self.gamma, self.beta]);
        let dx = statistics.backward(&x, used.as_deref(), &dy, self.epsilon, gamma, weights);
        Ok(vec![Some(ops::permute(&dx, &ops::inverse(&order)))])
    }
}
