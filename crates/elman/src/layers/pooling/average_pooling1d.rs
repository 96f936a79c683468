//! The mean of every window.

use serde::{Deserialize, Serialize};

use super::{output_shapes, two, windows};
use crate::cells::PerAxis;
use crate::layers::data_format::ChannelsLast;
use crate::layers::layer::{layer_boilerplate, never_streams};
use crate::layers::windows::{count, output_shape};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::ops::{Padding, Windows};
use crate::{Context, Float, Result, Shape, Tensor};

/// The mean of every window of steps, feature by feature.
///
/// Where a window sticks out, the mean is that of the steps within.
///
/// - Shapes: `(batch, time, features)` to `(batch, windows, features)`. No weights. A mask ends
///   here, as in Keras.
/// - Keras: `keras.layers.AveragePooling1D`, with `data_format = "channels_last"`.
///
/// # Errors
/// A size of zero; causal padding; a sequence too short for a window.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(AveragePooling1d::new(2).input_shape([4, 1]))?;
/// let y = model.predict(array![[[1.], [5.], [2.], [4.]]])?;
/// assert_eq!(y.as_slice().unwrap(), [3., 3.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "AveragePooling1D")]
#[doc(alias = "keras.layers.AveragePooling1D")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AveragePooling1d {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "two")]
    pool_size: PerAxis<1>,
    #[serde(default)]
    padding: Padding,
    #[serde(default)]
    strides: Option<PerAxis<1>>,
    #[serde(default)]
    data_format: ChannelsLast,
}

impl AveragePooling1d {
    /// Windows of `pool_size` steps.
    pub fn new(pool_size: usize) -> AveragePooling1d {
        AveragePooling1d {
            base: Base::default(),
            pool_size: pool_size.into(),
            padding: Padding::Valid,
            strides: None,
            data_format: ChannelsLast,
        }
    }

    /// From one window to the next (`pool_size`).
    pub fn strides(mut self, strides: usize) -> AveragePooling1d {
        self.strides = Some(strides.into());
        self
    }

    /// What happens at the ends of a sequence ([`Padding::Valid`]).
    pub fn padding(mut self, padding: Padding) -> AveragePooling1d {
        self.padding = padding;
        self
    }

    fn windows(&self) -> Windows {
        windows(self.pool_size.0[0], self.strides.map(|strides| strides.0[0]), self.padding)
    }
}

impl Layer for AveragePooling1d {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "AveragePooling1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        output_shapes(self, inputs, self.pool_size.0[0], &self.windows(), self.padding)
    }

    never_streams!("its windows join steps, so that it gives fewer than come");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let y = exporter.pooling("AveragePool", &inputs[0].name, &self.windows());
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let (batch, time, features) = (x.shape()[0], x.shape()[1], x.width());
        let windows = self.windows();
        output_shape(&windows, self, &x.shape().into(), Some(features))?;
        let count = count(&windows, time);
        let mut y = Tensor::zeros([batch, count, features]);
        for (row, y) in y.data_mut().chunks_exact_mut(features.max(1)).enumerate() {
            let steps = windows.covered(0, row % count, time);
            let within = steps.len() as Float;
            for step in steps {
                let start = (row / count * time + step) * features;
                y.iter_mut().zip(&x.data()[start..start + features]).for_each(|(y, v)| *y += v);
            }
            y.iter_mut().for_each(|y| *y /= within);
        }
        cx.save(x.shape().to_vec());
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let shape: Vec<usize> = cx.restore(self.class_name())?;
        let Some(dy) = &gradients[0] else { return Ok(vec![None]) };
        let (time, features, count) = (shape[1], dy.width(), dy.shape()[1]);
        let windows = self.windows();
        let mut dx = Tensor::zeros(shape);
        let data = dx.data_mut();
        for (row, dy) in dy.data().chunks_exact(features.max(1)).enumerate() {
            let steps = windows.covered(0, row % count, time);
            let within = steps.len() as Float;
            for step in steps {
                let start = (row / count * time + step) * features;
                let own = &mut data[start..start + features];
                own.iter_mut().zip(dy).for_each(|(own, d)| *own += d / within);
            }
        }
        Ok(vec![Some(dx)])
    }
}
