//! The values of a model, as a stream sees them.

use crate::layers::Layer;
use crate::{Error, Result, Shape};

/// A value of the model in a stream, of which there is one step at a time.
///
/// Its shape is that of the whole value, with the batch. Of a sequence axis 1 is time, and a step
/// holds the axes behind it; what has no time, such as the last output of a recurrent layer, is
/// there at every step, as if the sequence ended with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub(crate) value: usize,
    shape: Shape,
    is_sequence: bool,
    pub(super) mask: Option<usize>,
}

impl Flow {
    pub(super) fn new(value: usize, shape: Shape, is_sequence: bool, mask: Option<usize>) -> Flow {
        Flow { value, shape, is_sequence, mask }
    }

    /// The shape of the whole value, with the batch and, in a sequence, time.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Whether axis 1 is time.
    pub fn is_sequence(&self) -> bool {
        self.is_sequence
    }

    /// Whether steps may be masked.
    pub fn is_masked(&self) -> bool {
        self.mask.is_some()
    }

    /// The first axis of the shape that a step has: behind the batch and, in a sequence, time.
    pub fn first_axis(&self) -> usize {
        if self.is_sequence { 2 } else { 1 }
    }

    /// The shape of one step of one sequence. All of it is known: the builder checks that.
    pub fn step_shape(&self) -> Vec<usize> {
        let dims = self.shape.dims().iter().skip(self.first_axis());
        dims.map(|dim| dim.unwrap_or_default()).collect()
    }

    /// How many numbers one step of one sequence has.
    pub fn step_size(&self) -> usize {
        self.step_shape().iter().product()
    }

    /// The same numbers under another shape whose steps are as large.
    pub fn with_shape(self, shape: Shape, is_sequence: bool) -> Flow {
        let flow = Flow { shape, is_sequence, ..self.clone() };
        debug_assert_eq!(flow.step_size(), self.step_size());
        flow
    }

    /// The same without a mask.
    pub fn without_mask(self) -> Flow {
        Flow { mask: None, ..self }
    }

    /// The same with the mask of another.
    pub fn masked_as(self, other: &Flow) -> Flow {
        Flow { mask: other.mask, ..self }
    }

    /// A step without its time: what a wrapper hands to the layer that it applies at every step.
    pub(crate) fn of_step(self) -> Flow {
        let mut dims = self.shape.dims().to_vec();
        if self.is_sequence {
            dims.remove(1);
        }
        self.with_shape(dims.into(), false).without_mask()
    }

    /// The joint length of axes that must be the last ones, behind time.
    ///
    /// # Errors
    /// They are others.
    pub(crate) fn last_axes(&self, layer: &dyn Layer, axes: &[usize]) -> Result<usize> {
        let first = self.shape.ndim() - axes.len();
        if first < self.first_axis() || !axes.iter().all(|axis| *axis >= first) {
            return Err(refuse(
                layer,
                "it works along axes that are not the last ones behind time",
            ));
        }
        Ok(axes.iter().map(|axis| self.shape.dims()[*axis].unwrap_or_default()).product())
    }

    /// The length of the last axis.
    ///
    /// # Errors
    /// That axis is time.
    pub(crate) fn features(&self, layer: &dyn Layer) -> Result<usize> {
        match self.shape.ndim() > self.first_axis() {
            true => Ok(self.shape.last().unwrap_or_default()),
            false => Err(refuse(layer, "it works along the last axis, which is time here")),
        }
    }
}

/// The error of a layer that can't take part in a stream.
pub(crate) fn refuse(layer: &dyn Layer, reason: impl Into<String>) -> Error {
    Error::Stream { layer: layer.place(), reason: reason.into() }
}
