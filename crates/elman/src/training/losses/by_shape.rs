//! Cross-entropy of the kind that the shapes ask for.

use serde::Serialize;

use super::loss::loss_methods;
use super::{BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy};
use super::{Evaluated, Loss};
use crate::{Result, Tensor};

/// What the shapes of targets and predictions say of the classes, by Keras's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClassKind {
    /// One output: yes or no.
    Binary,
    /// Targets with an axis less, or a last axis of one: class numbers.
    Sparse,
    /// Otherwise: one-hot rows.
    OneHot,
}

impl ClassKind {
    pub fn of(y_true: &Tensor, y_pred: &Tensor) -> ClassKind {
        match () {
            () if y_pred.width() == 1 => ClassKind::Binary,
            () if y_true.ndim() < y_pred.ndim() || y_true.width() == 1 => ClassKind::Sparse,
            () => ClassKind::OneHot,
        }
    }
}

/// Keras's `crossentropy` (or `ce`): binary cross-entropy for models of one output, sparse
/// categorical cross-entropy for targets that are class numbers, else categorical cross-entropy.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Crossentropy, Loss};
/// let p = Tensor::from(array![[0.25, 0.75]]);
/// let (numbers, one_hot) = (Tensor::from(array![1]), Tensor::from(array![[0., 1.]]));
/// let by_number = Crossentropy.call(&numbers, &p, None)?;
/// assert_eq!(by_number, Crossentropy.call(&one_hot, &p, None)?);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Crossentropy;

impl Crossentropy {
    /// The name by which it goes; it is no class of Keras.
    pub(super) const NAME: &str = "crossentropy";

    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let loss: &dyn Loss = match ClassKind::of(y_true, y_pred) {
            ClassKind::Binary => &BinaryCrossentropy::default(),
            ClassKind::Sparse => &SparseCategoricalCrossentropy::default(),
            ClassKind::OneHot => &CategoricalCrossentropy::default(),
        };
        match wants_gradient {
            true => loss.evaluate(y_true, y_pred),
            false => Ok(Evaluated::new(loss.values(y_true, y_pred)?, Tensor::zeros([0]))),
        }
    }
}

impl Loss for Crossentropy {
    loss_methods!("crossentropy");
}
