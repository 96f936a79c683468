//! Dropout.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{check_between, layer_boilerplate, only_in_training, single_input};
use crate::layers::{Base, Layer};
use crate::parameters::Builder;
use crate::random::Stream;
use crate::{Context, Error, Float, Result, Shape, Tensor, ops};

/// Sets a random fraction `rate` of the values to zero while training and scales the others by
/// `1 / (1 - rate)`; does nothing in inference (Srivastava et al., 2014).
///
/// - Shapes: any, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.Dropout`. The random numbers are elman's own: the same seed drops the
///   same values on any number of threads, but not those that a backend of Keras would drop.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Dropout::new(0.5).input_shape([4]))?;
/// assert_eq!(model.predict(array![[1., 2., 3., 4.]])?.as_slice().unwrap(), [1., 2., 3., 4.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Dropout")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dropout {
    #[serde(flatten)]
    base: Base,
    rate: f64,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    noise_shape: Option<Vec<Option<usize>>>,
    /// The layer's place in the model, which keys its random numbers: unlike automatic names it
    /// is the same each time the model is made.
    #[serde(skip)]
    place_in_model: String,
}

impl Dropout {
    /// Drops the fraction `rate`, in `0..=1`.
    pub fn new(rate: f64) -> Dropout {
        Dropout {
            base: Base::default(),
            rate,
            seed: None,
            noise_shape: None,
            place_in_model: String::new(),
        }
    }

    /// The seed of this layer's random numbers (the training's).
    pub fn seed(mut self, seed: u64) -> Dropout {
        self.seed = Some(seed);
        self
    }

    /// The shape of what is drawn (the input's), with the batch; `None` stands for the input's
    /// own dimension. Along an axis of 1 values are dropped together.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let whole_steps = Dropout::new(0.5).noise_shape([None, None, Some(1)]);
    /// ```
    pub fn noise_shape(mut self, noise_shape: impl Into<Shape>) -> Dropout {
        self.noise_shape = Some(noise_shape.into().dims().to_vec());
        self
    }

    /// The shape of what is drawn for an input of `shape`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if it can't be repeated to fill the input.
    fn drawn_shape(&self, shape: &[usize]) -> Result<Vec<usize>> {
        let Some(given) = &self.noise_shape else { return Ok(shape.to_vec()) };
        let dim = |(axis, dim): (usize, &Option<usize>)| dim.or(shape.get(axis).copied());
        let drawn: Option<Vec<usize>> = given.iter().enumerate().map(dim).collect();
        drawn
            .filter(|drawn| ops::broadcast_shape(drawn, shape).is_some_and(|both| both == shape))
            .ok_or_else(|| Error::InvalidArgument {
                place: self.place(),
                argument: "noise_shape",
                expected: format!("a shape that repeats to {}", Shape::from(shape)),
                got: Shape::from(given.clone()).to_string(),
            })
    }
}

/// The factors of a dropout: 0 for the fraction `rate`, the inverse of the rest for the others.
pub(crate) fn drop_factors(mut stream: Stream, rate: f64, shape: &[usize]) -> Tensor {
    let keep = 1.0 - rate;
    let scale = if keep > 0.0 { (1.0 / keep) as Float } else { 0.0 };
    let draw = |_| if stream.uniform() < rate { 0.0 } else { scale };
    Tensor::from_parts(shape, (0..shape.iter().product()).map(draw).collect())
}

impl Layer for Dropout {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Dropout"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_between(self, "rate", self.rate, 0.0..=1.0)?;
        let input = single_input(self, inputs, 0..)?;
        // An unknown batch may be any; other unknown sizes show when there are values.
        let batch = self.noise_shape.as_ref().and_then(|given| *given.first()?).unwrap_or(1);
        let dim = |(axis, dim): (usize, &Option<usize>)| dim.or((axis == 0).then_some(batch));
        let dims: Option<Vec<usize>> = input.dims().iter().enumerate().map(dim).collect();
        if let Some(dims) = dims {
            self.drawn_shape(&dims)?;
        }
        Ok(vec![input.clone()])
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
        let drawn = self.drawn_shape(x.shape())?;
        let mask = cx
            .random(self.seed, &self.place_in_model)
            .filter(|_| self.rate > 0.0)
            .map(|stream| ops::broadcast(&drop_factors(stream, self.rate, &drawn), x.shape()));
        let y = mask.as_ref().map_or_else(|| x.clone(), |mask| ops::multiply(x, mask));
        cx.save(mask);
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let mask: Option<Tensor> = cx.restore(self.class_name())?;
        Ok(vec![match (&gradients[0], mask) {
            (Some(dy), Some(mask)) => Some(ops::multiply(dy, &mask)),
            (dy, _) => dy.clone(),
        }])
    }
}
