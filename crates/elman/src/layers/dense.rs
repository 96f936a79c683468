//! The fully connected layer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use elman_kernels::{Matrix, PackedMatrix, gemm_packed};

use crate::activations::{self, Activation};
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::layers::layer::{check_positive, known_last, layer_boilerplate, single_input};
use crate::layers::weight_arguments::weight_arguments;
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::{Builder, Parameter};
use crate::regularizers::Regularizer;
use crate::streaming::{Flow, Product, StreamBuilder};
use crate::{Context, Error, Parameters, Result, Shape, Tensor, defaults, ops};

/// A fully connected layer: `y = activation(x @ kernel + bias)`.
///
/// It maps the last axis, whatever stands before it, so on a sequence it works step by step.
///
/// - Shapes: `(batch, …, features)` to `(batch, …, units)`; with the activation
///   [`Glu`](Activation::Glu), which takes an even number of units, to `(batch, …, units / 2)`.
/// - Weights: `kernel (features, units)`, `bias (units,)`.
/// - Keras: `keras.layers.Dense`, same defaults; on `glu` see
///   [`ActivationLayer`](super::ActivationLayer).
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Dense::new(2).input_shape([3]))?;
/// model.layer_mut("dense")?.set_weights([array![[1., 2.], [3., 4.], [5., 6.]].into(), array![0.5, 0.].into()])?;
/// let y = model.predict(array![[1., 1., 1.]])?;
/// assert_eq!(y.as_slice().unwrap(), [9.5, 12.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Dense")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dense {
    #[serde(flatten)]
    base: Base,
    units: usize,
    #[serde(with = "activations::by_name", default = "defaults::linear")]
    activation: Activation,
    #[serde(default = "defaults::yes")]
    use_bias: bool,
    #[serde(default = "Initializer::glorot_uniform")]
    kernel_initializer: Initializer,
    #[serde(default = "defaults::zeros")]
    bias_initializer: Initializer,
    #[serde(default)]
    kernel_regularizer: Option<Regularizer>,
    #[serde(default)]
    bias_regularizer: Option<Regularizer>,
    #[serde(default)]
    kernel_constraint: Option<Constraint>,
    #[serde(default)]
    bias_constraint: Option<Constraint>,
    #[serde(skip)]
    kernel: Parameter,
    #[serde(skip)]
    bias: Parameter,
}

/// What `backward` needs of one call.
struct Saved {
    x: Tensor,
    /// The input of the activation; only kept for those whose derivative needs it.
    z: Tensor,
    y: Tensor,
}

impl Dense {
    /// A layer of `units` outputs with Keras's defaults: no activation, a bias, `glorot_uniform`.
    pub fn new(units: usize) -> Dense {
        Dense {
            base: Base::default(),
            units,
            activation: Activation::Linear,
            use_bias: true,
            kernel_initializer: Initializer::glorot_uniform(),
            bias_initializer: Initializer::Zeros,
            kernel_regularizer: None,
            bias_regularizer: None,
            kernel_constraint: None,
            bias_constraint: None,
            kernel: Parameter::default(),
            bias: Parameter::default(),
        }
    }

    /// The activation (linear).
    pub fn activation(mut self, activation: Activation) -> Dense {
        self.activation = activation;
        self
    }

    /// Whether to add a bias (true).
    pub fn use_bias(mut self, use_bias: bool) -> Dense {
        self.use_bias = use_bias;
        self
    }

    /// The packed kernel: made once, used until it changes.
    fn packed(&self, features: usize, parameters: &Parameters) -> Arc<PackedMatrix> {
        parameters.derived(self.kernel, || {
            let kernel = Matrix::row_major(parameters.get(self.kernel), self.units);
            PackedMatrix::new(features, self.units, kernel)
        })
    }
}

weight_arguments!(Dense {
    "kernel" starts as "glorot_uniform": kernel_initializer, kernel_regularizer, kernel_constraint;
    "bias" starts as "zeros": bias_initializer, bias_regularizer, bias_constraint;
});

impl Layer for Dense {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Dense"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 2..)?;
        check_positive(self, "units", self.units)?;
        known_last(self, 0, input)?;
        let refused = |_| Error::InvalidArgument {
            place: self.place(),
            argument: "units",
            expected: "an even number, which the activation glu halves".into(),
            got: self.units.to_string(),
        };
        let units = input.with_last(Some(self.units));
        Ok(vec![activations::output_shape(self.activation, &units, refused)?])
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let features = known_last(self, 0, single_input(self, inputs, 2..)?)?;
        let kernel = (&self.kernel_initializer, &self.kernel_regularizer, &self.kernel_constraint);
        self.kernel = builder.add("kernel", &[features, self.units], kernel)?;
        if self.use_bias {
            let bias = (&self.bias_initializer, &self.bias_regularizer, &self.bias_constraint);
            self.bias = builder.add("bias", &[self.units], bias)?;
        }
        Ok(())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let kernel = self.packed(inputs[0].features(self)?, builder.parameters());
        let (bias, activation) = (builder.values(self.bias), self.activation);
        let rows = inputs[0].step_size() / kernel.depth().max(1);
        builder.push_layer(self, Product { kernel, bias, activation, rows }, inputs)
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let kernel = exporter.weight("kernel", self.kernel);
        let mut y = exporter.binary("MatMul", &inputs[0].name, &kernel);
        if self.use_bias {
            let bias = exporter.weight("bias", self.bias);
            y = exporter.binary("Add", &y, &bias);
        }
        let y = exporter.activation(self.activation, &y, self.units);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let packed = self.packed(x.width(), cx.parameters());
        let mut shape = x.shape().to_vec();
        *shape.last_mut().expect("Dense has an input of two or more dimensions") = self.units;
        let mut y = Tensor::zeros(shape);
        let bias = cx.value(self.bias);
        let bias = (!bias.is_empty()).then_some(bias);
        let rows = x.len() / x.width();
        gemm_packed(rows, Matrix::row_major(x.data(), x.width()), &packed, bias, y.data_mut());
        let z = if cx.is_saving() { y.clone() } else { Tensor::zeros([0]) };
        let y = activations::forward(self.activation, y);
        cx.save(Saved { x: x.clone(), z, y: y.clone() });
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { x, z, y } = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let dz = activations::backward(self.activation, &z, &y, dy);
        let [kernel, bias] = cx.gradients([self.kernel, self.bias]);
        ops::accumulate_outer(&x, &dz, kernel);
        ops::accumulate_rows(&dz, bias);
        let dx = cx
            .wants_input_gradients()
            .then(|| ops::matmul_transposed(&dz, cx.value(self.kernel), x.width()));
        Ok(vec![dx])
    }
}
