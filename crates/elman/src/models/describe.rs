//! What a summary says of a model.

use super::graph::{Call, Graph, Origin};
use super::model::Kind;
use super::network::Network;
use super::summary::{Params, Row, Summary};
use super::symbolic::keras_order;
use super::{Model, SummaryOptions};
use crate::layers::Layer;
use crate::parameters::Entry;
use crate::{Error, Parameters, Result, Shape};

impl Model {
    /// Keras's table of the layers, as Keras 3 prints it on a terminal of 80 columns.
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut model = Sequential::new();
    /// model.add(SimpleRnn::new(3).input_shape([2, 10]))?;
    /// assert!(model.summary().contains("Total params: 42 (168.00 B)"));
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn summary(&self) -> String {
        self.describe(false).render(&SummaryOptions::default()).expect("80 columns are enough")
    }

    /// The table of the layers in another style or width.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the width leaves no room for the columns.
    pub fn summary_with(&self, options: &SummaryOptions) -> Result<String> {
        self.describe(options.expand_nested).render(options).map_err(|error| {
            Error::InvalidArgument {
                place: "summary".into(),
                argument: "line_length",
                expected: "a width with room for the columns".into(),
                got: error.to_string(),
            }
        })
    }

    fn describe(&self, expand_nested: bool) -> Summary {
        let network = self.network();
        let graph = network.map(Network::graph);
        let parameters = network.map(Network::parameters);
        let mut rows = Vec::new();
        for (index, layer) in self.layers().iter().enumerate() {
            let place = graph.map(|graph| graph.place_of(index));
            let params = parameters.zip(place.as_ref()).map(|(p, place)| p.count_below(place));
            rows.push(Row {
                output_shape: shapes(graph.map_or(&[], |graph| graph.layer_output_shapes(index))),
                params,
                connected_to: graph.map_or_else(Vec::new, |graph| connections(graph, index)),
                ..row(&**layer, params, 0)
            });
            if let (true, Some(p), Some(place), Some(nested)) =
                (expand_nested, parameters, place, layer.as_nested())
            {
                rows_within(nested.graph(), &place, p, 1, &mut rows);
            }
        }
        let entries = parameters.map_or(&[][..], |parameters| parameters.entries());
        let params = |trainable: bool| {
            let own = || entries.iter().filter(|entry| entry.trainable == trainable);
            Params {
                count: own().map(|entry| entry.range.len()).sum(),
                bytes: own().map(Entry::bytes).sum(),
            }
        };
        Summary {
            model_name: self.name().into(),
            rows,
            connected: self.kind() == Kind::Functional && graph.is_some_and(|g| !is_chain(g)),
            trainable_params: params(true),
            non_trainable_params: params(false),
            optimizer_params: self.optimizer_params(),
            sequential: self.kind() == Kind::Sequential,
        }
    }

    /// What the optimizer keeps, once it has taken a step.
    fn optimizer_params(&self) -> Option<Params> {
        let parameters = self.network()?.parameters();
        let (count, bytes) = self.compiled.as_ref()?.summary_params(parameters)?;
        Some(Params { count, bytes })
    }
}

/// What a row says of any layer.
fn row(layer: &dyn Layer, params: Option<usize>, level: usize) -> Row {
    Row {
        name: layer.base().name().to_owned(),
        class_name: layer.class_name().into(),
        output_shape: String::new(),
        params,
        connected_to: Vec::new(),
        level,
        trainable: params.filter(|params| *params > 0).map(|_| layer.base().trainable),
    }
}

/// The rows of the layers of a nested model, whose weights lie below `place`. As in Keras, they
/// don't say what they are connected to.
fn rows_within(
    graph: &Graph,
    place: &str,
    parameters: &Parameters,
    level: usize,
    rows: &mut Vec<Row>,
) {
    for (index, layer) in graph.layers.iter().enumerate() {
        let place = format!("{place}/{}", graph.place_of(index));
        let output_shape = shapes(graph.layer_output_shapes(index));
        let params = Some(parameters.count_below(&place));
        rows.push(Row { output_shape, ..row(&**layer, params, level) });
        if let Some(nested) = layer.as_nested() {
            rows_within(nested.graph(), &place, parameters, level + 1, rows);
        }
    }
}

fn shapes(shapes: &[Shape]) -> String {
    match shapes {
        [] => "?".into(),
        [one] => one.to_string(),
        several => {
            let several: Vec<String> = several.iter().map(Shape::to_string).collect();
            format!("[{}]", several.join(", "))
        }
    }
}

/// What feeds a layer, call by call: `lstm[0][1]`.
fn connections(graph: &Graph, layer: usize) -> Vec<String> {
    let in_order = |call: &Call| {
        let order = keras_order(&*graph.layers[layer], call.inputs.len(), call.masks.len());
        order.into_iter().map(|i| call.inputs[i]).collect::<Vec<_>>()
    };
    let values = graph.calls_of(layer).into_iter().flat_map(in_order);
    let name = |origin: Origin| {
        let layer = graph.layers[origin.layer].base().name();
        format!("{layer}[{}][{}]", origin.call, origin.tensor)
    };
    values.filter_map(|v| graph.origin(v)).map(name).collect()
}

/// Whether each call reads the one before and nothing else, and no layer is called twice.
fn is_chain(graph: &Graph) -> bool {
    let mut before = 0..1;
    graph.inputs == 1
        && graph.calls.iter().all(|call| {
            let follows = matches!(&call.inputs[..], [v] if before.contains(v));
            before = call.outputs.clone();
            follows && call.number == 0
        })
}
