//! The area under a curve of rates.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::confusion::{Counts, Selection};
use super::thresholds::{MAX_THRESHOLDS, Thresholds};
use super::{Definition, divide};
use crate::{Error, Float, Result, Tensor};

/// The area under the curve of two rates over all thresholds: Keras's `AUC`.
///
/// The area is summed between thresholds, so it is an approximation, the better the more there
/// are. As in Keras, the mask of the predictions isn't considered.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::metrics::{Auc, Curve, Definition, Metric};
/// let (y, p) = (array![[0], [0], [1], [1]].into(), array![[0.], [0.5], [0.3], [0.9]].into());
/// let mut metric = Auc::default().metric();
/// metric.update(&y, &p, None)?;
/// assert_eq!(metric.result(), 0.75);
/// let mut metric = Auc { curve: Curve::Pr, num_thresholds: 3, ..Auc::default() }.metric();
/// metric.update(&y, &p, None)?;
/// assert!((metric.result() - 0.8207).abs() < 1e-4);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auc {
    /// The number of thresholds, evenly from 0 to 1 (200).
    pub num_thresholds: usize,
    /// The rates (ROC).
    pub curve: Curve,
    /// How the area between two thresholds is taken (interpolation).
    pub summation_method: SummationMethod,
    /// Whether each column has an area of its own, of which the result is the mean (false).
    pub multi_label: bool,
    /// The number of columns with `multi_label`, where it is to be checked.
    pub num_labels: Option<usize>,
    /// The weights of the columns (none): of their areas with `multi_label`, else of their
    /// predictions.
    #[serde(with = "weights_or_tensor")]
    pub label_weights: Vec<f64>,
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
    /// Thresholds of your own between 0 and 1, instead of `num_thresholds` (none).
    #[serde(skip_serializing_if = "Vec::is_empty", with = "crate::training::losses::one_or_many")]
    pub thresholds: Vec<f64>,
}

/// The rates whose curve [`Auc`] measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// True over false positive rate: the receiver operating characteristic.
    #[default]
    #[serde(rename = "ROC", alias = "roc")]
    Roc,
    /// Precision over recall.
    #[serde(rename = "PR", alias = "pr")]
    Pr,
    /// The gain of precision over the gain of recall, against always saying yes.
    #[serde(rename = "PRGAIN", alias = "prgain")]
    PrGain,
}

/// How [`Auc`] takes the height of the area between two thresholds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SummationMethod {
    /// The mean of both sides; for [`Curve::Pr`] the interpolation of Davis and Goadrich.
    #[default]
    #[serde(alias = "Interpolation")]
    Interpolation,
    /// The higher of both sides.
    #[serde(alias = "Majoring")]
    Majoring,
    /// The lower of both sides.
    #[serde(alias = "Minoring")]
    Minoring,
}

impl Default for Auc {
    fn default() -> Self {
        Auc {
            num_thresholds: 200,
            curve: Curve::Roc,
            summation_method: SummationMethod::Interpolation,
            multi_label: false,
            num_labels: None,
            label_weights: Vec::new(),
            from_logits: false,
            thresholds: Vec::new(),
        }
    }
}

impl Definition for Auc {
    const CLASS_NAME: &'static str = "AUC";
    const NAME: &'static str = "auc";
    type State = Counts;

    fn check(&self) -> Result<()> {
        let wrong = |argument, expected: &str, got: String| {
            let (place, expected) = (Self::CLASS_NAME.into(), expected.into());
            Err(Error::InvalidArgument { place, argument, expected, got })
        };
        if self.thresholds.is_empty() && !(2..=MAX_THRESHOLDS).contains(&self.num_thresholds) {
            let expected = format!("an integer from 2 to {MAX_THRESHOLDS}");
            return wrong("num_thresholds", &expected, self.num_thresholds.to_string());
        }
        if let Some(labels) = self.num_labels.filter(|_| !self.multi_label) {
            return wrong("num_labels", "left out without multi_label", labels.to_string());
        }
        if let Some(weight) = self.label_weights.iter().find(|w| !(**w >= 0.0 && w.is_finite())) {
            return wrong("label_weights", "numbers of 0 or more", weight.to_string());
        }
        Thresholds::check(Self::CLASS_NAME, &self.thresholds)
    }

    fn update(
        &self,
        place: &str,
        state: &mut Counts,
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let label_weights = if self.multi_label { &[][..] } else { &self.label_weights };
        self.check_labels(place, y_pred)?;
        let mut y_pred = y_pred.clone();
        if self.from_logits {
            y_pred.data_mut().iter_mut().for_each(|z| *z = 1.0 / (1.0 + (-*z).exp()) as Float);
        }
        let thresholds = match &self.thresholds[..] {
            [] => Thresholds::evenly_beyond(self.num_thresholds),
            given => Thresholds::beyond(given),
        };
        let multi_label = self.multi_label;
        let selection = Selection { multi_label, label_weights, ..Selection::default() };
        state.update(place, &thresholds, selection, (y_true, &y_pred), weights)
    }

