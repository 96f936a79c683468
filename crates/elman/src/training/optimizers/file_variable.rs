//! What an optimizer's state is read from.

use crate::{Float, Result, Tensor};

/// A variable of a file, wherever its values are.
pub(crate) trait FileVariable {
    fn shape(&self) -> &[usize];

    /// Fills `to`, as far as there are values.
    ///
    /// # Errors
    /// What prevents reading them.
    fn read(&self, to: &mut [Float]) -> Result<()>;

    /// Fills many, each as [`FileVariable::read`] would.
    ///
    /// # Errors
    /// As [`FileVariable::read`].
    fn read_all(to: Vec<(&Self, &mut [Float])>) -> Result<()>
    where
        Self: Sized,
    {
        to.into_iter().try_for_each(|(variable, to)| variable.read(to))
    }

    /// The first value, if there is one.
    ///
    /// # Errors
    /// As [`FileVariable::read`].
    fn first(&self) -> Result<Option<f64>> {
        let mut value = [0.0];
        let is_empty = self.shape().contains(&0);
        self.read(&mut value)?;
        Ok((!is_empty).then(|| value[0].into()))
    }
}

impl FileVariable for Tensor {
    fn shape(&self) -> &[usize] {
        Tensor::shape(self)
    }

    fn read(&self, to: &mut [Float]) -> Result<()> {
        to.iter_mut().zip(self.data()).for_each(|(to, value)| *to = *value);
        Ok(())
    }
}
