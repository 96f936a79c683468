//! A vector as every step of a sequence.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{check_positive, layer_boilerplate, never_streams, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::{Context, Error, Result, Shape, Tensor, ops};

/// Makes a sequence of `n` equal steps of a vector: what stands between the encoder and the
/// decoder of a sequence-to-sequence model.
///
/// - Shapes: `(batch, features)` to `(batch, n, features)`. No weights. A mask ends here.
/// - Keras: `keras.layers.RepeatVector`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Gru::new(8).input_shape([5, 3]))?;
/// model.add(RepeatVector::new(4))?;
/// model.add(Gru::new(8).return_sequences(true))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 4, 8)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.RepeatVector")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RepeatVector {
    #[serde(flatten)]
    base: Base,
    n: usize,
}

impl RepeatVector {
    /// A sequence of `n` steps.
    pub fn new(n: usize) -> RepeatVector {
        RepeatVector { base: Base::default(), n }
    }
}

impl Layer for RepeatVector {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "RepeatVector"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 2..)?;
        check_positive(self, "n", self.n)?;
        let &[batch, features] = input.dims() else {
            return Err(Error::InputShape {
                layer: self.place(),
                index: 0,
                expected: "two dimensions: (batch, features)".into(),
                got: input.clone(),
            });
        };
        Ok(vec![[batch, Some(self.n), features].into()])
    }

    never_streams!("its output is a whole sequence at once");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let one_step = exporter.unsqueeze(&inputs[0].name, &[1]);
        let shape = exporter.ints(&[1, self.n as i64, 1]);
        let y = exporter.binary("Expand", &one_step, &shape);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        let (batch, features) = (inputs[0].shape()[0], inputs[0].width());
        let one_step = inputs[0].clone().reshape([batch, 1, features])?;
        Ok(vec![ops::broadcast(&one_step, &[batch, self.n, features])])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let (batch, features) = (dy.shape()[0], dy.width());
        let dx = ops::sum_to(dy, &[batch, 1, features]);
        Ok(vec![Some(dx.reshape([batch, features])?)])
    }
}
