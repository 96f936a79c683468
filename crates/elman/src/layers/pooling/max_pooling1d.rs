//! The largest value of every window.

use serde::{Deserialize, Serialize};

use super::{output_shapes, two, windows};
use crate::cells::PerAxis;
use crate::layers::data_format::ChannelsLast;
use crate::layers::layer::{layer_boilerplate, never_streams};
use crate::layers::windows::{count, output_shape};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::ops::{Padding, Windows};
use crate::{Context, Result, Shape, Tensor};

/// The largest value of every window of steps, feature by feature.
///
/// - Shapes: `(batch, time, features)` to `(batch, windows, features)`. No weights. A mask ends
///   here, as in Keras.
/// - Keras: `keras.layers.MaxPooling1D`, with `data_format = "channels_last"`.
///
/// # Errors
/// A size of zero; causal padding; a sequence too short for a window.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(MaxPooling1d::new(2).input_shape([4, 1]))?;
/// let y = model.predict(array![[[1.], [5.], [2.], [4.]]])?;
/// assert_eq!(y.as_slice().unwrap(), [5., 4.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "MaxPooling1D")]
#[doc(alias = "keras.layers.MaxPooling1D")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MaxPooling1d {
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

impl MaxPooling1d {
    /// Windows of `pool_size` steps (Keras's default is 2).
    pub fn new(pool_size: usize) -> MaxPooling1d {
        MaxPooling1d {
            base: Base::default(),
            pool_size: pool_size.into(),
            padding: Padding::Valid,
            strides: None,
            data_format: ChannelsLast,
        }
    }

    /// From one window to the next (`pool_size`).
    pub fn strides(mut self, strides: usize) -> MaxPooling1d {
        self.strides = Some(strides.into());
        self
    }

    /// What happens at the ends of a sequence ([`Padding::Valid`]).
    pub fn padding(mut self, padding: Padding) -> MaxPooling1d {
        self.padding = padding;
        self
    }

    fn windows(&self) -> Windows {
        windows(self.pool_size.0[0], self.strides.map(|strides| strides.0[0]), self.padding)
    }
}

/// What `backward` needs of one call.
struct Saved {
    /// Where each output came from.
    sources: Vec<usize>,
    shape: Vec<usize>,
}

impl Layer for MaxPooling1d {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "MaxPooling1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        output_shapes(self, inputs, self.pool_size.0[0], &self.windows(), self.padding)
    }

    never_streams!("its windows join steps, so that it gives fewer than come");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let y = exporter.pooling("MaxPool", &inputs[0].name, &self.windows());
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let (batch, time, features) = (x.shape()[0], x.shape()[1], x.width());
        let windows = self.windows();
        output_shape(&windows, self, &x.shape().into(), Some(features))?;
        let count = count(&windows, time);
        let mut y = Tensor::zeros([batch, count, features]);
        let mut sources = vec![0; y.len()];
        let rows = y.data_mut().chunks_exact_mut(features.max(1));
        let sources_of_rows = sources.chunks_exact_mut(features.max(1));
        for (row, (y, sources)) in rows.zip(sources_of_rows).enumerate() {
            for (i, step) in windows.covered(0, row % count, time).enumerate() {
                let start = (row / count * time + step) * features;
                let step = &x.data()[start..start + features];
                for (feature, v) in step.iter().enumerate() {
                    // As in Keras, the first of equal values is the one that learns. NaN stays.
                    if i == 0 || *v > y[feature] || v.is_nan() {
                        (y[feature], sources[feature]) = (*v, start + feature);
                    }
                }
            }
        }
        cx.save(Saved { sources, shape: x.shape().to_vec() });
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let Saved { sources, shape } = cx.restore(self.class_name())?;
        let of_input = |dy: &Tensor| {
            let mut dx = Tensor::zeros(shape);
            let data = dx.data_mut();
            dy.data().iter().zip(&sources).for_each(|(d, source)| data[*source] += d);
            dx
        };
        Ok(vec![gradients[0].as_ref().map(of_input)])
    }
}
