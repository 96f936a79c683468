//! Optimizers, step by step with given gradients, against Keras: the weights after each step, and
//! at the end what a file holds of the optimizer.

use elman::prelude::*;
use elman_files::KerasArchive;
use serde_json::{Value, json};

use crate::probes::{model_that_takes_gradients, step_with};
use crate::support::{Report, TOLERANCE, fixture, tensor, tensors};

/// Rows with what elman doesn't have, and the word by which it is refused.
const REFUSED: &[(&str, &str)] = &[
    ("sgd/clipnorm", "clipnorm"),
    ("sgd/clipvalue", "clipvalue"),
    ("adam/global_clipnorm", "global_clipnorm"),
    ("sgd/weight_decay", "weight_decay"),
    ("adamw", "AdamW"),
    ("sgd/exponential_decay", "schedule"),
];

#[test]
fn optimizers_equal_keras() {
    let mut report = Report::default();
    for case in fixture("optimizers.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let done = check(name, case, &mut report);
        report.unless_refused(name, REFUSED, done);
    }
    // Two weights in five steps, and at least the step counter and the learning rate.
    report.finish((2 * 5 + 2) * (19 - REFUSED.len()));
}

fn check(name: &str, case: &Value, report: &mut Report) -> elman::Result<()> {
    let mut model = model_that_takes_gradients(tensors(&case["variables"]));
    model.compile_from_json(&json!({ "optimizer": case["optimizer"], "loss": "mse" }))?;
    let after = case["variables_after"].as_array().unwrap();
    for (step, gradients) in case["gradients"].as_array().unwrap().iter().enumerate() {
        step_with(&mut model, &tensors(gradients))?;
        for (i, expected) in tensors(&after[step]).iter().enumerate() {
            let what = format!("{name}: weight {i} after step {step}");
            report.close(&what, &model.weights()[i], expected, TOLERANCE);
        }
    }
    let archive = KerasArchive::from_bytes(&model.to_bytes()?, "model.keras")?;
    let saved = archive.weights.variables("optimizer/vars");
    let expected = case["optimizer_variables"].as_array().unwrap();
    if saved.len() != expected.len() {
        report.problem(format!("{name}: {} variables, Keras has {}", saved.len(), expected.len()));
    }
    for (saved, expected) in saved.iter().zip(expected) {
        let saved = Tensor::new(saved.shape.clone(), saved.to_f32())?;
        let what = format!("{name}: {}", expected["path"]);
        report.close(&what, &saved, &tensor(expected), TOLERANCE);
    }
    Ok(())
}
