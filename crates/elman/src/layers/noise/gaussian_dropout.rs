//! Multiplicative noise.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{check_between, layer_boilerplate, only_in_training, single_input};
use crate::layers::{Base, Layer};
use crate::parameters::Builder;
use crate::{Context, Error, Float, Result, Shape, Tensor, ops};

/// Multiplies every value by a normal number of mean 1 and standard deviation
/// `sqrt(rate / (1 - rate))` while training; does nothing in inference (Srivastava et al., 2014).
///
/// - Shapes: any, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.GaussianDropout`. The random numbers are elman's own, as with
///   [`Dropout`](crate::layers::Dropout).
///
/// # Errors
/// A `rate` outside of 0 to 1, or 1, for which the deviation is infinite.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(GaussianDropout::new(0.5).input_shape([2]))?;
/// assert_eq!(model.predict(array![[1., 2.]])?.as_slice().unwrap(), [1., 2.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.GaussianDropout")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GaussianDropout {
    #[serde(flatten)]
    base: Base,
    rate: f64,
    #[serde(default)]
    seed: Option<u64>,
    /// See [`Dropout`](crate::layers::Dropout).
    #[serde(skip)]
    place_in_model: String,
}

impl GaussianDropout {
    /// Noise as strong as a dropout of `rate`, in `0..1`.
    pub fn new(rate: f64) -> GaussianDropout {
        GaussianDropout { base: Base::default(), rate, seed: None, place_in_model: String::new() }
    }

    /// The seed of this layer's random numbers (the training's).
    pub fn seed(mut self, seed: u64) -> GaussianDropout {
        self.seed = Some(seed);
        self
    }
}

impl Layer for GaussianDropout {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "GaussianDropout"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_between(self, "rate", self.rate, 0.0..=1.0)?;
        if self.rate == 1.0 {
            return Err(Error::InvalidArgument {
                place: self.place(),
                argument: "rate",
                expected: "less than 1, for which the noise would be infinite".into(),
                got: self.rate.to_string(),
            });
        }
        Ok(vec![single_input(self, inputs, 0..)?.clone()])
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
        let noise = cx.random(self.seed, &self.place_in_model).filter(|_| self.rate > 0.0).map(
            |mut stream| {
                let stddev = (self.rate / (1.0 - self.rate)).sqrt();
                let draw = |_| (1.0 + stddev * stream.normal()) as Float;
                Tensor::from_parts(x.shape(), (0..x.len()).map(draw).collect())
            },
        );
        let y = noise.as_ref().map_or_else(|| x.clone(), |noise| ops::multiply(x, noise));
        cx.save(noise);
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let noise: Option<Tensor> = cx.restore(self.class_name())?;
        Ok(vec![match (&gradients[0], noise) {
            (Some(dy), Some(noise)) => Some(ops::multiply(dy, &noise)),
            (dy, _) => dy.clone(),
        }])
    }
}
