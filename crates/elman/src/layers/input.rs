//! The declared input of a model.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::layers::layer::single_input;
use crate::layers::{Base, Dtype, Layer};
use crate::{Context, Result, Shape, Tensor};

/// Declares the input shape of a model as its first layer; computes nothing.
///
/// Keras: `keras.layers.Input`, which is the class `InputLayer` in files. `summary()` of a
/// `Sequential` doesn't list it.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Input::new([Some(2), Some(10)]))?; // without the batch dimension
/// model.add(SimpleRnn::new(3))?;
/// assert_eq!(model.input_shape().unwrap().to_string(), "(None, 2, 10)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Input")]
#[doc(alias = "InputLayer")]
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    #[serde(flatten)]
    base: Base,
}

impl Input {
    /// An input of that shape, without the batch dimension.
    pub fn new(shape: impl Into<Shape>) -> Input {
        Input::with_batch_shape(shape.into().with_batch(None))
    }

    /// An input of strings of that shape, without the batch dimension: Keras's
    /// `Input(shape, dtype="string")`. A layer that takes text follows.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Input::text([1]))?;
    /// model.add(StringLookup::new().vocabulary(["no", "yes"]).output_mode(OutputMode::OneHot))?;
    /// assert_eq!(model.predict(["yes"])?, array![[0., 0., 1.]].into_dyn());
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn text(shape: impl Into<Shape>) -> Input {
        let mut input = Input::new(shape);
        input.base.dtype = Dtype::text();
        input
    }

    /// An input of that shape with its batch dimension.
    pub fn with_batch_shape(shape: impl Into<Shape>) -> Input {
        Input { base: Base { batch_input_shape: Some(shape.into()), ..Base::default() } }
    }
}

impl Layer for Input {
    fn base(&self) -> &Base {
        &self.base
    }

    fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    // Keras's InputLayer has keys of its own and takes no others.
    fn config(&self) -> Map<String, Value> {
        let config = json!({
            "batch_shape": self.base.batch_input_shape,
            "dtype": self.base.dtype.name(),
            "sparse": false,
            "ragged": false,
            "name": self.base.name,
            "optional": false,
        });
        config.as_object().cloned().unwrap_or_default()
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }

    fn class_name(&self) -> &'static str {
        "InputLayer"
    }

    fn takes_text(&self, _input: usize) -> bool {
        self.base.dtype.is_text()
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![single_input(self, inputs, 1..)?.clone()])
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        Ok(inputs.to_vec())
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        Ok(gradients.to_vec())
    }
}
