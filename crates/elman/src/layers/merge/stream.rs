//! Merging layers step by step.

use std::marker::PhantomData;

use super::elementwise::MergeFunction;
use super::inputs::aligned;
use crate::layers::Layer;
use crate::streaming::{Answer, Argument::*, Described, Description, Flow, Step, StepCall, refuse};
use crate::{Float, Parameters, Result, ops};

/// Refuses flows of which some are sequences and some not, or of different lengths: what is
/// repeated over all steps is known at the last one only.
pub(super) fn check_time(layer: &dyn Layer, inputs: &[Flow]) -> Result<()> {
    let kind = |flow: &Flow| (flow.is_sequence(), flow.shape().ndim());
    let differ = |flow: &Flow| kind(flow) != kind(&inputs[0]);
    if inputs.iter().any(|flow| flow.is_sequence() && differ(flow)) {
        return Err(refuse(layer, "it joins sequences with something else"));
    }
    let times = || inputs.iter().filter(|x| x.is_sequence()).map(|x| x.shape().dims()[1]);
    // A sequence of one step is repeated to the length of the others.
    if times().any(|time| time == Some(1)) && times().any(|time| time != Some(1)) {
        return Err(refuse(layer, "it repeats one step over others"));
    }
    Ok(())
}

/// A step of a [`Merge`](super::Merge).
pub(super) struct MergeStep<F> {
    /// For each input, where each element of the output finds its own; none where they pair up.
    places: Vec<Option<Vec<usize>>>,
    size: usize,
    makes_mask: bool,
    /// Whether the mask of an input changes the output.
    looks_at_masks: bool,
    function: PhantomData<fn() -> F>,
}

impl<F: MergeFunction> MergeStep<F> {
    /// Over inputs whose shapes have been checked.
    pub fn new(layer: &dyn Layer, inputs: &[Flow], makes_mask: bool) -> Result<MergeStep<F>> {
        // With a batch of one in front, as the alignment of axes needs.
        let shapes: Vec<Vec<usize>> =
            inputs.iter().map(|flow| [&[1], &flow.step_shape()[..]].concat()).collect();
        let aligned = aligned(&shapes.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let together = aligned.iter().try_fold(vec![1], |a, b| ops::broadcast_shape(&a, b));
        let misfit = || refuse(layer, "the shapes of its inputs don't fit each other");
        let together = together.ok_or_else(misfit)?;
        let place = |shape: &Vec<usize>| {
            if *shape == together {
                return Some(None);
            }
            let numbers: Vec<usize> = (0..shape.iter().product()).collect();
            ops::broadcast_values(&numbers, shape, &together).map(Some)
        };
        let places: Option<Vec<_>> = aligned.iter().map(place).collect();
        let looks_at_masks = F::LOOKS_AT_MASKS && inputs.iter().any(Flow::is_masked);
        let (places, size) = (places.ok_or_else(misfit)?, together.iter().product());
        Ok(MergeStep { places, size, makes_mask, looks_at_masks, function: PhantomData })
    }
}

impl<F: MergeFunction> Step for MergeStep<F> {
    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        let inputs = call.inputs;
        let rows = call.rows.len();
        let size = call.outputs.get(0).len() / rows.max(1);
        for (row, y) in call.outputs.get(0).chunks_exact_mut(size.max(1)).enumerate() {
            for (j, y) in y.iter_mut().enumerate() {
                let of_input = |(i, places): (usize, &Option<Vec<usize>>)| {
                    let x = inputs.get(i);
                    let at = places.as_ref().map_or(j, |places| places[j]);
                    let mask = if F::LOOKS_AT_MASKS { inputs.mask(i) } else { None };
                    let used = mask.map(|mask| mask[row]);
                    (x[row * (x.len() / rows) + at], used)
                };
                *y = F::element(self.places.iter().enumerate().map(of_input));
            }
        }
        if self.makes_mask {
            any_mask(call);
        }
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        if self.looks_at_masks {
            return Err("where some of its inputs are masked, it takes the others alone".into());
        }
        let mut all = Description::default();
        for (i, places) in self.places.iter().enumerate() {
            let function = if i == 0 { "copy" } else { F::FUNCTION };
            all = match places {
                None => all.call(function, [Input(i), Output(0), Count(self.size)]),
                Some(places) => {
                    let places = [Places(places.clone())];
                    let spread = [Input(i)].into_iter().chain(places).chain([Scratch]);
                    all.call("spread", spread.chain([Count(self.size)]))
                        .with_scratch(self.size)
                        .call(function, [Scratch, Output(0), Count(self.size)])
                }
            };
        }
        if F::DIVIDES {
            let count = Number(self.places.len() as Float);
            all = all.call("divide", [Output(0), count, Count(self.size)]);
        }
        Ok(if self.makes_mask { any_used(all, self.places.len()) } else { all })
    }
}

/// Adds the mask of what counts in any of so many inputs.
fn any_used(all: Description, inputs: usize) -> Description {
    let first = all.call("either", [Used(0), Used(0)]).returning(Answer::Mask);
    (1..inputs)
        .fold(first, |all, i| all.call("either", [OutputUsed, Used(i)]).returning(Answer::Mask))
}

/// Makes a mask of the rows that count in any input: all do in one without a mask.
pub(super) fn any_mask(call: &mut StepCall<'_>) {
    let inputs = call.inputs;
    for (row, used) in call.outputs.mask().iter_mut().enumerate() {
        *used = (0..inputs.len()).any(|i| inputs.mask(i).is_none_or(|mask| mask[row]));
    }
}

/// A step of [`Concatenate`](super::Concatenate): for each input, the numbers that come from it
/// in turn.
pub(super) struct ConcatenateStep {
    pub parts: Vec<usize>,
    /// How many times in a step.
    pub rows: usize,
    pub makes_mask: bool,
}

impl Step for ConcatenateStep {
    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        let width: usize = self.parts.iter().sum();
        let mut start = 0;
        for (i, part) in self.parts.iter().enumerate() {
            let from = call.inputs.get(i).chunks_exact((*part).max(1));
            let to = call.outputs.get(0).chunks_exact_mut(width.max(1));
            let copy = |(to, from): (&mut [Float], &[Float])| {
                to[start..start + part].copy_from_slice(from);
            };
            to.zip(from).for_each(copy);
            start += part;
        }
        if self.makes_mask {
            any_mask(call);
        }
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        let width: usize = self.parts.iter().sum();
        let (mut all, mut start) = (Description::default(), 0);
        for (i, part) in self.parts.iter().enumerate() {
            let sizes = [self.rows, *part, width, start].map(Count);
            all = all.call("place", [Input(i), Output(0)].into_iter().chain(sizes));
            start += part;
        }
        Ok(if self.makes_mask { any_used(all, self.parts.len()) } else { all })
    }
}
