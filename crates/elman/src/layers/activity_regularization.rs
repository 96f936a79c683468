//! A penalty on what passes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::layers::layer::{only_in_training, single_input, to_config};
use crate::layers::{Base, Layer};
use crate::regularizers::Regularizer;
use crate::{Context, Result, Shape, Tensor};

/// Passes its input on and adds `(l1 * sum(|x|) + l2 * sum(x²)) / batch` to the loss.
///
/// - Shapes: any, unchanged. No weights.
/// - Keras: `keras.layers.ActivityRegularization`.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(ActivityRegularization::new(0.5, 0.1).input_shape([2]))?;
/// model.compile("sgd", "mse", &[])?;
/// let logs = model.evaluate(array![[1., -2.]], array![[1., -2.]])?;
/// assert!((logs[0].1 - (0.5 * 3.0 + 0.1 * 5.0)).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.ActivityRegularization")]
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Config")]
pub struct ActivityRegularization {
    #[serde(flatten)]
    base: Base,
    l1: f64,
    l2: f64,
}

#[derive(Deserialize)]
struct Config {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    l1: f64,
    #[serde(default)]
    l2: f64,
}

impl From<Config> for ActivityRegularization {
    fn from(Config { mut base, l1, l2 }: Config) -> Self {
        base.activity_regularizer = Some(Regularizer::l1_l2(l1, l2));
        ActivityRegularization { base, l1, l2 }
    }
}

impl ActivityRegularization {
    /// A penalty of `l1` times the absolute values and `l2` times the squares.
    pub fn new(l1: f64, l2: f64) -> ActivityRegularization {
        Config { base: Base::default(), l1, l2 }.into()
    }
}

impl Layer for ActivityRegularization {
    fn class_name(&self) -> &'static str {
        "ActivityRegularization"
    }

    fn base(&self) -> &Base {
        &self.base
    }

    fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    fn config(&self) -> Map<String, Value> {
        let mut config = to_config(self);
        // Keras writes the factors alone.
        config.shift_remove("activity_regularizer");
        config
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let shape = single_input(self, inputs, 1..)?;
        if let Some(regularizer) = &self.base.activity_regularizer {
            regularizer.check(&[], &self.place())?;
        }
        Ok(vec![shape.clone()])
    }

    fn supports_masking(&self) -> bool {
        true
    }

    only_in_training!();

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
