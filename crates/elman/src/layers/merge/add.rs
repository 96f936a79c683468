//! The sum of several inputs.

use super::elementwise::{Factor, Merge, MergeFunction, sum};
use super::onnx::chain;
use crate::onnx::Exporter;
use crate::{Float, Tensor};

/// Adds its inputs: `y = x1 + x2 + …`. For shapes and masks see [`Merge`].
///
/// Keras: `keras.layers.Add`.
///
/// ```
/// use elman::prelude::*;
/// use elman::{Context, Parameters, layers::Layer};
/// let inputs = [array![[1., 2.]].into(), array![[10., 20.]].into()];
/// let none = Parameters::default();
/// let y = Add::new().forward(&inputs, &mut Context::inference(&none))?;
/// assert_eq!(y[0].data(), [11., 22.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Add")]
pub type Add = Merge<Sum>;

/// What [`Add`] computes.
#[derive(Clone, Debug)]
pub struct Sum;

impl Add {
    /// The layer; it has no options.
    pub fn new() -> Add {
        Merge::over()
    }
}

impl MergeFunction for Sum {
    const CLASS: &'static str = "Add";
    const FUNCTION: &'static str = "add";

    fn element(inputs: impl Iterator<Item = (Float, Option<bool>)>) -> Float {
        inputs.map(|(x, _)| x).reduce(|sum, x| sum + x).unwrap_or_default()
    }

    fn onnx(inputs: &[String], _: &[Option<String>], exporter: &mut Exporter) -> String {
        chain("Add", inputs, exporter)
    }

    fn merge(inputs: &[Tensor], _used: &[Option<Vec<bool>>]) -> (Tensor, Vec<Factor>) {
        (sum(inputs), vec![Factor::Constant(1.0); inputs.len()])
    }
}
