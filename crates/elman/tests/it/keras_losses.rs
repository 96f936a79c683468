//! Losses, called as Keras calls them: values, reductions, weights, masks, gradients.

use elman::prelude::*;
use elman::training::losses::{self, Loss, Reduction};
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

/// The gradient of the reduced loss, or of its sum, by way of a model whose output is its input
/// times 1: what `fit` does, seen from outside.
fn gradient(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Result<Tensor> {
    // The reduced loss is linear in the values: their factors are what it says of each alone.
    let evaluated = loss.evaluate(y_true, y_pred)?;
    let (values, mask) = (evaluated.values.clone(), evaluated.values.mask().cloned());
    let mut factors = Vec::with_capacity(values.len());
    for i in 0..values.len() {
        let mut one = Tensor::zeros(values.shape());
        one.data_mut()[i] = 1.0;
        let one = match &mask {
            Some(mask) => one.with_mask(mask.clone())?,
            None => one,
        };
        let alone = Fixed { values: one, reduction: loss.reduction() };
        let reduced = alone.call(y_true, y_pred, sample_weight)?;
        factors.push(reduced.data().iter().sum());
    }
    Ok(evaluated.gradient.of_weighted_sum(&factors))
}

/// A loss with given values.
#[derive(Clone)]
struct Fixed {
    values: Tensor,
    reduction: Reduction,
}

impl Loss for Fixed {
    fn class_name(&self) -> &'static str {
        "Fixed"
    }
    fn config(&self) -> Value {
        Value::Null
    }
    fn evaluate(&self, _: &Tensor, y_pred: &Tensor) -> Result<losses::Evaluated> {
        Ok(losses::Evaluated::new(self.values.clone(), Tensor::zeros(y_pred.shape())))
    }
    fn reduction(&self) -> Reduction {
        self.reduction
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
    report.finish(850);
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
    let got = gradient(&*loss, &y_true, &y_pred, weights.as_ref())?;
    report.close(&format!("{name}: gradient"), &got, &tensor(&case["gradient"]), TOLERANCE);
    // What was read is written again as Keras wrote it.
    let written = losses::to_object(&*loss);
    if written != case["loss"] {
        report.problem(format!("{name}: written as {written}, Keras has {}", case["loss"]));
    }
    Ok(())
}
