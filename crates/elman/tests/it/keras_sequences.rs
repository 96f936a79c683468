//! Windows of series and padded sequences against Keras: equal, not close.

use elman::Result;
use elman::data::{Dataset, PadSequences, timeseries_dataset_from_array};
use elman::prelude::*;
use serde_json::Value;

use crate::support::{fixture, tensor};

fn whole(arguments: &Value, key: &str) -> Option<usize> {
    arguments[key].as_u64().map(|n| n as usize)
}

/// The x and y of each batch.
fn windows(case: &Value) -> Result<Vec<Vec<Tensor>>> {
    let arguments = &case["arguments"];
    let length = whole(arguments, "sequence_length").unwrap();
    let mut windows = timeseries_dataset_from_array(tensor(&case["data"]), length);
    if !case["targets"].is_null() {
        windows = windows.targets(tensor(&case["targets"]));
    }
    for key in arguments.as_object().unwrap().keys() {
        let value = whole(arguments, key).unwrap();
        windows = match key.as_str() {
            "sequence_length" => windows,
            "sequence_stride" => windows.sequence_stride(value),
            "sampling_rate" => windows.sampling_rate(value),
            "batch_size" => windows.batch_size(value),
            "start_index" => windows.start_index(value),
            "end_index" => windows.end_index(value),
            other => panic!("{other}"),
        };
    }
    let mut dataset = windows.build()?;
    let batches = dataset.batches(0)?.collect::<Result<Vec<_>>>()?;
    Ok(batches.into_iter().map(|batch| [Vec::from(batch.x), Vec::from(batch.y)].concat()).collect())
}

fn padded(case: &Value) -> Result<Tensor> {
    let sequences: Vec<Tensor> = case["sequences"].as_array().unwrap().iter().map(tensor).collect();
    let mut pad = PadSequences::new();
    for (key, value) in case["arguments"].as_object().unwrap() {
        pad = match key.as_str() {
            "maxlen" => pad.maxlen(whole(&case["arguments"], key)),
            "dtype" => pad.dtype(value.as_str().unwrap()),
            "padding" => pad.padding(value.as_str().unwrap().parse()?),
            "truncating" => pad.truncating(value.as_str().unwrap().parse()?),
            "value" => pad.value(value.as_f64().unwrap()),
            other => panic!("{other}"),
        };
    }
    pad.pad(&sequences)
}

#[test]
fn sequences_equal_keras() {
    let mut problems = Vec::new();
    let (mut compared, mut refused) = (0, 0);
    for case in fixture("sequences.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let got: Result<Vec<Vec<Tensor>>> = match name.starts_with("pad/") {
            true => padded(case).map(|one| vec![vec![one]]),
            false => windows(case),
        };
        let expected: Vec<Vec<Tensor>> = match case["batches"].as_array() {
            Some(batches) => batches
                .iter()
                .map(|b| {
                    [&b["x"], &b["y"]].into_iter().filter(|v| !v.is_null()).map(tensor).collect()
                })
                .collect(),
            None if case["padded"].is_null() => Vec::new(),
            None => vec![vec![tensor(&case["padded"])]],
        };
        match (got, case["refused"].is_null()) {
            (Ok(got), true) => {
                compared += 1;
                if got != expected {
                    problems.push(format!("{name}: {got:?}, Keras {expected:?}"));
                }
            }
            (Err(_), false) => refused += 1,
            (Ok(_), false) => problems.push(format!("{name}: Keras refuses it")),
            (Err(error), true) => problems.push(format!("{name}: {error}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(compared > 30 && refused == 8, "{compared} {refused}");
}
