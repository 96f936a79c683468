//! A sequence as segments of its steps, for truncated and checkpointed backpropagation through
//! time.
//!
//! Forward, a segment starts from the states that the one before ended with, so the outputs are
//! those of the whole sequence, bit by bit. Backward, the gradients of the states flow from segment
//! to segment, or are cut.

use std::ops::Range;

use super::{Cell, InputGradients, Sequence, SequenceGradients, SequenceOutput};
use crate::training::Segment;
use crate::{Context, Result, Tensor, ops};

/// What the segments backward must know of the segments forward; what they saved themselves lies
/// below it on the tape.
struct Segmented {
    sequence: Sequence,
    segments: Vec<Segment>,
    /// The states that each segment starts from.
    states: Vec<Vec<Tensor>>,
    /// Whether the segments saved nothing, but for the last, and are computed again.
    recompute: bool,
}

/// A segment as a sequence of its own.
struct Part {
    sequence: Sequence,
    /// For each row, how many steps come before the first that counts, all of which repeat the
    /// output of the segment before; empty where no output is repeated.
    leading: Vec<usize>,
}

/// A whole sequence, in segments if the context asks for them.
pub(crate) fn sequence<C: Cell>(
    cell: &C,
    sequence: &Sequence,
    cx: &mut Context,
) -> Result<SequenceOutput> {
    let bptt = cx.bptt();
    let segments = if cx.is_saving() { bptt.segments(sequence.time()) } else { Vec::new() };
    if segments.is_empty() {
        return cell.sequence(sequence, cx);
    }
    let recompute = bptt.recomputes();
    let mut states = sequence.initial_states.clone();
    let (mut starts, mut outputs) = (Vec::new(), Vec::new());
    let mut last: Option<Tensor> = None;
    for segment in &segments {
        let part = Part::of(sequence, segment, states.clone());
        let mut result = match recompute && segment.end < sequence.time() {
            true => cx.without_saving(|cx| cell.sequence(&part.sequence, cx))?,
            false => cell.sequence(&part.sequence, cx)?,
        };
        if let Some(last) = &last {
            part.repeat(last, &mut result.output);
        }
        last = Some(match sequence.return_sequences {
            true => ops::time_step(&result.output, part.sequence.time() - 1),
            false => result.output.clone(),
        });
        outputs.push(result.output);
        starts.push(std::mem::replace(&mut states, result.states));
    }
    cx.save(Segmented { sequence: sequence.clone(), segments, states: starts, recompute });
    let output = match sequence.return_sequences {
        true => ops::join_time(&outputs),
        false => outputs.swap_remove(outputs.len() - 1),
    };
    Ok(SequenceOutput { output, states })
}

/// The gradients of [`sequence`].
pub(crate) fn sequence_backward<C: Cell>(
    cell: &C,
    gradients: &SequenceGradients,
    cx: &mut Context,
) -> Result<InputGradients> {
    if !cx.is_next::<Segmented>() {
        return cell.sequence_backward(gradients, cx);
    }
    let Segmented { sequence, segments, states: starts, recompute } =
        cx.restore(cell.class_name())?;
    let all = gradients.output.as_ref().filter(|_| sequence.return_sequences);
    // Of the last output of a segment: what the layer's output is, or what later steps repeat.
    let mut last = gradients.output.clone().filter(|_| !sequence.return_sequences);
    let mut states = gradients.states.clone();
    let mut x = cx.wants_input_gradients().then(|| Tensor::zeros(sequence.x.shape()));
    let mut initial_states = Vec::new();
    // The rows that had a step since the gradients of their states were last cut.
    let mut used = vec![false; sequence.batch()];
    for (segment, start) in segments.iter().zip(starts).rev() {
        let part = Part::of(&sequence, segment, start);
        let mut output = all.map(|all| ops::time_steps(all, segment.start..segment.end));
        if sequence.return_sequences {
            if let Some(last) = last.take() {
                let output = output.get_or_insert_with(|| {
                    let shape = [&last.shape()[..1], &[part.sequence.time()], &last.shape()[1..]];
                    Tensor::zeros(shape.concat())
                });
                ops::add_to_time_step(output, part.sequence.time() - 1, &last);
            }
        } else {
            output = last.take();
        }
        if let Some(output) = &mut output {
            last = part.take_repeated(output);
        }
        if recompute && segment.end < sequence.time() {
            cell.sequence(&part.sequence, cx)?;
        }
        let result = cell.sequence_backward(&SequenceGradients { output, states }, cx)?;
        if let (Some(x), Some(of_part)) = (&mut x, &result.x) {
            ops::set_time_steps(x, time_of(&sequence, segment).start, of_part);
        }
        for (row, used) in used.iter_mut().enumerate() {
            *used |= (0..part.sequence.time()).any(|i| part.sequence.is_used(row, i));
        }
        initial_states = result.initial_states;
        if segment.cut {
            initial_states.iter_mut().for_each(|state| clear_rows(state, &used));
            used.fill(false);
        }
        states = initial_states.iter().cloned().map(Some).collect();
    }
    Ok(InputGradients { x, initial_states })
}