    fn results(&self, counts: &Counts) -> Vec<f64> {
        let area = |label| (0..).map_while(|i| self.area(counts, i, label)).sum::<f64>();
        let areas: Vec<f64> = (0..counts.labels).map(area).collect();
        let result = if self.multi_label && !self.label_weights.is_empty() {
            let total: f64 = areas.iter().zip(&self.label_weights).map(|(a, w)| a * w).sum();
            divide(total, self.label_weights.iter().sum())
        } else {
            divide(areas.iter().sum(), areas.len() as f64)
        };
        vec![result]
    }
}

impl Auc {
    /// Checks that the columns are those that the arguments speak of.
    fn check_labels(&self, place: &str, y_pred: &Tensor) -> Result<()> {
        if !self.multi_label {
            return Ok(());
        }
        let weights = (!self.label_weights.is_empty()).then_some(self.label_weights.len());
        let wanted = |labels: Option<usize>| labels.is_none_or(|labels| labels == y_pred.width());
        if y_pred.ndim() == 2 && wanted(self.num_labels) && wanted(weights) {
            return Ok(());
        }
        let labels = self.num_labels.or(weights);
        let columns = labels.map_or("labels".into(), |labels| labels.to_string());
        let expected = format!("(batch, {columns}), for multi_label is set");
        Err(crate::training::losses::mismatch(place, "the model's output", expected, y_pred))
    }

    /// The area between threshold `i` and the next.
    fn area(&self, counts: &Counts, i: usize, label: usize) -> Option<f64> {
        let (a, b) = (i * counts.labels + label, (i + 1) * counts.labels + label);
        if b >= counts.true_positives.len() {
            return None;
        }
        let interpolates = self.summation_method == SummationMethod::Interpolation;
        if self.curve == Curve::Pr && interpolates {
            return Some(interpolated_precision(counts, a, b));
        }
        let (left, right) = (self.point(counts, a), self.point(counts, b));
        let height = match self.summation_method {
            SummationMethod::Interpolation => (left.1 + right.1) / 2.0,
            SummationMethod::Minoring => left.1.min(right.1),
            SummationMethod::Majoring => left.1.max(right.1),
        };
        Some((left.0 - right.0) * height)
    }

    /// The point of the curve at a threshold.
    fn point(&self, counts: &Counts, at: usize) -> (f64, f64) {
        let (tp, fp) = (counts.true_positives[at], counts.false_positives[at]);
        let (tn, false_negatives) = (counts.true_negatives[at], counts.false_negatives[at]);
        let recall = divide(tp, tp + false_negatives);
        match self.curve {
            Curve::Roc => (divide(fp, fp + tn), recall),
            Curve::Pr => (recall, divide(tp, tp + fp)),
            // Without true positives both gains diverge; Keras has these instead.
            Curve::PrGain if tp == 0.0 => (0.0, 1.0),
            Curve::PrGain => {
                let odds = divide(tp + false_negatives, tn + fp);
                let recall_gain = 1.0 - odds * (false_negatives / tp);
                (recall_gain.max(0.0), 1.0 - odds * (fp / tp))
            }
        }
    }
}

/// The area under precision over recall between two thresholds, where true positives are taken to
/// grow evenly with all positives (Davis and Goadrich, 2006).
fn interpolated_precision(counts: &Counts, a: usize, b: usize) -> f64 {
    let positives = |at: usize| counts.true_positives[at] + counts.false_positives[at];
    let (p_a, p_b) = (positives(a), positives(b));
    let gained = counts.true_positives[a] - counts.true_positives[b];
    let slope = divide(gained, (p_a - p_b).max(0.0));
    let intercept = counts.true_positives[b] - slope * p_b;
    let ratio = if p_a > 0.0 && p_b > 0.0 { p_a / p_b } else { 1.0 };
    let targets = counts.true_positives[b] + counts.false_negatives[b];
    divide(slope * (gained + intercept * ratio.ln()), targets.max(0.0))
}

/// Weights as a list, or as the tensor that Keras writes.
mod weights_or_tensor {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Value;

    pub fn serialize<S: Serializer>(weights: &[f64], s: S) -> Result<S::Ok, S::Error> {
        Some(weights).filter(|weights| !weights.is_empty()).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<f64>, D::Error> {
        let value = Value::deserialize(d)?;
        let of_tensor = value.get("config").and_then(|config| config.get("value"));
        match of_tensor.unwrap_or(&value) {
            Value::Null => Ok(Vec::new()),
            list => Vec::deserialize(list).map_err(|_| {
                D::Error::custom(format!("`label_weights` must be a list of numbers, got {value}"))
            }),
        }
    }
}
