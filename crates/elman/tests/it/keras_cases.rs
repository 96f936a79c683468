//! The cases of Keras's own unit tests, and the same layers with random weights.

use elman::Tensor;
use elman::layers::layer_from_config;
use serde_json::{Map, Value, json};

use crate::support::{Built, Report, TOLERANCE, fixture, masked, tensor, tensors};

/// `arange(n)` in that shape.
fn arange(shape: &Value) -> Tensor {
    let shape: Vec<usize> =
        shape.as_array().unwrap().iter().map(|d| d.as_u64().unwrap() as usize).collect();
    let n: usize = shape.iter().product();
    Tensor::new(shape, (0..n).map(|i| i as f32).collect()).unwrap()
}

/// Constant kernels and biases, as Keras's tests use them.
fn constant_weights(built: &mut Built, kernel: f32, recurrent: f32, bias: f32, part: &str) {
    let class = built.layer.config();
    let forget = class.get("unit_forget_bias").and_then(Value::as_bool).unwrap_or(false);
    let entries = built.parameters.entries().to_vec();
    let scopes = built.parameters.scopes().to_vec();
    for entry in entries.iter().filter(|e| scopes[e.scope].path.contains(part)) {
        let values = &mut built.parameters.values_mut()[entry.range.clone()];
        values.fill(match entry.name.as_str() {
            "kernel" => kernel,
            "recurrent_kernel" => recurrent,
            _ => bias,
        });
        let is_lstm = forget
            || scopes[entry.scope].name == "lstm_cell" && !class.contains_key("unit_forget_bias");
        if entry.name == "bias" && is_lstm {
            let units = values.len() / 4;
            values[units..2 * units].fill(1.0);
        }
    }
}

/// The cases of a list, of which there must be so many, with no key that isn't read.
fn cases<'a>(fixture: &'a Value, list: &str, count: usize, read: &[&[&str]]) -> &'a [Value] {
    let cases = fixture[list].as_array().unwrap();
    assert_eq!(cases.len(), count, "cases in {list}");
    let keys = cases.iter().flat_map(|case| case.as_object().unwrap().keys());
    let unread: Vec<&String> = keys.filter(|key| !read.concat().contains(&key.as_str())).collect();
    assert!(unread.is_empty(), "not read: {unread:?}");
    cases
}

/// Arguments of a layer that may stand in a case.
const OPTIONS: &[&str] = &[
    "units",
    "go_backwards",
    "return_sequences",
    "return_state",
    "use_bias",
    "unit_forget_bias",
    "reset_after",
    "zero_output_for_mask",
    "unroll",
    "implementation",
];

/// The arguments of a case, once for each of several values that it lists, as in `"false,true"`.
fn configs(case: &Value) -> Vec<Map<String, Value>> {
    let mut configs = vec![Map::new()];
    for (key, value) in case.as_object().unwrap() {
        if !OPTIONS.contains(&key.as_str()) {
            continue;
        }
        let parse = |word: &str| serde_json::from_str(word).unwrap();
        let values: Vec<Value> = match value.as_str() {
            Some(several) => several.split(',').map(parse).collect(),
            None => vec![value.clone()],
        };
        let with = |(config, value): (&Map<String, Value>, &Value)| {
            let mut config = config.clone();
            config.insert(key.clone(), value.clone());
            config
        };
        let pairs = configs.iter().flat_map(|config| values.iter().map(move |v| (config, v)));
        configs = pairs.map(with).collect();
    }
    configs
}

/// What the numbers of a layer's unit tests are for.
const NUMBERS: &[&str] = &[
    "layer",
    "input",
    "input_shape",
    "kernel",
    "recurrent",
    "bias",
    "mask",
    "initial_state",
    "stateful_second_call",
    "expect",
];

#[test]
fn cases_of_keras_unit_tests() {
    let fixture = fixture("golden/keras_rnn_test_cases.json");
    let mut report = Report::default();
    let number =
        |case: &Value, key: &str, default: f64| case[key].as_f64().unwrap_or(default) as f32;
    for (i, case) in cases(&fixture, "cases", 31, &[NUMBERS, OPTIONS]).iter().enumerate() {
        for mut config in configs(case) {
            let class = case["layer"].as_str().unwrap();
            let twice = case["stateful_second_call"] == json!(true);
            config.insert("stateful".into(), json!(twice));
            let mut inputs = vec![masked(arange(&case["input_shape"]), &case["mask"])];
            inputs.extend(tensors(&case["initial_state"]));
            let mut built =
                Built::new(layer_from_config(class, &config).unwrap(), &inputs).unwrap();
            let (k, r, b) = (
                number(case, "kernel", 0.0),
                number(case, "recurrent", 0.0),
                number(case, "bias", 0.0),
            );
            constant_weights(&mut built, k, r, b, "");
            let got = &built.call(&inputs, if twice { 2 } else { 1 }).unwrap()[0];
            // Keras's own tolerance for these printed numbers.
            report.close(&format!("case {i} {class}"), got, &tensor(&case["expect"]), TOLERANCE);
        }
    }
    // One lists four ways to compute it, one two.
    report.finish(31 + 3 + 1);
}

