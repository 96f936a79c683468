//! Outputs and gradients of every layer and option, against Keras.

use elman::Tensor;
use elman::layers::layer_from_config;
use serde_json::Value;

use crate::support::{Built, Report, TOLERANCE, fixture, mask, masked, tensor, tensors};

/// Gradients sum over more terms than outputs do.
const GRADIENT_TOLERANCE: f64 = 2e-5;

#[test]
fn layers_equal_keras() {
    let fixture = fixture("layers.json");
    let mut report = Report::default();
    for case in fixture["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(1500);
}

/// The same under masks: padding on both sides, holes, rows without any step that counts.
#[test]
fn masked_layers_equal_keras() {
    let fixture = fixture("masks.json");
    let mut report = Report::default();
    for case in fixture["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(1000);
}

/// RNN over single and stacked cells.
#[test]
fn layers_over_cells_equal_keras() {
    all_equal_keras("cells.json", 700);
}

/// The layers around the recurrent ones, many of which take several inputs, each with a mask.
#[test]
fn other_layers_equal_keras() {
    all_equal_keras("other_layers.json", 330);
}

#[test]
fn convolutional_layers_equal_keras() {
    all_equal_keras("conv_lstm.json", 210);
}

#[test]
fn preprocessing_layers_equal_keras() {
    all_equal_keras("preprocessing.json", 48);
}

fn all_equal_keras(file: &str, at_least: usize) {
    let fixture = fixture(file);
    let mut report = Report::default();
    for case in fixture["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(at_least);
}

/// The masks of the outputs, where the case knows them.
fn check_masks(name: &str, case: &Value, outputs: &[Tensor], report: &mut Report) {
    for (i, expected) in case["output_masks"].as_array().into_iter().flatten().enumerate() {
        let expected = (!expected.is_null()).then(|| mask(expected));
        let got = outputs[i].mask();
        if got != expected.as_ref() {
            report.problem(format!("{name}: mask of output {i} is {got:?}, Keras's {expected:?}"));
        }
    }
}

fn check(name: &str, case: &Value, report: &mut Report) -> elman::Result<()> {
    let object = &case["layer"];
    let config = object["config"].as_object().unwrap();
    let class_name = object["class_name"].as_str().unwrap();
    let mut layer = layer_from_config(class_name, config)?;
    for (argument, value) in case["arguments"].as_object().into_iter().flatten() {
        if !layer.set_call_argument(argument, value) {
            report.problem(format!("{name}: call takes no {argument} = {value}"));
        }
    }
    // What is written must mean the same to Keras: every key that both have has the same value.
    for (key, value) in layer.config() {
        if config.get(&key).is_some_and(|theirs| !same(&value, theirs)) {
            report.problem(format!("{name}: config {key} = {value}, Keras has {}", config[&key]));
        }
    }
    let mut inputs = tensors(&case["inputs"]);
    inputs[0] = masked(inputs[0].clone(), &case["mask"]);
    for (input, mask) in inputs.iter_mut().zip(case["masks"].as_array().into_iter().flatten()) {
        *input = masked(input.clone(), mask);
    }
    let mut built = Built::new(layer, &inputs)?;
    let weights = tensors(&case["weights"]);
    built.set_weights(&weights);
    built.training = case["training"] == true;
    let expected = tensors(&case["outputs"]);
    let outputs = built.call(&inputs, 1)?;
    if outputs.len() != expected.len() {
        report.problem(format!("{name}: {} outputs, Keras has {}", outputs.len(), expected.len()));
    }
    for (i, (got, expected)) in outputs.iter().zip(&expected).enumerate() {
        report.close(&format!("{name}: output {i}"), got, expected, TOLERANCE);
    }
    check_masks(name, case, &outputs, report);
    let (again, of_inputs, of_weights) = built.gradients(&inputs, &tensors(&case["upstream"]))?;
    if again.iter().zip(&outputs).any(|(a, b)| a.data() != b.data()) {
        report.problem(format!("{name}: a pass that saves gives other bits"));
    }
    for (i, expected) in case["input_gradients"].as_array().unwrap().iter().enumerate() {
        match (&of_inputs[i], expected.is_null()) {
            (_, true) => {}
            (Some(got), false) => {
                let expected = tensor(expected);
                report.close(
                    &format!("{name}: input gradient {i}"),
                    got,
                    &expected,
                    GRADIENT_TOLERANCE,
                );
            }
            (None, false) => report.problem(format!("{name}: no gradient of input {i}")),
        }
    }
    for (i, expected) in case["weight_gradients"].as_array().unwrap().iter().enumerate() {
        let what = format!("{name}: weight gradient {i}");
        if !expected.is_null() {
            report.close(&what, &of_weights[i], &tensor(expected), GRADIENT_TOLERANCE);
        }
    }
    if built.training {
        let recorded = case.get("weights_after").map_or(weights, tensors);
        for (i, (got, expected)) in built.recorded(&inputs)?.iter().zip(&recorded).enumerate() {
            report.close(&format!("{name}: weight {i} afterwards"), got, expected, TOLERANCE);
        }
    }
    Ok(())
}

/// Whether two configurations mean the same: build information and identities of shared objects
/// are Keras's own business.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            a.iter().all(|(key, value)| b.get(key).is_none_or(|other| same(value, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    }
}
