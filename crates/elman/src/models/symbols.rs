//! The tensors of a model that is there, to make other models of.

use super::Model;
use super::symbolic::{How, Shared, Symbolic};
use crate::layers::{Input, Layer};
use crate::{Result, Shape};

/// The tensors of a model, without values: where it starts and ends, and what its layers are called
/// on. See [`Model::symbols`].
pub struct ModelSymbols {
    /// What it starts from.
    pub inputs: Vec<Symbolic>,
    /// What it ends in.
    pub outputs: Vec<Symbolic>,
    /// The calls of its layers, in an order in which they can be made.
    pub calls: Vec<SymbolicCall>,
}

/// One call of a layer of a model.
pub struct SymbolicCall {
    /// The layer's position in [`Model::layers`].
    pub layer: usize,
    /// The layer, which may be applied to other tensors, too.
    pub shared: Shared,
    /// What it is called on, masks last.
    pub inputs: Vec<Symbolic>,
    /// What it gives.
    pub outputs: Vec<Symbolic>,
}

impl Model {
    /// The model's tensors: a [`Functional`](super::Functional) of some of them computes a part of
    /// the model, or the model and more. It has weights of its own; [`LayerRef::weights`](super::LayerRef::weights) are those
    /// to give it.
    ///
    /// # Errors
    /// [`Error::NotBuilt`](crate::Error::NotBuilt).
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(3).input_shape([5, 2]))?.add(Dense::new(1))?;
    /// let symbols = model.symbols()?;
    /// let encoder = Functional::new(symbols.inputs, symbols.calls[0].outputs.clone()).build()?;
    /// assert_eq!(encoder.output_shape().unwrap().to_string(), "(None, 3)");
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn symbols(&self) -> Result<ModelSymbols> {
        let graph = self.built()?.graph();
        let input = |(i, shape): (usize, &Shape)| {
            let declared = match graph.input_layers.get(i) {
                Some(layer) => Some(graph.layers[*layer].base().clone()),
                None => self.input_layer().map(|input| input.base().clone()),
            };
            let mut input = Input::with_batch_shape(shape.clone());
            if let Some(base) = declared {
                *input.base_mut() = base;
            }
            input.symbolic()
        };
        let inputs: Vec<Symbolic> = graph.input_shapes().iter().enumerate().map(input).collect();
        let shared: Vec<Shared> = graph.layers.iter().cloned().map(Shared::new).collect();
        let mut values = inputs.clone();
        let mut calls = Vec::new();
        for call in &graph.calls {
            let given: Vec<Symbolic> = call.inputs.iter().map(|v| values[*v].clone()).collect();
            let shared = shared[call.layer].clone();
            let how = How {
                masks: call.masks.clone(),
                ignores_mask: call.ignores_mask,
                training: call.training,
            };
            let outputs = shared.call(given.clone(), how)?;
            values.extend(outputs.iter().cloned());
            calls.push(SymbolicCall { layer: call.layer, shared, inputs: given, outputs });
        }
        let outputs = graph.outputs.iter().map(|v| values[*v].clone()).collect();
        Ok(ModelSymbols { inputs, outputs, calls })
    }
}
