//! What the suite runs over: every case of the fixtures that is a single layer with its inputs,
//! and layers that Keras has not.
//!
//! No type of elman is named here, so that `elman-f64` can run over the same cases.

use std::path::PathBuf;

use serde_json::{Value, json};

/// The fixtures whose cases have `layer` and `inputs`.
const FILES: &[&str] = &[
    "layers.json",
    "masks.json",
    "cells.json",
    "other_layers.json",
    "conv_lstm.json",
    "preprocessing.json",
];

/// A layer with inputs that it takes.
pub struct Case {
    /// File and name.
    pub name: String,
    /// The layer as Keras writes it.
    pub layer: Value,
    /// The arguments of Keras's call that are options of the layer here.
    pub arguments: Value,
    /// The call's inputs. Those without a gradient are integers.
    pub inputs: Vec<Input>,
    /// Weights in Keras's order; none if any will do.
    pub weights: Vec<Array>,
}

/// An input of a call.
pub struct Input {
    pub values: Array,
    /// Which entries count, as numbers: shape and values.
    pub mask: Option<Array>,
    pub is_differentiable: bool,
    /// The strings that the values are numbers of, where the input is text.
    pub strings: Option<Vec<String>>,
}

/// Shape and values.
pub type Array = (Vec<usize>, Vec<f64>);

impl Case {
    pub fn class(&self) -> &str {
        self.layer["class_name"].as_str().unwrap()
    }
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = FILES.iter().flat_map(|file| of_fixture(file)).collect();
    cases.extend(own());
    cases
}

fn of_fixture(file: &str) -> Vec<Case> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let fixture: Value = serde_json::from_str(&text).unwrap();
    let case = |case: &Value| {
        let masks =
            if case["masks"].is_null() { json!([case["mask"]]) } else { case["masks"].clone() };
        let input = |(i, values)| Input {
            values: array(values),
            mask: masks.get(i).filter(|mask| !mask.is_null()).map(array),
            is_differentiable: !case["input_gradients"][i].is_null(),
            strings: None,
        };
        Case {
            name: format!("{file}/{}", case["name"].as_str().unwrap()),
            layer: case["layer"].clone(),
            arguments: case["arguments"].clone(),
            inputs: list(&case["inputs"]).enumerate().map(input).collect(),
            weights: list(&case["weights"]).map(array).collect(),
        }
    };
    list(&fixture["cases"]).map(case).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// An array as fixtures hold it: `{"shape", "data"}` or nested lists, of numbers or booleans.
fn array(value: &Value) -> Array {
    let number = |v: &Value| v.as_f64().unwrap_or_else(|| f64::from(u8::from(v == &json!(true))));
    if value.is_object() {
        let shape = list(&value["shape"]).map(|n| n.as_u64().unwrap() as usize).collect();
        return (shape, list(&value["data"]).map(number).collect());
    }
    let (mut shape, mut level) = (Vec::new(), vec![value]);
    while level[0].is_array() {
        shape.push(level[0].as_array().unwrap().len());
        level = level.into_iter().flat_map(list).collect();
    }
    (shape, level.into_iter().map(number).collect())
}

