//! Values and gradients of the losses, weighed and reduced as in training, against Keras.

use elman::prelude::*;
use serde_json::{Value, json};

use crate::probes::model_that_predicts;
use crate::support::{Report, TOLERANCE, fixture, tensor};

/// A step this long leaves of the weights, beside the gradient, next to nothing, and as a power of
/// two it changes no digit.
const STEP: f32 = 1024.0;

/// Rows with what elman doesn't have, and the word by which it is refused.
const REFUSED: &[(&str, &str)] = &[
    ("mean_squared_error/sum", "reduction = \"sum\""),
    ("mean_squared_error/none", "reduction = null"),
    ("mean_absolute_error/sum", "reduction = \"sum\""),
    ("mean_absolute_error/none", "reduction = null"),
];

#[test]
fn losses_equal_keras() {
    let mut report = Report::default();
    for case in fixture("losses.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let done = check(name, case, &mut report);
        report.unless_refused(name, REFUSED, done);
    }
    // Two numbers for each row that is not refused.
    report.finish(2 * (88 - REFUSED.len()));
}

fn check(name: &str, case: &Value, report: &mut Report) -> elman::Result<()> {
    let (y, p) = (tensor(&case["y_true"]), tensor(&case["y_pred"]));
    let weights = (!case["sample_weight"].is_null()).then(|| tensor(&case["sample_weight"]));
    let mut model = model_that_predicts(&p);
    let sgd = json!({ "class_name": "SGD", "config": { "learning_rate": STEP } });
    model.compile_from_json(&json!({ "optimizer": sgd, "loss": case["loss"] }))?;
    let x = Tensor::zeros([p.shape()[0], 1]);
    let weights = weights.map(|weights| weights.into());
    let logs = model.train_on_batch_with(&x, &y, weights)?;
    let expected = case["value"].as_f64().expect("a reduced loss");
    report.close_number(&format!("{name}: value"), logs[0].1, expected, TOLERANCE);
    let moved = model.weights().remove(0);
    let gradient = p.data().iter().zip(moved.data()).map(|(p, moved)| (p - moved) / STEP).collect();
    let gradient = Tensor::new(p.shape(), gradient)?;
    let expected = tensor(&case["gradient"]);
    report.close(&format!("{name}: gradient"), &gradient, &expected, TOLERANCE);
    Ok(())
}
