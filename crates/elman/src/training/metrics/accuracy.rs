//! The share of predictions that are right.

use serde_json::{Value, json};

use super::{Mean, Metric};
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

    fn update(&mut self, y_true: &Tensor, y_pred: &Tensor) -> Result<()> {
        let kind = self.kind.resolve(y_true, y_pred);
        if kind == AccuracyKind::Binary {
            let (y, p) = align(&self.name, y_true, y_pred)?;
            for (y, p) in y.data().iter().zip(p.data()) {
                let right = *y == if *p > 0.5 { 1.0 } else { 0.0 };
                self.mean.add(f64::from(right), 1.0);
            }
            return Ok(());
        }
        let width = y_pred.width().max(1);
        let rows = y_pred.len() / width;
        let per_row = y_true.len() / rows.max(1);
        let wanted = if kind == AccuracyKind::Categorical { width } else { 1 };
        if per_row != wanted || y_true.len() != rows * wanted {
            return Err(Error::Mismatch {
                place: format!("metric {}", self.name),
                what: "y".into(),
                expected: format!("{wanted} numbers for each row of {}", Shape::from(y_pred.shape())),
                got: Shape::from(y_true.shape()).to_string(),
            });
        }
        for (row, p) in y_pred.data().chunks_exact(width).enumerate() {
            let y = &y_true.data()[row * wanted..(row + 1) * wanted];
            let right = match kind {
                AccuracyKind::Categorical => argmax(y) == argmax(p),
                _ => y[0] == argmax(p) as Float,
            };
            self.mean.add(f64::from(right), 1.0);
        }
        Ok(())
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn to_object(&self) -> Value {
        json!(self.name)
    }

    fn clone_metric(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}

/// The first index of the largest value, as NumPy's `argmax`.
fn argmax(row: &[Float]) -> usize {
    row.iter().enumerate().fold(0, |best, (i, v)| if *v > row[best] { i } else { best })
}
