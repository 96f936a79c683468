//! Convolution, pooling, normalization and attention with arguments, inputs and files that make no
//! sense: each gives an error that says where and what.

use elman::layers::{Layer, layer_from_config};
use elman::prelude::*;
use elman::{Context, Parameters, Result};
use serde_json::{Value, json};

use crate::support::{Refusal, assert_refused};

/// The shapes that a layer named "l" gives.
fn shapes(layer: impl Layer, inputs: &[&[Option<usize>]]) -> Result<()> {
    let inputs: Vec<Shape> = inputs.iter().map(|dims| dims.to_vec().into()).collect();
    layer.name("l").output_shapes(&inputs).map(|_| ())
}

const SEQUENCE: &[Option<usize>] = &[None, Some(5), Some(4)];
const UNKNOWN: &[Option<usize>] = &[None, Some(5), None];
const VECTORS: &[Option<usize>] = &[None, Some(4)];

/// A layer as a file has it, with other values of some keys.
fn read(layer: impl Layer, change: Value) -> Result<()> {
    let mut config = layer.config();
    config.extend(change.as_object().unwrap().clone());
    layer_from_config(layer.class_name(), &config).map(|_| ())
}

/// A layer's outputs for zeros, without its weights having been made.
fn run(layer: impl Layer, inputs: &[Tensor]) -> Result<()> {
    let parameters = Parameters::default();
    layer.name("l").forward(inputs, &mut Context::inference(&parameters)).map(|_| ())
}

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape)
}

/// Keras writes no such chain and loads none: these layers take a list of tensors.
#[test]
fn chains_without_layers_that_take_a_list() {
    let layers: [fn() -> Box<dyn Layer>; 10] = [
        || Box::new(Add::new()),
        || Box::new(Subtract::new()),
        || Box::new(Multiply::new()),
        || Box::new(Average::new()),
        || Box::new(Maximum::new()),
        || Box::new(Minimum::new()),
        || Box::new(Concatenate::new()),
        || Box::new(Dot::new(1)),
        || Box::new(Attention::new()),
        || Box::new(AdditiveAttention::new()),
    ];
    for layer in layers {
        let class = layer().class_name();
        for has_input in [false, true] {
            let mut model = Sequential::with_name("s");
            if has_input {
                model.add(Input::new([5, 4])).unwrap();
            }
            let error = model.add(layer()).err().unwrap().to_string();
            for word in ["Sequential \"s\"", class, "list", "functional"] {
                assert!(error.contains(word), "{class}: {word} is not in {error}");
            }
            assert!(model.layers().is_empty());
        }
        let json = json!({ "class_name": "Sequential", "config": { "name": "s", "layers": [
            { "class_name": "InputLayer", "config": { "batch_shape": [null, 5, 4] } },
            { "class_name": class, "config": layer().config() },
        ] } });
        let error = Model::from_json(&json).err().unwrap().to_string();
        assert!(error.contains("functional"), "{error}");
    }
}

