//! The product of several inputs.

use super::elementwise::{Factor, Merge, MergeFunction};
use super::onnx::product;
use crate::onnx::Exporter;
use crate::{Float, Tensor, ops};

/// Multiplies its inputs: `y = x1 * x2 * …`. For shapes and masks see [`Merge`].
///
/// An input counts as 1 where its mask leaves it out; where all are left out, the output is 0.
///
/// Keras: `keras.layers.Multiply`.
///
/// ```
/// use elman::prelude::*;
/// use elman::{Context, Parameters, layers::Layer};
/// let inputs = [array![[1., 2.]].into(), array![[3., 6.]].into()];
/// let none = Parameters::default();
/// let y = Multiply::new().forward(&inputs, &mut Context::inference(&none))?;
/// assert_eq!(y[0].data(), [3., 12.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Multiply")]
pub type Multiply = Merge<Product>;

/// What [`Multiply`] computes.
#[derive(Clone, Debug)]
pub struct Product;

impl Multiply {
    /// The layer; it has no options.
    pub fn new() -> Multiply {
        Merge::over()
    }
}

/// Writes `value` where a mask leaves an element out.
fn fill(x: &Tensor, used: &Option<Vec<bool>>, value: Float) -> Tensor {
    let mut filled = x.clone().replace_mask(None);
    if let Some(used) = used {
        ops::fill_unused(&mut filled, used, value);
    }
    filled
}

impl MergeFunction for Product {
    const CLASS: &'static str = "Multiply";
    const FUNCTION: &'static str = "multiply";
    const LOOKS_AT_MASKS: bool = true;

    fn element(inputs: impl Iterator<Item = (Float, Option<bool>)>) -> Float {
        let counted = inputs.map(|(x, used)| (if used == Some(false) { 1.0 } else { x }, used));
        let product =
            counted.reduce(|(a, any), (b, used)| (a * b, any.zip(used).map(|(a, b)| a || b)));
        match product {
            Some((product, any)) if any != Some(false) => product,
            _ => 0.0,
        }
    }

    fn onnx(inputs: &[String], used: &[Option<String>], exporter: &mut Exporter) -> String {
        product(inputs, used, exporter)
    }

    fn merge(inputs: &[Tensor], used: &[Option<Vec<bool>>]) -> (Tensor, Vec<Factor>) {
        let counted: Vec<Tensor> =
            inputs.iter().zip(used).map(|(x, used)| fill(x, used, 1.0)).collect();
        // What counts in any input, if all say so.
        let any = used.iter().cloned().reduce(|a, b| match (a, b) {
            (Some(a), Some(b)) => Some(a.iter().zip(&b).map(|(a, b)| *a || *b).collect()),
            _ => None,
        });
        let any = any.flatten();
        // The products of all before each input and of all behind it, so that no division is
        // needed, which a zero would spoil.
        let ones = Tensor::from_parts(inputs[0].shape(), vec![1.0; inputs[0].len()]);
        let mut before = vec![ones.clone()];
        for x in &counted {
            before.push(ops::multiply(&before[before.len() - 1], x));
        }
        let mut behind = ones;
        let mut factors = Vec::new();
        for (i, x) in counted.iter().enumerate().rev() {
            let others = fill(&ops::multiply(&before[i], &behind), &used[i], 0.0);
            factors.push(Factor::Each(fill(&others, &any, 0.0)));
            behind = ops::multiply(&behind, x);
        }
        factors.reverse();
        (fill(&before[counted.len()], &any, 0.0), factors)
    }
}
