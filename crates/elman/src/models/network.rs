//! Layers called one after another: the graph that every model is.

use crate::layers::Layer;
use crate::parameters::{Builder, Parameters};
use crate::{Context, Error, Result, Shape, Tensor};

/// A graph of layer calls, in an order in which each call finds its inputs computed.
///
/// Values are numbered: first the graph's inputs, then the outputs of each call in turn.
#[derive(Clone, Default)]
pub(crate) struct Network {
    layers: Vec<Box<dyn Layer>>,
    calls: Vec<Call>,
    values: Vec<Shape>,
    inputs: usize,
    outputs: Vec<usize>,
    parameters: Parameters,
}

/// One call of a layer.
#[derive(Clone, Debug)]
struct Call {
    layer: usize,
    inputs: Vec<usize>,
    outputs: std::ops::Range<usize>,
}

impl Network {
    /// A network that gives back its inputs.
    pub fn new(inputs: Vec<Shape>) -> Network {
        let outputs = (0..inputs.len()).collect();
        Network { inputs: inputs.len(), values: inputs, outputs, ..Network::default() }
    }

    /// Builds `layer` and calls it on the network's outputs, which its own replace.
    pub fn append(&mut self, mut layer: Box<dyn Layer>, seed: u64) -> Result<()> {
        let inputs: Vec<Shape> = self.outputs.iter().map(|v| self.values[*v].clone()).collect();
        let outputs = layer.output_shapes(&inputs)?;
        let index = self.layers.len();
        let class = crate::names::snake_case(layer.class_name());
        let same = self.layers.iter().filter(|l| l.class_name() == layer.class_name()).count();
        let path = match same {
            0 => format!("layers/{class}"),
            k => format!("layers/{class}_{k}"),
        };
        let (name, trainable) = (layer.base().name().to_owned(), layer.base().trainable);
        let mut builder = Builder::new(&mut self.parameters, &path, &name, index, trainable, seed);
        layer.build(&inputs, &mut builder)?;
        let start = self.values.len();
        self.values.extend(outputs);
        self.calls.push(Call {
            layer: index,
            inputs: std::mem::take(&mut self.outputs),
            outputs: start..self.values.len(),
        });
        self.outputs = (start..self.values.len()).collect();
        self.layers.push(layer);
        Ok(())
    }

    pub fn layers(&self) -> &[Box<dyn Layer>] {
        &self.layers
    }

    pub fn layer_mut(&mut self, index: usize) -> &mut dyn Layer {
        &mut *self.layers[index]
    }

    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    pub fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    pub fn input_shapes(&self) -> &[Shape] {
        &self.values[..self.inputs]
    }

    pub fn output_shapes(&self) -> Vec<Shape> {
        self.outputs.iter().map(|v| self.values[*v].clone()).collect()
    }

    /// The output shapes of the first call of a layer.
    pub fn layer_output_shapes(&self, layer: usize) -> &[Shape] {
        let call = self.calls.iter().find(|call| call.layer == layer);
        call.map_or(&[], |call| &self.values[call.outputs.clone()])
    }

    /// Checks number and shapes of the inputs. The batch may be of any size, as in Keras.
    pub fn check_inputs(&self, inputs: &[Tensor]) -> Result<()> {
        let first =
            self.calls.first().map_or_else(|| "model".into(), |c| self.layers[c.layer].place());
        if inputs.len() != self.inputs {
            let expected = format!("{} inputs", self.inputs);
            return Err(Error::InputCount { layer: first, expected, got: inputs.len() });
        }
        for (index, (input, shape)) in inputs.iter().zip(self.input_shapes()).enumerate() {
            let mut any_batch = shape.dims().to_vec();
            if let Some(batch) = any_batch.first_mut() {
                *batch = None;
            }
            let any_batch = Shape::from(any_batch);
            if !any_batch.matches(input.shape()) {
                return Err(Error::InputShape {
                    layer: first,
                    index,
                    expected: any_batch.to_string(),
                    got: input.shape().into(),
                });
            }
        }
        Ok(())
    }

    /// Computes the outputs.
    pub fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let mut values: Vec<Option<Tensor>> = inputs.iter().cloned().map(Some).collect();
        values.resize(self.values.len(), None);
        for (i, call) in self.calls.iter().enumerate() {
            let inputs: Vec<Tensor> =
                call.inputs
                    .iter()
                    .map(|v| {
                        if self.is_last_use(*v, i) { values[*v].take() } else { values[*v].clone() }
                    })
                    .map(|v| v.expect("calls stand in an order in which their inputs are computed"))
                    .collect();
            let outputs = self.layers[call.layer].call(&inputs, cx)?;
            for (slot, output) in values[call.outputs.clone()].iter_mut().zip(outputs) {
                *slot = Some(output);
            }
        }
        let take = |v: &usize| values[*v].clone().expect("outputs are computed by a call");
        Ok(self.outputs.iter().map(take).collect())
    }

    /// Computes the gradients of the inputs and adds those of the weights to the context's.
    pub fn backward(
        &self,
        gradients: Vec<Option<Tensor>>,
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let wants_inputs = cx.wants_input_gradients();
        let mut of_values: Vec<Option<Tensor>> = vec![None; self.values.len()];
        for (v, gradient) in self.outputs.iter().zip(gradients) {
            accumulate(&mut of_values[*v], gradient);
        }
        for call in self.calls.iter().rev() {
            let wants = wants_inputs || call.inputs.iter().any(|v| *v >= self.inputs);
            cx.set_wants_input_gradients(wants);
            let upstream: Vec<Option<Tensor>> =
                call.outputs.clone().map(|v| of_values[v].take()).collect();
            let inputs = self.layers[call.layer].backward(&upstream, cx)?;
            for (v, gradient) in call.inputs.iter().zip(inputs) {
                accumulate(&mut of_values[*v], gradient);
            }
        }
        cx.set_wants_input_gradients(wants_inputs);
        of_values.truncate(self.inputs);
        Ok(of_values)
    }

    /// Whether call `i` is the last that reads value `v`, so that its memory can go.
    fn is_last_use(&self, v: usize, i: usize) -> bool {
        !self.outputs.contains(&v) && !self.calls[i + 1..].iter().any(|c| c.inputs.contains(&v))
    }
}

fn accumulate(slot: &mut Option<Tensor>, gradient: Option<Tensor>) {
    match (slot.as_mut(), gradient) {
        (Some(sum), Some(gradient)) => sum.add_assign(&gradient),
        (None, gradient) => *slot = gradient,
        (Some(_), None) => {}
    }
}
