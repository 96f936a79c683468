//! What all layers do that combine their inputs element by element.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::inputs::{MaskRule, aligned, check_inputs, combined_shape, merged_mask, repeated};
use super::onnx::{merged, merged_mask as merged_mask_onnx};
use super::stream::{MergeStep, check_time};
use crate::layers::layer::to_config;
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::streaming::{Flow, StreamBuilder};
use crate::{Context, Float, Mask, Result, Shape, Tensor, ops};

/// How a [`Merge`] combines its inputs.
pub trait MergeFunction: Clone + Send + Sync + 'static {
    /// Keras's class name.
    const CLASS: &'static str;

    /// Checks the number of inputs, of which there are one or more.
    ///
    /// # Errors
    /// [`Error::InputCount`](crate::Error::InputCount).
    fn check_count(layer: &dyn Layer, count: usize) -> Result<()> {
        let _any = (layer, count);
        Ok(())
    }

    /// The output, and for each input the factor that its gradient has of the output's. All inputs
    /// have one shape; `used` says of each, where it has a mask, which elements count.
    fn merge(inputs: &[Tensor], used: &[Option<Vec<bool>>]) -> (Tensor, Vec<Factor>);

    /// One element of the output from those of the inputs, each with whether it counts, where its
    /// input says so: what [`MergeFunction::merge`] computes of each.
    fn element(inputs: impl Iterator<Item = (Float, Option<bool>)>) -> Float;

    /// Whether the function looks at masks; else they only pass.
    const LOOKS_AT_MASKS: bool = false;

    /// [`MergeFunction::merge`] in ONNX, of inputs with as many axes each, from masks over them.
    fn onnx(inputs: &[String], used: &[Option<String>], exporter: &mut Exporter) -> String;

    /// The function of programs that brings a further input in.
    const FUNCTION: &'static str;

    /// Whether the output is divided by the number of inputs in the end.
    const DIVIDES: bool = false;
}

/// What the gradient of an input is of the output's.
#[derive(Clone, Debug)]
pub enum Factor {
    /// The same everywhere.
    Constant(Float),
    /// One for each element.
    Each(Tensor),
}

/// A layer that combines its inputs element by element.
///
/// The inputs need not have one shape: an axis of 1 is repeated, and an input with fewer axes gets
/// axes of 1 behind the batch, as in Keras.
///
/// - Shapes: `(batch, …)` each, to the shape they have together. No weights.
/// - Masks: if all inputs have one, the output has one of the steps that count in any of them. (In a
///   model from a file of Keras 2: if any has one, of those that count in all that have.)
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Merge<F> {
    #[serde(flatten)]
    base: Base,
    #[serde(rename = "elman_keras_2_masks", default, skip_serializing_if = "MaskRule::is_any")]
    masks: MaskRule,
    #[serde(skip)]
    function: std::marker::PhantomData<F>,
}

impl<F> Merge<F> {
    pub(super) fn over() -> Merge<F> {
        let (base, masks) = (Base::default(), MaskRule::default());
        Merge { base, masks, function: std::marker::PhantomData }
    }
}

impl<F> Default for Merge<F> {
    fn default() -> Self {
        Merge::over()
    }
}

/// What `backward` needs of one call.
struct Saved {
    shapes: Vec<Vec<usize>>,
    factors: Vec<Factor>,
}

impl<F: MergeFunction> Merge<F> {
    /// Whether masks change the output; in Keras 2 none did.
    fn looks_at_masks(&self) -> bool {
        F::LOOKS_AT_MASKS && self.masks.is_any()
    }

    /// Which elements of each input count, where a function looks at that.
    /// `together` is the shape that they are repeated to.
    fn used(&self, inputs: &[Tensor], together: &[usize]) -> Result<Vec<Option<Vec<bool>>>> {
        let of = |x: &Tensor| {
            // As in Keras, where an input that gets further axes loses its mask on the way.
            let looks = self.looks_at_masks() && x.ndim() == together.len();
            let Some(mask) = x.mask().filter(|_| looks) else { return Ok(None) };
            let own = mask.over(x.shape(), &self.place())?;
            Ok(ops::broadcast_values(&own, x.shape(), together))
        };
        inputs.iter().map(of).collect()
    }
}

impl<F: MergeFunction> Layer for Merge<F> {
    fn base(&self) -> &Base {
        &self.base
    }

    fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    fn config(&self) -> Map<String, Value> {
        to_config(self)
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }

