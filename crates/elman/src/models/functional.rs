//! Models as graphs: several inputs and outputs, shared layers, branches.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::graph::{Call, Graph};
use super::symbolic::{Node, Symbolic, Symbols};
use super::{Kind, Model, network::Network};
use crate::{Error, Result};

/// A model from its inputs to its outputs, Keras's functional `Model`.
///
/// ```
/// use elman::prelude::*;
/// let x = Input::new([10, 3]).symbolic();
/// let h = Lstm::new(4).return_sequences(true).apply(&x)?;
/// let (class, next) = (Gru::new(2).apply(&h)?, Dense::new(3).apply(&h)?);
/// let model = Functional::new(&x, [&class, &next]).seed(1).build()?;
/// let outputs = model.predict_all([ndarray::Array3::<f32>::zeros((2, 10, 3)).into()])?;
/// assert_eq!((outputs[0].shape(), outputs[1].shape()), (&[2, 2][..], &[2, 10, 3][..]));
/// # Ok::<(), elman::Error>(())
/// ```
///
/// An encoder and a decoder that starts from the encoder's states:
/// ```
/// use elman::prelude::*;
/// let (source, target) = (Input::new([7, 4]).symbolic(), Input::new([5, 2]).symbolic());
/// let encoded = Lstm::new(8).return_state(true).apply_all(&source)?;
/// let decoded = Lstm::new(8).return_sequences(true).apply([&target, &encoded[1], &encoded[2]])?;
/// let y = Dense::new(2).activation(Activation::Softmax).apply(&decoded)?;
/// let model = Functional::new([&source, &target], &y).build()?;
/// assert_eq!(model.output_shape().unwrap().to_string(), "(None, 5, 2)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.Model")]
pub struct Functional {
    inputs: Vec<Symbolic>,
    outputs: Vec<Symbolic>,
    name: Option<String>,
    seed: Option<u64>,
}

/// More calls than any model has; a graph beyond is a mistake, or a file made to exhaust memory.
const MAX_CALLS: usize = 10_000;

impl Functional {
    /// The model that computes `outputs` from `inputs`.
    pub fn new(inputs: impl Into<Symbols>, outputs: impl Into<Symbols>) -> Functional {
        Functional {
            inputs: inputs.into().into(),
            outputs: outputs.into().into(),
            name: None,
            seed: None,
        }
    }

    /// Names the model (`functional`, `functional_1`, …).
    pub fn name(mut self, name: &str) -> Functional {
        self.name = Some(name.into());
        self
    }

    /// Fixes the seed of the weights and of training. Without it, they differ from run to run.
    pub fn seed(mut self, seed: u64) -> Functional {
        self.seed = Some(seed);
        self
    }

    /// Puts the model together and makes its weights.
    ///
    /// # Errors
    /// An input that is no [`Input`](crate::layers::Input) or stands there twice, an output that
    /// needs an input that isn't named, no input or output at all, two layers of one name, and what
    /// the layers refuse.
    pub fn build(self) -> Result<Model> {
        let name = self.name.unwrap_or_else(|| crate::names::automatic("Functional"));
        let graph = plan(&name, &self.inputs, &self.outputs)?;
        let mut model = Model::empty(&name);
        model.set_kind(Kind::Functional);
        if let Some(seed) = self.seed {
            model.set_seed(seed);
        }
        model.set_network(Network::build(graph, model.seed())?);
        Ok(model)
    }
}

