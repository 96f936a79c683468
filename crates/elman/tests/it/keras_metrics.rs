//! Metrics over several batches, with weights and masks, and after a reset.

use elman::training::metrics::{self, Metric};
use elman::{Mask, Result};
use serde_json::Value;

use crate::support::{Report, TOLERANCE, fixture, tensor};

#[test]
fn metrics_equal_keras() {
    let fixture = fixture("metrics.json");
    let mut report = Report::default();
    for case in fixture["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let checked = match case["metric"].is_string() {
            true => check_string(name, case, &mut report),
            false => check_object(name, case, &mut report),
        };
        if let Err(error) = checked {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(1900);
}

fn update(metric: &mut dyn Metric, batch: &Value) -> Result<()> {
    let given = |key: &str| batch.get(key).filter(|value| !value.is_null()).map(tensor);
    let mut y_pred = tensor(&batch["y_pred"]);
    if let Some(mask) = given("mask") {
        let used = mask.data().iter().map(|used| *used != 0.0).collect();
        y_pred = y_pred.with_mask(Mask::new(mask.shape(), used)?)?;
    }
    metric.update(&tensor(&batch["y_true"]), &y_pred, given("sample_weight").as_ref())
}

/// A metric named by a string, as `compile` takes it.
fn check_string(name: &str, case: &Value, report: &mut Report) -> Result<()> {
    let string = case["metric"].as_str().unwrap();
    let mut metric = metrics::get(string)?;
    for (i, batch) in case["batches"].as_array().unwrap().iter().enumerate() {
        update(&mut *metric, batch)?;
        let expected = case["after_each_batch"][i].as_f64().unwrap();
        report.close_number(&format!("{name}: batch {i}"), metric.result(), expected, TOLERANCE);
    }
    let key = case["key"].as_str().unwrap();
    if metric.name() != key || metric.to_object() != string {
        report.problem(format!("{name}: called {}, Keras {key}", metric.name()));
    }
    Ok(())
}

/// A metric by itself, read from its configuration.
fn check_object(name: &str, case: &Value, report: &mut Report) -> Result<()> {
    let mut metric = metrics::from_object(&case["metric"])?;
    let batches = case["batches"].as_array().unwrap();
    for (i, batch) in batches.iter().enumerate() {
        update(&mut *metric, batch)?;
        compare(&format!("{name}: batch {i}"), &*metric, &case["after_each_batch"][i], report);
    }
    metric.reset();
    update(&mut *metric, &batches[0])?;
    compare(&format!("{name}: after a reset"), &*metric, &case["after_reset"], report);
    // What is written means the same again; an object is as Keras writes it.
    let written = metric.to_object();
    let again = metrics::from_object(&written)?;
    if again.to_object() != written || again.name() != metric.name() {
        report.problem(format!("{name}: {written} is read as {}", again.to_object()));
    }
    let same = match written.as_str() {
        Some(string) => case["metric"]["config"]["name"] == string,
        None => {
            let mut expected = case["metric"].clone();
            if let Some(list) = expected["config"]["label_weights"]["config"].get("value").cloned()
            {
                expected["config"]["label_weights"] = list;
            }
            written == expected
        }
    };
    if !same {
        report.problem(format!("{name}: written as {written}, Keras has {}", case["metric"]));
    }
    Ok(())
}

fn compare(what: &str, metric: &dyn Metric, expected: &Value, report: &mut Report) {
    let (got, expected) = (metric.results(), expected.as_array().unwrap());
    if got.len() != expected.len() {
        return report.problem(format!("{what}: {got:?}, expected {expected:?}"));
    }
    let mut mean = 0.0;
    for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
        report.close_number(&format!("{what}, {i}"), *got, expected.as_f64().unwrap(), TOLERANCE);
        mean += got;
    }
    let mean = mean / got.len() as f64;
    report.close_number(&format!("{what}, the mean"), metric.result(), mean, 1e-12);
}