    fn class_name(&self) -> &'static str {
        F::CLASS
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_inputs(self, inputs)?;
        F::check_count(self, inputs.len())?;
        Ok(vec![combined_shape(self, inputs)?])
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        (vec![inputs.into()], Map::new())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        // `forward` has refused masks that don't fit.
        vec![merged_mask(self, inputs, self.masks).unwrap_or_default()]
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        check_time(self, inputs)?;
        let shapes: Vec<Shape> = inputs.iter().map(|flow| flow.shape().clone()).collect();
        let output = (self.output_shapes(&shapes)?.remove(0), inputs[0].is_sequence());
        let makes_mask = self.masks.makes_mask(inputs.iter().map(Flow::is_masked));
        let rule = makes_mask.then_some(self.masks);
        let step = MergeStep::<F>::new(self, inputs, rule, self.looks_at_masks())?;
        match makes_mask {
            true => Ok(vec![builder.push_masking(step, inputs, output)?]),
            false => builder.push(step, inputs, &[output]),
        }
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let y = merged::<F>(inputs, self.looks_at_masks(), exporter);
        let mask = merged_mask_onnx(inputs, self.masks, exporter);
        let outputs = exporter.output(self, inputs, y)?;
        Ok(outputs.into_iter().map(|y| y.with_mask(mask.clone())).collect())
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        merged_mask(self, inputs, self.masks)?;
        let repeated = repeated(self, inputs)?;
        let used = self.used(inputs, repeated[0].shape())?;
        let (y, factors) = F::merge(&repeated, &used);
        cx.save(Saved { shapes: inputs.iter().map(|x| x.shape().to_vec()).collect(), factors });
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { shapes, factors } = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None; shapes.len()]) };
        let borrowed: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
        let of_input = |((factor, aligned), shape): ((Factor, Vec<usize>), &Vec<usize>)| {
            let dx = match factor {
                Factor::Constant(1.0) => dy.clone(),
                Factor::Constant(factor) => ops::scale(dy, factor),
                Factor::Each(factors) => ops::multiply(dy, &factors),
            };
            ops::sum_to(&dx, &aligned).reshape(shape.clone()).map(Some)
        };
        factors.into_iter().zip(aligned(&borrowed)).zip(&shapes).map(of_input).collect()
    }
}

/// The sum of all inputs.
pub(super) fn sum(inputs: &[Tensor]) -> Tensor {
    let mut sum = inputs[0].clone().replace_mask(None);
    inputs[1..].iter().for_each(|x| sum.add_assign(x));
    sum
}

/// [`choose`] of one element.
pub(super) fn choose_element(
    inputs: impl Iterator<Item = (Float, Option<bool>)>,
    better: impl Fn(Float, Float) -> bool,
) -> Float {
    let chosen = inputs.reduce(|(y, counts), (x, used)| {
        let (old, new) = (counts.unwrap_or(true), used.unwrap_or(true));
        let y = if new && (!old || better(y, x)) { x } else { y };
        (y, counts.zip(used).map(|(a, b)| a || b))
    });
    chosen.map_or(0.0, |(y, _)| y)
}

/// In each place one of the inputs, by `better(a, b)`: whether `b` is to be taken rather than `a`.
/// Where only some of them count, the choice is between those.
pub(super) fn choose(
    inputs: &[Tensor],
    used: &[Option<Vec<bool>>],
    better: impl Fn(Float, Float) -> bool,
) -> (Tensor, Vec<Factor>) {
    let mut y = inputs[0].clone().replace_mask(None);
    let mut source = vec![0usize; y.len()];
    // What counts so far; known only as long as every input says what counts.
    let mut counts = used[0].clone();
    for (i, (x, used)) in inputs.iter().zip(used).enumerate().skip(1) {
        for (j, (y, x)) in y.data_mut().iter_mut().zip(x.data()).enumerate() {
            let (old, new) =
                (counts.as_ref().is_none_or(|c| c[j]), used.as_ref().is_none_or(|u| u[j]));
            if new && (!old || better(*y, *x)) {
                (*y, source[j]) = (*x, i);
            }
        }
        counts = match (counts, used) {
            (Some(counts), Some(used)) => {
                Some(counts.iter().zip(used).map(|(a, b)| *a || *b).collect())
            }
            _ => None,
        };
    }
    let factor = |i: usize| {
        let chosen = source.iter().map(|s| if *s == i { 1.0 } else { 0.0 }).collect();
        Factor::Each(Tensor::from_parts(y.shape(), chosen))
    };
    let factors = (0..inputs.len()).map(factor).collect();
    (y, factors)
}
