//! The values of a model, as an ONNX graph sees them.

use crate::layers::Layer;
use crate::{Result, Shape};

use super::refuse;

/// A value of the graph: an array of float32 with its name, and which of its steps count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Its name in the graph.
    pub name: String,
    /// Its shape, with the batch.
    pub shape: Shape,
    /// Which parts count; none if all do.
    pub mask: Option<EdgeMask>,
}

/// An array of bool over the first axes of an [`Edge`]: true for what counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeMask {
    /// Its name in the graph.
    pub name: String,
    /// How many axes it has.
    pub ndim: usize,
}

impl Edge {
    /// A value of which all counts.
    pub fn new(name: impl Into<String>, shape: Shape) -> Edge {
        Edge { name: name.into(), shape, mask: None }
    }

    /// The same value with another mask.
    pub fn with_mask(mut self, mask: Option<EdgeMask>) -> Edge {
        self.mask = mask;
        self
    }

    /// How many axes it has.
    pub fn ndim(&self) -> usize {
        self.shape.ndim()
    }

    /// The name of the mask, which must be one of steps: `(batch, time)`.
    ///
    /// # Errors
    /// [`Error::Onnx`](crate::Error::Onnx) for a mask of more axes.
    pub fn step_mask(&self, layer: &dyn Layer) -> Result<Option<&str>> {
        match &self.mask {
            Some(mask) if mask.ndim != 2 => {
                Err(refuse(layer, "its mask is not one of whole steps"))
            }
            mask => Ok(mask.as_ref().map(|mask| &*mask.name)),
        }
    }
}
