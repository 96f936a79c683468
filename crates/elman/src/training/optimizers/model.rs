//! The learning rate of a model.

use crate::models::Model;
use crate::training::schedules::LearningRate;
use crate::{Error, Result};

impl Model {
    /// The learning rate of the next step.
    ///
    /// # Errors
    /// [`Error::NotCompiled`].
    pub fn learning_rate(&self) -> Result<f64> {
        let compiled = self.compiled()?;
        Ok(compiled.optimizer.base().learning_rate.at(compiled.state.iterations()))
    }

    /// Changes the learning rate, to a number or a schedule; the optimizer's state stays.
    ///
    /// # Errors
    /// [`Error::NotCompiled`], a rate that is negative or not finite, and, as in Keras, a number
    /// in the place of a schedule.
    ///
    /// ```
    /// use elman::prelude::*;
    /// use elman::training::schedules::CosineDecay;
    /// let mut model = Sequential::new();
    /// model.add(Dense::new(1).input_shape([3]))?;
    /// model.compile("adam", "mse", &[])?;
    /// model.set_learning_rate(0.01)?;
    /// model.set_learning_rate(CosineDecay::new(0.01, 1000))?;
    /// let error = model.set_learning_rate(0.1).unwrap_err();
    /// assert!(error.to_string().contains("CosineDecay"));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn set_learning_rate(&mut self, learning_rate: impl Into<LearningRate>) -> Result<()> {
        let optimizer = &mut self.compiled_mut()?.optimizer;
        let place = format!("optimizer {}", optimizer.class_name());
        let new = learning_rate.into();
        new.check(&place)?;
        let old = &mut optimizer.base_mut().learning_rate;
        if let (Some(schedule), Some(rate)) = (old.schedule(), new.constant()) {
            let class = schedule.class_name();
            return Err(Error::InvalidArgument {
                place,
                argument: "learning_rate",
                expected: format!("left to the schedule {class}, or compiled anew with a number"),
                got: rate.to_string(),
            });
        }
        *old = new;
        Ok(())
    }
}
