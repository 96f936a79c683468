//! What Keras's initializers draw, as facts that hold for any stream of random numbers, and what
//! the weights of new layers are.

use elman::initializers::{self, Initializer};
use elman::layers::layer_from_config;
use elman::prelude::*;
use serde_json::{Value, json};

use crate::support::{Built, Report, difference, fixture, tensor};

/// The mean and the deviation of so many draws of 25 values and more are off by 1% of the
/// deviation at most.
const DRAWS: u64 = 400;
const SAMPLING: f64 = 0.03;
/// Products of orthonormal vectors of f32.
const ORTHONORMAL: f64 = 1e-5;

#[test]
fn initializers_are_those_of_keras() {
    let (mut report, mut rows) = (Report::default(), 0);
    for case in fixture("initializers.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let checked = match (case.get("identifier"), case.get("initializer")) {
            (Some(identifier), _) => check_name(identifier, case, &mut rows),
            (None, Some(_)) => check_draws(name, case, &mut rows),
            (None, None) => check_layer(name, case, &mut rows),
        };
        if let Err(problem) = checked {
            report.problem(format!("{name}: {problem}"));
        }
    }
    report.finish(0);
    assert_eq!(rows, 95, "rows that were compared");
}

/// A name means what Keras's `initializers.get` makes of it.
fn check_name(identifier: &Value, case: &Value, rows: &mut usize) -> Result<(), String> {
    let named = initializers::get(identifier.as_str().unwrap()).map_err(|e| e.to_string())?;
    *rows += 1;
    difference(&json!(named), &case["initializer"]).map_or(Ok(()), Err)
}

fn dims(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|d| d.as_u64().unwrap() as usize).collect()
}

fn check_draws(name: &str, case: &Value, rows: &mut usize) -> Result<(), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let read = |object: &Value| {
        serde_json::from_value::<Initializer>(object.clone()).map_err(|e| text(&e))
    };
    let object = &case["initializer"];
    // Written again, it means the same to Keras.
    let written = serde_json::to_value(read(object)?).map_err(|e| text(&e))?;
    if written["class_name"] != object["class_name"] || !within(&object["config"], &written) {
        return Err(format!("written as {written}, Keras has {object}"));
    }
    let (shape, facts) = (dims(&case["shape"]), &case["facts"]);
    let mut values: Vec<f64> = Vec::new();
    for seed in 0..DRAWS {
        let mut seeded = object.clone();
        if let Some(slot) = seeded["config"].get_mut("seed") {
            *slot = json!(seed);
        }
        let draw = read(&seeded)?.sample(&shape).map_err(|e| text(&e))?;
        if let Some(columns) = facts["columns_orthonormal"].as_bool() {
            check_orthonormal(&draw, columns, facts["gain"].as_f64().unwrap())?;
        }
        values.extend(draw.data().iter().map(|v| f64::from(*v)));
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let stddev = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    let largest = values.iter().fold(0.0, |largest, v| f64::max(largest, v.abs()));
    *rows += 1;
    if let Some(expected) = facts["stddev"].as_f64() {
        let center = facts["mean"].as_f64().unwrap();
        let allowed = SAMPLING * expected + 1e-6;
        if (mean - center).abs() > allowed || (stddev - expected).abs() > allowed {
            return Err(format!("{mean} ± {stddev}, expected {center} ± {expected}"));
        }
    }
    // Nothing lies beyond the limit, and in so many draws something lies close to it.
    if let Some(limit) = facts["limit"].as_f64()
        && !(largest <= limit * (1.0 + 1e-6) && largest >= 0.95 * limit)
    {
        return Err(format!("{name}: values up to {largest}, expected up to {limit}"));
    }
    Ok(())
}

/// Whether a configuration has every key of Keras's with the same value.
fn within(theirs: &Value, written: &Value) -> bool {
    theirs.as_object().unwrap().iter().all(|(key, value)| match written["config"].get(key) {
        Some(ours) => ours == value || ours.as_f64().is_some_and(|v| value.as_f64() == Some(v)),
        // Of weights with more axes than those of any layer here.
        None => ["input_axes", "output_axes"].contains(&key.as_str()) && value.is_null(),
    })
}

fn check_orthonormal(matrix: &Tensor, columns: bool, gain: f64) -> Result<(), String> {
    let &[rows, width] = matrix.shape() else { return Err("no matrix".into()) };
    let at = |r: usize, c: usize| f64::from(matrix.data()[r * width + c]);
    let (count, length) = if columns { (width, rows) } else { (rows, width) };
    let entry = |i: usize, k: usize| if columns { at(k, i) } else { at(i, k) };
    for i in 0..count {
        for j in 0..count {
            let product: f64 = (0..length).map(|k| entry(i, k) * entry(j, k)).sum();
            let expected = if i == j { gain * gain } else { 0.0 };
            if (product - expected).abs() > ORTHONORMAL * gain * gain {
                return Err(format!("vectors {i} and {j} have the product {product}"));
            }
        }
    }
    Ok(())
}

fn check_layer(name: &str, case: &Value, rows: &mut usize) -> Result<(), String> {
    let object = &case["layer"];
    let config = object["config"].as_object().unwrap();
    let layer = layer_from_config(object["class_name"].as_str().unwrap(), config)
        .map_err(|error| error.to_string())?;
    // The batch is of any size.
    let shape: Vec<usize> = case["input_shape"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d.as_u64().unwrap_or(2) as usize)
        .collect();
    let built = Built::new(layer, &[Tensor::zeros(shape)]).map_err(|error| error.to_string())?;
    let expected = case["weights"].as_array().unwrap();
    let entries = built.parameters.entries();
    if entries.len() != expected.len() {
        return Err(format!("{name}: {} weights, Keras has {}", entries.len(), expected.len()));
    }
    *rows += 1;
    for (entry, expected) in entries.iter().zip(expected) {
        let path = expected["path"].as_str().unwrap();
        if path.rsplit('/').next() != Some(&entry.name) || entry.shape != dims(&expected["shape"]) {
            return Err(format!("{} {:?}, Keras has {path}", entry.name, entry.shape));
        }
        let values = built.parameters.tensor(entry);
        match &expected["values"] {
            Value::Null => {
                let first = values.data()[0];
                if values.data().iter().all(|v| *v == first) {
                    return Err(format!("{path} is {first} everywhere, in Keras it is random"));
                }
            }
            given if values == tensor(given) => {}
            given => return Err(format!("{path} is {values:?}, in Keras {given}")),
        }
    }
    Ok(())
}
