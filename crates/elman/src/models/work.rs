//! How much arithmetic a model is.

use super::Model;
use super::graph::{Call, Graph};
use crate::layers::Layer;
use crate::parameters::Parameters;
use crate::{Error, Result, Shape};

/// The arithmetic of a model's matrix products for one batch: see [`Model::work`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Multiplications and additions of a prediction.
    pub inference: u64,
    /// Those of a step of training: forward, and backward to the gradients of all weights, without
    /// those of the model's inputs.
    pub training: u64,
    /// The layers whose products are not counted, by name: attention, two- and three-dimensional
    /// convolutions, models within the model.
    pub uncounted: Vec<String>,
}

impl Model {
    /// How many multiplications and additions the matrix products of recurrent layers, `Dense` and
    /// `Conv1D` (in `TimeDistributed`, too) take for inputs of those shapes, batch included. They
    /// are nearly all that such models compute; held against
    /// [`multiply_add_rate`](crate::calibration::multiply_add_rate), they say how much of the
    /// machine a run used. Steps that a mask leaves out are counted.
    ///
    /// # Errors
    /// A model that is not built; shapes that it can't take, or with open dimensions.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(64).input_shape([None, Some(8)]))?.add(Dense::new(1))?;
    /// let work = model.work(&[[32, 100, 8].into()])?;
    /// let (lstm, dense) = (2 * 32 * 100 * 4 * 64 * (8 + 64), 2 * 32 * 64);
    /// assert_eq!(work.inference, lstm + dense);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn work(&self, inputs: &[Shape]) -> Result<Work> {
        let network = self.built()?;
        let graph = network.graph();
        if inputs.len() != graph.inputs {
            return Err(Error::InputCount {
                layer: "the model".into(),
                expected: format!("the shapes of {} inputs", graph.inputs),
                got: inputs.len(),
            });
        }
        for (index, (given, own)) in inputs.iter().zip(graph.input_shapes()).enumerate() {
            if given.dims().iter().any(Option::is_none) || given.ndim() != own.ndim() {
                return Err(Error::InputShape {
                    layer: "the model".into(),
                    index,
                    expected: format!("one for {own} without open dimensions"),
                    got: given.clone(),
                });
            }
        }
        let values = graph.shapes_for(inputs)?;
        let mut work = Work::default();
        for call in &graph.calls {
            work.add_call(graph, call, &values, network.parameters());
        }
        Ok(work)
    }
}

impl Work {
    fn add_call(&mut self, graph: &Graph, call: &Call, values: &[Shape], parameters: &Parameters) {
        let layer = &*graph.layers[call.layer];
        let input = call.tensors().first().map(|v| &values[*v]);
        let output = values.get(call.outputs.start);
        let (Some(input), Some(output)) = (input, output) else { return };
        // Nobody asks for the gradients of the model's inputs.
        let reads_inputs = call.tensors().iter().all(|v| *v < graph.inputs);
        let mut is_counted = true;
        for entry in parameters.of_layer(call.layer).filter(|entry| entry.shape.len() > 1) {
            match products(layer, &entry.name, &entry.shape, input, output) {
                Some(rows) => {
                    let forward = 2 * rows * entry.range.len() as u64;
                    let to_inputs = reads_inputs && entry.name != "recurrent_kernel";
                    self.inference += forward;
                    self.training += if to_inputs { 2 * forward } else { 3 * forward };
                }
                None => is_counted &= multiplies_nothing(layer, &entry.name),
            }
        }
        let name = layer.base().name();
        if !is_counted && !self.uncounted.iter().any(|other| other == name) {
            self.uncounted.push(name.to_owned());
        }
    }
}

