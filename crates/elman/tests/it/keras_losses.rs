//! Losses, called as Keras calls them: values, reductions, weights, masks, gradients.

use elman::prelude::*;
use elman::training::losses::{self, Evaluated, Loss, Reduction, value_and_gradient};
use elman::{Mask, Result};
use serde_json::Value;

use crate::support::{Report, TOLERANCE, fixture, tensor};

fn case_tensor(case: &Value, key: &str) -> Option<Tensor> {
    case.get(key).filter(|value| !value.is_null()).map(tensor)
}

fn mask(case: &Value) -> Option<Mask> {
    let mask = case_tensor(case, "mask")?;
    Some(Mask::new(mask.shape(), mask.data().iter().map(|used| *used != 0.0).collect()).unwrap())
}

/// A loss with its values summed.
#[derive(Clone)]
struct Sum(Box<dyn Loss>);

impl Loss for Sum {
    fn class_name(&self) -> &'static str {
        "Sum"
    }
    fn config(&self) -> Value {
        Value::Null
    }
    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        self.0.evaluate(y_true, y_pred)
    }
    fn reduction(&self) -> Reduction {
        Reduction::Sum
    }
    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(self.clone())
    }
}

#[test]
fn losses_equal_keras() {
    let fixture = fixture("losses.json");
    let mut report = Report::default();
    for case in fixture["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(1300);
}

fn check(name: &str, case: &Value, report: &mut Report) -> Result<()> {
    let loss = losses::from_object(&case["loss"])?;
    let (y_true, mut y_pred) = (tensor(&case["y_true"]), tensor(&case["y_pred"]));
    if let Some(mask) = mask(case) {
        y_pred = y_pred.with_mask(mask)?;
    }
    let weights = case_tensor(case, "sample_weight");
    let value = loss.call(&y_true, &y_pred, weights.as_ref())?;
    let expected = match &case["value"] {
        Value::Object(_) => tensor(&case["value"]),
        number => Tensor::new([], vec![number.as_f64().unwrap() as f32])?,
    };
    report.close(&format!("{name}: value"), &value, &expected, TOLERANCE);
    // Both ways to the values agree.
    let (alone, evaluated) = (loss.values(&y_true, &y_pred)?, loss.evaluate(&y_true, &y_pred)?);
    if alone != evaluated.values {
        report.problem(format!("{name}: `values` differs from `evaluate`"));
    }
    // Without a reduction, Keras differentiates the sum.
    let summed = match loss.reduction() {
        Reduction::None => &Sum(loss.clone()),
        _ => &*loss,
    };
    let (number, gradient) = value_and_gradient(summed, &y_true, &y_pred, weights.as_ref())?;
    let sum = expected.data().iter().map(|v| f64::from(*v)).sum();
    report.close_number(&format!("{name}: with the gradient"), number, sum, TOLERANCE);
    report.close(&format!("{name}: gradient"), &gradient, &tensor(&case["gradient"]), TOLERANCE);
    // What was read is written again as Keras wrote it.
    let written = losses::to_object(&*loss);
    if written != case["loss"] {
        report.problem(format!("{name}: written as {written}, Keras has {}", case["loss"]));
    }
    Ok(())
}
