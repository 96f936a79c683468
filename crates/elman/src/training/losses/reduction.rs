//! From the values of a loss to one number.

use serde_json::Value;

use super::weights::{broadcast, masked, same_rank};
use super::{Loss, mismatch};
use crate::{Error, Float, Mask, Result, Tensor};

/// How the weighed values of a loss become one number: Keras's argument `reduction`.
///
/// With weights `w`, values `v` and `n` values:
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// `sum(w v) / n`, where masked values don't count in `n`: `"sum_over_batch_size"`.
    #[default]
    SumOverBatchSize,
    /// `sum(w v)`: `"sum"`.
    Sum,
    /// The same as [`Reduction::SumOverBatchSize`]: `"mean"`.
    Mean,
    /// `sum(w v) / sum(w)`: `"mean_with_sample_weight"`.
    MeanWithSampleWeight,
    /// The values `w v` themselves: `null` or `"none"`. Such a loss can be called, not trained on.
    None,
}

impl Reduction {
    /// From Keras's string; also Keras 2's `auto`.
    pub(super) fn from_json(place: &str, value: &Value) -> Result<Reduction> {
        Ok(match value.as_str() {
            Some("sum_over_batch_size" | "auto") => Reduction::SumOverBatchSize,
            Some("sum") => Reduction::Sum,
            Some("mean") => Reduction::Mean,
            Some("mean_with_sample_weight") => Reduction::MeanWithSampleWeight,
            Some("none") => Reduction::None,
            None if value.is_null() => Reduction::None,
            _ => {
                return Err(Error::InvalidArgument {
                    place: place.into(),
                    argument: "reduction",
                    expected: "one of sum_over_batch_size, sum, mean, mean_with_sample_weight, \
                               none"
                        .into(),
                    got: value.to_string(),
                });
            }
        })
    }

    pub(super) fn to_json(self) -> Value {
        match self {
            Reduction::SumOverBatchSize => "sum_over_batch_size".into(),
            Reduction::Sum => "sum".into(),
            Reduction::Mean => "mean".into(),
            Reduction::MeanWithSampleWeight => "mean_with_sample_weight".into(),
            Reduction::None => Value::Null,
        }
    }
}

