//! ONNX files that others wrote: the node tests of the ONNX project, PyTorch's exporter, tf2onnx.

use std::collections::BTreeMap;
use std::path::PathBuf;

use elman::OnnxOptions;
use elman::onnx::{Import, Imported};
use elman::prelude::*;
use elman_files::Array;
use elman_files::onnx::{Attribute, Dim, ElementKind, Graph, Model as File, Node, Value};
use serde_json::Value as Json;

/// Sums in another order, and activations that others approximate.
const TOLERANCE: f32 = 2e-5;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/onnx")
}

/// A file with what goes in and what comes out.
struct Case {
    name: String,
    inputs: BTreeMap<String, Array>,
    outputs: BTreeMap<String, Array>,
}

impl Case {
    fn path(&self) -> PathBuf {
        folder().join(format!("{}.onnx", self.name))
    }
}

fn cases(part: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join(part)).unwrap();
    let json: Json = serde_json::from_str(&text).unwrap();
    let array = |json: &Json| {
        let shape: Vec<usize> = serde_json::from_value(json["shape"].clone()).unwrap();
        Array::f32(shape, serde_json::from_value(json["data"].clone()).unwrap())
    };
    let arrays = |json: &Json| {
        json.as_object().unwrap().iter().map(|(name, json)| (name.clone(), array(json))).collect()
    };
    let case = |json: &Json| Case {
        name: json["name"].as_str().unwrap().to_owned(),
        inputs: arrays(&json["inputs"]),
        outputs: arrays(&json["outputs"]),
    };
    json["cases"].as_array().unwrap().iter().map(case).collect()
}

/// An array with an axis moved to the front.
fn batch_first(array: &Array, axis: usize) -> Tensor {
    let shape = array.shape.clone();
    let x = ndarray::ArrayD::from_shape_vec(shape, array.to_f32()).unwrap();
    let mut order: Vec<usize> = (0..x.ndim()).collect();
    order.remove(axis);
    order.insert(0, axis);
    Tensor::from(x.permuted_axes(order).as_standard_layout().to_owned())
}

fn assert_close(got: &Tensor, expected: &Tensor, name: &str) {
    assert_eq!(got.shape(), expected.shape(), "{name}");
    for (a, b) in got.data().iter().zip(expected.data()) {
        assert!((a - b).abs() <= TOLERANCE * (1.0 + b.abs()), "{name}: {a}, expected {b}");
    }
}

/// Predicts what a file's inputs give, and compares.
fn check(case: &Case, imported: &Imported) {
    let name = &case.name;
    let inputs: Vec<Tensor> = imported
        .inputs
        .iter()
        .map(|input| batch_first(&case.inputs[&input.name], input.batch_axis))
        .collect();
    let outputs = imported.model.predict_all(&inputs[..]).unwrap();
    assert_eq!(outputs.len(), case.outputs.len(), "{name}");
    for (got, output) in outputs.into_iter().zip(&imported.outputs) {
        let expected = batch_first(&case.outputs[&output.name], output.batch_axis);
        assert_close(&Tensor::from(got), &expected, name);
    }
}

#[test]
fn the_node_tests_of_onnx_pass() {
    let cases = cases("nodes.json");
    assert_eq!(cases.len(), 18);
    for case in &cases {
        let mut import = Import::new();
        for (name, array) in case.inputs.iter().filter(|(name, _)| *name != "X") {
            import = import.constant(name, array.clone());
        }
        let imported = import.read(case.path()).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        check(case, &imported);
    }
}