/// The layers that the fixtures of single layers don't hold: those that Keras has not, those that
/// show their effect in a model alone, and models as layers.
fn own() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: &str, class: &str, config: Value, shapes: &[&[usize]]| {
        let input = |(i, shape): (usize, &&[usize])| {
            // Numbers without order, between -1 and 1.
            let value = |k: usize| ((k * 37 + i * 11 + 5) % 101) as f64 / 50.0 - 1.0;
            let values = (shape.to_vec(), (0..shape.iter().product()).map(value).collect());
            Input { values, mask: None, is_differentiable: true, strings: None }
        };
        cases.push(Case {
            name: format!("own/{name}"),
            layer: json!({ "class_name": class, "config": config }),
            arguments: Value::Null,
            inputs: shapes.iter().enumerate().map(input).collect(),
            weights: Vec::new(),
        });
    };
    let x: &[usize] = &[2, 5, 3];
    for class in ["MinGRU", "MinLSTM"] {
        let cell = json!({ "class_name": format!("{class}Cell"), "config": { "units": 4 } });
        let mut layer = |name: &str, config: Value, shapes: &[&[usize]]| {
            add(&format!("{class}/{name}"), class, config, shapes);
        };
        layer("last", json!({ "units": 4 }), &[x]);
        let all = json!({ "units": 4, "return_sequences": true, "return_state": true });
        layer("all", all, &[x, &[2, 4]]);
        layer("backwards", json!({ "units": 4, "go_backwards": true, "use_bias": false }), &[x]);
        let zero = json!({
            "units": 4, "positive": false, "zero_output_for_mask": true, "return_sequences": true,
        });
        layer("zero", zero, &[x]);
        let wrapped = json!({ "class_name": class, "config": { "units": 4 } });
        add(&format!("bidirectional/{class}"), "Bidirectional", json!({ "layer": wrapped }), &[x]);
        add(&format!("rnn/{class}"), "RNN", json!({ "cell": cell }), &[x]);
    }
    add("masking", "Masking", json!({ "mask_value": 0.5 }), &[x]);
    let penalty = json!({ "l1": 0.1, "l2": 0.2 });
    add("activity_regularization", "ActivityRegularization", penalty, &[x]);
    add("input", "InputLayer", json!({ "batch_shape": [null, 5, 3], "name": "x" }), &[x]);
    let layer = |class: &str, config: Value| json!({ "class_name": class, "config": config });
    let input =
        |name: &str| layer("InputLayer", json!({ "batch_shape": [null, 5, 3], "name": name }));
    let lstm = layer("LSTM", json!({ "units": 2, "name": "lstm", "return_sequences": true }));
    let dense = layer("Dense", json!({ "units": 3, "name": "dense" }));
    let chain = json!({ "name": "chain", "layers": [input("x"), lstm, dense] });
    add("sequential", "Sequential", chain, &[x]);
    // The sum of the inputs, and of that a GRU.
    let node = |layers: &[&str]| {
        let tensor = |layer: &&str| {
            json!({
                "class_name": "__keras_tensor__",
                "config": { "shape": [null, 5, 3], "dtype": "float32", "keras_history": [layer, 0, 0] },
            })
        };
        let tensors: Vec<Value> = layers.iter().map(tensor).collect();
        let args = if layers.len() > 1 { json!([tensors]) } else { json!(tensors) };
        json!([{ "args": args, "kwargs": {} }])
    };
    let placed = |mut layer: Value, inbound: Value| {
        layer["name"] = layer["config"]["name"].clone();
        layer["inbound_nodes"] = inbound;
        layer
    };
    let graph = json!({
        "name": "graph",
        "layers": [
            placed(input("a"), json!([])),
            placed(input("b"), json!([])),
            placed(layer("Add", json!({ "name": "sum" })), node(&["a", "b"])),
            placed(layer("GRU", json!({ "units": 2, "name": "gru" })), node(&["sum"])),
        ],
        "input_layers": [["a", 0, 0], ["b", 0, 0]],
        "output_layers": [["sum", 0, 0], ["gru", 0, 0]],
    });
    add("functional", "Functional", graph, &[x, x]);
    cases.extend(vocabularies());
    cases
}

/// Layers of vocabularies, whose inputs are words or integers.
fn vocabularies() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: &str, class: &str, config: Value, shape: &[usize]| {
        let words = ["a", "b", "zz", "A b,\tc.", "", "b a a c b"].map(str::to_owned);
        let is_text = class != "IntegerLookup";
        let values = (0..shape.iter().product()).map(|k: usize| (k * 5 % 6) as f64).collect();
        cases.push(Case {
            name: format!("own/{class}/{name}"),
            layer: json!({ "class_name": class, "config": config }),
            arguments: Value::Null,
            inputs: vec![Input {
                values: (shape.to_vec(), values),
                mask: None,
                is_differentiable: false,
                strings: is_text.then(|| words.to_vec()),
            }],
            weights: Vec::new(),
        });
    };
    for (class, vocabulary) in
        [("IntegerLookup", json!([1, 5, 2])), ("StringLookup", json!(["a", "b", "zz"]))]
    {
        let mut layer = |name: &str, mut config: Value, shape: &[usize]| {
            config["vocabulary"] = vocabulary.clone();
            add(name, class, config, shape);
        };
        layer("plain", json!({}), &[2, 3]);
        let mask = if class == "IntegerLookup" { json!(0) } else { json!("") };
        layer("mask", json!({ "mask_token": mask }), &[2, 3]);
        layer("places", json!({ "num_oov_indices": 3 }), &[4]);
        layer("one_hot", json!({ "output_mode": "one_hot" }), &[2, 3]);
        layer("multi_hot", json!({ "output_mode": "multi_hot" }), &[3, 2]);
        let padded = json!({ "output_mode": "count", "max_tokens": 7, "pad_to_max_tokens": true });
        layer("count", padded, &[3, 2]);
        let weights = json!({ "output_mode": "tf_idf", "idf_weights": [0.5, 2.0, 1.5] });
        layer("tf_idf", weights, &[2, 4]);
    }
    add("invert", "IntegerLookup", json!({ "vocabulary": [7, 9], "invert": true }), &[2, 3]);
    let mut layer = |name: &str, mut config: Value, shape: &[usize]| {
        config["vocabulary"] = json!(["a", "b"]);
        add(name, "TextVectorization", config, shape);
    };
    layer("plain", json!({ "output_sequence_length": 4 }), &[3, 1]);
    layer("list", json!({ "output_sequence_length": 2, "ngrams": 2 }), &[3]);
    layer("characters", json!({ "output_mode": "count", "split": "character" }), &[3, 1]);
    let given = json!({ "output_mode": "tf_idf", "idf_weights": [0.5, 2.0], "standardize": null });
    layer("tf_idf", given, &[4, 1]);
    layer("words", json!({ "split": null, "output_mode": "one_hot" }), &[2, 3]);
    cases
}