#[test]
fn convolution_and_pooling() {
    let refusals: &[Refusal] = &[
        ("no filters", || shapes(Conv1d::new(0, 3), &[SEQUENCE]), &["\"l\" (Conv1D)", "filters"]),
        ("no size", || shapes(Conv1d::new(2, 0), &[SEQUENCE]), &["kernel_size", "got 0"]),
        ("no strides", || shapes(Conv1d::new(2, 3).strides(0), &[SEQUENCE]), &["strides"]),
        ("no dilation", || shapes(Conv1d::new(2, 3).dilation_rate(0), &[SEQUENCE]), &["dilation"]),
        (
            "strides and dilation",
            || shapes(Conv1d::new(2, 2).strides(2).dilation_rate(2), &[SEQUENCE]),
            &["dilation_rate", "strides of 2"],
        ),
        ("no groups", || shapes(Conv1d::new(2, 2).groups(0), &[SEQUENCE]), &["groups"]),
        (
            "groups of filters",
            || shapes(Conv1d::new(3, 2).groups(2), &[SEQUENCE]),
            &["groups", "3 filters"],
        ),
        (
            "groups of features",
            || shapes(Conv1d::new(6, 2).groups(3), &[SEQUENCE]),
            &["groups", "4 features"],
        ),
        ("too short", || shapes(Conv1d::new(2, 6), &[SEQUENCE]), &["6 time steps or more"]),
        (
            "too short for the dilation",
            || shapes(Conv1d::new(2, 3).dilation_rate(3), &[SEQUENCE]),
            &["7 time steps or more"],
        ),
        ("too large", || shapes(Conv1d::new(2, usize::MAX), &[SEQUENCE]), &["kernel_size"]),
        (
            "too large a kernel",
            || shapes(Conv1d::new(2, 1 << 30).padding(Padding::Same), &[SEQUENCE]),
            &["kernel_size", "memory"],
        ),
        ("unknown features", || shapes(Conv1d::new(2, 3), &[UNKNOWN]), &["last dimension"]),
        ("vectors", || shapes(Conv1d::new(2, 3), &[VECTORS]), &["(batch, time, features)"]),
        (
            "too short only when it runs",
            || run(Conv1d::new(2, 6), &[zeros(&[2, 5, 4])]),
            &["\"l\" (Conv1D)", "(2, 5, 4)"],
        ),
        (
            "channels first",
            || read(Conv1d::new(2, 3), json!({ "data_format": "channels_first" })),
            &["Conv1D", "data_format", "channels_first"],
        ),
        (
            "lists of two",
            || read(Conv1d::new(2, 3), json!({ "kernel_size": [3, 3] })),
            &["kernel_size", "[3,3]"],
        ),
        ("lora", || read(Conv1d::new(2, 3), json!({ "lora_rank": 2 })), &["lora_rank = 2"]),
        ("padding", || read(Conv1d::new(2, 3), json!({ "padding": "full" })), &["padding", "full"]),
        ("unknown key", || read(Conv1d::new(2, 3), json!({ "depth": 2 })), &["`depth`"]),
        ("no pool", || shapes(MaxPooling1d::new(0), &[SEQUENCE]), &["pool_size"]),
        ("strides", || shapes(AveragePooling1d::new(2).strides(0), &[SEQUENCE]), &["strides"]),
        (
            "causal",
            || shapes(MaxPooling1d::new(2).padding(Padding::Causal), &[SEQUENCE]),
            &["padding", "valid or same", "causal"],
        ),
        (
            "causal convolutional LSTM",
            || {
                let layer = ConvLstm1d::new(2, 2).padding(Padding::Causal);
                shapes(layer, &[&[None, Some(3), Some(5), Some(4)]])
            },
            &["padding", "valid or same", "causal"],
        ),
        ("short", || shapes(AveragePooling1d::new(6), &[SEQUENCE]), &["6 time steps or more"]),
        (
            "no steps",
            || run(GlobalMaxPooling1d::new(), &[zeros(&[2, 0, 4])]),
            &["\"l\" (GlobalMaxPooling1D)", "one time step"],
        ),
        (
            "no steps for the mean",
            || run(GlobalAveragePooling1d::new(), &[zeros(&[2, 0, 4])]),
            &["one time step"],
        ),
        (
            "pooling channels first",
            || read(GlobalMaxPooling1d::new(), json!({ "data_format": "channels_first" })),
            &["GlobalMaxPooling1D", "channels_first"],
        ),
        ("keepdims", || read(GlobalMaxPooling1d::new(), json!({ "keepdims": 3 })), &["keepdims"]),
    ];
    assert_refused(refusals);
}

#[test]
fn normalization() {
    let refusals: &[Refusal] = &[
        (
            "no such axis",
            || shapes(LayerNormalization::new().axis(3), &[SEQUENCE]),
            &["\"l\" (LayerNormalization)", "axis", "3"],
        ),
        (
            "an axis twice",
            || shapes(LayerNormalization::new().axis([-1, 2]), &[SEQUENCE]),
            &["axis", "2"],
        ),
        (
            "unknown",
            || shapes(LayerNormalization::new(), &[UNKNOWN]),
            &["known", "(None, 5, None)"],
        ),
        ("the batch", || shapes(BatchNormalization::new().axis(0), &[SEQUENCE]), &["axis 0"]),
        (
            "epsilon",
            || shapes(BatchNormalization::new().epsilon(-1.0), &[SEQUENCE]),
            &["epsilon", "-1"],
        ),
        ("NaN", || shapes(LayerNormalization::new().epsilon(f64::NAN), &[SEQUENCE]), &["epsilon"]),
        (
            "axes in between",
            || shapes(RmsNormalization::new().axis(1), &[SEQUENCE]),
            &["\"l\" (RMSNormalization)", "axis", "last"],
        ),
        ("two inputs", || shapes(RmsNormalization::new(), &[SEQUENCE, SEQUENCE]), &["one input"]),
        ("renorm", || read(BatchNormalization::new(), json!({ "renorm": true })), &["renorm"]),
        (
            "rms_scaling",
            || read(LayerNormalization::new(), json!({ "rms_scaling": true })),
            &["rms_scaling"],
        ),
        ("several", || read(BatchNormalization::new(), json!({ "axis": "last" })), &["axis"]),
        (
            "a mask of rows",
            || {
                let mask = Mask::new([2], vec![true, false]).unwrap();
                let mut model = Sequential::new();
                model.add(BatchNormalization::new().name("l").input_shape([5, 4]))?;
                model.predict(zeros(&[2, 5, 4]).with_mask(mask)?).map(|_| ())
            },
            &["\"l\" (BatchNormalization)", "mask", "(2,)"],
        ),
        (
            "statistics of every step",
            || {
                let mut model = Sequential::new();
                let layer = TimeDistributed::new(BatchNormalization::new());
                model.add(layer.name("l").input_shape([5, 4]))?;
                model.predict(zeros(&[2, 5, 4]))?;
                model.compile("sgd", "mse", &[])?;
                let silent = Fit::new().verbose(Verbose::Silent);
                model.fit(zeros(&[2, 5, 4]), zeros(&[2, 5, 4]), silent).map(|_| ())
            },
            &["\"l\" (TimeDistributed)", "BatchNormalization", "statistics"],
        ),
    ];
    assert_refused(refusals);
}

