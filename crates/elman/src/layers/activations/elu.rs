//! The exponential linear unit.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder};
use crate::{Context, Float, Result, Shape, Tensor, ops};
use elman_files::onnx::Attribute;

/// Exponential linear unit: `y = x` above zero, else `alpha * (exp(x) - 1)` (Clevert et al., 2016).
///
/// - Shapes: any, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.ELU`, same default.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Elu::new().alpha(2.0).input_shape([2]))?;
/// let y = model.predict(array![[-1., 3.]])?;
/// assert_eq!(y[[0, 1]], 3.0);
/// assert!((y[[0, 0]] - 2.0 * ((-1f32).exp() - 1.0)).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "ELU")]
#[doc(alias = "keras.layers.ELU")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Elu {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "default_alpha")]
    alpha: f64,
}

fn default_alpha() -> f64 {
    1.0
}

impl Default for Elu {
    fn default() -> Self {
        Elu { base: Base::default(), alpha: default_alpha() }
    }
}

impl Elu {
    /// The unit with an `alpha` of 1.
    pub fn new() -> Elu {
        Elu::default()
    }

    /// The depth that large negative inputs reach (1).
    pub fn alpha(mut self, alpha: f64) -> Elu {
        self.alpha = alpha;
        self
    }
}

fn elu(x: Float, alpha: Float) -> Float {
    if x > 0.0 { x } else { alpha * elman_kernels::exp_m1(x) }
}

impl Layer for Elu {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "ELU"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![single_input(self, inputs, 0..)?.clone()])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let alpha = self.alpha as Float;
        let arguments = [Input(0), Output(0), Count(inputs[0].step_size()), Number(alpha)];
        let description = Description::default().call("elu_layer", arguments);
        builder.push_described(self, inputs, description, move |x, y| {
            x.iter().zip(y).for_each(|(x, y)| *y = elu(*x, alpha));
        })
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let alpha = ("alpha", Attribute::Float(self.alpha as f32));
        let y = exporter.node("Elu", &[&inputs[0].name], &[alpha]);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let (x, alpha) = (&inputs[0], self.alpha as Float);
        cx.save(x.clone());
        Ok(vec![ops::map(x, |x| elu(x, alpha))])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let x: Tensor = cx.restore(self.class_name())?;
        let alpha = self.alpha as Float;
        let slope = |x: Float| if x > 0.0 { 1.0 } else { alpha * elman_kernels::exp(x) };
        Ok(vec![gradients[0].as_ref().map(|dy| ops::zip(dy, &x, |dy, x| dy * slope(x)))])
    }
}
