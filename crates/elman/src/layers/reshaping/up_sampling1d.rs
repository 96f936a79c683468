//! Every step several times.

use serde::{Deserialize, Serialize};

use crate::layers::layer::known_last;
use crate::layers::layer::{check_positive, layer_boilerplate, never_streams, single_sequence};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::{Context, Result, Shape, Tensor, ops};

/// Repeats every step `size` times in a row.
///
/// - Shapes: `(batch, time, features)` to `(batch, size * time, features)`. No weights. A mask
///   ends here.
/// - Keras: `keras.layers.UpSampling1D`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(UpSampling1d::new(2).input_shape([2, 1]))?;
/// assert_eq!(model.predict(array![[[7.], [8.]]])?.as_slice().unwrap(), [7., 7., 8., 8.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.UpSampling1D")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UpSampling1d {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "two")]
    size: usize,
}

fn two() -> usize {
    2
}

impl UpSampling1d {
    /// Every step `size` times (Keras's default is 2).
    pub fn new(size: usize) -> UpSampling1d {
        UpSampling1d { base: Base::default(), size }
    }
}

impl Layer for UpSampling1d {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "UpSampling1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let dims = single_sequence(self, inputs)?.dims();
        check_positive(self, "size", self.size)?;
        let time = dims[1].map(|time| time.saturating_mul(self.size));
        Ok(vec![[dims[0], time, dims[2]].into()])
    }

    never_streams!("it gives more steps than come");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let features = known_last(self, 0, &inputs[0].shape)?;
        let steps = exporter.unsqueeze(&inputs[0].name, &[2]);
        let shape = exporter.ints(&[1, 1, self.size as i64, 1]);
        let repeated = exporter.binary("Expand", &steps, &shape);
        let y = exporter.reshape(&repeated, &[0, -1, features as i64]);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        let &[batch, time, features] = inputs[0].shape() else {
            unreachable!("checked when the layer was built")
        };
        let steps = inputs[0].clone().reshape([batch, time, 1, features])?;
        let repeated = ops::broadcast(&steps, &[batch, time, self.size, features]);
        Ok(vec![repeated.reshape([batch, time * self.size, features])?])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let (batch, time, features) = (dy.shape()[0], dy.shape()[1] / self.size, dy.width());
        let repeated = dy.clone().reshape([batch, time, self.size, features])?;
        let dx = ops::sum_to(&repeated, &[batch, time, 1, features]);
        Ok(vec![Some(dx.reshape([batch, time, features])?)])
    }
}
