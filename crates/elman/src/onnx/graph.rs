//! Graphs of layers as graphs of operators.

use elman_files::onnx::ElementKind;

use super::{Edge, EdgeMask, EdgeOutputs, EdgeSequence, Exporter, recurrent, refuse, scan};
use crate::cells::Cell;
use crate::layers::Layer;
use crate::models::graph::Graph;
use crate::{Error, Mask, Result, Tensor};

impl Graph {
    /// Adds the operators of all calls; the edges of the outputs.
    pub(crate) fn onnx(&self, inputs: Vec<Edge>, exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let mut edges: Vec<Option<Edge>> = inputs.into_iter().map(Some).collect();
        edges.resize(self.values.len(), None);
        let edge = |edges: &[Option<Edge>], v: &usize| {
            edges[*v].clone().expect("calls stand in an order in which their inputs are computed")
        };
        for call in &self.calls {
            let layer = &*self.layers[call.layer];
            let mut inputs: Vec<Edge> = call.tensors().iter().map(|v| edge(&edges, v)).collect();
            let masks = &call.inputs[call.tensors().len()..];
            for (input, v) in call.masks.iter().zip(masks) {
                let mask = edge(&edges, v);
                let name = exporter.cast(&mask.name, ElementKind::Bool);
                inputs[*input].mask = Some(EdgeMask { name, ndim: mask.ndim() });
            }
            let mut kept = None;
            if call.ignores_mask {
                kept = inputs[0].mask.clone();
                inputs.iter_mut().for_each(|input| input.mask = None);
            }
            if (0..inputs.len()).any(|input| layer.takes_text(input)) {
                return Err(refuse(layer, "it takes text; the model behind it can be exported"));
            }
            let name = layer.base().name().to_owned();
            let mut outputs = exporter.within(&name, |exporter| layer.onnx(&inputs, exporter))?;
            // A layer of the user's own may have it wrong.
            if outputs.len() != call.outputs.len() {
                return Err(refuse(layer, "what it says it is has another number of outputs"));
            }
            if let Some(mask) = kept {
                for (output, passes) in outputs.iter_mut().zip(passes_mask(layer)?) {
                    output.mask = passes.then(|| mask.clone());
                }
            }
            for (v, output) in call.outputs.clone().zip(outputs) {
                edges[v] = Some(output);
            }
        }
        Ok(self.outputs.iter().map(|v| edge(&edges, v)).collect())
    }
}

/// Whether a mask of the first input holds for each output of the layer.
fn passes_mask(layer: &dyn Layer) -> Result<Vec<bool>> {
    let one_step = Tensor::zeros([1, 1, 1]).with_mask(Mask::from_parts([1, 1], vec![true]))?;
    Ok(layer.output_masks(&[one_step]).iter().map(Option::is_some).collect())
}

/// A cell over a sequence: as an operator, if it is one, else as a loop over steps.
pub(crate) fn sequence<C: Cell + ?Sized>(
    cell: &C,
    sequence: &EdgeSequence,
    exporter: &mut Exporter,
) -> Result<EdgeOutputs> {
    let operator = cell.onnx_operator(exporter);
    let result = operator.and_then(|cell| recurrent::run(&[&cell], sequence, exporter)?.pop());
    match result {
        Some(outputs) => Ok(outputs),
        None => scan::run(cell, sequence, exporter),
    }
}

/// The error of a cell that has neither an operator nor steps in ONNX.
pub(crate) fn refuse_cell<C: Cell + ?Sized>(cell: &C) -> Error {
    let reason = "ONNX has no operator for it, and it doesn't say what a step of it is there";
    Error::Onnx { layer: cell.class_name().into(), reason: reason.into() }
}