/// The loss of a batch, weighed and reduced, as evaluation reports it.
pub(crate) fn value(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Result<f64> {
    let reduction = number(loss)?;
    let values = loss.values(y_true, y_pred)?;
    Ok(Weighed::new(&values, sample_weight, y_pred.mask(), reduction)?.sum(&values))
}

/// The loss of a batch, weighed by `sample_weight` and the mask of `y_pred` and reduced, and its
/// gradient with respect to `y_pred`: what one step of training needs.
///
/// # Errors
/// As [`Loss::call`], and a loss whose reduction is [`Reduction::None`].
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::value_and_gradient;
/// let (y, p) = (Tensor::from(array![[0.], [0.]]), Tensor::from(array![[1.], [3.]]));
/// let (value, gradient) = value_and_gradient(&MeanSquaredError, &y, &p, None)?;
/// assert_eq!((value, gradient.data()), (5.0, &[1.0, 3.0][..]));
/// # Ok::<(), elman::Error>(())
/// ```
pub fn value_and_gradient(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Result<(f64, Tensor)> {
    let reduction = number(loss)?;
    let evaluated = loss.evaluate(y_true, y_pred)?;
    let weighed = Weighed::new(&evaluated.values, sample_weight, y_pred.mask(), reduction)?;
    let factors = weighed.factors(&evaluated.values);
    Ok((weighed.sum(&evaluated.values), evaluated.gradient.of_weighted_sum(&factors)))
}

/// The reduction of a loss that is to become a number.
fn number(loss: &dyn Loss) -> Result<Reduction> {
    match loss.reduction() {
        Reduction::None => Err(Error::Unsupported {
            place: format!("loss {}", loss.name()),
            option: "training with reduction = None, which leaves one value for each sample,"
                .into(),
            advice: "give the loss a reduction such as `sum`".into(),
        }),
        reduction => Ok(reduction),
    }
}

/// The values weighed and reduced: of shape `()`, or an array with [`Reduction::None`].
pub(super) fn reduced(
    values: &Tensor,
    sample_weight: Option<&Tensor>,
    mask: Option<&Mask>,
    reduction: Reduction,
) -> Result<Tensor> {
    let weighed = Weighed::new(values, sample_weight, mask, reduction)?;
    if reduction != Reduction::None {
        return Ok(Tensor::from_parts([], vec![weighed.sum(values) as Float]));
    }
    let Some(weights) = &weighed.weights else { return Ok(values.clone().replace_mask(None)) };
    let product = match values.ndim() {
        0 => weights.iter().map(|w| w * values.data()[0]).collect(),
        _ => weights.iter().zip(values.data()).map(|(w, v)| w * v).collect(),
    };
    Ok(Tensor::from_parts(weighed.shape, product))
}

/// The weights of values: sample weights and masks in one, and what the sum is divided by.
struct Weighed {
    /// That of the weighed values.
    shape: Vec<usize>,
    /// One for each weighed value; none where all are 1.
    weights: Option<Vec<Float>>,
    divisor: f64,
}

impl Weighed {
    fn new(
        values: &Tensor,
        sample_weight: Option<&Tensor>,
        mask: Option<&Mask>,
        reduction: Reduction,
    ) -> Result<Weighed> {
        let mask = both(mask, values.mask())?;
        // Over a mean, each entry that counts has the weight total / counted, so that dividing by
        // the total gives the mean of those.
        let scaled = matches!(reduction, Reduction::SumOverBatchSize | Reduction::Mean);
        let merged = masked(sample_weight, mask.as_ref(), scaled)?;
        let Some(merged) = merged else {
            let (shape, count) = (values.shape().to_vec(), values.len() as f64);
            let divisor = if reduction == Reduction::Sum { 1.0 } else { count };
            return Ok(Weighed { shape, weights: None, divisor });
        };
        let (shape, of_weights) = same_rank(values.shape(), merged.shape());
        let total: f64 = merged.data().iter().map(|w| f64::from(*w)).sum();
        // A single value takes part in every weight.
        let shape = if values.ndim() == 0 { of_weights.clone() } else { shape };
        let weights = broadcast(merged.data(), &of_weights, &shape).ok_or_else(|| {
            let expected = format!(
                "a leading part of {}, the shape of the loss's values",
                crate::Shape::from(&shape[..])
            );
            mismatch("sample_weight", "sample_weight or mask", expected, &merged)
        })?;
        let divisor = match reduction {
            Reduction::Sum | Reduction::None => 1.0,
            Reduction::MeanWithSampleWeight => total,
            Reduction::SumOverBatchSize | Reduction::Mean => weights.len() as f64,
        };
        Ok(Weighed { shape, weights: Some(weights.into_owned()), divisor })
    }

    /// The reduced value; 0 where nothing has any weight.
    fn sum(&self, values: &Tensor) -> f64 {
        let values = values.data().iter().map(|v| f64::from(*v));
        let sum: f64 = match &self.weights {
            None => values.sum(),
            Some(weights) if self.is_single(values.len()) => {
                values.sum::<f64>() * weights.iter().map(|w| f64::from(*w)).sum::<f64>()
            }
            Some(weights) => values.zip(weights).map(|(v, w)| v * f64::from(*w)).sum(),
        };
        if self.divisor == 0.0 { 0.0 } else { sum / self.divisor }
    }

    /// The derivative of the reduced value by each of the values.
    fn factors(&self, values: &Tensor) -> Vec<Float> {
        let inverse = if self.divisor == 0.0 { 0.0 } else { 1.0 / self.divisor };
        match &self.weights {
            None => vec![inverse as Float; values.len()],
            Some(weights) if self.is_single(values.len()) => {
                vec![(weights.iter().map(|w| f64::from(*w)).sum::<f64>() * inverse) as Float]
            }
            Some(weights) => weights.iter().map(|w| (f64::from(*w) * inverse) as Float).collect(),
        }
    }

    /// Whether one value stands for all weights.
    fn is_single(&self, values: usize) -> bool {
        values == 1 && self.weights.as_ref().is_some_and(|weights| weights.len() != 1)
    }
}

/// The entries that count in both masks: that of the predictions and that of the values.
fn both(of_predictions: Option<&Mask>, of_values: Option<&Mask>) -> Result<Option<Mask>> {
    let (Some(a), Some(b)) = (of_predictions, of_values) else {
        return Ok(of_predictions.or(of_values).cloned());
    };
    let same = a.shape() == b.shape() || same_rank(a.shape(), b.shape()).0 == b.shape();
    if !same {
        return Err(Error::Mismatch {
            place: "mask of the predictions".into(),
            what: "mask".into(),
            expected: format!("{}, the shape of the loss's values", crate::Shape::from(b.shape())),
            got: crate::Shape::from(a.shape()).to_string(),
        });
    }
    let data = a.data().iter().zip(b.data()).map(|(a, b)| *a && *b).collect();
    Mask::new(b.shape(), data).map(Some)
}
