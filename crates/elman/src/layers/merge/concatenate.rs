//! Inputs one behind the other.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::inputs::{MaskRule, check_inputs};
use super::onnx::joined_mask;
use super::stream::{ConcatenateStep, check_time};
use crate::layers::layer::layer_boilerplate;
use crate::layers::{Base, Layer, resolve_axis};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Flow, StreamBuilder, refuse};
use crate::{Context, Error, Mask, Result, Shape, Tensor, ops};

/// Puts its inputs one behind the other along an axis.
///
/// - Shapes: `(batch, …)` each, equal but for the axis, whose lengths add up. No weights.
/// - Masks: if any input has one, the output has one: an input without counts everywhere, and a
///   step counts if any of its values does. (In a model from a file of Keras 2: if all do.)
/// - Keras: `keras.layers.Concatenate`.
///
/// # Errors
/// Shapes that differ elsewhere; an axis that the inputs don't have; the batch axis.
///
/// ```
/// use elman::prelude::*;
/// use elman::{Context, Parameters, layers::Layer};
/// let inputs = [array![[1., 2.]].into(), array![[3.]].into()];
/// let none = Parameters::default();
/// let y = Concatenate::new().forward(&inputs, &mut Context::inference(&none))?;
/// assert_eq!(y[0].data(), [1., 2., 3.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Concatenate")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Concatenate {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "last")]
    axis: i32,
    #[serde(rename = "elman_keras_2_masks", default, skip_serializing_if = "MaskRule::is_any")]
    masks: MaskRule,
}

fn last() -> i32 {
    -1
}

impl Default for Concatenate {
    fn default() -> Self {
        Concatenate { base: Base::default(), axis: last(), masks: MaskRule::default() }
    }
}

impl Concatenate {
    /// Along the last axis.
    pub fn new() -> Concatenate {
        Concatenate::default()
    }

    /// The axis along which the inputs follow each other (-1).
    pub fn axis(mut self, axis: i32) -> Concatenate {
        self.axis = axis;
        self
    }

    fn resolved(&self, ndim: usize) -> Result<usize> {
        match resolve_axis(self, "axis", self.axis, ndim)? {
            0 => Err(Error::InvalidArgument {
                place: self.place(),
                argument: "axis",
                expected: "an axis behind the batch".into(),
                got: self.axis.to_string(),
            }),
            axis => Ok(axis),
        }
    }

    fn join(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let axis = self.resolved(inputs[0].ndim())?;
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
        let shape = joined(self, &shapes, axis)?;
        let parts: Result<Vec<Tensor>> = inputs.iter().map(|x| rows(x, axis)).collect();
        let y = ops::concatenate(&parts?.iter().collect::<Vec<_>>());
        y.reshape(shape.dims().iter().flatten().copied().collect::<Vec<usize>>())
    }
}

/// The shape of arrays that differ along `axis` alone, unknown dimensions fitting anything.
fn joined(layer: &dyn Layer, inputs: &[Shape], axis: usize) -> Result<Shape> {
    let mut dims = inputs[0].dims().to_vec();
    for (index, input) in inputs.iter().enumerate().skip(1) {
        let fits = input.ndim() == dims.len()
            && (0..dims.len()).all(|i| match (dims[i], input.dims()[i]) {
                (Some(m), Some(n)) => i == axis || m == n,
                _ => true,
            });
        if !fits {
            return Err(Error::InputShape {
                layer: layer.place(),
                index,
                expected: format!("{} but for axis {axis}", Shape::from(dims)),
                got: input.clone(),
            });
        }
        for (i, (dim, own)) in dims.iter_mut().zip(input.dims()).enumerate() {
            *dim = match i == axis {
                true => dim.zip(*own).map(|(m, n): (usize, usize)| m.saturating_add(n)),
                false => dim.or(*own),
            };
        }
    }
    Ok(dims.into())
}

/// What `backward` needs of one call.
struct Saved {
    shapes: Vec<Vec<usize>>,
    axis: usize,
}

/// `x` as rows, each with all that follows one index before `axis`.
fn rows(x: &Tensor, axis: usize) -> Result<Tensor> {
    let count = x.shape()[..axis].iter().product();
    x.clone().reshape([count, x.shape()[axis..].iter().product()])
}

impl Layer for Concatenate {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Concatenate"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_inputs(self, inputs)?;
        let axis = self.resolved(inputs[0].ndim())?;
        Ok(vec![joined(self, inputs, axis)?])
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        (vec![inputs.into()], Map::new())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        if inputs.iter().all(|x| x.mask().is_none()) {
            return vec![None];
        }
        // As an array of ones and zeros, the mask of an input is put where its values are.
        let counting = |x: &Tensor| {
            let used = x.mask().and_then(|mask| mask.over(x.shape(), &self.place()).ok());
            let value = |used: &bool| if *used { 1.0 } else { 0.0 };
            let values = used.map(|used| used.iter().map(value).collect());
            Tensor::from_parts(x.shape(), values.unwrap_or_else(|| vec![1.0; x.len()]))
        };
        let counting: Vec<Tensor> = inputs.iter().map(counting).collect();
        vec![self.join(&counting).ok().map(|joined| {
            let used = ops::rows(&joined).map(|step| self.masks.of(step.iter().map(|v| *v > 0.0)));
            Mask::from_parts(&joined.shape()[..joined.ndim() - 1], used.collect())
        })]
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        check_time(self, inputs)?;
        let x = &inputs[0];
        let axis = self.resolved(x.shape().ndim())?;
        if axis < x.first_axis() {
            return Err(refuse(self, "it puts sequences one after the other"));
        }
        let shapes: Vec<Shape> = inputs.iter().map(|flow| flow.shape().clone()).collect();
        let output = (joined(self, &shapes, axis)?, x.is_sequence());
        let makes_mask = inputs.iter().any(Flow::is_masked);
        if makes_mask && x.shape().ndim() > x.first_axis() + 1 {
            return Err(refuse(self, "its mask is of more than whole steps"));
        }
        let part = |flow: &Flow| -> usize {
            flow.step_shape()[axis - flow.first_axis()..].iter().product()
        };
        let rows = x.step_size() / part(x).max(1);
        let rule = makes_mask.then_some(self.masks);
        let step = ConcatenateStep { parts: inputs.iter().map(part).collect(), rows, rule };
        match makes_mask {
            true => Ok(vec![builder.push_masking(step, inputs, output)?]),
            false => builder.push(step, inputs, &[output]),
        }
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let names: Vec<&str> = inputs.iter().map(|x| &*x.name).collect();
        let axis = self.resolved(inputs[0].ndim())?;
        let y = exporter.concat(&names, axis as i64);
        let mask = joined_mask(self, inputs, axis, self.masks, exporter)?;
        let outputs = exporter.output(self, inputs, y)?;
        Ok(outputs.into_iter().map(|y| y.with_mask(mask.clone())).collect())
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let y = self.join(inputs)?;
        let axis = self.resolved(y.ndim())?;
        cx.save(Saved { shapes: inputs.iter().map(|x| x.shape().to_vec()).collect(), axis });
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { shapes, axis } = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None; shapes.len()]) };
        let dy = rows(dy, axis)?;
        let mut start = 0;
        let of_input = |shape: Vec<usize>| {
            let width = shape[axis..].iter().product();
            let dx = ops::columns(&dy, start, width);
            start += width;
            dx.reshape(shape).map(Some)
        };
        shapes.into_iter().map(of_input).collect()
    }
}
