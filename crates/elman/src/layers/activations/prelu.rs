//! The rectified linear unit whose slope is learnt.

use serde::{Deserialize, Serialize};

use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::weight_arguments::weight_arguments;
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::{Builder, Parameter};
use crate::regularizers::Regularizer;
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder, refuse};
use crate::{Context, Error, Float, Result, Shape, Tensor, defaults, ops};

/// Rectified linear unit with a slope below zero that is learnt: `y = x` above zero, else
/// `alpha * x` (He et al., 2015).
///
/// - Shapes: any with a batch, unchanged. A mask passes.
/// - Weights: `alpha`, of the input's shape without the batch, 1 along the shared axes.
/// - Keras: `keras.layers.PReLU`.
///
/// # Errors
/// A dimension that is unknown and not shared, such as a free time axis; a shared axis that the
/// input doesn't have.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Lstm::new(8).return_sequences(true).input_dim(3))?;
/// model.add(Prelu::new().shared_axes([1]))?; // one slope per unit, for sequences of any length
/// assert_eq!(model.weights().last().unwrap().shape(), [1, 8]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "PReLU")]
#[doc(alias = "keras.layers.PReLU")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prelu {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "defaults::zeros")]
    alpha_initializer: Initializer,
    #[serde(default)]
    alpha_regularizer: Option<Regularizer>,
    #[serde(default)]
    alpha_constraint: Option<Constraint>,
    #[serde(default)]
    shared_axes: Option<Vec<usize>>,
    #[serde(skip)]
    alpha: Parameter,
}

impl Default for Prelu {
    fn default() -> Self {
        Prelu {
            base: Base::default(),
            alpha_initializer: Initializer::Zeros,
            alpha_regularizer: None,
            alpha_constraint: None,
            shared_axes: None,
            alpha: Parameter::default(),
        }
    }
}

impl Prelu {
    /// A slope for every value of the input, first zero.
    pub fn new() -> Prelu {
        Prelu::default()
    }

    /// The axes, counted from 1 behind the batch, along which one slope serves all (none).
    pub fn shared_axes(mut self, axes: impl Into<Vec<usize>>) -> Prelu {
        self.shared_axes = Some(axes.into());
        self
    }

    fn alpha_shape(&self, input: &Shape) -> Result<Vec<usize>> {
        let mut dims = input.dims()[1..].to_vec();
        for &axis in self.shared_axes.iter().flatten() {
            match axis.checked_sub(1).and_then(|i| dims.get_mut(i)) {
                Some(dim) => *dim = Some(1),
                None => {
                    return Err(Error::InvalidArgument {
                        place: self.place(),
                        argument: "shared_axes",
                        expected: format!("axes from 1 to {}", input.ndim() - 1),
                        got: axis.to_string(),
                    });
                }
            }
        }
        dims.into_iter().collect::<Option<Vec<usize>>>().ok_or_else(|| Error::InputShape {
            layer: self.place(),
            index: 0,
            expected: "dimensions that are known or in `shared_axes`".into(),
            got: input.clone(),
        })
    }
}

fn prelu(x: Float, alpha: Float) -> Float {
    if x > 0.0 { x } else { alpha * x }
}

weight_arguments!(Prelu {
    "slopes" starts as "zeros": alpha_initializer, alpha_regularizer, alpha_constraint;
});

impl Layer for Prelu {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "PReLU"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        self.alpha_shape(input)?;
        Ok(vec![input.clone()])
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let shape = self.alpha_shape(single_input(self, inputs, 1..)?)?;
        let alpha = (&self.alpha_initializer, &self.alpha_regularizer, &self.alpha_constraint);
        self.alpha = builder.add("alpha", &shape, alpha)?;
        Ok(())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        let alpha = builder.parameters().shape(self.alpha);
        if x.is_sequence() && alpha.first() != Some(&1) {
            return Err(refuse(self, "it has slopes for each step: share axis 1"));
        }
        let own = &alpha[x.first_axis() - 1..];
        let alpha = Tensor::from_parts(own, builder.values(self.alpha));
        let alpha = ops::broadcast(&alpha, &x.step_shape());
        let slopes = Numbers(alpha.data().to_vec());
        let arguments = [Input(0), slopes, Output(0), Count(x.step_size())];
        let description = Description::default().call("prelu", arguments);
        builder.push_described(self, inputs, description, move |x, y| {
            for (x, y) in x.chunks_exact(alpha.len()).zip(y.chunks_exact_mut(alpha.len())) {
                for ((x, y), alpha) in x.iter().zip(y).zip(alpha.data()) {
                    *y = prelu(*x, *alpha);
                }
            }
        })
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let slopes = exporter.weight("alpha", self.alpha);
        let y = exporter.binary("PRelu", &inputs[0].name, &slopes);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let alpha = ops::broadcast(&cx.tensor(self.alpha), x.shape());
        cx.save(x.clone());
        Ok(vec![ops::zip(x, &alpha, prelu)])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let x: Tensor = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let alpha = cx.tensor(self.alpha);
        let below = ops::sum_to(&ops::zip(dy, &x, |dy, x| dy * x.min(0.0)), alpha.shape());
        let [gradient] = cx.gradients([self.alpha]);
        gradient.iter_mut().zip(below.data()).for_each(|(g, d)| *g += d);
        let alpha = ops::broadcast(&alpha, x.shape());
        // At zero neither side rises, as in Keras.
        let slope = ops::zip(&x, &alpha, |x, alpha| match x {
            x if x > 0.0 => 1.0,
            x if x < 0.0 => alpha,
            _ => 0.0,
        });
        Ok(vec![Some(ops::multiply(dy, &slope))])
    }
}