/// By how many rows a weight is multiplied; none if that isn't known here.
fn products(
    layer: &dyn Layer,
    name: &str,
    weight: &[usize],
    input: &Shape,
    output: &Shape,
) -> Option<u64> {
    let size = |shape: &Shape| shape.dims().iter().map(|d| d.unwrap_or(1) as u64).product::<u64>();
    let per = |all: u64, width: usize| all.checked_div(width as u64);
    if layer.as_nested().is_some() || !name.ends_with("kernel") {
        return None;
    }
    match (layer.class_name(), weight.len()) {
        _ if layer.with_all_steps().is_some() => match weight.len() {
            // Every step of every sequence.
            2 => input.dims().iter().take(2).copied().product::<Option<usize>>().map(|n| n as u64),
            _ => None,
        },
        ("Dense" | "TimeDistributed", 2) => per(size(input), weight[0]),
        ("Conv1D", 3) => per(size(output), weight[2]),
        _ => None,
    }
}

/// Whether such a weight takes part in no product: both biases of a GRU, vectors of words, scales.
fn multiplies_nothing(layer: &dyn Layer, name: &str) -> bool {
    layer.as_nested().is_none() && !name.ends_with("kernel")
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn work(model: &Model, shape: [usize; 3]) -> super::Work {
        model.work(&[shape.into()]).unwrap()
    }

    #[test]
    fn products_are_those_of_the_equations() {
        let mut model = Sequential::new();
        model.add(Input::new([None, Some(5)])).unwrap();
        model.add(Bidirectional::new(Gru::new(7).return_sequences(true))).unwrap();
        model.add(TimeDistributed::new(Dense::new(6))).unwrap();
        model.add(Conv1d::new(4, 3).strides(2)).unwrap();
        model.add(SimpleRnn::new(3)).unwrap();
        model.add(LayerNormalization::new()).unwrap();
        model.add(Dense::new(2)).unwrap();
        let (batch, time) = (2, 9);
        let rows = batch * time;
        let gru_x = 2 * 2 * rows * 5 * 3 * 7;
        let gru_h = 2 * 2 * rows * 7 * 3 * 7;
        let after = (time - 3) / 2 + 1;
        let rest =
            2 * (rows * 14 * 6 + batch * after * (3 * 6 * 4 + 4 * 3 + 3 * 3) + batch * 3 * 2);
        let work = work(&model, [batch, time, 5]);
        assert_eq!(work.inference as usize, gru_x + gru_h + rest);
        assert_eq!(work.training as usize, 2 * gru_x + 3 * gru_h + 3 * rest);
        assert!(work.uncounted.is_empty(), "{work:?}");
    }

    #[test]
    fn a_layer_that_is_called_twice_counts_twice() {
        let x = Input::new([4, 3]).symbolic();
        let shared = Lstm::new(3).return_sequences(true).shared();
        let y = shared.apply(shared.apply(&x).unwrap()).unwrap();
        let model = Functional::new(&x, &y).build().unwrap();
        assert_eq!(work(&model, [1, 4, 3]).inference, 2 * 2 * 4 * 4 * 3 * (3 + 3));
    }

    #[test]
    fn what_is_not_counted_is_named() {
        let mut inner = Sequential::new();
        inner.add(Dense::new(4).input_shape([2, 3])).unwrap();
        let mut model = Sequential::new();
        model.add(Input::new([2, 3])).unwrap();
        model.add(Model::from(inner)).unwrap();
        model.add(Dense::new(1).name("last")).unwrap();
        let work = work(&model, [1, 2, 3]);
        assert_eq!(work.inference, 2 * 2 * 4);
        assert_eq!(work.uncounted.len(), 1, "{work:?}");
    }

    #[test]
    fn shapes_that_do_not_fit_are_errors() {
        let mut model = Sequential::new();
        model.add(Lstm::new(2).input_shape([None, Some(3)])).unwrap();
        for shapes in [vec![], vec![[None, Some(4), Some(3)].into()], vec![[1, 3].into()]] {
            assert!(model.work(&shapes).is_err(), "{shapes:?}");
        }
        assert!(Sequential::new().work(&[]).is_err());
    }
}
