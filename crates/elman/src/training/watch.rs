//! Watching evaluations.

use std::ops::ControlFlow;

use super::evaluate::Evaluation;
use crate::Result;

/// Told of the batches of an evaluation: see [`Model::evaluate_watched`](crate::Model::evaluate_watched).
///
/// ```
/// use std::ops::ControlFlow;
///
/// use elman::prelude::*;
/// use elman::training::{Evaluation, Watch};
///
/// /// The loss so far, after each batch.
/// struct Losses(Vec<f64>);
///
/// impl Watch for Losses {
///     fn on_batch_end(&mut self, _: usize, so_far: &Evaluation) -> elman::Result<ControlFlow<()>> {
///         self.0.push(so_far.logs()[0].1);
///         Ok(ControlFlow::Continue(()))
///     }
/// }
///
/// let mut model = Sequential::new();
/// model.add(Dense::new(1).kernel_initializer(Initializer::Zeros).input_shape([1]))?;
/// model.compile("sgd", "mse", &[])?;
/// let (x, y, mut losses) = (array![[1.], [2.]], array![[1.], [2.]], Losses(Vec::new()));
/// model.evaluate_watched(&x, &y, None, 1, &mut losses)?;
/// assert_eq!(losses.0, [1.0, 2.5]);
/// # Ok::<(), elman::Error>(())
/// ```
#[allow(unused_variables, reason = "the names tell implementers what they get")]
pub trait Watch {
    /// Before a batch, counted from 0.
    ///
    /// # Errors
    /// Whatever should end the evaluation.
    fn on_batch_begin(&mut self, batch: usize) -> Result<()> {
        Ok(())
    }

    /// After a batch, counted from 0: whether the evaluation goes on.
    ///
    /// # Errors
    /// Whatever should end the evaluation without a result.
    fn on_batch_end(&mut self, batch: usize, evaluation: &Evaluation) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}

/// Nobody watches.
impl Watch for () {}
