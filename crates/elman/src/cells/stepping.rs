//! A sequence as a loop over steps: what any cell can do, and what the fused kernels must equal.

use std::borrow::Cow;

use super::{Cell, DropoutMasks, InputGradients, Sequence, SequenceGradients, SequenceOutput};
use crate::{Context, Result, Tensor, ops};

/// What the loop backward must know of the loop forward; what single steps saved lies below it on
/// the tape.
struct Looped {
    sequence: Sequence,
    /// The shape of the output of a step, with the batch.
    output: Vec<usize>,
    /// The shapes of the states, with the batch.
    states: Vec<Vec<usize>>,
}

/// The rows of the batch that a step computes.
enum Rows {
    All,
    /// These; a mask leaves the others out.
    Some(Vec<usize>),
}

impl Rows {
    /// The rows of the `i`-th step that is processed.
    fn of(sequence: &Sequence, i: usize) -> Rows {
        let rows: Vec<usize> =
            (0..sequence.batch()).filter(|row| sequence.is_used(*row, i)).collect();
        if rows.len() == sequence.batch() { Rows::All } else { Rows::Some(rows) }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Rows::Some(rows) if rows.is_empty())
    }

    /// Those rows of an array.
    fn take(&self, x: &Tensor) -> Tensor {
        match self {
            Rows::All => x.clone(),
            Rows::Some(rows) => x.select(rows),
        }
    }

    /// The dropout masks of those rows.
    fn masks<'a>(&self, masks: &'a DropoutMasks) -> Cow<'a, DropoutMasks> {
        match self {
            Rows::Some(rows) if !masks.is_empty() => Cow::Owned(masks.select(rows)),
            _ => Cow::Borrowed(masks),
        }
    }

    /// Writes `part` over those rows of `whole`.
    fn put(&self, whole: &mut Tensor, part: Tensor) {
        let Rows::Some(rows) = self else { return *whole = part };
        let width = whole.len() / whole.shape()[0].max(1);
        let data = whole.data_mut();
        for (row, values) in rows.iter().zip(part.data().chunks(width.max(1))) {
            data[row * width..(row + 1) * width].copy_from_slice(values);
        }
    }
}

/// A whole sequence as a loop over [`Cell::step`]: what [`Cell::sequence`] does by default.
///
/// # Errors
/// As [`Cell::step`].
pub fn sequence_by_steps<C: Cell + ?Sized>(
    cell: &C,
    sequence: &Sequence,
    cx: &mut Context,
) -> Result<SequenceOutput> {
    let (batch, time) = (sequence.batch(), sequence.time());
    let with = |axis: usize, shape: &[usize]| [&[axis], shape].concat();
    let output_shape = cell.output_shape(sequence.step_shape())?;
    let state_shapes = cell.state_shapes(sequence.step_shape())?;
    let state_shapes: Vec<_> = state_shapes.iter().map(|shape| with(batch, shape)).collect();
    let mut states = sequence.initial_states.clone();
    if states.is_empty() {
        states = state_shapes.iter().map(|shape| Tensor::zeros(shape.clone())).collect();
    }
    let mut outputs =
        sequence.return_sequences.then(|| Tensor::zeros(with(batch, &with(time, &output_shape))));
    let output_shape = with(batch, &output_shape);
    let zeros = Tensor::zeros(output_shape.clone());
    // The output that a masked step repeats: zeros before the first step that counts.
    let mut held = zeros.clone();
    let mut output = zeros.clone();
    for i in 0..time {
        let rows = Rows::of(sequence, i);
        if sequence.zero_output_for_mask {
            output = zeros.clone();
        }
        if !rows.is_empty() {
            let x = rows.take(&ops::time_step(&sequence.x, sequence.time_of(i)));
            let before: Vec<Tensor> = states.iter().map(|state| rows.take(state)).collect();
            let (new, after) = cell.step(&x, &before, &rows.masks(&sequence.dropout), cx)?;
            for (state, after) in states.iter_mut().zip(after) {
                rows.put(state, after);
            }
            rows.put(&mut output, new.clone());
            rows.put(&mut held, new);
        }
        if !sequence.zero_output_for_mask {
            output = held.clone();
        }
        if let Some(outputs) = &mut outputs {
            ops::set_time_step(outputs, i, &output);
        }
    }
    cx.save(Looped { sequence: sequence.clone(), output: output_shape, states: state_shapes });
    Ok(SequenceOutput { output: outputs.unwrap_or(output), states })
}

/// Whether the sequence that comes back next went step by step.
pub(super) fn is_next(cx: &Context) -> bool {
    cx.is_next::<Looped>()
}

/// The gradients of [`sequence_by_steps`].
///
/// # Errors
/// As [`Cell::step_backward`].
pub fn sequence_by_steps_backward<C: Cell + ?Sized>(
    cell: &C,
    gradients: &SequenceGradients,
    cx: &mut Context,
) -> Result<InputGradients> {
    let Looped { sequence, output, states } = cx.restore(cell.class_name())?;
    let time = sequence.time();
    let given = gradients.states.iter().zip(states);
    let mut states: Vec<Tensor> =
        given.map(|(given, shape)| given.clone().unwrap_or_else(|| Tensor::zeros(shape))).collect();
    let mut x = cx.wants_input_gradients().then(|| Tensor::zeros(sequence.x.shape()));
    let zeros = Tensor::zeros(output);
    // The gradient of the output that later, masked steps repeated.
    let mut held = zeros.clone();
    for i in (0..time).rev() {
        let rows = Rows::of(&sequence, i);
        let output = match &gradients.output {
            Some(output) if sequence.return_sequences => Some(ops::time_step(output, i)),
            Some(output) if i == time - 1 => Some(output.clone()),
            _ => None,
        };
        match output {
            Some(output) if sequence.zero_output_for_mask => {
                rows.put(&mut held, rows.take(&output));
            }
            Some(output) => held.add_assign(&output),
            None => {}
        }
        if rows.is_empty() {
            continue;
        }
        let after: Vec<Tensor> = states.iter().map(|state| rows.take(state)).collect();
        let (dx, before) = cell.step_backward(&rows.take(&held), &after, cx)?;
        for (state, before) in states.iter_mut().zip(before) {
            rows.put(state, before);
        }
        rows.put(&mut held, rows.take(&zeros));
        if let Some(x) = &mut x {
            let mut step = Tensor::zeros([&[sequence.batch()], sequence.step_shape()].concat());
            rows.put(&mut step, dx);
            ops::set_time_step(x, sequence.time_of(i), &step);
        }
    }
    let initial_states = if sequence.initial_states.is_empty() { Vec::new() } else { states };
    Ok(InputGradients { x, initial_states })
}
