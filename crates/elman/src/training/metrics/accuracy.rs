//! The share of predictions that are right.

use serde_json::Value;

use super::{Mean, Metric, config};
use crate::training::losses::align;
use crate::{Error, Float, Result, Shape, Tensor};

/// The share of predictions that are right.
#[derive(Clone, Debug)]
pub struct Accuracy {
    name: String,
    kind: AccuracyKind,
    mean: Mean,
}

/// When a prediction is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccuracyKind {
    /// Decided by the shapes of targets and predictions, as Keras decides for `"accuracy"`: one
    /// output is binary; targets with an axis less, or a last axis of one, are class numbers;
    /// otherwise they are one-hot.
    Resolve,
    /// The prediction is above 0.5 exactly if the target is 1, averaged over the last axis.
    Binary,
    /// The largest prediction of a row stands where the largest target stands.
    Categorical,
    /// The largest prediction of a row stands at the class number.
    SparseCategorical,
}

impl Accuracy {
    /// An accuracy under that name.
    pub fn new(name: &str, kind: AccuracyKind) -> Accuracy {
        Accuracy { name: name.into(), kind, mean: Mean::default() }
    }
}

impl AccuracyKind {
    fn resolve(self, y_true: &Tensor, y_pred: &Tensor) -> AccuracyKind {
        match self {
            AccuracyKind::Resolve if y_pred.width() == 1 => AccuracyKind::Binary,
            AccuracyKind::Resolve if y_true.ndim() < y_pred.ndim() || y_true.width() == 1 => {
                AccuracyKind::SparseCategorical
            }
            AccuracyKind::Resolve => AccuracyKind::Categorical,
            kind => kind,
        }
    }
}

impl Metric for Accuracy {
    fn name(&self) -> &str {
        &self.name
    }

    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<()> {
        let kind = self.kind.resolve(y_true, y_pred);
        let right = match kind {
            AccuracyKind::Binary => {
                let (y, p) = align(&self.name, y_true, y_pred)?;
                share_per_row(&y, &p, |y, p| {
                    let hits = |(y, p): (&Float, &Float)| *y == if *p > 0.5 { 1.0 } else { 0.0 };
                    y.iter().zip(p).map(hits).filter(|hit| *hit).count() as Float / p.len() as Float
                })
            }
            _ => {
                let rows = y_pred.len() / y_pred.width().max(1);
                let wanted = if kind == AccuracyKind::Categorical { y_pred.width() } else { 1 };
                if y_true.len() != rows * wanted {
                    return Err(Error::Mismatch {
                        place: format!("metric {}", self.name),
                        what: "y".into(),
                        expected: format!(
                            "{wanted} numbers for each row of {}",
                            Shape::from(y_pred.shape())
                        ),
                        got: Shape::from(y_true.shape()).to_string(),
                    });
                }
                let y = y_true.clone().reshape([rows, wanted])?;
                share_per_row(&y, y_pred, |y, p| {
                    let class = match kind {
                        AccuracyKind::Categorical => argmax(y) as Float,
                        _ => y[0],
                    };
                    if class == argmax(p) as Float { 1.0 } else { 0.0 }
                })
            }
        };
        self.mean.add_rows(&right, weights)
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn to_object(&self) -> Value {
        let class = match self.kind {
            // Only a string says it, which is then the name.
            AccuracyKind::Resolve => return self.name.as_str().into(),
            AccuracyKind::Binary => "BinaryAccuracy",
            AccuracyKind::Categorical => "CategoricalAccuracy",
            AccuracyKind::SparseCategorical => "SparseCategoricalAccuracy",
        };
        config::to_object(&self.name, class)
    }

    fn clone_metric(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}

/// A value for each row of targets and predictions, in the shape of the rows of predictions.
fn share_per_row(y: &Tensor, p: &Tensor, f: impl Fn(&[Float], &[Float]) -> Float) -> Tensor {
    let rows = y.data().chunks_exact(y.width().max(1)).zip(p.data().chunks_exact(p.width().max(1)));
    let values = rows.map(|(y, p)| f(y, p)).collect();
    Tensor::from_parts(&p.shape()[..p.ndim().saturating_sub(1)], values)
}

/// The first index of the largest value, as NumPy's `argmax`.
fn argmax(row: &[Float]) -> usize {
    row.iter().enumerate().fold(0, |best, (i, v)| if *v > row[best] { i } else { best })
}
