//! Learning-rate schedules against Keras.

use elman::prelude::*;
use serde_json::{Value, json};

use crate::support::{Report, fixture};

/// Both compute in f32, by the same operations; powers and cosines may round otherwise.
const TOLERANCE: f64 = 1e-6;

fn model_with(schedule: &Value) -> elman::Result<Model> {
    let mut model = Sequential::new();
    model.add(Dense::new(1).input_shape([1]))?;
    let optimizer = json!({ "class_name": "SGD", "config": { "learning_rate": schedule } });
    model.compile_from_json(&json!({ "optimizer": optimizer, "loss": "mse" }))?;
    Ok(model.into())
}

#[test]
fn schedules_equal_keras() {
    let mut report = Report::default();
    for case in fixture("schedules.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let model = model_with(&case["schedule"]).unwrap();
        let learning_rate = &model.optimizer().unwrap().base().learning_rate;
        // Relative to the highest rate: in the end a cosine is a difference of equal numbers.
        let rates: Vec<f64> =
            case["rates"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let highest = rates.iter().copied().fold(0.0, f64::max);
        for (step, rate) in case["steps"].as_array().unwrap().iter().zip(rates) {
            let got = learning_rate.at(step.as_u64().unwrap());
            let what = format!("{name}: step {step}");
            report.close_number(&what, got / highest, rate / highest, TOLERANCE);
        }
        // Written as Keras writes it.
        let archive = elman_files::KerasArchive::from_bytes(&model.to_bytes().unwrap(), name);
        let config: Value = serde_json::from_str(&archive.unwrap().config).unwrap();
        let written = &config["compile_config"]["optimizer"]["config"]["learning_rate"];
        if written != &case["schedule"] && !name.contains("fractional_boundaries") {
            report.problem(format!("{name}: written as {written}, Keras {}", case["schedule"]));
        }
    }
    report.finish(1000);
}

type Case = (&'static str, Value, &'static [&'static str]);

#[test]
fn schedules_that_make_no_sense_are_refused() {
    let schedule = |class: &str, config: Value| json!({ "class_name": class, "config": config });
    let exponential = |key: &str, value: Value| {
        let mut config =
            json!({ "initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5 });
        config[key] = value;
        schedule("ExponentialDecay", config)
    };
    let piecewise = |boundaries: Value, values: Value| {
        schedule("PiecewiseConstantDecay", json!({ "boundaries": boundaries, "values": values }))
    };
    let cases: Vec<Case> = vec![
        ("unknown class", schedule("Decay", json!({})), &["Decay", "CosineDecay, "]),
        ("unknown key", exponential("decay", json!(1)), &["ExponentialDecay", "`decay`"]),
        (
            "missing key",
            schedule("CosineDecay", json!({ "decay_steps": 1 })),
            &["initial_learning"],
        ),
        ("no steps", exponential("decay_steps", json!(0)), &["decay_steps", "above 0", "got 0"]),
        ("a word", exponential("decay_rate", json!("x")), &["ExponentialDecay", "\"x\""]),
        ("negative", exponential("initial_learning_rate", json!(-1)), &["initial_learning_rate"]),
        ("no boundary", piecewise(json!([]), json!([0.1])), &["boundaries", "one or more"]),
        ("descending", piecewise(json!([4, 2]), json!([1, 2, 3])), &["boundaries", "[4, 2]"]),
        ("too few values", piecewise(json!([2]), json!([0.1])), &["values", "2 numbers", "got 1"]),
        ("before the start", piecewise(json!([-2]), json!([1, 2])), &["boundaries", "-2"]),
        (
            "shrinking periods",
            schedule(
                "CosineDecayRestarts",
                json!({ "initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 0.5 }),
            ),
            &["t_mul", "0.5"],
        ),
    ];
    for (name, object, words) in cases {
        let error = model_with(&object).err().unwrap_or_else(|| panic!("{name}: taken"));
        let text = error.to_string();
        for word in words {
            assert!(text.contains(word), "{name}: `{text}` doesn't say {word}");
        }
    }
}

#[test]
fn a_rate_that_grows_beyond_all_numbers_changes_nothing() {
    let decay = json!({ "initial_learning_rate": 1e30, "decay_steps": 1, "decay_rate": 1e30 });
    let mut model =
        model_with(&json!({ "class_name": "ExponentialDecay", "config": decay })).unwrap();
    let zeros = Tensor::zeros([1, 1]);
    let weights = model.weights();
    // The loss is 0, so the first step changes nothing; the rate of the second is infinite.
    model.train_on_batch(&zeros, &zeros).unwrap();
    let error = model.train_on_batch(&zeros, &zeros).unwrap_err().to_string();
    assert!(error.contains("learning_rate") && error.contains("inf"), "{error}");
    assert_eq!(model.weights(), weights);
    assert_eq!(model.optimizer_state().unwrap().iterations(), 1);
}
