//! What a loss is.

use serde_json::Value;

use super::{Evaluated, Reduced, Reduction, reduction};
use crate::{Result, Shape, Tensor};

/// A loss.
///
/// To write your own, compute the values and their gradients in [`evaluate`](Loss::evaluate);
/// weights, masks and reductions are taken care of.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Evaluated, Loss};
/// use serde_json::{Value, json};
///
/// /// `(y - p)⁴`, summed over the last axis.
/// #[derive(Clone)]
/// struct Quartic;
///
/// impl Loss for Quartic {
///     fn class_name(&self) -> &'static str {
///         "Quartic"
///     }
///     fn config(&self) -> Value {
///         json!({})
///     }
///     fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> elman::Result<Evaluated> {
///         let (shape, width) = (y_pred.shape(), y_pred.width());
///         let errors: Vec<f32> =
///             y_pred.data().iter().zip(y_true.data()).map(|(p, y)| p - y).collect();
///         let sum = |row: &[f32]| row.iter().map(|e| e.powi(4)).sum();
///         let values = errors.chunks(width).map(sum).collect();
///         let gradient = errors.iter().map(|e| 4.0 * e.powi(3)).collect();
///         Ok(Evaluated::new(
///             Tensor::new(&shape[..shape.len() - 1], values)?,
///             Tensor::new(shape, gradient)?,
///         ))
///     }
///     fn clone_loss(&self) -> Box<dyn Loss> {
///         Box::new(self.clone())
///     }
/// }
///
/// let (y, p) = (Tensor::from(array![[1.], [0.]]), Tensor::from(array![[3.], [1.]]));
/// assert_eq!(Quartic.call(&y, &p, None)?.data(), [8.5]); // (16 + 1) / 2
///
/// let mut model = Sequential::new().seed(1);
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile("sgd", Quartic, &[])?;
/// let before = model.train_on_batch(&y, &y)?[0].1;
/// assert!(model.train_on_batch(&y, &y)?[0].1 < before);
/// # Ok::<(), elman::Error>(())
/// ```
pub trait Loss: Send + Sync + 'static {
    /// Keras's class name: `MeanSquaredError`.
    fn class_name(&self) -> &'static str;

    /// The arguments under Keras's keys, without `name` and `reduction`.
    fn config(&self) -> Value;

    /// The values and their gradients with respect to `y_pred`.
    ///
    /// Most losses have one value for each row of `y_pred` (all axes but the last). A mask on the
    /// values ([`Tensor::with_mask`]) leaves some of them out of the reduction.
    ///
    /// # Errors
    /// [`Error::Mismatch`](crate::Error::Mismatch) if `y_true` doesn't fit `y_pred`,
    /// [`Error::Value`](crate::Error::Value) for a label out of range.
    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated>;

    /// Checks targets against the shape of the output that they are for, before a training begins:
    /// values that `evaluate` would refuse only when their batch comes.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) for a label out of range.
    fn check_targets(&self, y_true: &Tensor, output: &Shape) -> Result<()> {
        let _any = (y_true, output);
        Ok(())
    }

    /// The values alone, which costs less.
    ///
    /// # Errors
    /// As [`Loss::evaluate`].
    fn values(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        Ok(self.evaluate(y_true, y_pred)?.values)
    }

    /// Keras's argument `name`.
    fn name(&self) -> String {
        crate::names::snake_case(self.class_name())
    }

    /// How the values become one number: Keras's argument `reduction`.
    fn reduction(&self) -> Reduction {
        Reduction::default()
    }

    /// Checks the arguments; called when a model is compiled or read.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) that names the argument.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// A clone behind the trait.
    fn clone_loss(&self) -> Box<dyn Loss>;

    /// The loss as Keras computes it when it is called: weighed by `sample_weight`
    /// and by the mask of `y_pred`, and reduced. The result has the shape `()`, unless the
    /// reduction is [`Reduction::None`].
    ///
    /// Weights have the shape `(batch,)`, or one more axis for each axis that they tell apart:
    /// `(batch, time)`.
    ///
    /// # Errors
    /// As [`Loss::evaluate`]; weights or a mask that don't fit the values.
    ///
    /// ```
    /// use elman::prelude::*;
    /// use elman::training::losses::{Huber, Loss, Reduction};
    /// let (y, p) = (Tensor::from(array![[0.], [0.]]), Tensor::from(array![[1.], [3.]]));
    /// let weights = Tensor::from(array![1., 2.]);
    /// let loss = Huber { delta: 2.0 };
    /// assert_eq!(loss.call(&y, &p, Some(&weights))?.data(), [4.25]); // (1 * 0.5 + 2 * 4) / 2
    /// let sum = loss.with_reduction(Reduction::Sum);
    /// assert_eq!(sum.call(&y, &p, Some(&weights))?.data(), [8.5]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    fn call(
        &self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<Tensor> {
        self.check()?;
        let values = self.values(y_true, y_pred)?;
        reduction::reduced(&values, sample_weight, y_pred.mask(), self.reduction())
    }

    /// The same loss with another reduction.
    fn with_reduction(self, reduction: Reduction) -> Reduced
    where
        Self: Sized,
    {
        Reduced { reduction, ..Reduced::new(Box::new(self)) }
    }

    /// The same loss under another name.
    fn with_name(self, name: &str) -> Reduced
    where
        Self: Sized,
    {
        Reduced { name: name.into(), ..Reduced::new(Box::new(self)) }
    }
}

impl Clone for Box<dyn Loss> {
    fn clone(&self) -> Self {
        self.clone_loss()
    }
}

/// Something that names a loss: one of Keras's strings, or a loss itself.
pub trait IntoLoss {
    /// The loss.
    ///
    /// # Errors
    /// [`Error::Unknown`](crate::Error::Unknown) for a name that is none of Keras's, and an
    /// argument that the loss can't have.
    fn into_loss(self) -> Result<Box<dyn Loss>>;
}

impl<L: Loss> IntoLoss for L {
    fn into_loss(self) -> Result<Box<dyn Loss>> {
        self.check()?;
        Ok(Box::new(self))
    }
}

impl IntoLoss for Box<dyn Loss> {
    fn into_loss(self) -> Result<Box<dyn Loss>> {
        self.check()?;
        Ok(self)
    }
}

impl IntoLoss for &str {
    fn into_loss(self) -> Result<Box<dyn Loss>> {
        super::get(self)
    }
}

/// The methods that follow from a loss's `compute(y_true, y_pred, wants_gradient)` and its serde
/// form.
macro_rules! loss_methods {
    ($class_name:literal) => {
        fn class_name(&self) -> &'static str {
            $class_name
        }

        fn config(&self) -> serde_json::Value {
            $crate::training::losses::config::config_of(self)
        }

        fn evaluate(
            &self,
            y_true: &$crate::Tensor,
            y_pred: &$crate::Tensor,
        ) -> $crate::Result<$crate::training::losses::Evaluated> {
            self.compute(y_true, y_pred, true)
        }

        fn values(
            &self,
            y_true: &$crate::Tensor,
            y_pred: &$crate::Tensor,
        ) -> $crate::Result<$crate::Tensor> {
            Ok(self.compute(y_true, y_pred, false)?.values)
        }

        fn clone_loss(&self) -> Box<dyn $crate::training::losses::Loss> {
            Box::new(self.clone())
        }
    };
}
pub(super) use loss_methods;
