//! A graph with its weights.

use super::graph::Graph;
use crate::layers::Layer;
use crate::parameters::{Builder, Parameters};
use crate::{Context, Result, Shape, Tensor};

/// A graph of layer calls whose layers are built, and their weights.
#[derive(Clone, Default)]
pub(crate) struct Network {
    graph: Graph,
    parameters: Parameters,
}

impl Network {
    /// A network that gives back its inputs.
    pub fn new(inputs: Vec<Shape>) -> Network {
        Network { graph: Graph::new(inputs), parameters: Parameters::default() }
    }

    /// Builds all layers of a graph.
    pub fn build(graph: Graph, seed: u64) -> Result<Network> {
        let mut network = Network { graph, parameters: Parameters::default() };
        for index in 0..network.graph.layers.len() {
            network.build_layer(index, seed)?;
        }
        Ok(network)
    }

    /// Builds `layer` and calls it on the network's outputs, which its own replace.
    pub fn append(&mut self, layer: Box<dyn Layer>, seed: u64) -> Result<()> {
        let before = self.parameters.mark();
        self.graph.append(layer)?;
        // A layer that can't be built leaves the model as it was.
        self.build_layer(self.graph.layers.len() - 1, seed).inspect_err(|_| {
            self.graph.pop();
            self.parameters.roll_back(before);
        })
    }

    fn build_layer(&mut self, index: usize, seed: u64) -> Result<()> {
        let path = self.graph.place_of(index);
        let base = self.graph.layers[index].base();
        let (name, trainable) = (base.name().to_owned(), base.trainable);
        let mut builder = Builder::new(&mut self.parameters, &path, &name, index, trainable, seed);
        self.graph.build_layer(index, &mut builder)
    }

    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    pub fn graph_mut(&mut self) -> &mut Graph {
        &mut self.graph
    }

    /// Whether the rows of the inputs are steps: see [`Layer::is_time_major`].
    pub fn is_time_major(&self) -> bool {
        self.layers().iter().any(|layer| layer.is_time_major())
    }

    pub fn layers(&self) -> &[Box<dyn Layer>] {
        &self.graph.layers
    }

    pub fn layer_mut(&mut self, index: usize) -> &mut dyn Layer {
        &mut *self.graph.layers[index]
    }

    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    pub fn parameters_mut(&mut self) -> &mut Parameters {
        &mut self.parameters
    }

    pub fn input_shapes(&self) -> &[Shape] {
        self.graph.input_shapes()
    }

    pub fn output_shapes(&self) -> Vec<Shape> {
        self.graph.output_shapes()
    }

    pub fn layer_output_shapes(&self, layer: usize) -> &[Shape] {
        self.graph.layer_output_shapes(layer)
    }

    pub fn check_inputs(&self, inputs: &[Tensor]) -> Result<()> {
        self.graph.check_inputs(inputs)
    }

    pub fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        self.graph.forward(inputs, cx)
    }

    pub fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        self.graph.backward(gradients, cx)
    }
}