/// The calls between inputs and outputs, layers in Keras's order: by depth from the outputs, and
/// among equals in the order in which they are met on the way back from the outputs.
fn plan(model: &str, inputs: &[Symbolic], outputs: &[Symbolic]) -> Result<Graph> {
    let refuse_as = |argument, expected: &str, got: String| Error::InvalidArgument {
        place: format!("model {model}"),
        argument,
        expected: expected.into(),
        got,
    };
    let refuse = |expected: &str, got: String| refuse_as("inputs", expected, got);
    for (argument, list) in [("inputs", inputs), ("outputs", outputs)] {
        if list.is_empty() {
            return Err(refuse_as(argument, "one tensor or more", "none".into()));
        }
    }
    for (i, input) in inputs.iter().enumerate() {
        if !input.node.inputs.is_empty() || input.node.layer.layer().class_name() != "InputLayer" {
            return Err(refuse("made by `Input::symbolic`", input.place()));
        }
        if inputs[..i].iter().any(|other| Arc::ptr_eq(&other.node, &input.node)) {
            return Err(refuse("different from each other", format!("{} twice", input.place())));
        }
    }
    if let Some(output) = outputs.iter().find(|output| output.is_text()) {
        return Err(refuse_as("outputs", "numbers", format!("the text {}", output.place())));
    }
    let mut walk = Walk::default();
    for output in outputs {
        walk.visit(&output.node);
    }
    if walk.nodes.len() > MAX_CALLS {
        let got = format!("{} calls", walk.nodes.len());
        let expected = format!("computed by at most {MAX_CALLS} calls");
        return Err(refuse_as("outputs", &expected, got));
    }
    let is_input = |node: &Arc<Node>| inputs.iter().any(|input| Arc::ptr_eq(&input.node, node));
    if let Some(missing) = walk.nodes.iter().find(|n| n.inputs.is_empty() && !is_input(n)) {
        let missing = missing.layer.layer().place();
        return Err(refuse("all that the outputs depend on", format!("none for {missing}")));
    }
    let layers = walk.layers_in_order(inputs);
    let index_of: HashMap<usize, usize> =
        layers.iter().enumerate().map(|(i, layer)| (layer.layer.identity(), i)).collect();
    let mut graph = Graph::new(inputs.iter().map(|input| input.shape().clone()).collect());
    graph.input_layers = inputs.iter().map(|i| index_of[&i.node.layer.identity()]).collect();
    graph.layers = layers.iter().map(|node| node.layer.layer().clone_layer()).collect();
    for (i, layer) in graph.layers.iter().enumerate() {
        if graph.layers[..i].iter().any(|other| other.base().name == layer.base().name) {
            let name = layer.base().name().to_owned();
            return Err(Error::DuplicateName { model: model.into(), name });
        }
    }
    let key = |node: &Arc<Node>| Arc::as_ptr(node).addr();
    let mut first_value: HashMap<usize, usize> =
        inputs.iter().enumerate().map(|(v, input)| (key(&input.node), v)).collect();
    for node in walk.nodes.iter().filter(|node| !node.inputs.is_empty()) {
        let start = graph.values.len();
        let value = |input: &Symbolic| first_value[&key(&input.node)] + input.index;
        // Calls outside of this model don't count: its own are numbered from 0.
        let same = walk.nodes.iter().filter(|n| n.layer.identity() == node.layer.identity());
        graph.calls.push(Call {
            layer: index_of[&node.layer.identity()],
            number: same.filter(|other| other.number < node.number).count(),
            inputs: node.inputs.iter().map(value).collect(),
            outputs: start..start + node.shapes.len(),
            masks: node.masks.clone(),
            ignores_mask: node.ignores_mask,
            training: node.training,
        });
        graph.values.extend(node.shapes.iter().cloned());
        first_value.insert(key(node), start);
    }
    graph.outputs = outputs.iter().map(|o| first_value[&key(&o.node)] + o.index).collect();
    graph.note_last_uses();
    Ok(graph)
}

/// The calls that some outputs depend on.
#[derive(Default)]
struct Walk {
    /// Each after those that it depends on.
    nodes: Vec<Arc<Node>>,
    seen: HashSet<usize>,
    /// When each layer was met first, on the way back from the outputs.
    met: HashMap<usize, usize>,
}

impl Walk {
    /// Adds a call after all that it depends on. No cycle is possible, since a call can only be
    /// made on outputs that exist. Without recursion, so that no depth overflows the stack.
    fn visit(&mut self, node: &Arc<Node>) {
        let mut path = vec![(Arc::clone(node), node.inputs_in_keras_order(), 0)];
        while let Some((node, inputs, next)) = path.pop() {
            if next == 0 {
                if !self.seen.insert(Arc::as_ptr(&node).addr()) {
                    continue;
                }
                let order = self.met.len();
                self.met.entry(node.layer.identity()).or_insert(order);
            }
            match inputs.get(next) {
                Some(input) => {
                    let input = Arc::clone(&node.inputs[*input].node);
                    path.push((node, inputs, next + 1));
                    let inputs = input.inputs_in_keras_order();
                    path.push((input, inputs, 0));
                }
                None => self.nodes.push(node),
            }
        }
    }

    /// One call of each layer, in Keras's order of layers.
    fn layers_in_order(&self, inputs: &[Symbolic]) -> Vec<Arc<Node>> {
        let mut of_nodes: HashMap<usize, usize> = HashMap::new();
        let mut of_layers: HashMap<usize, usize> = HashMap::new();
        let key = |node: &Arc<Node>| Arc::as_ptr(node).addr();
        for node in self.nodes.iter().rev() {
            let layer = node.layer.identity();
            let depth = of_nodes.get(&key(node)).copied().unwrap_or(0);
            let depth = depth.max(of_layers.get(&layer).copied().unwrap_or(0));
            of_layers.insert(layer, depth);
            of_nodes.insert(key(node), depth);
            for input in &node.inputs {
                let below = of_nodes.entry(key(&input.node)).or_insert(0);
                *below = (*below).max(depth + 1);
            }
        }
        let mut layers: Vec<Arc<Node>> = Vec::new();
        let mut listed = HashSet::new();
        // Inputs that nothing depends on stand first among the last.
        let nodes = inputs.iter().map(|input| &input.node).chain(&self.nodes);
        for node in nodes {
            if listed.insert(node.layer.identity()) {
                layers.push(Arc::clone(node));
            }
        }
        layers.sort_by_key(|node| {
            let layer = node.layer.identity();
            let depth = of_layers.get(&layer).copied().unwrap_or(0);
            let met = self.met.get(&layer).map_or(-1, |met| *met as i64);
            (std::cmp::Reverse(depth), met)
        });
        layers
    }
}
