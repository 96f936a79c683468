//! Dropout of whole features.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::layers::dropout::drop_factors;
use crate::layers::layer::{
    check_between, layer_boilerplate, only_in_training, single_sequence, to_config,
};
use crate::layers::{Base, Layer};
use crate::parameters::Builder;
use crate::{Context, Result, Shape, Tensor, ops};

/// Drops whole features: sets a random fraction `rate` of the features of each sample to zero in
/// all steps while training, and scales the others by `1 / (1 - rate)` (Tompson et al., 2015).
///
/// Neighbouring steps are alike, so dropping single values would leave most of what they say.
///
/// - Shapes: `(batch, time, features)`, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.SpatialDropout1D`. The random numbers are elman's own, as with
///   [`Dropout`](crate::layers::Dropout).
///
/// # Errors
/// A `rate` outside of 0 to 1; an input that is no sequence.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Embedding::new(100, 8).input_shape([20]))?;
/// model.add(SpatialDropout1d::new(0.2))?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 20, 8)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.SpatialDropout1D")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SpatialDropout1d {
    rate: f64,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(flatten)]
    base: Base,
    /// See [`Dropout`](crate::layers::Dropout).
    #[serde(skip)]
    place_in_model: String,
}

impl SpatialDropout1d {
    /// Drops the fraction `rate` of the features, in `0..=1`.
    pub fn new(rate: f64) -> SpatialDropout1d {
        SpatialDropout1d { rate, seed: None, base: Base::default(), place_in_model: String::new() }
    }

    /// The seed of this layer's random numbers (the training's).
    pub fn seed(mut self, seed: u64) -> SpatialDropout1d {
        self.seed = Some(seed);
        self
    }
}

impl Layer for SpatialDropout1d {
    layer_boilerplate!(without config);

    /// Keras's class takes no `trainable`, and its dtype is a plain string.
    fn config(&self) -> Map<String, Value> {
        let mut config = to_config(self);
        config.shift_remove("trainable");
        config.insert("dtype".into(), self.base.dtype.name().into());
        config
    }

    fn class_name(&self) -> &'static str {
        "SpatialDropout1D"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_between(self, "rate", self.rate, 0.0..=1.0)?;
        Ok(vec![single_sequence(self, inputs)?.clone()])
    }

    fn build(&mut self, _inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        self.place_in_model = builder.path().into();
        Ok(())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    only_in_training!();

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let x = &inputs[0];
        let factors =
            cx.random(self.seed, &self.place_in_model).filter(|_| self.rate > 0.0).map(|stream| {
                let of_features = [x.shape()[0], 1, x.width()];
                ops::broadcast(&drop_factors(stream, self.rate, &of_features), x.shape())
            });
        let y = factors.as_ref().map_or_else(|| x.clone(), |factors| ops::multiply(x, factors));
        cx.save(factors);
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let factors: Option<Tensor> = cx.restore(self.class_name())?;
        Ok(vec![match (&gradients[0], factors) {
            (Some(dy), Some(factors)) => Some(ops::multiply(dy, &factors)),
            (dy, _) => dy.clone(),
        }])
    }
}