#[test]
fn bidirectional_cases_of_keras_unit_tests() {
    let fixture = fixture("golden/keras_rnn_test_cases.json");
    let mut report = Report::default();
    let own = &["merge_mode", "backward", "states"];
    let cases = cases(&fixture, "bidirectional", 9, &[NUMBERS, OPTIONS, own]);
    for (i, case) in cases.iter().enumerate() {
        let layer = case["layer"].as_str().unwrap();
        let inner = layer.trim_start_matches("Bidirectional(").trim_end_matches(')');
        let mut config = Map::new();
        let return_sequences = case.get("return_sequences").cloned().unwrap_or(json!(false));
        config.insert("merge_mode".into(), case["merge_mode"].clone());
        let twice = case["stateful_second_call"] == json!(true);
        let return_state = case["return_state"] == json!(true);
        let inner_config = json!({
            "units": case["units"],
            "return_sequences": return_sequences,
            "return_state": return_state,
            "stateful": twice,
        });
        config.insert("layer".into(), json!({ "class_name": inner, "config": inner_config }));
        let mut inputs = vec![masked(arange(&case["input_shape"]), &case["mask"])];
        if case["initial_state"].is_string() {
            // Keras's test takes 1, 2, 3 and 4 times arange(4) as h and c, forward and backward.
            let state = |k: usize| (0..4).map(|i| (i * k) as f32).collect::<Vec<_>>();
            inputs.extend((1..=4).map(|k| Tensor::new([2, 2], state(k)).unwrap()));
        }
        let mut built =
            Built::new(layer_from_config("Bidirectional", &config).unwrap(), &inputs).unwrap();
        constant_weights(&mut built, 0.01, 0.02, 0.03, "");
        if let Some(other) = case.get("backward") {
            let get = |key: &str| other[key].as_f64().unwrap() as f32;
            constant_weights(
                &mut built,
                get("kernel"),
                get("recurrent"),
                get("bias"),
                "backward_layer",
            );
        }
        let outputs = built.call(&inputs, if twice { 2 } else { 1 }).unwrap();
        for (got, name) in outputs[1..].iter().zip(["h1", "c1", "h2", "c2"]) {
            if return_state {
                report.close(name, got, &tensor(&case["states"][name]), TOLERANCE);
            }
        }
        let expected = match case["merge_mode"].is_null() {
            true => tensors(&case["expect"]),
            false => vec![tensor(&case["expect"])],
        };
        assert!(outputs.len() >= expected.len(), "case {i} {layer}");
        for (got, expected) in outputs.iter().zip(&expected) {
            report.close(&format!("case {i} {layer}"), got, expected, TOLERANCE);
        }
    }
    report.finish(9 + 1 + 4);
}

#[test]
fn layers_with_random_weights() {
    let fixture = fixture("golden/keras_rnn_random_golden.json");
    let x = tensor(&fixture["x"]);
    let mut report = Report::default();
    let read = [
        "layer",
        "units",
        "options",
        "go_backwards",
        "mask",
        "initial_state",
        "weights",
        "outputs",
        "states",
    ];
    for (i, case) in cases(&fixture, "cases", 76, &[&read]).iter().enumerate() {
        let class = case["layer"].as_str().unwrap();
        let mut config = case["options"].as_object().unwrap().clone();
        config.insert("units".into(), case["units"].clone());
        config.insert("go_backwards".into(), case["go_backwards"].clone());
        config.insert("return_sequences".into(), json!(true));
        config.insert("return_state".into(), json!(true));
        let mut inputs = vec![masked(x.clone(), &case["mask"])];
        inputs.extend(tensors(&case["initial_state"]));
        let mut built = Built::new(layer_from_config(class, &config).unwrap(), &inputs).unwrap();
        built.set_weights(&tensors(&case["weights"]));
        let outputs = built.forward(&inputs).unwrap();
        report.close(
            &format!("case {i} {class}"),
            &outputs[0],
            &tensor(&case["outputs"]),
            TOLERANCE,
        );
        let states = tensors(&case["states"]);
        assert_eq!(outputs.len(), 1 + states.len(), "case {i} {class}");
        for (got, expected) in outputs[1..].iter().zip(states) {
            report.close(&format!("case {i} {class} state"), got, &expected, TOLERANCE);
        }
    }
    let read = [
        "layer",
        "units",
        "merge_mode",
        "return_sequences",
        "mask",
        "weights",
        "outputs",
        "states",
    ];
    for (i, case) in cases(&fixture, "bidirectional", 48, &[&read]).iter().enumerate() {
        let mut config = Map::new();
        config.insert("merge_mode".into(), case["merge_mode"].clone());
        config.insert(
            "layer".into(),
            json!({ "class_name": case["layer"], "config": {
                "units": case["units"],
                "return_sequences": case["return_sequences"],
                "return_state": true,
            } }),
        );
        let inputs = vec![masked(x.clone(), &case["mask"])];
        let mut built =
            Built::new(layer_from_config("Bidirectional", &config).unwrap(), &inputs).unwrap();
        built.set_weights(&tensors(&case["weights"]));
        let outputs = built.forward(&inputs).unwrap();
        let merged = if case["merge_mode"].is_null() { 2 } else { 1 };
        let expected: Vec<Tensor> = match merged {
            2 => tensors(&case["outputs"]),
            _ => vec![tensor(&case["outputs"])],
        };
        for (got, expected) in outputs[..merged].iter().zip(&expected) {
            report.close(&format!("bidirectional {i}"), got, expected, TOLERANCE);
        }
        let states = tensors(&case["states"]);
        assert_eq!(outputs.len(), expected.len() + states.len(), "bidirectional {i}");
        for (got, expected) in outputs[merged..].iter().zip(states) {
            report.close(&format!("bidirectional {i} state"), got, &expected, TOLERANCE);
        }
    }
    report.finish(76 * 2 + 48 * 2);
}
