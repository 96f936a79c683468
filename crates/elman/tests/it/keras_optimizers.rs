//! Optimizers, step by step with given gradients, against Keras: the weights and all that the
//! optimizer remembers, after each step.

use elman::prelude::*;
use elman::training::Compile;
use elman_files::KerasArchive;
use serde_json::{Value, json};

use crate::probes::{model_that_takes_gradients, step_with};
use crate::support::{Report, fixture, tensor, tensors};

/// Relative to the largest value of an array. Both compute in f32 by the same operations; sums,
/// powers and matrix products round otherwise, which a few steps multiply.
const TOLERANCE: f64 = 5e-6;

/// Compares arrays whose values may all be tiny, such as means of squares.
fn close(report: &mut Report, what: &str, got: &Tensor, expected: &Tensor) {
    let largest = expected.data().iter().fold(0.0, |largest: f32, v| largest.max(v.abs()));
    let scale = if largest == 0.0 { 1.0 } else { 1.0 / largest };
    let scaled =
        |t: &Tensor| Tensor::new(t.shape(), t.data().iter().map(|v| v * scale).collect()).unwrap();
    report.close(what, &scaled(got), &scaled(expected), TOLERANCE);
}

#[test]
fn steps_equal_keras() {
    let mut report = Report::default();
    for case in fixture("optimizers.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    // Six steps of at least three weights, the step counter and the learning rate.
    report.finish(64 * 6 * 5);
}

fn check(name: &str, case: &Value, report: &mut Report) -> elman::Result<()> {
    let names: Vec<String> = serde_json::from_value(case["names"].clone()).unwrap();
    let mut model = model_that_takes_gradients(names, tensors(&case["variables"]));
    model.compile_from_json(&json!({ "optimizer": case["optimizer"], "loss": "mse" }))?;
    if case["exclude_from_weight_decay"] != json!([]) {
        // A list that Keras's configuration doesn't hold.
        assert_eq!(case["exclude_from_weight_decay"], json!(["bias", "wid"]));
        let optimizer = AdamW::new(0.05).weight_decay(0.5);
        let optimizer = optimizer.exclude_from_weight_decay(["bias", "wid"]);
        model.compile_with(Compile::new(optimizer, "mse")?);
    }
    let paths = case["optimizer_variables"].as_array().unwrap();
    for (step, gradients) in case["gradients"].as_array().unwrap().iter().enumerate() {
        step_with(&mut model, &tensors(gradients))?;
        let expected = tensors(&case["variables_after"][step]);
        for (i, expected) in expected.iter().enumerate() {
            let what = format!("{name}: weight {i} after step {step}");
            close(report, &what, &model.weights()[i], expected);
        }
        let archive = KerasArchive::from_bytes(&model.to_bytes()?, "model.keras")?;
        let saved = archive.weights.variables("optimizer/vars");
        if saved.len() != paths.len() {
            report.problem(format!("{name}: {} variables, Keras has {}", saved.len(), paths.len()));
        }
        let expected = case["optimizer_variables_after"][step].as_array().unwrap();
        for ((saved, expected), path) in saved.iter().zip(expected).zip(paths) {
            let saved = Tensor::new(saved.shape.clone(), saved.to_f32())?;
            let what = format!("{name}: {} after step {step}", path["path"]);
            close(report, &what, &saved, &tensor(expected));
        }
    }
    check_config(name, &model, &case["optimizer"], report)?;
    model.finalize_variable_values()?;
    for (i, expected) in tensors(&case["finalized"]).iter().enumerate() {
        close(report, &format!("{name}: finalized {i}"), &model.weights()[i], expected);
    }
    Ok(())
}

/// The optimizer is written as Keras writes it, the same keys in the same order.
fn check_config(
    name: &str,
    model: &Model,
    expected: &Value,
    report: &mut Report,
) -> elman::Result<()> {
    let archive = KerasArchive::from_bytes(&model.to_bytes()?, "model.keras")?;
    let config: Value = serde_json::from_str(&archive.config).unwrap();
    let written = &config["compile_config"]["optimizer"];
    // Keras writes numbers as the program gave them, whole ones too.
    let text = |value: &Value| value.to_string().replace(".0,", ",").replace(".0}", "}");
    if text(written) != text(expected) {
        report.problem(format!("{name}: written as {written}, Keras {expected}"));
    }
    Ok(())
}

#[test]
fn optimizers_by_name_are_those_of_keras() {
    let cases = fixture("optimizers.json");
    let cases = cases["cases"].as_array().unwrap();
    let mut report = Report::default();
    let mut compared = 0;
    for case in cases {
        let name = case["name"].as_str().unwrap();
        // Those without a slash have Keras's defaults, and are named as in `compile`.
        if name.contains('/') {
            continue;
        }
        compared += 1;
        for name in [name, case["optimizer"]["class_name"].as_str().unwrap()] {
            let mut model = Sequential::new();
            model.add(Dense::new(1).input_shape([1])).unwrap();
            model.compile(name, "mse", &[]).unwrap();
            check_config(name, &model, &case["optimizer"], &mut report).unwrap();
        }
    }
    report.finish(0);
    assert_eq!(compared, 13);
}
