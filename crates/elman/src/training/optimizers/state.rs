//! What an optimizer remembers between steps.

use std::ops::Range;

use super::Optimizer;
use crate::parameters::Parameters;
use crate::{Error, Float, Result, Shape, Tensor};

/// The step counter and the slots of an optimizer, each slot one flat buffer laid out like the
/// model's weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptimizerState {
    iterations: u64,
    /// One buffer per slot name; empty until the first step.
    slots: Vec<Vec<Float>>,
}

/// The order in which Keras saves the slots of several weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotOrder {
    /// The first slot of all weights, then the second of all weights, …
    BySlot,
    /// The first `interleaved` slots of the first weight, of the second weight, …; then each other
    /// slot of all weights.
    ByWeight {
        /// How many slots stand side by side.
        interleaved: usize,
    },
}

impl OptimizerState {
    /// The number of steps taken.
    pub fn iterations(&self) -> u64 {
        self.iterations
    }

    /// Whether a step was taken or a state was loaded.
    pub fn is_built(&self) -> bool {
        self.iterations > 0 || !self.slots.is_empty()
    }

    /// Makes the slots, filled with zeros.
    pub(crate) fn build(&mut self, optimizer: &dyn Optimizer, parameters: &Parameters) {
        let len = parameters.values().len();
        self.slots.resize_with(optimizer.slots().len(), Vec::new);
        for slot in &mut self.slots {
            slot.resize(len, 0.0);
        }
    }

    /// One step: changes all trainable weights by their gradients.
    pub(crate) fn step(
        &mut self,
        optimizer: &dyn Optimizer,
        parameters: &mut Parameters,
        gradients: &[Float],
    ) {
        self.build(optimizer, parameters);
        self.iterations += 1;
        let ranges = trainable_ranges(parameters);
        let values = parameters.values_mut();
        for range in ranges {
            let mut slots: Vec<&mut [Float]> =
                self.slots.iter_mut().map(|slot| &mut slot[range.clone()]).collect();
            let gradients = &gradients[range.clone()];
            optimizer.update(self.iterations, &mut values[range], gradients, &mut slots);
        }
    }

    /// The slots in Keras's order, as tensors of the weights' shapes.
    pub(crate) fn slot_tensors(
        &self,
        optimizer: &dyn Optimizer,
        parameters: &Parameters,
    ) -> Vec<Tensor> {
        let places = places(optimizer, parameters);
        let tensor = |(slot, range, shape): (usize, Range<usize>, Vec<usize>)| {
            Tensor::from_parts(shape, self.slots[slot][range].to_vec())
        };
        if self.slots.is_empty() { Vec::new() } else { places.into_iter().map(tensor).collect() }
    }

    /// The state that a file holds: the step counter and the slots in Keras's order.
    pub(crate) fn load(
        optimizer: &dyn Optimizer,
        parameters: &Parameters,
        iterations: u64,
        slots: &[Tensor],
        file: &str,
    ) -> Result<OptimizerState> {
        let mut state = OptimizerState { iterations, slots: Vec::new() };
        if slots.is_empty() {
            return Ok(state);
        }
        state.build(optimizer, parameters);
        let places = places(optimizer, parameters);
        let layer = format!("optimizer {}", optimizer.class_name());
        if places.len() != slots.len() {
            return Err(Error::WeightCount {
                file: file.into(),
                layer,
                names: optimizer.slots().join(", "),
                expected: places.len(),
                got: slots.len(),
            });
        }
        for ((slot, range, shape), tensor) in places.into_iter().zip(slots) {
            if tensor.shape() != shape {
                return Err(Error::WeightShape {
                    file: file.into(),
                    layer,
                    weight: optimizer.slots()[slot].into(),
                    expected: Shape::from(&shape[..]),
                    got: tensor.shape().into(),
                });
            }
            state.slots[slot][range].copy_from_slice(tensor.data());
        }
        Ok(state)
    }

    /// The number of values in the slots of trainable weights.
    pub(crate) fn slot_values(&self, parameters: &Parameters) -> usize {
        let trainable: usize = trainable_ranges(parameters).iter().map(Range::len).sum();
        trainable * self.slots.len()
    }
}

/// Slot, place and shape of every saved slot variable, in Keras's order.
fn places(
    optimizer: &dyn Optimizer,
    parameters: &Parameters,
) -> Vec<(usize, Range<usize>, Vec<usize>)> {
    let count = optimizer.slots().len();
    let trainable: Vec<_> = parameters.entries().iter().filter(|entry| entry.trainable).collect();
    let interleaved = match optimizer.slot_order() {
        SlotOrder::BySlot => 0,
        SlotOrder::ByWeight { interleaved } => interleaved.min(count),
    };
    let place =
        |slot: usize, e: &crate::parameters::Entry| (slot, e.range.clone(), e.shape.clone());
    let mut places = Vec::new();
    for entry in &trainable {
        places.extend((0..interleaved).map(|slot| place(slot, entry)));
    }
    for slot in interleaved..count {
        places.extend(trainable.iter().map(|entry| place(slot, entry)));
    }
    places
}

/// The trainable parts of the flat buffer, neighbours joined.
fn trainable_ranges(parameters: &Parameters) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for entry in parameters.entries().iter().filter(|entry| entry.trainable) {
        match ranges.last_mut() {
            Some(last) if last.end == entry.range.start => last.end = entry.range.end,
            _ => ranges.push(entry.range.clone()),
        }
    }
    ranges
}
