//! Steps without states, as functions.

use super::call::{Step, StepCall};
use super::description::{Described, Description, UNDESCRIBED};
use crate::{Float, Parameters, Result};

/// A function of the first input, on all rows at once: `f(x, y)`.
pub(super) struct Map<F>(pub F, pub Option<Description>);

impl<F: Fn(&[Float], &mut [Float]) + Send + Sync + 'static> Step for Map<F> {
    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        (self.0)(call.inputs.get(0), call.outputs.get(0));
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        self.1.clone().ok_or_else(|| UNDESCRIBED.into())
    }
}

impl super::StreamBuilder<'_> {
    /// Adds a layer whose output follows from the first input's rows: `f(x, y)` on all rows at
    /// once. See [`StreamBuilder::push_layer`](super::StreamBuilder::push_layer).
    ///
    /// # Errors
    /// As there.
    pub fn push_map(
        &mut self,
        layer: &dyn crate::layers::Layer,
        inputs: &[super::Flow],
        f: impl Fn(&[Float], &mut [Float]) + Send + Sync + 'static,
    ) -> Result<Vec<super::Flow>> {
        self.push_layer(layer, Map(f, None), inputs)
    }

    /// As [`StreamBuilder::push_map`](super::StreamBuilder::push_map), with what it computes in
    /// other words.
    pub(crate) fn push_described(
        &mut self,
        layer: &dyn crate::layers::Layer,
        inputs: &[super::Flow],
        description: Description,
        f: impl Fn(&[Float], &mut [Float]) + Send + Sync + 'static,
    ) -> Result<Vec<super::Flow>> {
        self.push_layer(layer, Map(f, Some(description)), inputs)
    }
}
