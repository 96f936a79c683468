//! Steps cut off a sequence.

use serde::{Deserialize, Serialize};

use super::Ends;
use crate::layers::layer::{layer_boilerplate, never_streams, single_sequence};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::{Context, Error, Result, Shape, Tensor};

/// Cuts steps off the beginning and the end of every sequence.
///
/// - Shapes: `(batch, time, features)` to `(batch, time - start - end, features)`. No weights.
///   A mask ends here.
/// - Keras: `keras.layers.Cropping1D`.
///
/// # Errors
/// A sequence of which nothing would be left.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Cropping1d::new((1, 0)).input_shape([3, 1]))?;
/// assert_eq!(model.predict(array![[[7.], [8.], [9.]]])?.as_slice().unwrap(), [8., 9.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Cropping1D")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cropping1d {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "one_each")]
    cropping: Ends,
}

fn one_each() -> Ends {
    Ends::from(1)
}

impl Cropping1d {
    /// Cuts `cropping` steps off: a number for both ends (Keras's default is 1), or a pair.
    pub fn new(cropping: impl Into<Ends>) -> Cropping1d {
        Cropping1d { base: Base::default(), cropping: cropping.into() }
    }

    fn check(&self, shape: &Shape) -> Result<()> {
        match shape.dims()[1] {
            Some(time) if time <= self.cropping.sum() => Err(Error::InputShape {
                layer: self.place(),
                index: 0,
                expected: format!("more than {} steps", self.cropping.sum()),
                got: shape.clone(),
            }),
            _ => Ok(()),
        }
    }
}

impl Layer for Cropping1d {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Cropping1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_sequence(self, inputs)?;
        self.check(input)?;
        let dims = input.dims();
        Ok(vec![[dims[0], dims[1].map(|time| time - self.cropping.sum()), dims[2]].into()])
    }

    never_streams!("it leaves out steps at the end, which is not known");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let end = match self.cropping.end {
            0 => i64::MAX,
            end => -(end as i64),
        };
        let y = exporter.slice(&inputs[0].name, 1, self.cropping.start as i64, end, 1);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        // Where the number of steps was unknown, it shows only now.
        self.check(&inputs[0].shape().into())?;
        Ok(vec![self.cropping.crop(&inputs[0])])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![gradients[0].as_ref().map(|dy| self.cropping.pad(dy))])
    }
}