#[test]
fn attention() {
    let refusals: &[Refusal] = &[
        (
            "one input",
            || shapes(Attention::new(), &[SEQUENCE]),
            &["\"l\" (Attention)", "query and value"],
        ),
        (
            "vectors",
            || shapes(AdditiveAttention::new(), &[SEQUENCE, VECTORS]),
            &["\"l\" (AdditiveAttention)", "(batch, time, features)", "(None, 4)"],
        ),
        (
            "features",
            || shapes(Attention::new(), &[SEQUENCE, &[None, Some(3), Some(2)]]),
            &["features of the query", "(None, 3, 2)"],
        ),
        (
            "steps",
            || shapes(Attention::new(), &[SEQUENCE, SEQUENCE, &[None, Some(3), Some(4)]]),
            &["steps of the value", "(None, 3, 4)"],
        ),
        (
            "batches",
            || run(Attention::new(), &[zeros(&[2, 3, 4]), zeros(&[3, 3, 4])]),
            &["batch of the query", "(3, 3, 4)"],
        ),
        (
            "dropout",
            || shapes(Attention::new().dropout(1.5), &[SEQUENCE, SEQUENCE]),
            &["dropout", "1.5"],
        ),
        (
            "score_mode",
            || read(Attention::new(), json!({ "score_mode": "cosine" })),
            &["score_mode", "cosine"],
        ),
        (
            "no heads",
            || shapes(MultiHeadAttention::new(0, 2), &[SEQUENCE, SEQUENCE]),
            &["\"l\" (MultiHeadAttention)", "num_heads"],
        ),
        ("no keys", || shapes(MultiHeadAttention::new(2, 0), &[SEQUENCE, SEQUENCE]), &["key_dim"]),
        (
            "axes",
            || shapes(MultiHeadAttention::new(2, 2).attention_axes([2]), &[SEQUENCE, SEQUENCE]),
            &["attention_axes", "from 1 to 1"],
        ),
        (
            "no window",
            || shapes(MultiHeadAttention::new(2, 2).sliding_window(0), &[SEQUENCE, SEQUENCE]),
            &["sliding_window"],
        ),
        (
            "unknown",
            || shapes(MultiHeadAttention::new(2, 2), &[SEQUENCE, UNKNOWN]),
            &["last dimension"],
        ),
        (
            "no mask",
            || shapes(MultiHeadAttention::new(2, 2).attention_mask(true), &[SEQUENCE, SEQUENCE]),
            &["and a mask", "got 2"],
        ),
        (
            "quantized",
            || read(MultiHeadAttention::new(2, 2), json!({ "quantization_config": {} })),
            &["quantization_config"],
        ),
        (
            "output_shape",
            || read(MultiHeadAttention::new(2, 2), json!({ "output_shape": "wide" })),
            &["output_shape"],
        ),
        ("a call's option", || graph("use_causal_mask", json!(3)), &["`use_causal_mask` = 3"]),
        ("an unknown option", || graph("scale", json!(true)), &["\"looks\"", "`scale` = true"]),
        ("a mask of numbers", || graph("attention_mask", json!([[1]])), &["\"looks\""]),
        (
            "unequal calls",
            || {
                let (json, mut second) = looks_twice()?;
                second["kwargs"]["use_causal_mask"] = json!(true);
                let mut json = json;
                json["config"]["layers"][1]["inbound_nodes"][1] = second;
                Model::from_json(&json).map(|_| ())
            },
            &["\"looks\"", "unequal", "use_causal_mask"],
        ),
    ];
    assert_refused(refusals);
    let (json, _) = looks_twice().unwrap();
    Model::from_json(&json).unwrap();
}

/// A model in which a layer "looks" is called twice, and the second of its calls.
fn looks_twice() -> Result<(Value, Value)> {
    let x = Input::new([3, 4]).symbolic();
    let layer = MultiHeadAttention::new(1, 2).name("looks").shared();
    let y = layer.apply([&x, &x])?;
    let z = layer.apply([&y, &x])?;
    let json = Functional::new(&x, &z).build()?.to_json();
    let second = json["config"]["layers"][1]["inbound_nodes"][1].clone();
    assert!(second["args"].is_array(), "{second}");
    Ok((json, second))
}

/// A model whose layer "looks" is called with one more argument.
fn graph(argument: &str, value: Value) -> Result<()> {
    let x = Input::new([3, 4]).symbolic();
    let y = MultiHeadAttention::new(1, 2).name("looks").apply([&x, &x])?;
    let mut json = Functional::new(&x, &y).build()?.to_json();
    json["config"]["layers"][1]["inbound_nodes"][0]["kwargs"][argument] = value;
    Model::from_json(&json).map(|_| ())
}
