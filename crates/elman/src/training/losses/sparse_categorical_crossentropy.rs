//! Cross-entropy of one class among several, with targets as class numbers.

use serde_json::{Value, json};

use super::categorical_crossentropy::softmax_crossentropy;
use super::{EPSILON, Evaluated, Loss};
use crate::{Error, Float, Result, Shape, Tensor};

/// `-log p[y]` for class numbers y: Keras's `sparse_categorical_crossentropy`.
///
/// As Keras on TensorFlow, it keeps probabilities within `[1e-7, 1 - 1e-7]` and then divides them
/// by their sum. With `from_logits` the predictions are numbers before the softmax.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, SparseCategoricalCrossentropy};
/// let loss = SparseCategoricalCrossentropy::default();
/// let p = Tensor::from(array![[0.25, 0.5, 0.25]]);
/// let value = loss.evaluate(&Tensor::from(array![1]), &p)?.values.data()[0];
/// assert!((value - 2f32.ln()).abs() < 1e-6);
/// assert!(loss.evaluate(&Tensor::from(array![3]), &p).is_err()); // there are classes 0, 1, 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SparseCategoricalCrossentropy {
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
}

impl Loss for SparseCategoricalCrossentropy {
    fn class_name(&self) -> &'static str {
        "SparseCategoricalCrossentropy"
    }

    fn config(&self) -> Value {
        json!({ "from_logits": self.from_logits, "ignore_class": null, "axis": -1 })
    }

    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        let classes = y_pred.width();
        let labels = labels(self.class_name(), y_true, y_pred)?;
        let mut values = Vec::with_capacity(labels.len());
        let mut gradient = Vec::with_capacity(y_pred.len());
        let mut one_hot = vec![0.0; classes];
        for (label, p) in labels.iter().zip(y_pred.data().chunks_exact(classes)) {
            if self.from_logits {
                one_hot[*label] = 1.0;
                values.push(softmax_crossentropy(&one_hot, p, &mut gradient));
                one_hot[*label] = 0.0;
                continue;
            }
            let clip = |p: Float| p.clamp(EPSILON, 1.0 - EPSILON);
            let sum: Float = p.iter().map(|p| clip(*p)).sum();
            values.push(sum.ln() - clip(p[*label]).ln());
            gradient.extend(p.iter().enumerate().map(|(class, p)| {
                // Beyond the clip the loss doesn't depend on p.
                let inside = if clip(*p) == *p { 1.0 } else { 0.0 };
                let own = if class == *label { 1.0 / clip(*p) } else { 0.0 };
                inside * (1.0 / sum - own)
            }));
        }
        Ok(Evaluated {
            values: Tensor::from_parts(&y_pred.shape()[..y_pred.ndim() - 1], values),
            gradient: Tensor::from_parts(y_pred.shape(), gradient),
        })
    }

    fn check_targets(&self, y_true: &Tensor, output: &Shape) -> Result<()> {
        let Some(classes) = output.last() else { return Ok(()) };
        (0..y_true.len()).try_for_each(|i| label(self.class_name(), y_true, i, classes).map(drop))
    }

    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(*self)
    }
}

/// The class numbers in `y_true`, one for each row of `y_pred`, checked.
pub(crate) fn labels(place: &str, y_true: &Tensor, y_pred: &Tensor) -> Result<Vec<usize>> {
    let (rows, classes) = (&y_pred.shape()[..y_pred.ndim().saturating_sub(1)], y_pred.width());
    let t = y_true.shape();
    let fits = t == rows
        || (t.len() == rows.len() + 1 && t.last() == Some(&1) && t[..rows.len()] == *rows);
    if !fits {
        return Err(Error::Mismatch {
            place: place.into(),
            what: "y".into(),
            expected: format!(
                "{}, one class number for each row of the output {} (for one-hot rows use \
                 categorical_crossentropy)",
                Shape::from(rows),
                Shape::from(y_pred.shape())
            ),
            got: Shape::from(t).to_string(),
        });
    }
    (0..y_true.len()).map(|i| label(place, y_true, i, classes)).collect()
}

/// The class number at flat index `i` of the targets.
fn label(place: &str, y_true: &Tensor, i: usize, classes: usize) -> Result<usize> {
    let y = y_true.data()[i];
    if y >= 0.0 && y < classes as Float && y.fract() == 0.0 {
        return Ok(y as usize);
    }
    Err(Error::Value {
        place: format!("{place}, y"),
        position: y_true.position(i),
        value: f64::from(y),
        expected: format!("a class number from 0 to {}", classes.saturating_sub(1)),
    })
}
