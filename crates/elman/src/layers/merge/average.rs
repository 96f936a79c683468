//! The mean of several inputs.

use super::elementwise::{Factor, Merge, MergeFunction, sum};
use super::onnx::chain;
use crate::onnx::Exporter;
use crate::{Float, Tensor, ops};

/// Averages its inputs: `y = (x1 + x2 + …) / n`. For shapes and masks see [`Merge`].
///
/// Keras: `keras.layers.Average`.
///
/// ```
/// use elman::prelude::*;
/// use elman::{Context, Parameters, layers::Layer};
/// let inputs = [array![[1., 2.]].into(), array![[3., 6.]].into()];
/// let none = Parameters::default();
/// let y = Average::new().forward(&inputs, &mut Context::inference(&none))?;
/// assert_eq!(y[0].data(), [2., 4.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Average")]
pub type Average = Merge<Mean>;

/// What [`Average`] computes.
#[derive(Clone, Debug)]
pub struct Mean;

impl Average {
    /// The layer; it has no options.
    pub fn new() -> Average {
        Merge::over()
    }
}

impl MergeFunction for Mean {
    const CLASS: &'static str = "Average";
    const FUNCTION: &'static str = "add";
    const DIVIDES: bool = true;

    fn element(inputs: impl Iterator<Item = (Float, Option<bool>)>) -> Float {
        let (mut sum, mut count) = (None, 0.0);
        for (x, _) in inputs {
            sum = Some(sum.map_or(x, |sum: Float| sum + x));
            count += 1.0;
        }
        sum.unwrap_or_default() / count
    }

    fn onnx(inputs: &[String], _: &[Option<String>], exporter: &mut Exporter) -> String {
        let sum = chain("Add", inputs, exporter);
        exporter.times(&sum, 1.0 / inputs.len() as f64)
    }

    fn merge(inputs: &[Tensor], _used: &[Option<Vec<bool>>]) -> (Tensor, Vec<Factor>) {
        let count = inputs.len() as Float;
        (
            ops::map(&sum(inputs), |sum| sum / count),
            vec![Factor::Constant(1.0 / count); inputs.len()],
        )
    }
}
