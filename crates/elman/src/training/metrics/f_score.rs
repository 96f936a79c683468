//! Scores between precision and recall.

use serde::{Deserialize, Serialize};

use super::{Definition, divide, element_weights};
use crate::training::losses::mismatch;
use crate::{Error, Float, Result, Tensor};

/// `(1 + beta²) precision recall / (beta² precision + recall)` of each class.
///
/// Targets and predictions are `(batch, classes)`; targets are one-hot, or 1 for each of several
/// classes. As in Keras, the mask of the predictions isn't considered.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Average, Definition, FBetaScore, Metric};
/// let definition = FBetaScore { beta: 2.0, average: Average::Micro, ..FBetaScore::default() };
/// let mut metric = definition.metric();
/// metric.update(&array![[1, 0], [0, 1]].into(), &array![[0.9, 0.1], [0.8, 0.2]].into(), None)?;
/// assert!((metric.result() - 0.5).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FBetaScore {
    /// What becomes of the classes (none: a value for each).
    #[serde(with = "average")]
    pub average: Average,
    /// How much more recall counts than precision (1).
    pub beta: f64,
    /// What a positive prediction is above, over 0 and up to 1; none: the largest of a row is
    /// positive.
    pub threshold: Option<f64>,
}

/// [`FBetaScore`] with `beta = 1`: the harmonic mean of precision and recall.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Definition, F1Score, Metric};
/// let mut metric = F1Score::default().metric();
/// metric.update(&array![[1, 0], [0, 1]].into(), &array![[0.9, 0.1], [0.8, 0.2]].into(), None)?;
/// assert!((metric.results()[0] - 2. / 3.).abs() < 1e-6); // of class 0
/// assert_eq!(metric.results()[1], 0.0);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct F1Score {
    /// What becomes of the classes (none: a value for each).
    #[serde(with = "average")]
    pub average: Average,
    /// What a positive prediction is above, over 0 and up to 1; none: the largest of a row is
    /// positive.
    pub threshold: Option<f64>,
}

/// What becomes of the scores of the classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Average {
    /// A value for each class: `null`.
    #[default]
    None,
    /// One score of all predictions together.
    Micro,
    /// The mean of the classes.
    Macro,
    /// The mean of the classes by how often each is the target.
    Weighted,
}

/// [`Average::None`] is Keras's `null`; for serde.
mod average {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Average;

    pub fn serialize<S: Serializer>(average: &Average, s: S) -> Result<S::Ok, S::Error> {
        Some(*average).filter(|average| *average != Average::None).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Average, D::Error> {
        Ok(Option::<Average>::deserialize(d)?.unwrap_or_default())
    }
}

impl Default for FBetaScore {
    fn default() -> Self {
        FBetaScore { average: Average::None, beta: 1.0, threshold: None }
    }
}

impl From<F1Score> for FBetaScore {
    fn from(F1Score { average, threshold }: F1Score) -> FBetaScore {
        FBetaScore { average, threshold, beta: 1.0 }
    }
}

/// The weighed counts of each class, or of all together.
#[derive(Clone, Debug, Default)]
pub struct ClassCounts(Vec<ClassCount>);

#[derive(Clone, Copy, Debug, Default)]
struct ClassCount {
    true_positives: f64,
    false_positives: f64,
    false_negatives: f64,
    targets: f64,
}

impl Definition for FBetaScore {
    const CLASS_NAME: &'static str = "FBetaScore";
    const NAME: &'static str = "fbeta_score";
    type State = ClassCounts;

    fn check(&self) -> Result<()> {
        let wrong = |argument, expected: &str, got: f64| {
            let (place, got) = (Self::CLASS_NAME.into(), got.to_string());
            Err(Error::InvalidArgument { place, argument, expected: expected.into(), got })
        };
        match self.threshold {
            _ if !(self.beta > 0.0 && self.beta.is_finite()) => {
                wrong("beta", "a number above 0", self.beta)
            }
            Some(t) if !(t > 0.0 && t <= 1.0) => {
                wrong("threshold", "a number above 0 and up to 1", t)
            }
            _ => Ok(()),
        }
    }

    fn update(
        &self,
        place: &str,
        ClassCounts(counts): &mut ClassCounts,
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let ([_, classes], true) = (y_pred.shape(), y_true.shape() == y_pred.shape()) else {
            let expected = "(batch, classes), and so the model's output".into();
            return Err(mismatch(place, "y", expected, y_true));
        };
        let together = self.average == Average::Micro;
        let wanted = if together { 1 } else { *classes };
        if counts.is_empty() {
            counts.resize(wanted, ClassCount::default());
        }
        if counts.len() != wanted {
            let expected = format!("{} classes, as before", counts.len());
            return Err(mismatch(place, "the model's output", expected, y_pred));
        }
        let weights = element_weights(place, weights, &y_pred.shape()[..1])?;
        let width = (*classes).max(1);
        let rows = y_true.data().chunks_exact(width).zip(y_pred.data().chunks_exact(width));
        for ((y, p), weight) in rows.zip(weights) {
            let largest = p.iter().copied().fold(Float::NEG_INFINITY, Float::max);
            for (class, (y, p)) in y.iter().zip(p).enumerate() {
                let positive = match self.threshold {
                    Some(threshold) => *p > threshold as Float,
                    // A row of zeros says nothing.
                    None => *p >= largest && p.abs() > 1e-9,
                };
                let (y, weight) = (f64::from(*y), f64::from(weight));
                let count = &mut counts[if together { 0 } else { class }];
                if positive {
                    count.true_positives += y * weight;
                    count.false_positives += (1.0 - y) * weight;
                } else {
                    count.false_negatives += y * weight;
                }
                count.targets += y * weight;
            }
        }
        Ok(())
    }

    fn results(&self, ClassCounts(counts): &ClassCounts) -> Vec<f64> {
        if counts.is_empty() {
            return vec![0.0];
        }
        let scores: Vec<f64> = counts.iter().map(|count| count.score(self.beta)).collect();
        match self.average {
            Average::None => scores,
            Average::Micro | Average::Macro => {
                vec![divide(scores.iter().sum(), scores.len() as f64)]
            }
            Average::Weighted => {
                let total = counts.iter().map(|count| count.targets).sum::<f64>() + EPSILON;
                let weighed = scores.iter().zip(counts).map(|(s, count)| s * count.targets);
                vec![weighed.sum::<f64>() / total]
            }
        }
    }
}

/// Keras adds it to what it divides by.
const EPSILON: f64 = 1e-7;

impl ClassCount {
    fn score(&self, beta: f64) -> f64 {
        let precision =
            self.true_positives / (self.true_positives + self.false_positives + EPSILON);
        let recall = self.true_positives / (self.true_positives + self.false_negatives + EPSILON);
        let beta = beta * beta;
        (1.0 + beta) * precision * recall / (beta * precision + recall + EPSILON)
    }
}

impl Definition for F1Score {
    const CLASS_NAME: &'static str = "F1Score";
    const NAME: &'static str = "f1_score";
    type State = ClassCounts;

    fn check(&self) -> Result<()> {
        FBetaScore::from(*self).check()
    }

    fn update(
        &self,
        place: &str,
        counts: &mut ClassCounts,
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        FBetaScore::from(*self).update(place, counts, y_true, y_pred, weights)
    }

    fn results(&self, counts: &ClassCounts) -> Vec<f64> {
        FBetaScore::from(*self).results(counts)
    }
}