fn files_of(part: &str, at_least: usize) {
    let cases = cases(part);
    assert!(cases.len() >= at_least);
    for case in &cases {
        let name = &case.name;
        let imported = Import::new().read(case.path()).unwrap_or_else(|e| panic!("{name}: {e}"));
        check(case, &imported);
        // The model is one as any other: through a file, and out again.
        let bytes = imported.model.to_bytes().unwrap();
        let model = Model::from_bytes(&bytes, "imported.keras").unwrap();
        let (inputs, outputs) = (imported.inputs.clone(), imported.outputs.clone());
        check(case, &Imported { model, inputs, outputs });
        imported.model.to_onnx(OnnxOptions::new()).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn files_of_pytorch_are_read() {
    files_of("torch.json", 9);
}

#[test]
fn files_of_tf2onnx_are_read() {
    files_of("keras.json", 7);
}

#[test]
fn a_file_of_pytorch_streams() {
    let model = load_model(folder().join("torch_lstm_two.onnx")).unwrap();
    let x = ndarray::Array3::from_shape_fn((1, 5, 3), |(_, t, i)| ((t * 3 + i) as f32).sin());
    let whole = model.predict(&x).unwrap();
    let mut stream = model.stream().unwrap();
    for t in 0..5 {
        let step: Vec<f32> = x.slice(ndarray::s![0, t, ..]).to_vec();
        assert_eq!(stream.step(&step).unwrap(), [whole[[0, t, 0]], whole[[0, t, 1]]]);
    }
}

#[test]
fn time_first_is_said() {
    let model = load_model(folder().join("torch_lstm_time_major.onnx")).unwrap();
    assert!(model.warnings().iter().any(|w| w.contains("input x has its batch first")));
}

#[test]
fn own_graphs_come_back() {
    let any_time = || Shape::from([None, Some(3)]);
    let mut models: Vec<Model> = Vec::new();
    let mut chain = |layers: Vec<Box<dyn elman::layers::Layer>>| {
        let mut model = Sequential::new().seed(3);
        model.add(Input::new(any_time())).unwrap();
        for layer in layers {
            model.add(layer).unwrap();
        }
        models.push(model.into());
    };
    chain(vec![SimpleRnn::new(4).into(), Dense::new(2).activation(Activation::Softmax).into()]);
    chain(vec![Lstm::new(4).return_sequences(true).into(), Gru::new(3).reset_after(false).into()]);
    let activation = Activation::HardSigmoid;
    chain(vec![Gru::new(4).recurrent_activation(activation).go_backwards(true).into()]);
    chain(vec![Lstm::new(2).go_backwards(true).return_sequences(true).into()]);
    for mode in [MergeMode::Concat, MergeMode::Sum, MergeMode::Mul, MergeMode::Ave] {
        let layer = Bidirectional::new(Gru::new(2).return_sequences(true)).merge_mode(mode);
        chain(vec![layer.into(), Dense::new(2).into()]);
        chain(vec![Bidirectional::new(Lstm::new(2)).merge_mode(mode).into()]);
    }
    let x =
        ndarray::Array3::from_shape_fn((2, 5, 3), |(b, t, i)| ((b * 15 + t * 3 + i) as f32).cos());
    for model in models {
        let bytes = model.to_onnx(OnnxOptions::new()).unwrap().to_bytes().unwrap();
        let again = Model::from_bytes(&bytes, "own.onnx").unwrap();
        let (ours, theirs) = (model.predict(&x).unwrap(), again.predict(&x).unwrap());
        assert_close(&Tensor::from(theirs), &Tensor::from(ours), &model.summary().to_string());
    }
}

/// A graph of one node on `x` of `(batch, 2, 3)`.
fn file_of(node: Node) -> File {
    let value = |name: &str, dims: &[usize]| {
        let mut shape = vec![Dim::Named("batch".into())];
        shape.extend(dims.iter().map(|n| Dim::Known(*n)));
        Value { name: name.into(), kind: ElementKind::F32, shape: Some(shape) }
    };
    let graph = Graph {
        name: "g".into(),
        inputs: vec![value("x", &[2, 3])],
        outputs: vec![value("y", &[2, 3])],
        nodes: vec![node],
        initializers: vec![
            ("w".into(), Array::f32([1, 4, 3], vec![0.1; 12])),
            ("r".into(), Array::f32([1, 4, 4], vec![0.1; 16])),
        ],
    };
    File { ir_version: 8, opset: 17, graph, ..File::default() }
}

#[test]
fn what_is_not_read_is_named() {
    let node = |op: &str, inputs: &[&str], attributes: Vec<(&str, Attribute)>| Node {
        name: "n".into(),
        op: op.into(),
        inputs: inputs.iter().map(|&name| name.into()).collect(),
        outputs: vec!["y".into()],
        attributes: attributes.into_iter().map(|(name, value)| (name.into(), value)).collect(),
        ..Node::default()
    };
    let names = |names: &[&str]| Attribute::Texts(names.iter().map(|&n| n.into()).collect());
    let layout = || ("layout", Attribute::Int(1));
    let rnn = ["x", "w", "r"];
    for (node, expected) in [
        (node("Sin", &["x"], vec![]), "node \"n\" (Sin): the operator is not read"),
        (node("Einsum", &["x"], vec![("equation", Attribute::Text("i".into()))]), "(Einsum)"),
        (node("RNN", &rnn, vec![layout(), ("clip", Attribute::Float(1.0))]), "attribute clip"),
        (
            node("RNN", &rnn, vec![layout(), ("activations", names(&["ThresholdedRelu"]))]),
            "activation ThresholdedRelu",
        ),
        (
            node("RNN", &rnn, vec![layout(), ("layout", Attribute::Int(7))]),
            "attribute \"layout\" twice",
        ),
        (node("RNN", &rnn, vec![("direction", Attribute::Text("up".into()))]), "no direction up"),
        (node("LSTM", &rnn, vec![layout()]), "don't fit"),
        (
            node("Gelu", &["x"], vec![("approximate", Attribute::Text("tanh".into()))]),
            "approximate",
        ),
        (node("Reshape", &["x", "w"], vec![]), "reads integers"),
        (node("Tanh", &["x"], vec![("own", Attribute::Int(1))]), "attribute own"),
    ] {
        let file = file_of(node);
        let result = File::from_vec(file.to_bytes().unwrap(), "f.onnx");
        let error = match result {
            Ok(file) => Import::new().graph(&file, "f.onnx").err().unwrap().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(expected), "{error}\nexpected {expected}");
    }
}
