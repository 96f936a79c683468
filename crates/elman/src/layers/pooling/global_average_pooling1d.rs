//! The mean of a whole sequence.

use serde::{Deserialize, Serialize};

use super::check_steps;
use crate::layers::data_format::ChannelsLast;
use crate::layers::layer::{layer_boilerplate, never_streams, single_sequence};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::{Context, Float, Mask, Result, Shape, Tensor};
use elman_files::onnx::ElementKind;

/// The mean of all steps, feature by feature.
///
/// With a mask it is the mean of the steps that count; where none does, it is NaN, as in Keras.
///
/// - Shapes: `(batch, time, features)` to `(batch, features)`, or `(batch, 1, features)` with
///   `keepdims`. No weights. A mask ends here.
/// - Keras: `keras.layers.GlobalAveragePooling1D`, with `data_format = "channels_last"`.
///
/// # Errors
/// A sequence without steps.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(GlobalAveragePooling1d::new().input_dim(2))?;
/// let y = model.predict(array![[[1., 8.], [5., 2.]]])?;
/// assert_eq!(y, array![[3., 5.]].into_dyn());
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "GlobalAveragePooling1D")]
#[doc(alias = "keras.layers.GlobalAveragePooling1D")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GlobalAveragePooling1d {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    data_format: ChannelsLast,
    #[serde(default)]
    keepdims: bool,
}

impl GlobalAveragePooling1d {
    /// One vector for each sequence.
    pub fn new() -> GlobalAveragePooling1d {
        GlobalAveragePooling1d::default()
    }

    /// Whether to keep the time axis, as one step (false).
    pub fn keepdims(mut self, keepdims: bool) -> GlobalAveragePooling1d {
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
    shape: Vec<usize>,
    used: Option<Vec<bool>>,
    /// The number of steps in each mean.
    counts: Vec<Float>,
}

impl Layer for GlobalAveragePooling1d {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "GlobalAveragePooling1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_sequence(self, inputs)?;
        check_steps(self, input)?;
        Ok(vec![self.shape(input)])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn output_masks(&self, _inputs: &[Tensor]) -> Vec<Option<Mask>> {
        Vec::new()
    }

    never_streams!("its output needs all steps");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let (x, e) = (&inputs[0], exporter);
        let Some(mask) = e.mask_over(x) else {
            let y = e.reduce("ReduceMean", &x.name, &[1], self.keepdims);
            return Ok(vec![Edge::new(y, self.shape(&x.shape))]);
        };
        x.step_mask(self)?;
        let none = e.number(0.0);
        let used = e.choose(&mask, &x.name, &none);
        let sum = e.reduce("ReduceSum", &used, &[1], self.keepdims);
        let counts = e.cast(&mask, ElementKind::F32);
        let count = e.reduce("ReduceSum", &counts, &[1], self.keepdims);
        let y = e.binary("Div", &sum, &count);
        Ok(vec![Edge::new(y, self.shape(&x.shape))])
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        // Where the number of steps was unknown, it shows only now.
        check_steps(self, &x.shape().into())?;
        let (batch, time, features) = (x.shape()[0], x.shape()[1], x.width());
        let used = x.mask().map(|mask| mask.over(&[batch, time], &self.place())).transpose()?;
        let (mut sums, mut counts) = (vec![0f64; batch * features], vec![0.0; batch]);
        for row in 0..batch * time {
            if used.as_ref().is_none_or(|used| used[row]) {
                let start = row / time * features;
                let step = &x.data()[row * features..(row + 1) * features];
                let own = &mut sums[start..start + features];
                own.iter_mut().zip(step).for_each(|(own, v)| *own += f64::from(*v));
                counts[row / time] += 1.0;
            }
        }
        let mean = |(i, sum): (usize, f64)| sum as Float / counts[i / features];
        let means = sums.into_iter().enumerate().map(mean).collect();
        let shape: Vec<usize> =
            self.shape(&x.shape().into()).dims().iter().flatten().copied().collect();
        cx.save(Saved { shape: x.shape().to_vec(), used, counts });
        Ok(vec![Tensor::from_parts(shape, means)])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { shape, used, counts } = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let (time, features) = (shape[1], dy.width());
        let mut dx = Tensor::zeros(shape);
        for (row, step) in dx.data_mut().chunks_exact_mut(features.max(1)).enumerate() {
            if used.as_ref().is_none_or(|used| used[row]) {
                let start = row / time * features;
                let own = &dy.data()[start..start + features];
                step.iter_mut().zip(own).for_each(|(v, d)| *v = d / counts[row / time]);
            }
        }
        Ok(vec![Some(dx)])
    }
}
