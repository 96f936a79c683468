//! What training adds to the loss for weights, and what it keeps them to.

use super::{Entry, Parameters};
use crate::regularizers::Regularizer;
use crate::{Float, Result};

impl Parameters {
    /// The weights that training changes and that have a penalty.
    fn penalized(&self) -> impl Iterator<Item = (&Entry, &Regularizer)> {
        let trainable = self.entries.iter().filter(|entry| entry.trainable);
        trainable.filter_map(|entry| Some((entry, entry.regularizer.as_ref()?)))
    }

    /// The sum of the penalties on all trainable weights.
    ///
    /// # Errors
    /// As [`Regularizer::value`].
    pub fn penalty(&self) -> Result<f64> {
        self.penalized().map(|(entry, penalty)| penalty.value(&self.tensor(entry))).sum()
    }

    /// Adds the gradients of [`Parameters::penalty`] to `gradients`, which are laid out like the
    /// values.
    ///
    /// # Errors
    /// As [`Regularizer::gradient`].
    pub fn add_penalty_gradients(&self, gradients: &mut [Float]) -> Result<()> {
        for (entry, penalty) in self.penalized() {
            let gradient = penalty.gradient(&self.tensor(entry))?;
            let sums = gradients[entry.range.clone()].iter_mut();
            sums.zip(gradient.data()).for_each(|(sum, g)| *sum += g);
        }
        Ok(())
    }

    /// Keeps all trainable weights to their constraints.
    ///
    /// # Errors
    /// As [`Constraint::project`](crate::constraints::Constraint::project).
    pub fn constrain(&mut self) -> Result<()> {
        for i in 0..self.entries.len() {
            let entry = &self.entries[i];
            let Some(constraint) = entry.constraint.as_ref().filter(|_| entry.trainable) else {
                continue;
            };
            let (projected, range) =
                (constraint.project(&self.tensor(entry))?, entry.range.clone());
            self.values_mut()[range].copy_from_slice(projected.data());
        }
        Ok(())
    }
}
