//! Whole sequences through the fused kernels.

use std::sync::Arc;

use elman_kernels::{self as kernels, Packed, Weights};

use super::{InputGradients, Sequence, SequenceGradients, SequenceOutput};
use crate::parameters::Parameter;
use crate::{Context, Error, Float, Parameters, Result, Tensor, WeightFormat};

/// A cell as the fused kernels know it: its equations and the handles of its weights.
#[derive(Clone, Copy, Debug)]
pub struct Fused {
    pub(super) cell: kernels::Cell,
    pub(super) units: usize,
    pub(super) kernel: Parameter,
    pub(super) recurrent_kernel: Parameter,
    pub(super) bias: Parameter,
}

/// What `backward` needs of one call.
struct Saved {
    sequence: Sequence,
    tape: kernels::Tape,
}

impl Fused {
    pub(super) fn sequence(&self, sequence: &Sequence, cx: &mut Context) -> Result<SequenceOutput> {
        let (batch, time) = (sequence.batch(), sequence.time());
        let packed = self.packed(sequence, cx);
        let format = cx.parameters().weight_format();
        if cx.is_saving() && format != WeightFormat::Float32 {
            return Err(Error::InvalidArgument {
                place: "training a recurrent layer".into(),
                argument: "weight_format",
                expected: "Float32, since rounded weights can't be trained: call \
                           `model.set_weight_format(WeightFormat::Float32)` first"
                    .into(),
                got: format!("{format:?}"),
            });
        }
        let mut output = match sequence.return_sequences {
            true => Tensor::zeros([batch, time, self.units]),
            false => Tensor::zeros([batch, self.units]),
        };
        let mut states = vec![Tensor::zeros([batch, self.units]); self.cell.states()];
        {
            let mut states: Vec<&mut [Float]> = states.iter_mut().map(Tensor::data_mut).collect();
            let (all, last) = match sequence.return_sequences {
                true => (Some(output.data_mut()), None),
                false => (None, Some(output.data_mut())),
            };
            let outputs =
                kernels::Outputs { sequence: all, last_output: last, states: &mut states };
            let initial: Vec<&[Float]> = sequence.initial_states.iter().map(Tensor::data).collect();
            let dropout = Dropout::of(sequence);
            let input = input(sequence, &initial, &dropout);
            if cx.is_saving() {
                let tape = kernels::forward_saving(&packed, &input, outputs);
                cx.save(Saved { sequence: sequence.clone(), tape });
            } else {
                kernels::forward(&packed, &input, outputs);
            }
        }
        Ok(SequenceOutput { output, states })
    }

    pub(super) fn sequence_backward(
        &self,
        gradients: &SequenceGradients,
        cx: &mut Context,
    ) -> Result<InputGradients> {
        let Saved { sequence, tape } = cx.restore("fused recurrent kernel")?;
        let packed = self.packed(&sequence, cx);
        let output = gradients.output.as_ref().map(Tensor::data);
        let (all, last) = if sequence.return_sequences { (output, None) } else { (None, output) };
        let states: Vec<_> =
            gradients.states.iter().map(|s| s.as_ref().map(Tensor::data)).collect();
        let upstream =
            kernels::OutputGradients { sequence: all, last_output: last, states: &states };

        let mut x = cx.wants_input_gradients().then(|| Tensor::zeros(sequence.x.shape()));
        let mut initial_states: Vec<Tensor> =
            sequence.initial_states.iter().map(|s| Tensor::zeros(s.shape())).collect();
        let initial: Vec<&[Float]> = sequence.initial_states.iter().map(Tensor::data).collect();
        let [kernel, recurrent_kernel, bias] =
            cx.gradients([self.kernel, self.recurrent_kernel, self.bias]);
        let mut initial_gradients: Vec<Option<&mut [Float]>> =
            initial_states.iter_mut().map(|s| Some(s.data_mut())).collect();
        kernels::backward(
            &packed,
            &input(&sequence, &initial, &Dropout::of(&sequence)),
            tape,
            &upstream,
            kernels::Gradients {
                x: x.as_mut().map(Tensor::data_mut),
                initial_states: &mut initial_gradients,
                kernel,
                recurrent_kernel,
                bias: self.bias.exists().then_some(bias),
            },
        );
        Ok(InputGradients { x, initial_states })
    }

    /// The layers of these cells, one upon the other, from states of zero and without a mask, in one
    /// go: the last one's output of every step, or of the last. None where that is no faster, or
    /// not possible: the caller then runs them one by one.
    pub(crate) fn stack(cells: &[Fused], x: &Tensor, all: bool, cx: &Context) -> Option<Tensor> {
        let [batch, time, features] = *x.shape() else { return None };
        let widths = std::iter::once(features).chain(cells.iter().map(|cell| cell.units));
        let packed: Vec<Arc<Packed>> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| cell.packed_for(width, cx.parameters()))
            .collect();
        let layers: Vec<&Packed> = packed.iter().map(|packed| &**packed).collect();
        if !kernels::stack_pays(&layers, batch, time) {
            return None;
        }
        let units = cells.last()?.units;
        let mut output = match all {
            true => Tensor::zeros([batch, time, units]),
            false => Tensor::zeros([batch, units]),
        };
        let data = Some(output.data_mut());
        let (sequence, last_output) = if all { (data, None) } else { (None, data) };
        let mut outputs = kernels::Outputs { sequence, last_output, states: &mut [] };
        kernels::forward_stack(&layers, x.data(), [batch, time], &mut outputs);
        Some(output)
    }

    fn packed(&self, sequence: &Sequence, cx: &Context) -> Arc<Packed> {
        self.packed_for(sequence.x.width(), cx.parameters())
    }

    /// The packed weights: made once, used until a weight changes.
    pub(super) fn packed_for(&self, features: usize, parameters: &Parameters) -> Arc<Packed> {
        parameters.derived(self.kernel, || {
            let weights = Weights {
                kernel: parameters.get(self.kernel),
                recurrent_kernel: parameters.get(self.recurrent_kernel),
                bias: self.bias.exists().then(|| parameters.get(self.bias)),
            };
            let format = parameters.weight_format();
            Packed::with_format(self.cell, features, self.units, &weights, format)
        })
    }
}

/// The masks of dropout as the kernels take them: one array of all masks over the input, and one of
/// those over the state.
struct Dropout {
    input: Option<Vec<Float>>,
    recurrent: Option<Vec<Float>>,
}

impl Dropout {
    fn of(sequence: &Sequence) -> Dropout {
        let joined = |masks: &[Tensor]| -> Option<Vec<Float>> {
            let data = || masks.iter().flat_map(Tensor::data).copied().collect();
            (!masks.is_empty()).then(data)
        };
        Dropout {
            input: joined(&sequence.dropout.input),
            recurrent: joined(&sequence.dropout.recurrent),
        }
    }
}

fn input<'a>(
    sequence: &'a Sequence,
    initial_states: &'a [&'a [Float]],
    dropout: &'a Dropout,
) -> kernels::Sequence<'a> {
    kernels::Sequence {
        x: sequence.x.data(),
        batch: sequence.batch(),
        time: sequence.time(),
        go_backwards: sequence.go_backwards,
        initial_states,
        mask: sequence.mask.as_ref().map(crate::Mask::data),
        zero_output_for_mask: sequence.zero_output_for_mask,
        input_dropout: dropout.input.as_deref(),
        recurrent_dropout: dropout.recurrent.as_deref(),
    }
}
