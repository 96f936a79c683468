//! The largest value of a whole sequence.

use serde::{Deserialize, Serialize};

use super::check_steps;
use crate::layers::data_format::ChannelsLast;
use crate::layers::layer::{layer_boilerplate, never_streams, single_sequence};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::{Context, Float, Result, Shape, Tensor};

/// The largest value of all steps, feature by feature.
///
/// - Shapes: `(batch, time, features)` to `(batch, features)`, or `(batch, 1, features)` with
///   `keepdims`. No weights. A mask ends here, as in Keras: steps that it leaves out are looked at.
/// - Keras: `keras.layers.GlobalMaxPooling1D`, with `data_format = "channels_last"`.
///
/// # Errors
/// A sequence without steps.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(GlobalMaxPooling1d::new().input_dim(2))?;
/// let y = model.predict(array![[[1., 8.], [5., 2.]]])?;
/// assert_eq!(y, array![[5., 8.]].into_dyn());
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "GlobalMaxPooling1D")]
#[doc(alias = "keras.layers.GlobalMaxPooling1D")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GlobalMaxPooling1d {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    data_format: ChannelsLast,
    #[serde(default)]
    keepdims: bool,
}

impl GlobalMaxPooling1d {
    /// One vector for each sequence.
    pub fn new() -> GlobalMaxPooling1d {
        GlobalMaxPooling1d::default()
    }

    /// Whether to keep the time axis, as one step (false).
    pub fn keepdims(mut self, keepdims: bool) -> GlobalMaxPooling1d {
        self.keepdims = keepdims;
        self
    }

    fn shape(&self, input: &Shape) -> Shape {
        let (batch, features) = (input.dims()[0], input.last());
        match self.keepdims {
            true => [batch, Some(1), features].into(),
            false => [batch, features].into(),
        }
    }
}

/// What `backward` needs of one call.
struct Saved {
    x: Tensor,
    /// The largest values, `(batch, features)`.
    largest: Vec<Float>,
}

impl Layer for GlobalMaxPooling1d {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "GlobalMaxPooling1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_sequence(self, inputs)?;
        check_steps(self, input)?;
        Ok(vec![self.shape(input)])
    }

    never_streams!("its output needs all steps");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let y = exporter.reduce("ReduceMax", &inputs[0].name, &[1], self.keepdims);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        // Where the number of steps was unknown, it shows only now.
        check_steps(self, &x.shape().into())?;
        let (batch, time, features) = (x.shape()[0], x.shape()[1], x.width());
        let mut largest = vec![Float::NEG_INFINITY; batch * features];
        for (row, step) in x.data().chunks_exact(features.max(1)).enumerate() {
            let start = row / time * features;
            let own = &mut largest[start..start + features];
            for (own, v) in own.iter_mut().zip(step) {
                // NaN stays.
                *own = if *v > *own || v.is_nan() { *v } else { *own };
            }
        }
        let shape: Vec<usize> =
            self.shape(&x.shape().into()).dims().iter().flatten().copied().collect();
        let y = Tensor::from_parts(shape, largest.clone());
        cx.save(Saved { x: x.clone(), largest });
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { x, largest } = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let (time, features) = (x.shape()[1], x.width());
        // As in Keras, equal values share the gradient.
        let mut equal = vec![0.0; largest.len()];
        for (row, step) in x.data().chunks_exact(features.max(1)).enumerate() {
            let start = row / time * features;
            for (i, v) in step.iter().enumerate() {
                equal[start + i] += if *v == largest[start + i] { 1.0 } else { 0.0 };
            }
        }
        let mut dx = Tensor::zeros(x.shape());
        let rows = dx.data_mut().chunks_exact_mut(features.max(1));
        for (row, (own, step)) in rows.zip(x.data().chunks_exact(features.max(1))).enumerate() {
            let start = row / time * features;
            for (i, own) in own.iter_mut().enumerate() {
                if step[i] == largest[start + i] {
                    *own = dy.data()[start + i] / equal[start + i];
                }
            }
        }
        Ok(vec![Some(dx)])
    }
}
