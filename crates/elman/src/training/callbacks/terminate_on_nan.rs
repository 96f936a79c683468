//! Ending quietly when the loss is lost.

use super::Callback;

/// Ends the training when the loss becomes NaN or infinite, with what was learnt so far. Without
/// it, `fit` fails with [`Error::LossNotFinite`](crate::Error::LossNotFinite). In either case the
/// model keeps the weights it had before that batch (Keras's are NaN by then).
///
/// Keras: `keras.callbacks.TerminateOnNaN`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::callbacks::TerminateOnNan;
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).input_shape([1]))?;
/// model.compile(Sgd::new(1e30), "mse", &[])?; // far too fast
/// let (x, y) = (array![[1.], [2.]], array![[9.], [8.]]);
/// let fit = Fit::new().epochs(9).verbose(Verbose::Silent).callback(TerminateOnNan);
/// let history = model.fit(&x, &y, fit)?;
/// assert!(history.epochs().len() < 9 && history.stopped().is_some());
/// assert!(model.weights().iter().all(|w| w.data().iter().all(|v| v.is_finite())));
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "TerminateOnNaN")]
#[derive(Clone, Copy, Debug, Default)]
pub struct TerminateOnNan;

impl Callback for TerminateOnNan {
    fn ends_at_nan(&self) -> bool {
        true
    }
}
