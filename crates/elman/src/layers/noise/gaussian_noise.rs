//! Additive noise.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{check_between, layer_boilerplate, only_in_training, single_input};
use crate::layers::{Base, Layer};
use crate::parameters::Builder;
use crate::{Context, Float, Result, Shape, Tensor};

/// Adds normal noise of mean 0 and standard deviation `stddev` while training; does nothing in
/// inference.
///
/// - Shapes: any, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.GaussianNoise`. The random numbers are elman's own, as with
///   [`Dropout`](crate::layers::Dropout).
///
/// # Errors
/// A `stddev` outside of 0 to 1, Keras's limits.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(GaussianNoise::new(0.1).input_shape([2]))?;
/// assert_eq!(model.predict(array![[1., 2.]])?.as_slice().unwrap(), [1., 2.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.GaussianNoise")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GaussianNoise {
    #[serde(flatten)]
    base: Base,
    stddev: f64,
    #[serde(default)]
    seed: Option<u64>,
    /// See [`Dropout`](crate::layers::Dropout).
    #[serde(skip)]
    place_in_model: String,
}

impl GaussianNoise {
    /// Noise of the standard deviation `stddev`, in `0..=1`.
    pub fn new(stddev: f64) -> GaussianNoise {
        GaussianNoise { base: Base::default(), stddev, seed: None, place_in_model: String::new() }
    }

    /// The seed of this layer's random numbers (the training's).
    pub fn seed(mut self, seed: u64) -> GaussianNoise {
        self.seed = Some(seed);
        self
    }
}

impl Layer for GaussianNoise {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "GaussianNoise"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_between(self, "stddev", self.stddev, 0.0..=1.0)?;
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
        let mut y = inputs[0].clone();
        if self.stddev > 0.0
            && let Some(mut stream) = cx.random(self.seed, &self.place_in_model)
        {
            y.data_mut().iter_mut().for_each(|v| *v += (self.stddev * stream.normal()) as Float);
        }
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![gradients[0].clone()])
    }
}
