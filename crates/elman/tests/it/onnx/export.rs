//! What exported graphs look like, and what is refused.

use elman::OnnxOptions;
use elman::cells::{Cell, DropoutMasks};
use elman::parameters::Builder;
use elman::prelude::*;
use elman::{Context, Result};
use elman_files::onnx::{self, Attribute, Dim, Graph, Node};

fn exported(model: &Model, options: OnnxOptions) -> onnx::Model {
    model.to_onnx(options).unwrap()
}

fn nodes<'a>(graph: &'a Graph, op: &str) -> Vec<&'a Node> {
    graph.nodes.iter().filter(|node| node.op == op).collect()
}

fn text(node: &Node, name: &str) -> String {
    match node.attribute(name) {
        Some(Attribute::Text(text)) => text.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

fn any_time(features: usize) -> Shape {
    Shape::from([None, Some(features)])
}

#[test]
fn dimensions_stay_open_and_the_file_says_who_made_it() {
    let mut model = Sequential::new();
    model.add(Lstm::new(4).return_sequences(true).input_shape(any_time(3)).name("memory")).unwrap();
    let model = Model::from(model);
    let file = exported(&model, OnnxOptions::new());
    assert_eq!((file.opset, file.ir_version, &*file.producer), (17, 8, "elman"));
    assert!(file.doc.contains("Sequential") && !file.producer_version.is_empty());
    let named = |name: &str| Dim::Named(name.into());
    let shape = vec![named("batch"), named("time"), Dim::Known(3)];
    assert_eq!(file.graph.inputs[0].shape, Some(shape));
    assert_eq!(file.graph.outputs[0].name, "memory");
    assert_eq!(file.graph.outputs[0].shape.as_ref().unwrap()[2], Dim::Known(4));
    let lstm = nodes(&file.graph, "LSTM")[0];
    // Without `layout`, which ONNX Runtime doesn't take.
    assert!(lstm.attribute("layout").is_none());
    assert_eq!(lstm.attribute("hidden_size"), Some(&Attribute::Int(4)));
    assert_eq!(file.to_bytes().unwrap(), exported(&model, OnnxOptions::new()).to_bytes().unwrap());
}

#[test]
fn gates_are_in_the_order_of_onnx() {
    let mut model = Sequential::new();
    model.add(Lstm::new(1).input_shape(any_time(1))).unwrap();
    // Columns i, f, c, o.
    let weights = [([1, 4].to_vec(), 0.), ([1, 4].to_vec(), 4.), ([4].to_vec(), 8.)];
    let weight = |(shape, from): (Vec<usize>, f32)| {
        Tensor::new(shape, (0..4).map(|i| from + i as f32).collect()).unwrap()
    };
    model.set_weights(weights.map(weight)).unwrap();
    let graph = exported(&model.into(), OnnxOptions::new()).graph;
    let array = |end: &str| {
        let (_, array) = graph.initializers.iter().find(|(name, _)| name.ends_with(end)).unwrap();
        array.to_f32()
    };
    assert_eq!(array("/W"), [0., 3., 1., 2.]);
    assert_eq!(array("/R"), [4., 7., 5., 6.]);
    assert_eq!(array("/B"), [8., 11., 9., 10., 0., 0., 0., 0.]);
}

#[test]
fn a_gru_says_where_its_reset_is() {
    for (reset_after, expected) in [(true, 1), (false, 0)] {
        let mut model = Sequential::new();
        model.add(Gru::new(2).reset_after(reset_after).input_shape(any_time(3))).unwrap();
        let graph = exported(&model.into(), OnnxOptions::new()).graph;
        let linear = nodes(&graph, "GRU")[0].attribute("linear_before_reset");
        assert_eq!(linear, Some(&Attribute::Int(expected)));
    }
}

#[test]
fn both_directions_are_one_operator_where_they_can_be() {
    let count = |layer: Bidirectional| {
        let mut model = Sequential::new();
        model.add(layer.input_shape(any_time(3))).unwrap();
        let graph = exported(&model.into(), OnnxOptions::new()).graph;
        let nodes: Vec<&Node> =
            ["LSTM", "GRU", "RNN"].iter().flat_map(|op| nodes(&graph, op)).collect();
        nodes.iter().map(|node| text(node, "direction")).collect::<Vec<_>>()
    };
    assert_eq!(count(Bidirectional::new(Lstm::new(2))), ["bidirectional"]);
    let backward = Gru::new(3).go_backwards(true);
    let mixed = Bidirectional::new(Lstm::new(2)).backward_layer(backward);
    assert_eq!(count(mixed), ["forward", "reverse"]);
}

#[test]
fn activations_that_operators_have_not_become_a_loop() {
    let graph = |activation| {
        let mut model = Sequential::new();
        model.add(SimpleRnn::new(2).activation(activation).input_shape(any_time(3))).unwrap();
        exported(&model.into(), OnnxOptions::new()).graph
    };
    let known = graph(Activation::HardSigmoid);
    let rnn = nodes(&known, "RNN")[0];
    let names = Attribute::Texts(vec!["HardSigmoid".into()]);
    assert_eq!(rnn.attribute("activations"), Some(&names));
    assert_eq!(rnn.attribute("activation_alpha"), Some(&Attribute::Floats(vec![1.0 / 6.0])));
    assert_eq!(nodes(&graph(Activation::Gelu), "Scan").len(), 1);
}

#[test]
fn states_go_in_and_out_on_request() {
    let mut model = Sequential::new();
    let memory = Lstm::new(4).stateful(true).name("memory");
    model.add(memory.batch_input_shape(Shape::from([Some(2), None, Some(3)]))).unwrap();
    let model = Model::from(model);
    let error = model.to_onnx(OnnxOptions::new()).unwrap_err().to_string();
    assert!(error.contains("layer \"memory\" (LSTM)") && error.contains("stateful"), "{error}");
    let graph = exported(&model, OnnxOptions::new().states(true)).graph;
    let names = |values: &[onnx::Value]| -> Vec<String> {
        values.iter().map(|value| value.name.clone()).collect()
    };
    assert_eq!(names(&graph.inputs)[1..], ["memory/h", "memory/c"]);
    assert_eq!(names(&graph.outputs), ["memory", "memory/h_next", "memory/c_next"]);
}

#[test]
fn opsets_beyond_those_known_are_refused() {
    let mut model = Sequential::new();
    model.add(Dense::new(1).input_shape([2])).unwrap();
    for opset in [-1, 13, 23] {
        let error = model.to_onnx(OnnxOptions::new().opset(opset)).unwrap_err().to_string();
        assert!(error.contains("an integer from 14 to 22"), "{error}");
    }
}

/// A cell that says nothing of ONNX.
#[derive(Clone)]
struct Own;

impl Cell for Own {
    fn class_name(&self) -> &'static str {
        "Own"
    }

    fn config(&self) -> serde_json::Map<String, serde_json::Value> {
        Default::default()
    }

    fn output_size(&self) -> usize {
        3
    }

    fn state_sizes(&self) -> Vec<usize> {
        vec![3]
    }

    fn build(&mut self, _: usize, _: &mut Builder) -> Result<()> {
        Ok(())
    }

    fn step(
        &self,
        x: &Tensor,
        _: &[Tensor],
        _: &DropoutMasks,
        _: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        Ok((x.clone(), vec![x.clone()]))
    }

    fn step_backward(
        &self,
        dy: &Tensor,
        _: &[Tensor],
        _: &mut Context,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        Ok((dy.clone(), vec![dy.clone()]))
    }
}

#[test]
fn a_cell_of_ones_own_is_refused_by_name() {
    let mut model = Sequential::new();
    model.add(Rnn::over(Own).input_shape(any_time(3)).name("mine")).unwrap();
    let error = model.to_onnx(OnnxOptions::new()).unwrap_err().to_string();
    assert!(error.contains("layer \"mine\" (RNN), cell Own"), "{error}");
}
