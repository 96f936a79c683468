//! Cross-entropies of one class among several, with targets as class numbers.

use serde::{Deserialize, Serialize};

use super::categorical_crossentropy::{clip, softmax_crossentropy};
use super::labels::{check_labels, labels};
use super::loss::loss_methods;
use super::rows::of_rows;
use super::{Evaluated, Loss, resolve};
use crate::{Error, Float, Mask, Result, Shape, Tensor};

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
///
/// // Padding of -1 doesn't count.
/// let loss = SparseCategoricalCrossentropy { ignore_class: Some(-1), ..Default::default() };
/// let p = Tensor::from(array![[0.25, 0.75], [0.5, 0.5]]);
/// let value = loss.call(&Tensor::from(array![-1, 1]), &p, None)?.data()[0];
/// assert!((value - 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SparseCategoricalCrossentropy {
    /// Whether the predictions are logits (false: probabilities).
    pub from_logits: bool,
    /// A class number whose rows are left out (none).
    pub ignore_class: Option<i64>,
    /// The axis of the classes (-1). Others are an error, as in Keras on TensorFlow.
    #[serde(skip_serializing)]
    pub axis: isize,
}

impl Default for SparseCategoricalCrossentropy {
    fn default() -> Self {
        SparseCategoricalCrossentropy { from_logits: false, ignore_class: None, axis: -1 }
    }
}

impl SparseCategoricalCrossentropy {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        if resolve(self.class_name(), self.axis, y_pred.ndim())? + 1 != y_pred.ndim() {
            return Err(Error::Unsupported {
                place: format!("loss {}", self.class_name()),
                option: format!("axis = {}", self.axis),
                advice: "give the classes the last axis".into(),
            });
        }
        let labels = labels(self.class_name(), y_true, y_pred, self.ignore_class)?;
        let evaluated = of_rows(y_pred, wants_gradient, y_pred.shape(), |row, p, gradient| {
            let Some(label) = labels[row] else { return 0.0 };
            match self.from_logits {
                true => of_logits(label, p, gradient),
                false => of_probabilities(label, p, gradient),
            }
        });
        if self.ignore_class.is_none() {
            return Ok(evaluated);
        }
        let counts = labels.iter().map(Option::is_some).collect();
        let mask = Mask::new(evaluated.values.shape(), counts)?;
        Ok(Evaluated { values: evaluated.values.replace_mask(Some(mask)), ..evaluated })
    }
}

fn of_logits(label: usize, z: &[Float], gradient: Option<&mut [Float]>) -> Float {
    let one_hot = || (0..z.len()).map(|class| if class == label { 1.0 } else { 0.0 });
    softmax_crossentropy(one_hot, z, gradient)
}

fn of_probabilities(label: usize, p: &[Float], gradient: Option<&mut [Float]>) -> Float {
    let sum: Float = p.iter().map(|p| clip(*p)).sum();
    if let Some(gradient) = gradient {
        for (class, (p, g)) in p.iter().zip(gradient).enumerate() {
            let own = if class == label { 1.0 / p } else { 0.0 };
            // Beyond the clip the loss doesn't depend on p.
            *g = if clip(*p) == *p { 1.0 / sum - own } else { 0.0 };
        }
    }
    sum.ln() - clip(p[label]).ln()
}

impl Loss for SparseCategoricalCrossentropy {
    loss_methods!("SparseCategoricalCrossentropy");

    fn check_targets(&self, y_true: &Tensor, output: &Shape) -> Result<()> {
        match output.last() {
            Some(classes) => check_labels(self.class_name(), y_true, classes, self.ignore_class),
            None => Ok(()),
        }
    }
}

/// `(1 - p[y]^q) / q` for class numbers y, which bears with wrong labels: between cross-entropy
/// (`q` near 0) and mean absolute error (`q` near 1).
///
/// [Zhang and Sabuncu, 2018](https://arxiv.org/abs/1805.07836).
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{CategoricalGeneralizedCrossEntropy, Loss};
/// let p = Tensor::from(array![[0.75, 0.25]]);
/// let loss = CategoricalGeneralizedCrossEntropy::default();
/// assert_eq!(loss.call(&Tensor::from(array![1]), &p, None)?.data(), [1.0]); // (1 - 0.5) / 0.5
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CategoricalGeneralizedCrossEntropy {
    /// Between 0 and 1, both excluded (0.5).
    pub q: f64,
}

impl Default for CategoricalGeneralizedCrossEntropy {
    fn default() -> Self {
        CategoricalGeneralizedCrossEntropy { q: 0.5 }
    }
}

impl CategoricalGeneralizedCrossEntropy {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let (q, labels) = (self.q as Float, labels(self.class_name(), y_true, y_pred, None)?);
        Ok(of_rows(y_pred, wants_gradient, y_pred.shape(), |row, p, gradient| {
            let Some(label) = labels[row] else { return 0.0 };
            if let Some(gradient) = gradient {
                gradient[label] = -p[label].powf(q - 1.0);
            }
            (1.0 - p[label].powf(q)) / q
        }))
    }
}

impl Loss for CategoricalGeneralizedCrossEntropy {
    loss_methods!("CategoricalGeneralizedCrossEntropy");

    fn check_targets(&self, y_true: &Tensor, output: &Shape) -> Result<()> {
        match output.last() {
            Some(classes) => check_labels(self.class_name(), y_true, classes, None),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<()> {
        if self.q > 0.0 && self.q < 1.0 {
            return Ok(());
        }
        Err(Error::InvalidArgument {
            place: format!("loss {}", self.class_name()),
            argument: "q",
            expected: "a number between 0 and 1".into(),
            got: self.q.to_string(),
        })
    }
}
