//! Graphs in streams.

use super::graph::Graph;
use crate::streaming::{
    Answer, Argument::*, Described, Description, Flow, Step, StepCall, StreamBuilder, refuse,
};
use crate::{Parameters, Result};

impl Graph {
    /// Adds the steps of all calls: from the flows of the graph's inputs to those of its outputs.
    pub(crate) fn stream(
        &self,
        inputs: Vec<Flow>,
        builder: &mut StreamBuilder,
    ) -> Result<Vec<Flow>> {
        let mut flows: Vec<Option<Flow>> = inputs.into_iter().map(Some).collect();
        flows.resize(self.values.len(), None);
        let flow = |flows: &[Option<Flow>], v: &usize| {
            flows[*v].clone().expect("calls stand in an order in which their inputs are computed")
        };
        for call in &self.calls {
            let layer = &*self.layers[call.layer];
            let mut inputs: Vec<Flow> = call.tensors().iter().map(|v| flow(&flows, v)).collect();
            let masks = &call.inputs[call.tensors().len()..];
            for (input, v) in call.masks.iter().zip(masks) {
                let mask = flow(&flows, v);
                if !mask.is_sequence() || mask.step_size() != 1 || !inputs[*input].is_sequence() {
                    return Err(refuse(layer, "its mask is of more than whole steps"));
                }
                let shape = mask.shape().clone();
                let mask = builder.push_masking(MaskStep, &[mask], (shape, true))?;
                inputs[*input] = inputs[*input].clone().masked_as(&mask);
            }
            if call.ignores_mask && inputs.iter().any(Flow::is_masked) {
                return Err(refuse(layer, "it has a mask that its file says it ignores"));
            }
            let stream = |builder: &mut StreamBuilder| layer.stream(&inputs, builder);
            let outputs = builder.within(layer.base().name(), stream)?;
            // A layer of the user's own may have it wrong.
            if outputs.len() != call.outputs.len() {
                return Err(refuse(layer, "a step of it has another number of outputs"));
            }
            for (v, output) in call.outputs.clone().zip(outputs) {
                flows[v] = Some(output);
            }
        }
        Ok(self.outputs.iter().map(|v| flow(&flows, v)).collect())
    }
}

/// A mask from a value that says which steps count.
struct MaskStep;

impl Step for MaskStep {
    fn step(&self, call: &mut StepCall<'_>) -> Result<()> {
        let x = call.inputs.get(0);
        call.outputs.get(0).copy_from_slice(x);
        call.outputs.mask().iter_mut().zip(x).for_each(|(used, v)| *used = *v != 0.0);
        Ok(())
    }

    fn describe(&self, _: &Parameters) -> Described {
        let copy = Description::default().call("copy", [Input(0), Output(0), Count(1)]);
        Ok(copy.call("differs", [Input(0), Number(0.0), Count(1)]).returning(Answer::Mask))
    }
}
