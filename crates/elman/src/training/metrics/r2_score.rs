//! How much of the variance predictions explain.

use serde::{Deserialize, Serialize};

use super::{Definition, element_weights};
use crate::training::losses::{align, mismatch};
use crate::{Result, Tensor};

/// `1 - sum((y - p)²) / sum((y - mean(y))²)` of each column: the coefficient of determination.
///
/// Targets and predictions are `(batch, columns)`. As in Keras, the mask of the predictions isn't
/// considered, and the result is NaN for a column that is constant and predicted exactly.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, Metric, R2Score};
/// let mut metric = R2Score::default().metric();
/// metric.update(&array![[1.], [2.], [3.]].into(), &array![[1.], [2.], [2.]].into(), None)?;
/// assert_eq!(metric.result(), 0.5); // 1 - 1 / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct R2Score {
    /// What becomes of the columns (their mean).
    #[serde(with = "aggregation")]
    pub class_aggregation: ClassAggregation,
    /// The number of independent regressors, for the adjusted score (0: the plain one).
    pub num_regressors: usize,
}

/// What becomes of the scores of the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassAggregation {
    /// A value for each column: `null`.
    None,
    /// The mean.
    #[default]
    UniformAverage,
    /// The mean by the variances of the targets.
    VarianceWeightedAverage,
}

/// [`ClassAggregation::None`] is Keras's `null`; for serde.
mod aggregation {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::ClassAggregation;

    pub fn serialize<S: Serializer>(a: &ClassAggregation, s: S) -> Result<S::Ok, S::Error> {
        Some(*a).filter(|a| *a != ClassAggregation::None).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<ClassAggregation, D::Error> {
        let given = Option::<ClassAggregation>::deserialize(d)?;
        Ok(given.unwrap_or(ClassAggregation::None))
    }
}

/// The weighed sums of each column.
#[derive(Clone, Debug, Default)]
pub struct ColumnSums {
    columns: Vec<ColumnSum>,
    /// The number of targets, columns counted too, as in Keras.
    targets: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct ColumnSum {
    count: f64,
    sum: f64,
    squares: f64,
    errors: f64,
}

impl ColumnSum {
    fn variation(&self) -> f64 {
        self.squares - self.sum * self.sum / self.count
    }

    fn score(&self) -> f64 {
        let score = 1.0 - self.errors / self.variation();
        if score.is_infinite() { 0.0 } else { score }
    }
}

impl Definition for R2Score {
    const CLASS_NAME: &'static str = "R2Score";
    const NAME: &'static str = "r2_score";
    type State = ColumnSums;

    fn update(
        &self,
        place: &str,
        sums: &mut ColumnSums,
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let (y, p) = align(place, y_true, y_pred)?;
        let [_, width] = *p.shape() else {
            let expected = "(batch, columns)".into();
            return Err(mismatch(place, "the model's output", expected, y_pred));
        };
        if sums.columns.is_empty() {
            sums.columns.resize(width, ColumnSum::default());
        }
        if sums.columns.len() != width {
            let expected = format!("{} columns, as before", sums.columns.len());
            return Err(mismatch(place, "the model's output", expected, y_pred));
        }
        let weights = element_weights(place, weights, p.shape())?;
        for (i, ((y, p), weight)) in y.data().iter().zip(p.data()).zip(&weights).enumerate() {
            let (y, p, weight) = (f64::from(*y), f64::from(*p), f64::from(*weight));
            let column = &mut sums.columns[i % width];
            column.count += weight;
            column.sum += y * weight;
            column.squares += y * y * weight;
            column.errors += (y - p) * (y - p) * weight;
        }
        sums.targets += y.len();
        Ok(())
    }

    fn results(&self, sums: &ColumnSums) -> Vec<f64> {
        if sums.columns.is_empty() {
            return vec![0.0];
        }
        let columns = sums.columns.iter();
        let scores = match self.class_aggregation {
            ClassAggregation::None => columns.map(ColumnSum::score).collect(),
            ClassAggregation::UniformAverage => {
                vec![columns.map(ColumnSum::score).sum::<f64>() / sums.columns.len() as f64]
            }
            ClassAggregation::VarianceWeightedAverage => {
                let total: f64 = columns.clone().map(ColumnSum::variation).sum();
                vec![columns.map(|c| c.variation() * c.score()).sum::<f64>() / total]
            }
        };
        let (targets, regressors) = (sums.targets as f64, self.num_regressors as f64);
        let left = targets - regressors - 1.0;
        // Without targets enough, Keras falls back to the plain score too.
        if self.num_regressors == 0 || left <= 0.0 {
            return scores;
        }
        scores.into_iter().map(|score| 1.0 - (1.0 - score) * (targets - 1.0) / left).collect()
    }
}
