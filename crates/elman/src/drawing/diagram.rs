//! A model as boxes and edges.

use std::collections::HashSet;

use super::Show;
use super::card::{Card, Facts};
use crate::models::Model;
use crate::models::graph::Graph;
use crate::{Parameters, Result, Shape};

/// Boxes and the edges between them.
#[derive(Default)]
pub(super) struct Diagram {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// The nodes by which edges come in from around a group, in order.
    pub entries: Vec<usize>,
    /// Those by which they leave.
    pub exits: Vec<usize>,
}

pub(super) enum Node {
    Layer(Card),
    /// A model within the model, with its name.
    Group(String, Box<Diagram>),
    /// A place on the border of a group.
    Port,
}

/// An edge from one end to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Edge {
    pub from: End,
    pub to: End,
}

/// A node and, of a group, which of its entries or exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct End {
    pub node: usize,
    pub port: usize,
}

pub(super) fn of_model(model: &Model, show: &Show) -> Result<Diagram> {
    let network = model.built()?;
    let scope = Scope { parameters: network.parameters(), place: String::new(), trainable: true };
    Ok(of_graph(network.graph(), &scope, show, false))
}

/// Where a graph's weights lie.
struct Scope<'a> {
    parameters: &'a Parameters,
    place: String,
    /// Whether the models around it are trained.
    trainable: bool,
}

/// A graph's layers; as a group within another, with ports for what it reads and returns.
fn of_graph(graph: &Graph, scope: &Scope, show: &Show, is_group: bool) -> Diagram {
    let mut diagram = Diagram::default();
    for (index, layer) in graph.layers.iter().enumerate() {
        let place = match &scope.place[..] {
            "" => graph.place_of(index),
            outer => format!("{outer}/{}", graph.place_of(index)),
        };
        let trainable = scope.trainable && layer.base().trainable;
        let node = match layer.as_nested().filter(|_| show.nested) {
            Some(nested) => {
                let within = Scope { parameters: scope.parameters, place, trainable };
                let inner = of_graph(nested.graph(), &within, show, true);
                Node::Group(layer.base().name().to_owned(), Box::new(inner))
            }
            None => {
                let has_weights = show.trainable && scope.parameters.count_below(&place) > 0;
                let facts = Facts {
                    inputs: input_shapes(graph, index),
                    outputs: graph.layer_output_shapes(index),
                    trainable: has_weights.then_some(trainable),
                };
                Node::Layer(Card::new(&**layer, &facts, show))
            }
        };
        diagram.nodes.push(node);
    }
    connect(&mut diagram, graph, is_group);
    diagram
}

/// One edge for each pair of layers, as Keras draws them.
fn connect(diagram: &mut Diagram, graph: &Graph, is_group: bool) {
    let port = |diagram: &mut Diagram| {
        diagram.nodes.push(Node::Port);
        diagram.nodes.len() - 1
    };
    // What each value comes out of; the input of a chain that is drawn alone out of nothing.
    let mut sources: Vec<Option<End>> = vec![None; graph.values.len()];
    let mut seen = HashSet::new();
    let mut edges = Vec::new();
    let mut add = |from: Option<End>, to: End| {
        if let Some(from) = from
            && seen.insert((from, to))
        {
            edges.push(Edge { from, to });
        }
    };
    for (value, source) in sources.iter_mut().take(graph.inputs).enumerate() {
        let layer = graph.input_layers.get(value).map(|layer| End { node: *layer, port: 0 });
        *source = layer;
        if is_group {
            let entry = port(diagram);
            diagram.entries.push(entry);
            match layer {
                Some(layer) => add(Some(End { node: entry, port: 0 }), layer),
                None => *source = Some(End { node: entry, port: 0 }),
            }
        }
    }
    for call in &graph.calls {
        // Groups have a port for each input and output, other nodes none.
        let is_group = matches!(diagram.nodes[call.layer], Node::Group(..));
        let end = |port: usize| End { node: call.layer, port: if is_group { port } else { 0 } };
        for (input, value) in call.inputs.iter().enumerate() {
            let input = if input < call.tensors().len() { input } else { 0 };
            add(sources[*value], end(input));
        }
        for (output, value) in call.outputs.clone().enumerate() {
            sources[value] = Some(end(output));
        }
    }
    if is_group {
        for value in &graph.outputs {
            let exit = port(diagram);
            diagram.exits.push(exit);
            add(sources[*value], End { node: exit, port: 0 });
        }
    }
    diagram.edges = edges;
}

/// The input shapes of a layer's last call, whose output shapes summaries show.
fn input_shapes(graph: &Graph, layer: usize) -> Option<Vec<Shape>> {
    let calls = graph.calls_of(layer);
    let call = calls.last()?;
    Some(call.tensors().iter().map(|value| graph.values[*value].clone()).collect())
}
