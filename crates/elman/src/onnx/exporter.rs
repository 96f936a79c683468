//! An ONNX graph put together.

use std::collections::{HashMap, HashSet};

use elman_files::onnx::{Attribute, Dim, ElementKind, Graph, Node, Value};
use elman_files::{Array, Data};

use super::{Edge, OnnxOptions};
use crate::layers::Layer;
use crate::parameters::Parameter;
use crate::{Error, Parameters, Result, Shape, Tensor};

/// Where layers say what they are in ONNX.
///
/// Each method that adds an operator gives the name of what it makes. Values that are constant, such
/// as weights, are arrays of the graph.
pub struct Exporter<'m> {
    parameters: &'m Parameters,
    options: OnnxOptions,
    nodes: Vec<Node>,
    arrays: Vec<(String, Array)>,
    /// The names of arrays of integers and of single numbers that are there already.
    constants: HashMap<String, String>,
    names: HashSet<String>,
    /// The names of the layers around what is added.
    path: Vec<String>,
    pub(super) inputs: Vec<Value>,
    /// The states that the graph gives out, with the value that each is.
    pub(super) states: Vec<(Value, String)>,
}

impl std::fmt::Debug for Exporter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exporter({:?}, {} nodes)", self.path, self.nodes.len())
    }
}

impl<'m> Exporter<'m> {
    pub(super) fn new(parameters: &'m Parameters, options: OnnxOptions) -> Exporter<'m> {
        Exporter {
            parameters,
            options,
            nodes: Vec::new(),
            arrays: Vec::new(),
            constants: HashMap::new(),
            names: HashSet::new(),
            path: Vec::new(),
            inputs: Vec::new(),
            states: Vec::new(),
        }
    }

    /// The version of ONNX's operators that the graph is for.
    pub fn opset(&self) -> i64 {
        self.options.opset
    }

    /// Whether the states of recurrent layers are inputs and outputs of the graph.
    pub fn with_states(&self) -> bool {
        self.options.states
    }

    /// The weights of the model.
    pub fn parameters(&self) -> &'m Parameters {
        self.parameters
    }

    /// The values of a weight, empty if it doesn't exist.
    #[allow(clippy::unnecessary_cast, reason = "Float is f64 in the verification build")]
    pub fn values(&self, parameter: Parameter) -> Vec<f32> {
        self.parameters.get(parameter).iter().map(|v| *v as f32).collect()
    }

