//! Both directions in ONNX graphs.

use super::{Bidirectional, MergeMode};
use crate::layers::{Layer, Recurrent};
use crate::onnx::{
    Edge, EdgeOutputs, EdgeSequence, Exporter, final_states, initial_states, run_operator,
};
use crate::{Result, Shape};

impl Bidirectional {
    /// As one operator with two directions, if ONNX has one, else as one for each.
    pub(super) fn export(&self, inputs: &[Edge], e: &mut Exporter) -> Result<Vec<Edge>> {
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape.clone()).collect();
        let shapes = self.output_shapes(&shapes)?;
        let both = match self.as_one(inputs, e)? {
            Some(both) => both,
            None => self.as_two(inputs, e)?,
        };
        let [forward, backward] = both;
        let (y, reverse) = (&forward.output, &backward.output);
        let merged = match self.merge_mode {
            MergeMode::Concat => vec![e.concat(&[y, reverse], -1)],
            MergeMode::Sum => vec![e.binary("Add", y, reverse)],
            MergeMode::Ave => {
                let sum = e.binary("Add", y, reverse);
                vec![e.times(&sum, 0.5)]
            }
            MergeMode::Mul => vec![e.binary("Mul", y, reverse)],
            MergeMode::None => vec![y.clone(), reverse.clone()],
        };
        let count = merged.len();
        let names = merged.into_iter().chain(forward.states).chain(backward.states).zip(shapes);
        let mut edges: Vec<Edge> = names.map(|(name, shape)| Edge::new(name, shape)).collect();
        if self.returns_sequences() {
            edges[..count].iter_mut().for_each(|edge| edge.mask = inputs[0].mask.clone());
        }
        Ok(edges)
    }

    fn as_one(&self, inputs: &[Edge], e: &mut Exporter) -> Result<Option<[EdgeOutputs; 2]>> {
        let (forward, backward) = self.recurrent()?;
        let options = forward.options();
        let cells = (forward.onnx_operator(e), backward.onnx_operator(e));
        let ((Some(first), Some(second)), false) = (cells, options.go_backwards) else {
            return Ok(None);
        };
        if !first.goes_with(&second) {
            return Ok(None);
        }
        let step_shape = inputs[0].shape.dims()[2..].iter().map(|dim| dim.unwrap_or_default());
        let (of_forward, of_backward) = self.split_inputs(inputs)?;
        let mut initial = Vec::new();
        for (layer, inputs) in [(forward, &of_forward), (backward, &of_backward)] {
            let name = layer.base().name().to_owned();
            initial.extend(e.within(&name, |e| initial_states(layer, inputs, e))?);
        }
        let sequence = EdgeSequence {
            x: inputs[0].name.clone(),
            step_shape: step_shape.collect(),
            initial_states: initial,
            go_backwards: false,
            return_sequences: options.return_sequences,
            mask: inputs[0].step_mask(self)?.map(str::to_owned),
            zero_output_for_mask: options.zero_output_for_mask,
        };
        let outputs = run_operator(&[&first, &second], &sequence, e);
        let Some(Ok(both)) = outputs.map(<[EdgeOutputs; 2]>::try_from) else { return Ok(None) };
        let layers: [(&dyn Recurrent, _); 2] = [(forward, &of_forward), (backward, &of_backward)];
        for ((layer, inputs), outputs) in layers.into_iter().zip(&both) {
            let name = layer.base().name().to_owned();
            e.within(&name, |e| final_states(layer, inputs, &outputs.states, e))?;
        }
        Ok(Some(both))
    }

    fn as_two(&self, inputs: &[Edge], e: &mut Exporter) -> Result<[EdgeOutputs; 2]> {
        let (forward, backward) = self.split_inputs(inputs)?;
        let mut one = |layer: &dyn Layer, inputs: &[Edge]| -> Result<EdgeOutputs> {
            let name = layer.base().name().to_owned();
            let outputs = e.within(&name, |e| layer.onnx(inputs, e))?;
            let mut names = outputs.into_iter().map(|edge| edge.name);
            let output = names.next().unwrap_or_default();
            Ok(EdgeOutputs { output, states: names.collect() })
        };
        let forward = one(&*self.forward_layer, &forward)?;
        let mut backward = one(&*self.backward_layer, &backward)?;
        if self.returns_sequences() {
            backward.output = e.reverse(&backward.output, 1);
        }
        Ok([forward, backward])
    }
}
