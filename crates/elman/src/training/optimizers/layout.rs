//! Where the slots of each weight lie.

use std::ops::Range;

use super::optimizer::{Optimizer, SlotOrder};
use super::weight::WeightInfo;
use crate::parameters::{Entry, Parameters};

/// Where a slot of a weight lies in the slot's buffer, and its shape there.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub slot: usize,
    pub range: Range<usize>,
    pub shape: Vec<usize>,
}

/// The places of one slot for all weights, trainable or not, in the order of the table of weights;
/// `None` for a weight without that slot.
///
/// For an optimizer that works on many weights at once they lie like the weights themselves.
fn of_slot(optimizer: &dyn Optimizer, parameters: &Parameters, slot: usize) -> Vec<Option<Place>> {
    let mut end = 0;
    let place = |entry: &Entry| {
        if !optimizer.is_per_weight() {
            return Some(Place { slot, range: entry.range.clone(), shape: entry.shape.clone() });
        }
        let shape = optimizer.slot_shape(slot, &WeightInfo::new(parameters, entry))?;
        let start = end;
        end += shape.iter().product::<usize>();
        Some(Place { slot, range: start..end, shape })
    };
    parameters.entries().iter().map(place).collect()
}

/// The places of all slots: one list for each slot.
pub(super) fn of_all(
    optimizer: &dyn Optimizer,
    parameters: &Parameters,
) -> Vec<Vec<Option<Place>>> {
    (0..optimizer.slots().len()).map(|slot| of_slot(optimizer, parameters, slot)).collect()
}

/// The places of the slots of trainable weights, in the order in which Keras saves them.
pub(super) fn in_keras_order(optimizer: &dyn Optimizer, parameters: &Parameters) -> Vec<Place> {
    let slots = of_all(optimizer, parameters);
    let interleaved = match optimizer.slot_order() {
        SlotOrder::BySlot => 0,
        SlotOrder::ByWeight { interleaved } => interleaved.min(slots.len()),
    };
    let trainable = |i: &usize| parameters.entries()[*i].trainable;
    let weights: Vec<usize> = (0..parameters.entries().len()).filter(trainable).collect();
    let mut places = Vec::new();
    for i in &weights {
        places.extend(slots[..interleaved].iter().filter_map(|slot| slot[*i].clone()));
    }
    for slot in &slots[interleaved..] {
        places.extend(weights.iter().filter_map(|i| slot[*i].clone()));
    }
    places
}

/// The trainable parts of the flat buffer, neighbours joined.
pub(super) fn trainable_ranges(parameters: &Parameters) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for entry in parameters.entries().iter().filter(|entry| entry.trainable) {
        match ranges.last_mut() {
            Some(last) if last.end == entry.range.start => last.end = entry.range.end,
            _ => ranges.push(entry.range.clone()),
        }
    }
    ranges
}
