//! Weights and their moving averages, which may take each other's place.

use super::layout::trainable_ranges;
use super::state::OptimizerState;
use crate::models::Model;
use crate::parameters::Parameters;
use crate::{Error, Result};

impl OptimizerState {
    /// Swaps weights and averages. Whether there are averages to swap.
    fn swap(&mut self, parameters: &mut Parameters) -> bool {
        if self.average.is_empty() || self.average.len() != parameters.values().len() {
            return false;
        }
        for range in trainable_ranges(parameters) {
            let weights = &mut parameters.values_mut()[range.clone()];
            weights.swap_with_slice(&mut self.average[range]);
        }
        self.swapped = !self.swapped;
        true
    }

    /// Puts the moving averages in the place of the weights, if there are any: the end of `fit`.
    fn finalize(&mut self, parameters: &mut Parameters) {
        if !self.swapped {
            return self.overwrite(parameters);
        }
        // They are there already; what lies in their place are weights that no one needs now.
        for range in trainable_ranges(parameters) {
            self.average[range.clone()].copy_from_slice(&parameters.values()[range]);
        }
        self.swapped = false;
    }
}

impl Model {
    /// Puts the moving averages of an optimizer with `use_ema` in the place of the weights, which
    /// `fit` does when it ends. Without averages, nothing changes.
    ///
    /// # Errors
    /// [`Error::NotCompiled`] or [`Error::NotBuilt`].
    pub fn finalize_variable_values(&mut self) -> Result<()> {
        self.with_state(|state, parameters| state.finalize(parameters))
    }

    /// Calls `f` with the model whose weights are the moving averages that an optimizer with
    /// `use_ema` keeps of them; they are swapped in memory, not copied. Afterwards the weights are
    /// as before.
    ///
    /// Keras does so in `evaluate` and `predict` with the callback `SwapEMAWeights`.
    ///
    /// # Errors
    /// [`Error::NotCompiled`] or [`Error::NotBuilt`], and an optimizer that has no averages: it
    /// keeps none, or has taken no step yet.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new().seed(1);
    /// model.add(Dense::new(1).input_shape([1]))?;
    /// model.compile(Sgd::new(0.1).use_ema(true).ema_momentum(0.9), "mse", &[])?;
    /// let (x, y) = (array![[1.], [2.]], array![[3.], [6.]]);
    /// for _ in 0..5 {
    ///     model.train_on_batch(&x, &y)?;
    /// }
    /// let averaged = model.with_ema_weights(|model| model.evaluate(&x, &y))??;
    /// assert!(averaged[0].1 > model.evaluate(&x, &y)?[0].1); // averages lag behind
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn with_ema_weights<T>(&mut self, f: impl FnOnce(&Model) -> T) -> Result<T> {
        self.put_averages(true)?;
        let result = f(self);
        self.put_averages(false)?;
        Ok(result)
    }

    /// Swaps weights and averages, unless the averages are in place or not as wanted already.
    pub(crate) fn put_averages(&mut self, in_place: bool) -> Result<()> {
        if self.compiled()?.state.swapped == in_place {
            return Ok(());
        }
        match self.with_state(|state, parameters| state.swap(parameters))? {
            true => Ok(()),
            false => Err(Error::InvalidArgument {
                place: format!("model {}", self.name()),
                argument: "use_ema",
                expected: "true in an optimizer that has taken a step, so that there are averages"
                    .into(),
                got: "no averages".into(),
            }),
        }
    }

    /// Works on the optimizer's state and the weights together.
    fn with_state<T>(
        &mut self,
        f: impl FnOnce(&mut OptimizerState, &mut Parameters) -> T,
    ) -> Result<T> {
        let error = self.not_compiled();
        // Taken out, since it and the weights are both changed.
        let mut compiled = self.compiled.take();
        let done = match (&mut compiled, self.built_mut()) {
            (Some(compiled), Ok(network)) => Ok(f(&mut compiled.state, network.parameters_mut())),
            (None, _) => Err(error),
            (_, Err(error)) => Err(error),
        };
        self.compiled = compiled;
        done
    }
}
