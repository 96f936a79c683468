//! Steps of zeros around a sequence.

use serde::{Deserialize, Serialize};

use super::Ends;
use crate::layers::data_format::ChannelsLast;
use crate::layers::layer::{check_positive, layer_boilerplate, never_streams, single_sequence};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::{Context, Result, Shape, Tensor};

/// Adds steps of zeros at the beginning and at the end of every sequence.
///
/// - Shapes: `(batch, time, features)` to `(batch, start + time + end, features)`. No weights.
///   A mask ends here.
/// - Keras: `keras.layers.ZeroPadding1D`, with `data_format = "channels_last"`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(ZeroPadding1d::new((2, 0)).input_shape([1, 1]))?;
/// assert_eq!(model.predict(array![[[7.]]])?.as_slice().unwrap(), [0., 0., 7.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.ZeroPadding1D")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ZeroPadding1d {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "one_each")]
    padding: Ends,
    #[serde(default)]
    data_format: ChannelsLast,
}

fn one_each() -> Ends {
    Ends::from(1)
}

impl ZeroPadding1d {
    /// Adds `padding` steps: a number for both ends (Keras's default is 1), or a pair.
    pub fn new(padding: impl Into<Ends>) -> ZeroPadding1d {
        ZeroPadding1d { base: Base::default(), padding: padding.into(), data_format: ChannelsLast }
    }
}

impl Layer for ZeroPadding1d {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "ZeroPadding1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let dims = single_sequence(self, inputs)?.dims();
        // No padding is fine, none beyond all memory.
        check_positive(self, "padding", self.padding.sum().max(1))?;
        let time = dims[1].map(|time| time.saturating_add(self.padding.sum()));
        Ok(vec![[dims[0], time, dims[2]].into()])
    }

    never_streams!("it gives more steps than come");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let Ends { start, end } = self.padding;
        let pads = exporter.ints(&[0, start as i64, 0, 0, end as i64, 0]);
        let y = exporter.binary("Pad", &inputs[0].name, &pads);
        exporter.output(self, inputs, y)
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        Ok(vec![self.padding.pad(&inputs[0])])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![gradients[0].as_ref().map(|dy| self.padding.crop(dy))])
    }
}
