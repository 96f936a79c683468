//! Nothing at all.

use serde::{Deserialize, Serialize};

use crate::layers::layer::{layer_boilerplate, only_in_training, single_input};
use crate::layers::{Base, Layer};
use crate::{Context, Result, Shape, Tensor};

/// Gives back its input; a placeholder where a layer is expected.
///
/// - Shapes: any, unchanged. No weights. A mask passes.
/// - Keras: `keras.layers.Identity`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Identity::new().input_shape([2]))?;
/// assert_eq!(model.predict(array![[1., 2.]])?.as_slice().unwrap(), [1., 2.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Identity")]
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Identity {
    #[serde(flatten)]
    base: Base,
}

impl Identity {
    /// The layer; it has no options.
    pub fn new() -> Identity {
        Identity::default()
    }
}

impl Layer for Identity {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Identity"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![single_input(self, inputs, 0..)?.clone()])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    only_in_training!();

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        Ok(vec![inputs[0].clone()])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![gradients[0].clone()])
    }
}
