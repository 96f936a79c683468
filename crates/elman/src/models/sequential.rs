//! A chain of layers.

use std::ops::{Deref, DerefMut};

use super::{Kind, Model};
use crate::Result;
use crate::layers::Layer;

/// A chain of layers, Keras's `Sequential`: a [`Model`] that is put together with
/// [`add`](Sequential::add).
///
/// The input shape comes from an [`Input`](crate::layers::Input) layer, from the first layer's
/// `input_shape`, `batch_input_shape` or `input_length` and `input_dim`, or from the first data.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(SimpleRnn::new(3))?; // no input shape yet
/// assert!(!model.is_built());
/// assert_eq!(model.predict(ndarray::Array3::<f32>::zeros((8, 2, 10)))?.shape(), [8, 3]);
/// assert_eq!(model.count_params(), 42);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.Sequential")]
#[derive(Clone)]
pub struct Sequential(Model);

impl Sequential {
    /// A model without layers, named `sequential`, `sequential_1`, …
    pub fn new() -> Sequential {
        Sequential::with_name(&crate::names::automatic("Sequential"))
    }

    /// A model without layers, of that name.
    pub fn with_name(name: &str) -> Sequential {
        Sequential(Model::empty(name))
    }

    /// Fixes the seed of the weights and of training. Without it, they differ from run to run.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let make = || -> Result<_, elman::Error> {
    ///     let mut model = Sequential::new().seed(7);
    ///     model.add(Lstm::new(3).input_shape([4, 2]))?;
    ///     Ok(model.weights())
    /// };
    /// assert_eq!(make()?, make()?);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn seed(mut self, seed: u64) -> Sequential {
        self.0.set_seed(seed);
        self
    }

    /// Adds a layer at the end and builds it, if the input shape is known.
    ///
    /// # Errors
    /// What the layer refuses of its arguments and of the shape that it gets, and a name that
    /// another layer has already. A layer that takes a list of tensors, such as
    /// [`Add`](crate::layers::Add), which a chain hasn't.
    pub fn add(&mut self, layer: impl Into<Box<dyn Layer>>) -> Result<&mut Sequential> {
        self.0.append(layer.into())?;
        Ok(self)
    }
}

impl Default for Sequential {
    fn default() -> Self {
        Sequential::new()
    }
}

impl Deref for Sequential {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.0
    }
}

impl DerefMut for Sequential {
    fn deref_mut(&mut self) -> &mut Model {
        &mut self.0
    }
}

/// Back from a [`Model`], to add more layers.
impl TryFrom<Model> for Sequential {
    /// The model, which is no chain.
    type Error = Box<Model>;

    fn try_from(model: Model) -> Result<Sequential, Box<Model>> {
        match model.kind() {
            Kind::Sequential => Ok(Sequential(model)),
            Kind::Functional => Err(Box::new(model)),
        }
    }
}

impl From<Sequential> for Model {
    fn from(sequential: Sequential) -> Model {
        sequential.0
    }
}
