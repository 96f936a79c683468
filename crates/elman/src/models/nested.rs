//! A model as a layer of another.

use serde_json::{Map, Value};

use super::Model;
use super::graph::Graph;
use crate::layers::{Assets, Base, Layer, activity};
use crate::onnx::{Edge, Exporter};
use crate::parameters::Builder;
use crate::streaming::{Flow, StreamBuilder};
use crate::{Context, Error, Result, Shape, Tensor};

/// A model that is a layer of another model.
///
/// The outer model takes over the inner one's weights as they are; from then on they are its own,
/// so that training it leaves the model that was nested as it is. (Keras shares them.)
///
/// ```
/// use elman::prelude::*;
/// let mut inner = Sequential::new();
/// inner.add(Dense::new(4).input_shape([3]))?;
/// let weights = inner.weights();
///
/// let mut outer = Sequential::new();
/// outer.add(Input::new([3]))?;
/// outer.add(inner)?;
/// outer.add(Dense::new(1))?;
/// assert_eq!(outer.weights()[..2], weights);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone)]
pub struct Nested {
    base: Base,
    model: Model,
    /// The inner layers, built within the outer model.
    graph: Graph,
}

impl From<Model> for Nested {
    fn from(model: Model) -> Nested {
        let (name, trainable) = (Some(model.name().into()), model.trainable());
        let base = Base { name, trainable, ..Base::default() };
        Nested { base, model, graph: Graph::default() }
    }
}

impl From<Model> for Box<dyn Layer> {
    fn from(model: Model) -> Box<dyn Layer> {
        Box::new(Nested::from(model))
    }
}

impl From<super::Sequential> for Box<dyn Layer> {
    fn from(model: super::Sequential) -> Box<dyn Layer> {
        Model::from(model).into()
    }
}

impl Nested {
    /// The inner model as it was nested; the weights that count are the outer model's.
    pub fn model(&self) -> &Model {
        &self.model
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The inner calls, with the shapes that they have for those inputs.
    fn plan(&self, inputs: &[Shape]) -> Result<Graph> {
        let mut graph = match self.model.network() {
            Some(network) => network.graph().clone(),
            None => {
                let mut graph = Graph::new(inputs.to_vec());
                for layer in self.model.layers() {
                    graph.append(layer.clone())?;
                }
                graph
            }
        };
        if inputs.len() != graph.inputs {
            return Err(Error::InputCount {
                layer: self.place(),
                expected: format!("{} inputs", graph.inputs),
                got: inputs.len(),
            });
        }
        for (index, (got, declared)) in inputs.iter().zip(graph.input_shapes()).enumerate() {
            let fits =
                |(a, b): (&Option<usize>, &Option<usize>)| a.is_none() || b.is_none() || a == b;
            let dims = || got.dims().iter().zip(declared.dims()).skip(1);
            if got.ndim() != declared.ndim() || !dims().all(fits) {
                return Err(Error::InputShape {
                    layer: self.place(),
                    index,
                    expected: declared.to_string(),
                    got: got.clone(),
                });
            }
        }
        graph.values = graph.shapes_for(inputs)?;
        Ok(graph)
    }
}

impl Layer for Nested {
    fn class_name(&self) -> &'static str {
        self.model.kind().class_name()
    }

    fn module(&self) -> &'static str {
        self.model.kind().module()
    }

    fn registered_name(&self) -> Option<String> {
        self.model.kind().registered_name()
    }

    fn base(&self) -> &Base {
        &self.base
    }

    fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    fn config(&self) -> Map<String, Value> {
        let mut config = self.model.config();
        config.insert("name".into(), self.base.name().into());
        config.insert("trainable".into(), self.base.trainable.into());
        config
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }

    fn as_nested(&self) -> Option<&Nested> {
        Some(self)
    }

    fn is_time_major(&self) -> bool {
        self.model.layers().iter().any(|layer| layer.is_time_major())
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        match inputs.len() {
            1 => (inputs, Map::new()),
            _ => (vec![inputs.into()], Map::new()),
        }
    }

    fn takes_text(&self, input: usize) -> bool {
        match self.model.network() {
            Some(network) => network.graph().takes_text(input),
            None => self.model.layers().first().is_some_and(|layer| layer.takes_text(input)),
        }
    }

    fn assets(&self) -> Result<Assets> {
        self.graph.assets()
    }

    fn load_assets(&mut self, assets: &Assets) -> Result<()> {
        // The model as it was nested has the same layers.
        if let Ok(network) = self.model.built_mut() {
            network.graph_mut().load_assets(assets)?;
        }
        self.graph.load_assets(assets)
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(self.plan(inputs)?.output_shapes())
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let mut graph = self.plan(inputs)?;
        let start = builder.registered();
        for index in 0..graph.layers.len() {
            let base = graph.layers[index].base();
            let (name, trainable) = (base.name().to_owned(), base.trainable);
            let place = graph.place_of(index);
            builder.layer(&place, &name, trainable, |builder| graph.build_layer(index, builder))?;
        }
        if let Some(network) = self.model.network() {
            builder.replace_from(start, network.parameters().values());
        }
        self.graph = graph;
        Ok(())
    }

    fn warnings(&self) -> Vec<String> {
        let of_layers = self.model.layers().iter().flat_map(|layer| layer.warnings());
        self.model.warnings().iter().cloned().chain(of_layers).collect()
    }

    fn set_trainable(&mut self, trainable: bool) {
        self.base.trainable = trainable;
        self.model.set_trainable(trainable);
        self.graph.layers.iter_mut().for_each(|layer| layer.set_trainable(trainable));
    }

    fn call(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        // The inner outputs bring their own masks along.
        let outputs = self.forward(inputs, cx)?;
        activity::add_losses(&self.base, &outputs, cx, || self.place())?;
        Ok(outputs)
    }

    fn stream(&self, inputs: &[Flow], builder: &mut StreamBuilder) -> Result<Vec<Flow>> {
        self.graph.stream(inputs.to_vec(), builder)
    }

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        self.graph.onnx(inputs.to_vec(), exporter)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        self.graph.check_inputs(inputs)?;
        self.graph.forward(inputs, cx)
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        self.graph.backward(gradients, cx)
    }
}
