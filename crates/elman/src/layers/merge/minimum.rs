//! The smallest of several inputs.

use super::elementwise::{Factor, Merge, MergeFunction, choose, choose_element};
use super::onnx::chosen;
use crate::onnx::Exporter;
use crate::{Float, Tensor};

/// The smallest of its inputs in each place. For shapes and masks see [`Merge`].
///
/// An input is not looked at where its mask leaves it out, unless all are left out.
///
/// Keras: `keras.layers.Minimum`.
///
/// ```
/// use elman::prelude::*;
/// use elman::{Context, Parameters, layers::Layer};
/// let inputs = [array![[1., 6.]].into(), array![[3., 2.]].into()];
/// let none = Parameters::default();
/// let y = Minimum::new().forward(&inputs, &mut Context::inference(&none))?;
/// assert_eq!(y[0].data(), [1., 2.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Minimum")]
pub type Minimum = Merge<Smallest>;

/// What [`Minimum`] computes.
#[derive(Clone, Debug)]
pub struct Smallest;

impl Minimum {
    /// The layer; it has no options.
    pub fn new() -> Minimum {
        Merge::over()
    }
}

impl MergeFunction for Smallest {
    const CLASS: &'static str = "Minimum";
    const FUNCTION: &'static str = "minimum";
    const LOOKS_AT_MASKS: bool = true;

    fn element(inputs: impl Iterator<Item = (Float, Option<bool>)>) -> Float {
        choose_element(inputs, |old, new| new < old)
    }

    fn onnx(inputs: &[String], used: &[Option<String>], exporter: &mut Exporter) -> String {
        chosen("Less", inputs, used, exporter)
    }

    fn merge(inputs: &[Tensor], used: &[Option<Vec<bool>>]) -> (Tensor, Vec<Factor>) {
        choose(inputs, used, |old, new| new < old)
    }
}