    /// Runs `work` with values named below `name`.
    pub(crate) fn within<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_owned());
        let result = work(self);
        self.path.pop();
        result
    }

    /// A name that no value has: `word` below the layers at hand.
    pub fn fresh(&mut self, word: &str) -> String {
        let mut name = self.path.join("/");
        if !name.is_empty() {
            name.push('/');
        }
        name += word;
        let numbered = (1..).map(|i| format!("{name}_{i}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|n| !self.names.contains(n));
        let free = free.unwrap_or(name);
        self.names.insert(free.clone());
        free
    }

    /// Adds an operator with one output.
    pub fn node(&mut self, op: &str, inputs: &[&str], attributes: &[(&str, Attribute)]) -> String {
        self.nodes(op, inputs, attributes, &[true]).remove(0)
    }

    /// Adds an operator with several outputs, of which those that aren't wanted are left out and
    /// have no name.
    pub fn nodes(
        &mut self,
        op: &str,
        inputs: &[&str],
        attributes: &[(&str, Attribute)],
        wanted: &[bool],
    ) -> Vec<String> {
        let name = self.fresh(op);
        let output = |(i, wanted): (usize, &bool)| match wanted {
            false => String::new(),
            true => format!("{name}:{i}"),
        };
        let outputs: Vec<String> = wanted.iter().enumerate().map(output).collect();
        let mut inputs: Vec<String> = inputs.iter().map(|&input| input.to_owned()).collect();
        while inputs.last().is_some_and(String::is_empty) {
            inputs.pop();
        }
        self.nodes.push(Node {
            name,
            op: op.to_owned(),
            domain: String::new(),
            inputs,
            outputs: outputs.clone(),
            attributes: attributes.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
        });
        outputs
    }

    /// A constant array.
    pub fn array(&mut self, word: &str, array: Array) -> String {
        let name = self.fresh(word);
        self.arrays.push((name.clone(), array));
        name
    }

    /// A constant array of floats.
    pub fn floats(&mut self, word: &str, shape: impl Into<Vec<usize>>, values: Vec<f32>) -> String {
        self.array(word, Array::f32(shape, values))
    }

    /// A constant array of what a tensor holds.
    pub fn tensor(&mut self, word: &str, tensor: &Tensor) -> String {
        self.array(word, crate::saving::array(tensor))
    }

    /// A weight as it is.
    pub fn weight(&mut self, word: &str, parameter: Parameter) -> String {
        let (shape, values) = (self.parameters.shape(parameter).to_vec(), self.values(parameter));
        self.floats(word, shape, values)
    }

    /// A constant list of integers.
    pub fn ints(&mut self, values: &[i64]) -> String {
        let array = Array { shape: vec![values.len()], data: Data::I64(values.to_vec()) };
        self.shared(format!("ints {values:?}"), array)
    }

    /// A single integer.
    pub fn int(&mut self, value: i64) -> String {
        self.shared(format!("int {value}"), Array::i64_scalar(value))
    }

    /// A single number.
    pub fn number(&mut self, value: f64) -> String {
        let value = value as f32;
        self.shared(format!("number {}", value.to_bits()), Array::f32_scalar(value))
    }

    /// A constant that is there once however often it is asked for.
    fn shared(&mut self, key: String, array: Array) -> String {
        if let Some(name) = self.constants.get(&key) {
            return name.clone();
        }
        let path = std::mem::take(&mut self.path);
        let name = self.array("constant", array);
        self.path = path;
        self.constants.insert(key, name.clone());
        name
    }

    /// The output of a layer that gives one: with the shape that the layer says, and with the mask
    /// of the first input if the layer [supports masks](Layer::supports_masking).
    ///
    /// # Errors
    /// Shapes that the layer can't take.
    pub fn output(&self, layer: &dyn Layer, inputs: &[Edge], name: String) -> Result<Vec<Edge>> {
        let shapes: Vec<Shape> = inputs.iter().map(|edge| edge.shape.clone()).collect();
        let shape = layer.output_shapes(&shapes)?.swap_remove(0);
        let mask = inputs.first().and_then(|x| x.mask.clone());
        let mask = mask.filter(|_| layer.supports_masking());
        Ok(vec![Edge { name, shape, mask }])
    }

    /// What `work` adds, as a graph of its own, with outputs of the names that it gives.
    pub(super) fn subgraph(
        &mut self,
        inputs: Vec<Value>,
        work: impl FnOnce(&mut Self) -> Result<Vec<Value>>,
    ) -> Result<Graph> {
        let outer = std::mem::take(&mut self.nodes);
        let outputs = work(self);
        let nodes = std::mem::replace(&mut self.nodes, outer);
        let name = self.fresh("body");
        Ok(Graph { name, inputs, outputs: outputs?, nodes, initializers: Vec::new() })
    }

    /// The states that a recurrent layer starts from, as inputs of the graph.
    pub(super) fn state_inputs(&mut self, shapes: &[Shape]) -> Vec<String> {
        let names = state_names(shapes.len());
        let input = |(word, shape): (String, &Shape)| {
            let name = self.fresh(&word);
            self.inputs.push(value(&name, shape, ""));
            name
        };
        names.into_iter().zip(shapes).map(input).collect()
    }

    /// The states that a recurrent layer ends with, as outputs of the graph.
    pub(super) fn state_outputs(&mut self, shapes: &[Shape], states: &[String]) {
        for ((word, shape), state) in state_names(shapes.len()).iter().zip(shapes).zip(states) {
            let name = self.fresh(&format!("{word}_next"));
            self.states.push((value(&name, shape, ""), state.clone()));
        }
    }

    /// Gives a value a further name, which was taken from [`Exporter::fresh`].
    pub(super) fn named(&mut self, value: &str, name: &str) {
        self.nodes.push(Node {
            name: name.to_owned(),
            op: "Identity".into(),
            domain: String::new(),
            inputs: vec![value.to_owned()],
            outputs: vec![name.to_owned()],
            attributes: Vec::new(),
        });
    }

    pub(super) fn finish(self, name: &str, inputs: Vec<Value>, outputs: Vec<Value>) -> Graph {
        let Exporter { nodes, arrays: initializers, .. } = self;
        Graph { name: name.to_owned(), inputs, outputs, nodes, initializers }
    }
}

/// What the states of a cell are called.
fn state_names(count: usize) -> Vec<String> {
    match count {
        1 => vec!["h".into()],
        2 => vec!["h".into(), "c".into()],
        count => (0..count).map(|i| format!("state_{i}")).collect(),
    }
}

/// An input or output of the graph. Its first unknown dimension is the batch; `time` names the
/// second, if that is unknown.
pub(super) fn value(name: &str, shape: &Shape, time: &str) -> Value {
    let dim = |(axis, dim): (usize, &Option<usize>)| match (axis, dim) {
        (_, Some(size)) => Dim::Known(*size),
        (0, None) => Dim::Named("batch".into()),
        (1, None) if !time.is_empty() => Dim::Named(time.into()),
        _ => Dim::Unknown,
    };
    let shape = Some(shape.dims().iter().enumerate().map(dim).collect());
    Value { name: name.to_owned(), kind: ElementKind::F32, shape }
}

/// The error of a layer that can't be exported.
pub(crate) fn refuse(layer: &dyn Layer, reason: impl Into<String>) -> Error {
    Error::Onnx { layer: layer.place(), reason: reason.into() }
}
