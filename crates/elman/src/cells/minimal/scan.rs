//! The scan over time of the minimal cells: `h' = kept * h + written`, number by number.

use super::super::{Sequence, SequenceGradients};
use crate::{Float, Tensor};

/// What a scan leaves.
pub(super) struct Scanned {
    /// All outputs, or the last.
    pub output: Tensor,
    /// The state behind the last step.
    pub state: Tensor,
    /// For each step, in the order of time, the state before it.
    pub before: Tensor,
}

/// Runs over `kept` and `written`, each with one row of `units` numbers for each step of each
/// sequence, in the order of time.
pub(super) fn forward(
    sequence: &Sequence,
    units: usize,
    kept: &Tensor,
    written: &Tensor,
) -> Scanned {
    let (batch, time) = (sequence.batch(), sequence.time());
    let mut state = match sequence.initial_states.first() {
        Some(state) => state.clone(),
        None => Tensor::zeros([batch, units]),
    };
    let mut before = Tensor::zeros(kept.shape());
    let mut output = match sequence.return_sequences {
        true => Tensor::zeros([batch, time, units]),
        false => Tensor::zeros([batch, units]),
    };
    let (all_before, outputs) = (before.data_mut(), output.data_mut());
    for (b, h) in state.data_mut().chunks_exact_mut(units).enumerate() {
        // Zeros until the first step that counts, whatever the initial state.
        let mut last = vec![0.0; units];
        for i in 0..time {
            let row = (b * time + sequence.time_of(i)) * units..;
            let is_used = sequence.is_used(b, i);
            if is_used {
                all_before[row.clone()][..units].copy_from_slice(h);
                let (kept, written) = (&kept.data()[row.clone()], &written.data()[row]);
                for (h, (k, w)) in h.iter_mut().zip(kept.iter().zip(written)) {
                    *h = k * *h + w;
                }
                last.copy_from_slice(h);
            } else if sequence.zero_output_for_mask {
                last.fill(0.0);
            }
            if sequence.return_sequences {
                outputs[(b * time + i) * units..][..units].copy_from_slice(&last);
            }
        }
        if !sequence.return_sequences {
            outputs[b * units..][..units].copy_from_slice(&last);
        }
    }
    Scanned { output, state, before }
}

/// The gradients of the state behind each step, in the order of time and zero where a step doesn't
/// count, and of the initial state.
pub(super) fn backward(
    sequence: &Sequence,
    units: usize,
    kept: &Tensor,
    gradients: &SequenceGradients,
) -> (Tensor, Tensor) {
    let (batch, time) = (sequence.batch(), sequence.time());
    let mut behind = Tensor::zeros(kept.shape());
    let mut state = match gradients.states.first() {
        Some(Some(state)) => state.clone(),
        _ => Tensor::zeros([batch, units]),
    };
    let of_behind = behind.data_mut();
    for (b, carry) in state.data_mut().chunks_exact_mut(units).enumerate() {
        // What later steps that don't count said of the output that they repeat.
        let mut held: Vec<Float> = vec![0.0; units];
        for i in (0..time).rev() {
            let of_output = match &gradients.output {
                Some(dy) if sequence.return_sequences => {
                    Some(&dy.data()[(b * time + i) * units..][..units])
                }
                Some(dy) if i == time - 1 => Some(&dy.data()[b * units..][..units]),
                _ => None,
            };
            let is_used = sequence.is_used(b, i);
            if let Some(of_output) = of_output.filter(|_| is_used || !sequence.zero_output_for_mask)
            {
                held.iter_mut().zip(of_output).for_each(|(held, d)| *held += d);
            }
            if !is_used {
                continue;
            }
            let row = (b * time + sequence.time_of(i)) * units..;
            let rows = of_behind[row.clone()][..units].iter_mut().zip(&kept.data()[row]);
            for ((dh, kept), (carry, held)) in rows.zip(carry.iter_mut().zip(&mut held)) {
                *dh = *carry + std::mem::take(held);
                *carry = *dh * kept;
            }
        }
    }
    (behind, state)
}
