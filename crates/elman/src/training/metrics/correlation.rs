//! How targets and predictions move together.

use serde::{Deserialize, Serialize};

use super::Measure;
use crate::training::losses::{align, move_last, resolve};
use crate::{Float, Result, Tensor};

/// The mean over rows of `mean(t p)` for targets and predictions less their means and divided by
/// their standard deviations: Pearson's correlation, from -1 to 1.
///
/// A row whose values are all equal has no correlation, and makes the result NaN.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, PearsonCorrelation};
/// let mut metric = PearsonCorrelation::default().metric();
/// metric.update(&array![[0., 1., 2.]].into(), &array![[5., 7., 9.]].into(), None)?;
/// assert!((metric.result() - 1.0).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PearsonCorrelation {
    /// The axis of the rows (-1).
    pub axis: isize,
}

/// As [`PearsonCorrelation`], but less where means or spreads differ: the mean over rows of
/// `2 cov / (var(y) + var(p) + (mean(y) - mean(p))² + 1e-7)`.
///
/// As in Keras, `cov` is `mean((y - mean(p)) (p - mean(p)))`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{ConcordanceCorrelation, Definition, Metric};
/// let mut metric = ConcordanceCorrelation::default().metric();
/// metric.update(&array![[0., 1., 2.]].into(), &array![[0., 1., 2.]].into(), None)?;
/// assert!((metric.result() - 1.0).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConcordanceCorrelation {
    /// The axis of the rows (-1).
    pub axis: isize,
}

impl Default for PearsonCorrelation {
    fn default() -> Self {
        PearsonCorrelation { axis: -1 }
    }
}

impl Default for ConcordanceCorrelation {
    fn default() -> Self {
        ConcordanceCorrelation { axis: -1 }
    }
}

impl Measure for PearsonCorrelation {
    const CLASS_NAME: &'static str = "PearsonCorrelation";
    const NAME: &'static str = "pearson_correlation";

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        by_row(place, self.axis, y_true, y_pred, |y, p, both| {
            (both - y.mean * p.mean) / (y.variance * p.variance).sqrt()
        })
    }
}

impl Measure for ConcordanceCorrelation {
    const CLASS_NAME: &'static str = "ConcordanceCorrelation";
    const NAME: &'static str = "concordance_correlation";

    fn values(&self, place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        by_row(place, self.axis, y_true, y_pred, |y, p, both| {
            // The mean of (y - mean(p)) (p - mean(p)) is the covariance: the second factor has
            // mean 0.
            let covariance = both - y.mean * p.mean;
            let apart = y.mean - p.mean;
            2.0 * covariance / (y.variance + p.variance + apart * apart + 1e-7)
        })
    }
}

struct Moments {
    mean: f64,
    variance: f64,
}

fn moments(row: &[Float]) -> Moments {
    let count = row.len() as f64;
    let mean = row.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let deviation = |x: &Float| (f64::from(*x) - mean).powi(2);
    Moments { mean, variance: row.iter().map(deviation).sum::<f64>() / count }
}

/// A value of each row along that axis, from the moments of both and the mean of their product.
fn by_row(
    place: &str,
    axis: isize,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl Fn(Moments, Moments, f64) -> f64,
) -> Result<Tensor> {
    let (y, p) = align(place, y_true, y_pred)?;
    let axis = resolve(place, axis, p.ndim())?;
    let (y, p) = (move_last(&y, axis), move_last(&p, axis));
    let (width, shape) = (p.width(), &p.shape()[..p.ndim() - 1]);
    let value = |row: usize| {
        let of = row * width..(row + 1) * width;
        let (y, p) = (&y.data()[of.clone()], &p.data()[of]);
        let both = y.iter().zip(p).map(|(y, p)| f64::from(*y) * f64::from(*p)).sum::<f64>();
        f(moments(y), moments(p), both / width as f64) as Float
    };
    Ok(Tensor::from_parts(shape, (0..shape.iter().product()).map(value).collect()))
}