impl Part {
    fn of(whole: &Sequence, segment: &Segment, initial_states: Vec<Tensor>) -> Part {
        let time = time_of(whole, segment);
        let sequence = Sequence {
            x: ops::time_steps(&whole.x, time.clone()),
            initial_states,
            mask: whole.mask.as_ref().map(|mask| mask.steps(time)),
            ..whole.clone()
        };
        let repeats =
            segment.start > 0 && sequence.mask.is_some() && !sequence.zero_output_for_mask;
        let steps = sequence.time();
        let leading = |row| (0..steps).take_while(|i| !sequence.is_used(row, *i)).count();
        let leading = match repeats {
            true => (0..sequence.batch()).map(leading).collect(),
            false => Vec::new(),
        };
        Part { sequence, leading }
    }

    /// Puts the last output of the segment before where it is repeated.
    fn repeat(&self, last: &Tensor, output: &mut Tensor) {
        let width = last.len() / last.shape()[0].max(1);
        for (row, steps) in self.repeated(output.len(), width) {
            let last = &last.data()[row * width..(row + 1) * width];
            output.data_mut()[steps].chunks_exact_mut(width).for_each(|y| y.copy_from_slice(last));
        }
    }

    /// Takes the gradients of repeated outputs out, as those of the last output of the segment
    /// before.
    fn take_repeated(&self, output: &mut Tensor) -> Option<Tensor> {
        if self.leading.iter().all(|leading| *leading == 0) {
            return None;
        }
        let mut shape = output.shape().to_vec();
        if self.sequence.return_sequences {
            shape.remove(1);
        }
        let mut last = Tensor::zeros(shape);
        let width = last.len() / last.shape()[0].max(1);
        for (row, steps) in self.repeated(output.len(), width) {
            let sum = &mut last.data_mut()[row * width..(row + 1) * width];
            for gradient in output.data_mut()[steps].chunks_exact_mut(width) {
                sum.iter_mut().zip(&mut *gradient).for_each(|(sum, g)| *sum += *g);
                gradient.fill(0.0);
            }
        }
        Some(last)
    }

    /// The rows that repeat the output before, and where in the output of the segment they do.
    fn repeated(&self, len: usize, width: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
        let time = self.sequence.time();
        // The steps that the output has: all, or the last alone.
        let shown = if self.sequence.return_sequences { time } else { 1 };
        debug_assert_eq!(len, self.sequence.batch() * shown * width);
        self.leading.iter().enumerate().filter_map(move |(row, leading)| {
            let steps = leading.saturating_sub(time - shown);
            let start = row * shown * width;
            (steps > 0 && width > 0).then(|| (row, start..start + steps * width))
        })
    }
}

/// The indices in time of the steps of a segment.
fn time_of(sequence: &Sequence, segment: &Segment) -> Range<usize> {
    let Segment { start, end, .. } = *segment;
    match sequence.go_backwards {
        true => sequence.time() - end..sequence.time() - start,
        false => start..end,
    }
}

fn clear_rows(x: &mut Tensor, rows: &[bool]) {
    let width = x.len() / rows.len().max(1);
    for (values, _) in x.data_mut().chunks_mut(width.max(1)).zip(rows).filter(|(_, row)| **row) {
        values.fill(0.0);
    }
}
