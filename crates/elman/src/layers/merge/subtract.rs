//! The difference of two inputs.

use super::elementwise::{Factor, Merge, MergeFunction};
use super::onnx::chain;
use crate::layers::Layer;
use crate::onnx::Exporter;
use crate::{Error, Float, Result, Tensor, ops};

/// Subtracts its second input from its first: `y = x1 - x2`. For shapes and masks see [`Merge`].
///
/// Keras: `keras.layers.Subtract`.
///
/// # Errors
/// Any number of inputs but two.
///
/// ```
/// use elman::prelude::*;
/// use elman::{Context, Parameters, layers::Layer};
/// let inputs = [array![[1., 2.]].into(), array![[3., 6.]].into()];
/// let none = Parameters::default();
/// let y = Subtract::new().forward(&inputs, &mut Context::inference(&none))?;
/// assert_eq!(y[0].data(), [-2., -4.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Subtract")]
pub type Subtract = Merge<Difference>;

/// What [`Subtract`] computes.
#[derive(Clone, Debug)]
pub struct Difference;

impl Subtract {
    /// The layer; it has no options.
    pub fn new() -> Subtract {
        Merge::over()
    }
}

impl MergeFunction for Difference {
    const CLASS: &'static str = "Subtract";
    const FUNCTION: &'static str = "subtract";

    fn check_count(layer: &dyn Layer, count: usize) -> Result<()> {
        match count {
            2 => Ok(()),
            got => {
                let expected = "two inputs".into();
                Err(Error::InputCount { layer: layer.place(), expected, got })
            }
        }
    }

    fn element(inputs: impl Iterator<Item = (Float, Option<bool>)>) -> Float {
        inputs.map(|(x, _)| x).reduce(|a, b| a - b).unwrap_or_default()
    }

    fn onnx(inputs: &[String], _: &[Option<String>], exporter: &mut Exporter) -> String {
        chain("Sub", inputs, exporter)
    }

    fn merge(inputs: &[Tensor], _used: &[Option<Vec<bool>>]) -> (Tensor, Vec<Factor>) {
        let y = ops::subtract(&inputs[0], &inputs[1]);
        (y, vec![Factor::Constant(1.0), Factor::Constant(-1.0)])
    }
}
