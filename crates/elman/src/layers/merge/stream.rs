//! Merging layers step by step.

use std::marker::PhantomData;

use super::elementwise::MergeFunction;
use super::inputs::{MaskRule, aligned};
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
    /// How the masks become one, if the output has one.
    rule: Option<MaskRule>,
    /// Whether masks change the output.
    looks_at_masks: bool,
    /// Whether they do, and there are some.
    is_masked: bool,
    function: PhantomData<fn() -> F>,
}

impl<F: MergeFunction> MergeStep<F> {
    /// Over inputs whose shapes have been checked.
    pub fn new(
        layer: &dyn Layer,
        inputs: &[Flow],
        rule: Option<MaskRule>,
        looks_at_masks: bool,
    ) -> Result<MergeStep<F>> {
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
        let is_masked = looks_at_masks && inputs.iter().any(Flow::is_masked);
        let (places, size) = (places.ok_or_else(misfit)?, together.iter().product());
        Ok(MergeStep { places, size, rule, looks_at_masks, is_masked, function: PhantomData })
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
                    let mask = if self.looks_at_masks { inputs.mask(i) } else { None };
                    let used = mask.map(|mask| mask[row]);
                    (x[row * (x.len() / rows) + at], used)
                };
                *y = F::element(self.places.iter().enumerate().map(of_input));
            }
        }
        if let Some(rule) = self.rule {
            merge_masks(call, rule);
        }
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        if self.is_masked {
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
        merged_used(all, self.rule, self.places.len())
    }
}

/// Adds the mask of what counts in any of so many inputs, if that is the rule.
fn merged_used(all: Description, rule: Option<MaskRule>, inputs: usize) -> Described {
    match rule {
        None => Ok(all),
        Some(MaskRule::All) => Err("it merges masks as Keras 2 did".into()),
        Some(MaskRule::Any) => {
            let first = all.call("either", [Used(0), Used(0)]).returning(Answer::Mask);
            let either = |all: Description, i| {
                all.call("either", [OutputUsed, Used(i)]).returning(Answer::Mask)
            };
            Ok((1..inputs).fold(first, either))
        }
    }
}

/// Makes a mask of the rows that count by the rule: all do in an input without a mask.
fn merge_masks(call: &mut StepCall<'_>, rule: MaskRule) {
    let inputs = call.inputs;
    for (row, used) in call.outputs.mask().iter_mut().enumerate() {
        let of_inputs = (0..inputs.len()).map(|i| inputs.mask(i).is_none_or(|mask| mask[row]));
        *used = rule.of(of_inputs);
    }
}

/// A step of [`Concatenate`](super::Concatenate): for each input, the numbers that come from it
/// in turn.
pub(super) struct ConcatenateStep {
    pub parts: Vec<usize>,
    /// How many times in a step.
    pub rows: usize,
    /// How the masks become one, if the output has one.
    pub rule: Option<MaskRule>,
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
        if let Some(rule) = self.rule {
            merge_masks(call, rule);
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
        merged_used(all, self.rule, self.parts.len())
    }
}
