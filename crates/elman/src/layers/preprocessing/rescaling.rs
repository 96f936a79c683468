//! Values in other units.

use serde::{Deserialize, Serialize};

use super::Numbers;
use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder, refuse};
use crate::{Context, Error, Float, Result, Shape, Tensor, ops};

/// Multiplies by a scale and adds an offset, such as 1/255 for the pixels of pictures.
///
/// ```text
/// y = x * scale + offset
/// ```
/// - Shapes: any with a batch, unchanged. Scale and offset are numbers, or arrays that lie along the
///   last axes of a sample as in NumPy's broadcasting. No weights. A mask passes.
/// - Keras: `keras.layers.Rescaling`. What would make the output larger than the input is refused.
///
/// # Errors
/// A scale or an offset that doesn't fit the input, or isn't finite.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Rescaling::new(2.0).offset([0.0, -1.0]).input_shape([2]))?;
/// assert_eq!(model.predict(array![[3., 4.]])?, array![[6., 7.]].into_dyn());
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Rescaling")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rescaling {
    #[serde(flatten)]
    base: Base,
    scale: Numbers,
    #[serde(default = "no_offset")]
    offset: Numbers,
}

fn no_offset() -> Numbers {
    Numbers::from(0.0)
}

impl Rescaling {
    /// A multiplication by `scale`.
    pub fn new(scale: impl Into<Numbers>) -> Rescaling {
        Rescaling { base: Base::default(), scale: scale.into(), offset: no_offset() }
    }

    /// What is added then (0).
    pub fn offset(mut self, offset: impl Into<Numbers>) -> Rescaling {
        self.offset = offset.into();
        self
    }

    /// Checks that numbers lie along the last axes of a sample.
    fn check(&self, argument: &'static str, numbers: &Numbers, input: &Shape) -> Result<()> {
        numbers.check(self, argument)?;
        let (own, dims) = (numbers.shape(), &input.dims()[1..]);
        let fit = own.len() <= dims.len()
            && own.iter().rev().zip(dims.iter().rev()).all(|(n, dim)| {
                // An unknown length is checked once it is there.
                *n == 1 || dim.is_none_or(|dim| dim == *n)
            });
        if fit {
            return Ok(());
        }
        Err(Error::InvalidArgument {
            place: self.place(),
            argument,
            expected: format!("a number, or numbers along the last axes of samples of {input}"),
            got: format!("an array of shape {}", Shape::from(own)),
        })
    }

    /// The numbers for each value of a sample.
    fn spread(&self, numbers: &Numbers, sample: &[usize]) -> Vec<Float> {
        let mut shape = vec![1; sample.len() - numbers.shape().len()];
        shape.extend(numbers.shape());
        ops::broadcast(&numbers.tensor(&shape), sample).data().to_vec()
    }
}

impl Layer for Rescaling {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Rescaling"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        self.check("scale", &self.scale, input)?;
        self.check("offset", &self.offset, input)?;
        Ok(vec![input.clone()])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        // A step of a sequence as a sequence of one.
        let sample = [&[1][..usize::from(x.is_sequence())], &x.step_shape()].concat();
        let along_time = |numbers: &Numbers| {
            let own = numbers.shape();
            x.is_sequence() && own.len() == sample.len() && own[0] != 1
        };
        if along_time(&self.scale) || along_time(&self.offset) {
            return Err(refuse(self, "it has numbers for each step"));
        }
        let (scale, offset) =
            (self.spread(&self.scale, &sample), self.spread(&self.offset, &sample));
        let numbers = [&scale, &offset].map(|numbers| Numbers(numbers.clone()));
        let arguments = std::iter::once(Input(0)).chain(numbers).chain([Output(0)]);
        let arguments = arguments.chain([x.step_size(), scale.len()].map(Count));
        let description = Description::default().call("rescale", arguments);
        builder.push_described(self, inputs, description, move |x, y| {
            let numbers = scale.iter().zip(&offset).cycle();
            for ((x, y), (scale, offset)) in x.iter().zip(y).zip(numbers) {
                *y = x * scale + offset;
            }
        })
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        // They are repeated over the axes before their own, as ONNX does it, too.
        let [scale, offset] = [&self.scale, &self.offset]
            .map(|numbers| exporter.tensor("number", &numbers.tensor(numbers.shape())));
        let y = exporter.binary("Mul", &inputs[0].name, &scale);
        let y = exporter.binary("Add", &y, &offset);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        let mut y = inputs[0].clone();
        // Lengths that were unknown before.
        self.output_shapes(&[y.shape().into()])?;
        let sample = y.shape()[1..].to_vec();
        let (scale, offset) =
            (self.spread(&self.scale, &sample), self.spread(&self.offset, &sample));
        for row in y.data_mut().chunks_mut(scale.len().max(1)) {
            for (y, (scale, offset)) in row.iter_mut().zip(scale.iter().zip(&offset)) {
                *y = *y * scale + offset;
            }
        }
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let mut dx = dy.clone();
        let scale = self.spread(&self.scale, &dy.shape()[1..]);
        for row in dx.data_mut().chunks_mut(scale.len().max(1)) {
            row.iter_mut().zip(&scale).for_each(|(dx, scale)| *dx *= scale);
        }
        Ok(vec![Some(dx)])
    }
}
