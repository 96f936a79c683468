//! Steps to leave out.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{layer_boilerplate, single_input};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, EdgeMask, Exporter};
use crate::streaming::{
    Answer, Argument::*, Described, Description, Flow, Step, StepCall, StreamBuilder, refuse,
};
use crate::{Context, Float, Mask, Parameters, Result, Shape, Tensor, ops};
use elman_files::onnx::ElementKind;

/// Marks the steps whose features all equal `mask_value`: the layers behind leave them out.
///
/// ```text
/// mask[b, t] = any(x[b, t, :] != mask_value)        y[b, t, :] = x[b, t, :] if mask[b, t] else 0
/// ```
/// - Shapes: `(batch, time, …, features)`, unchanged; mask `(batch, time, …)`. No weights.
/// - Keras: `keras.layers.Masking`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Masking::new().mask_value(-1.0).input_shape([4, 1]))?;
/// model.add(SimpleRnn::new(2))?;
/// let padded = model.predict(array![[[3.], [5.], [-1.], [-1.]]])?;
/// assert_eq!(padded, model.predict(array![[[-1.], [-1.], [3.], [5.]]])?);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Masking")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Masking {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    mask_value: f64,
}

impl Masking {
    /// Marks the steps that are zero in all features.
    pub fn new() -> Masking {
        Masking::default()
    }

    /// The value that marks a step (0).
    pub fn mask_value(mut self, mask_value: f64) -> Masking {
        self.mask_value = mask_value;
        self
    }

    /// Whether each step, a row of `x`, counts.
    fn used<'a>(&self, x: &'a Tensor) -> impl Iterator<Item = bool> + use<'a> {
        let value = self.mask_value as Float;
        ops::rows(x).map(move |step| step.iter().any(|v| *v != value))
    }
}

/// A step of the layer.
struct MaskingStep {
    value: Float,
    features: usize,
}

impl Step for MaskingStep {
    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        let x = call.inputs.get(0);
        let width = (x.len() / call.rows.len().max(1)).max(1);
        let is_used = |step: &[Float]| step.iter().any(|v| *v != self.value);
        let steps = x.chunks_exact(width);
        for (x, y) in steps.clone().zip(call.outputs.get(0).chunks_exact_mut(width)) {
            if is_used(x) { y.copy_from_slice(x) } else { y.fill(0.0) }
        }
        call.outputs.mask().iter_mut().zip(steps).for_each(|(used, x)| *used = is_used(x));
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        let features = || Count(self.features);
        let used = Description::default()
            .call("differs", [Input(0), Number(self.value), features()])
            .returning(Answer::Mask);
        let kept = used.call("copy_if", [OutputUsed, Input(0), Output(0), features()]);
        Ok(kept)
    }
}

/// `x` where its step counts, zero elsewhere.
fn keep(x: &Tensor, used: impl Iterator<Item = bool>) -> Tensor {
    let mut y = x.clone();
    let width = x.width().max(1);
    for (step, used) in y.data_mut().chunks_mut(width).zip(used) {
        if !used {
            step.fill(0.0);
        }
    }
    y
}

impl Layer for Masking {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Masking"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![single_input(self, inputs, 2..)?.clone()])
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        let steps = |x: &Tensor| {
            let shape = &x.shape()[..x.ndim().saturating_sub(1)];
            Mask::from_parts(shape, self.used(x).collect())
        };
        vec![inputs.first().map(steps)]
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        let x = &inputs[0];
        if !x.is_sequence() || x.shape().ndim() != x.first_axis() + 1 {
            return Err(refuse(self, "its mask is of more than whole steps"));
        }
        let step = MaskingStep { value: self.mask_value as Float, features: x.step_size() };
        Ok(vec![builder.push_masking(step, inputs, (x.shape().clone(), true))?])
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let x = &inputs[0];
        let value = exporter.number(self.mask_value);
        let is_value = exporter.binary("Equal", &x.name, &value);
        let differs = exporter.unary("Not", &is_value);
        let differs = exporter.cast(&differs, ElementKind::F32);
        let differing = exporter.reduce("ReduceSum", &differs, &[-1], false);
        let none = exporter.number(0.0);
        let name = exporter.binary("Greater", &differing, &none);
        let mask = EdgeMask { name, ndim: x.ndim() - 1 };
        let over = exporter.unsqueeze(&mask.name, &[-1]);
        let y = exporter.choose(&over, &x.name, &none);
        let outputs = exporter.output(self, inputs, y)?;
        Ok(outputs.into_iter().map(|y| y.with_mask(Some(mask.clone()))).collect())
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        cx.save(self.used(x).collect::<Vec<bool>>());
        Ok(vec![keep(x, self.used(x))])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let used: Vec<bool> = cx.restore(self.class_name())?;
        Ok(vec![gradients[0].as_ref().map(|dy| keep(dy, used.into_iter()))])
    }
}
