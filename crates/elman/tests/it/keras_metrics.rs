//! Metrics over batches of different sizes, against Keras.

use elman::training::metrics::{self, Metric};
use serde_json::Value;

use crate::support::{Report, TOLERANCE, fixture, tensor};

#[test]
fn metrics_equal_keras() {
    let mut report = Report::default();
    for case in fixture("metrics.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    // Two batches, twice.
    report.finish(4 * 39);
}

fn check(name: &str, case: &Value, report: &mut Report) -> elman::Result<()> {
    let mut metric = metrics::get(case["metric"].as_str().unwrap())?;
    if metric.name() != case["key"].as_str().unwrap() {
        report.problem(format!("{name}: named {}, in Keras {}", metric.name(), case["key"]));
    }
    // A second time after a reset, the same.
    for round in ["first", "after a reset"] {
        for (i, batch) in case["batches"].as_array().unwrap().iter().enumerate() {
            update(&mut *metric, batch, case["weighted"] == Value::Bool(true))?;
            let expected = case["after_each_batch"][i].as_f64().unwrap();
            let what = format!("{name}: {round}, batch {i}");
            report.close_number(&what, metric.result(), expected, TOLERANCE);
        }
        metric.reset();
    }
    Ok(())
}

fn update(metric: &mut dyn Metric, batch: &Value, weighted: bool) -> elman::Result<()> {
    let weights = weighted.then(|| tensor(&batch["sample_weight"]));
    metric.update(&tensor(&batch["y_true"]), &tensor(&batch["y_pred"]), weights.as_ref())
}
