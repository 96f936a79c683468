//! Recurrent layers that read nothing but each other run at once, a thread each, where a batch is too
//! small to be split. Outputs are those of the layers one by one, bit by bit.

use super::graph::Graph;
use crate::cells::Fused;
use crate::{Context, Shape, Tensor};

/// Calls that were made at once.
pub(super) struct Run {
    /// The first call after them.
    pub end: usize,
    /// The value that the last of them put out.
    pub output: usize,
    pub value: Tensor,
}

impl Graph {
    /// Makes the calls from `start` on that can be made at once, if that is faster.
    pub(super) fn wavefront(
        &self,
        start: usize,
        values: &[Option<Tensor>],
        cx: &Context,
    ) -> Option<Run> {
        if !cx.is_inference() {
            return None;
        }
        let cells = self.stack_at(start);
        if cells.len() < 2 {
            return None;
        }
        let call = &self.calls[start];
        let x = values[call.inputs[0]].as_ref()?;
        // What the layer would refuse it is left to refuse.
        let fits = self.layers[call.layer].output_shapes(&[Shape::from(x.shape())]).is_ok();
        if x.is_text() || x.mask().is_some() || !fits {
            return None;
        }
        let end = start + cells.len();
        let last = &self.calls[end - 1];
        let all = self.returns_sequences(end - 1);
        let value = Fused::stack(&cells, x, all, cx)?;
        Some(Run { end, output: last.outputs.start, value })
    }

    /// The cells of calls that follow each other: each reads all steps of the one before, which
    /// nobody else reads, and has no other input.
    fn stack_at(&self, start: usize) -> Vec<Fused> {
        let mut cells = Vec::new();
        for (i, call) in self.calls.iter().enumerate().skip(start) {
            let follows = i == start || {
                let before = self.calls[i - 1].outputs.start;
                call.inputs == [before]
                    && self.last_uses[before] == Some(i)
                    && self.returns_sequences(i - 1)
            };
            // A call that is one of training wherever it is made drops out.
            let plain = call.training.is_none() && !call.ignores_mask;
            let alone = call.inputs.len() == 1 && call.masks.is_empty() && plain;
            let cell = self.layers[call.layer].as_recurrent().and_then(|layer| layer.stacked());
            match cell {
                Some(cell) if follows && alone => cells.push(cell),
                _ => break,
            }
        }
        cells
    }

    fn returns_sequences(&self, call: usize) -> bool {
        let layer = self.layers[self.calls[call].layer].as_recurrent();
        layer.is_some_and(|layer| layer.options().return_sequences)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{Bidirectional, Dense, Gru, Layer, LayerOptions, Lstm, SimpleRnn};

    fn graph(layers: Vec<Box<dyn Layer>>) -> Graph {
        let mut graph = Graph::new(vec![Shape::from([None, Some(30), Some(4)])]);
        layers.into_iter().for_each(|layer| graph.append(layer).unwrap());
        graph
    }

    fn lengths(layers: Vec<Box<dyn Layer>>) -> Vec<usize> {
        let graph = graph(layers);
        (0..graph.calls.len()).map(|call| graph.stack_at(call).len()).collect()
    }

    #[test]
    fn calls_of_training_are_made_one_by_one() {
        let lstm = || Box::new(Lstm::new(3).return_sequences(true).dropout(0.5));
        let mut graph = graph(vec![lstm(), lstm(), lstm()]);
        assert_eq!(graph.stack_at(0).len(), 3);
        graph.calls[1].training = Some(true);
        assert_eq!([0, 1, 2].map(|call| graph.stack_at(call).len()), [1, 0, 1]);
    }

    #[test]
    fn layers_that_read_each_other_are_found() {
        let lstm = || Lstm::new(3).return_sequences(true);
        let gru = Gru::new(5).return_sequences(true);
        let found = lengths(vec![
            Box::new(lstm()),
            Box::new(gru),
            Box::new(SimpleRnn::new(2)),
            Box::new(Dense::new(1)),
        ]);
        assert_eq!(found, [3, 2, 1, 0]);
        let config =
            serde_json::json!({ "units": 3, "return_sequences": true, "time_major": true });
        let time_major = crate::layers::layer_from_config("LSTM", config.as_object().unwrap());
        let found = lengths(vec![Box::new(lstm()), time_major.unwrap(), Box::new(lstm())]);
        assert_eq!(found, [1, 0, 1]);
        let found = lengths(vec![
            Box::new(lstm()),
            Box::new(lstm().go_backwards(true)),
            Box::new(lstm()),
            Box::new(lstm().activity_regularizer(crate::regularizers::Regularizer::l2(0.1))),
            Box::new(Bidirectional::new(lstm())),
        ]);
        assert_eq!(found, [1, 0, 1, 0, 0]);
    }
}
