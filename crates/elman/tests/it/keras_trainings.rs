//! Whole trainings from given weights, against Keras.

use elman::models::Sequential;
use elman::prelude::*;
use serde_json::{Value, json};

use crate::support::{Report, fixture, tensor, tensors};

/// Rounding differs between Keras and elman in every step and adds up over a training.
const LOSS_TOLERANCE: f64 = 1e-4;
const WEIGHT_TOLERANCE: f64 = 2e-4;

fn check_history(name: &str, history: &History, expected: &Value, report: &mut Report) {
    let keys: Vec<&str> = history.keys().collect();
    let expected = expected.as_object().unwrap();
    let theirs: Vec<&str> = expected.keys().map(String::as_str).collect();
    if keys != theirs {
        report.problem(format!("{name}: history has {keys:?}, Keras {theirs:?}"));
    }
    for (key, values) in expected {
        for (epoch, value) in values.as_array().unwrap().iter().enumerate() {
            let got = history.get(key).map_or(f64::NAN, |series| series[epoch]);
            let what = format!("{name}: {key} of epoch {epoch}");
            report.close_number(&what, got, value.as_f64().unwrap(), LOSS_TOLERANCE);
        }
    }
}

#[test]
fn trainings_equal_keras() {
    check_all("trainings.json", 150);
}

/// Layers around the recurrent ones, some of which record statistics.
#[test]
fn trainings_of_other_layers_equal_keras() {
    check_all("layer_trainings.json", 60);
}

/// Every optimizer, with clipping, averages, accumulation and schedules.
#[test]
fn trainings_with_all_optimizers_equal_keras() {
    check_all("optimizer_trainings.json", 16 * 20);
}

/// With regularizers, constraints and frozen layers.
#[test]
fn penalized_trainings_equal_keras() {
    check_all("penalized_trainings.json", 150);
}

/// Weights of classes and of steps, with masks and in validation.
#[test]
fn weighted_trainings_equal_keras() {
    check_all("weighted_trainings.json", 200);
}

/// What Keras refuses of `class_weight` is refused, and nothing else.
#[test]
fn class_weights_are_refused_where_keras_refuses_them() {
    let fixture = fixture("weighted_trainings.json");
    let cases = fixture["cases"].as_array().unwrap().iter();
    let cases: Vec<&Value> = cases.filter(|case| case.get("refused").is_some()).collect();
    assert!(cases.len() >= 9);
    for case in cases {
        let mut model = Model::from_json(&case["model"]).unwrap();
        model.compile("sgd", case["loss"].as_str().unwrap(), &[]).unwrap();
        let mut fit = Fit::new().verbose(Verbose::Silent).class_weight([(0, 2.0)]);
        if !case["sample_weight"].is_null() {
            fit = fit.sample_weight(tensor(&case["sample_weight"]));
        }
        let trained = model.fit(Tensor::zeros([4, 5, 3]), tensors(&case["y"]), fit);
        assert_eq!(trained.is_err(), !case["refused"].is_null(), "{case}: {trained:?}");
        if let Err(error) = trained {
            assert!(error.to_string().contains("class_weight"), "{error}");
        }
    }
    let mut model = Sequential::new();
    model.add(Dense::new(1).input_shape([2])).unwrap();
    model.compile("sgd", "mse", &[]).unwrap();
    let fit = Fit::new().class_weight([(0, 1.0), (1, f64::NAN)]);
    let error = model.fit(array![[1., 2.]], array![[1.]], fit).unwrap_err().to_string();
    assert!(error.contains("`class_weight`") && error.contains("NaN for class 1"), "{error}");
}

fn check_all(file: &str, at_least: usize) {
    let mut report = Report::default();
    let fixture = fixture(file);
    let cases = fixture["cases"].as_array().unwrap().iter();
    for case in cases.filter(|case| case.get("refused").is_none()) {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(at_least);
}

fn check(name: &str, case: &Value, report: &mut Report) -> elman::Result<()> {
    let mut model = Model::from_json(&case["model"])?;
    model.set_weights(tensors(&case["initial_weights"]))?;
    let compile = &case["compile"];
    // The compilation is read as from a file.
    let object = json!({
        "optimizer": compile["optimizer"], "loss": compile["loss"], "metrics": compile["metrics"],
        "weighted_metrics": compile["weighted_metrics"],
    });
    model.compile_from_json(&object)?;
    let (x, y) = (tensor(&case["x"]), tensor(&case["y"]));
    let args = &case["fit"];
    let batch_size = args["batch_size"].as_u64().unwrap() as usize;
    let mut fit = Fit::new()
        .verbose(Verbose::Silent)
        .shuffle(false)
        .batch_size(batch_size)
        .epochs(args["epochs"].as_u64().unwrap() as usize)
        .validation_split(args["validation_split"].as_f64().unwrap_or(0.0));
    let weights = (!case["sample_weight"].is_null()).then(|| tensor(&case["sample_weight"]));
    if let Some(weights) = &weights {
        fit = fit.sample_weight(weights);
    }
    if let Some(pairs) = case["class_weight"].as_array() {
        let pair = |pair: &Value| (pair[0].as_i64().unwrap(), pair[1].as_f64().unwrap());
        fit = fit.class_weight(pairs.iter().map(pair));
    }
    if let Some(data) = case["validation_data"].as_array() {
        fit = fit.validation_data(tensor(&data[0]), tensor(&data[1]));
        if let Some(weights) = data.get(2).filter(|weights| !weights.is_null()) {
            fit = fit.validation_sample_weight(tensor(weights));
        }
    }
    let history = model.fit(&x, &y, fit)?;
    check_history(name, &history, &case["history"], report);
    for (i, (got, expected)) in
        model.weights().iter().zip(tensors(&case["final_weights"])).enumerate()
    {
        report.close(&format!("{name}: final weight {i}"), got, &expected, WEIGHT_TOLERANCE);
    }
    for (key, value) in model.evaluate_with(&x, &y, weights.clone().map(Into::into), batch_size)? {
        let expected = case["evaluate"][&key].as_f64().unwrap();
        report.close_number(&format!("{name}: evaluate {key}"), value, expected, LOSS_TOLERANCE);
    }
    let predictions = Tensor::from(model.predict(&x)?);
    report.close(
        &format!("{name}: predictions"),
        &predictions,
        &tensor(&case["predictions"]),
        WEIGHT_TOLERANCE,
    );
    Ok(())
}

/// Models with several inputs and outputs, masked sequences, stateful layers.
#[test]
fn trainings_of_graphs_equal_keras() {
    graph_trainings("graph_trainings.json", 135);
}

/// The same with regularizers, constraints and frozen layers.
#[test]
fn penalized_trainings_of_graphs_equal_keras() {
    graph_trainings("penalized_graph_trainings.json", 45);
}

fn graph_trainings(file: &str, at_least: usize) {
    let mut report = Report::default();
    for case in fixture(file)["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        if let Err(error) = check_graph(name, case, &mut report) {
            report.problem(format!("{name}: {error}"));
        }
    }
    report.finish(at_least);
}

fn check_graph(name: &str, case: &Value, report: &mut Report) -> elman::Result<()> {
    let mut model = Model::from_json(&case["model"])?;
    model.set_weights(tensors(&case["initial_weights"]))?;
    model.compile_from_json(&case["compile"])?;
    let [x, y, weights] = ["x", "y", "sample_weight"].map(|key| tensors(&case[key]));
    let args = &case["fit"];
    let mut fit = Fit::new()
        .verbose(Verbose::Silent)
        .shuffle(false)
        .batch_size(args["batch_size"].as_u64().unwrap() as usize)
        .epochs(args["epochs"].as_u64().unwrap() as usize);
    if !weights.is_empty() {
        fit = fit.sample_weight(weights);
    }
    if case["validation"] == json!(true) {
        fit = fit.validation_data(x.clone(), y.clone());
    }
    let history = model.fit(x, y, fit)?;
    check_history(name, &history, &case["history"], report);
    for (i, (got, expected)) in
        model.weights().iter().zip(tensors(&case["final_weights"])).enumerate()
    {
        report.close(&format!("{name}: final weight {i}"), got, &expected, WEIGHT_TOLERANCE);
    }
    Ok(())
}

/// The trainings of another script, with many optimizers.
#[test]
fn golden_trainings_equal_keras() {
    let fixture = fixture("golden/keras_training_golden.json");
    let (x, y) = (tensor(&fixture["x"]), tensor(&fixture["y"]));
    let weight = tensor(&fixture["sample_weight"]);
    let mut report = Report::default();
    let cases = fixture["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 27);
    for case in cases {
        let (layer, args) = (case["layer"].as_str().unwrap(), &case["args"]);
        let name = format!("{layer} {} {args}", case["optimizer"]);
        let mut model = Sequential::new();
        model.add(Input::new([5, 3])).unwrap();
        match layer {
            "SimpleRNN" => model.add(SimpleRnn::new(4)),
            "LSTM" => model.add(Lstm::new(4)),
            _ => model.add(Gru::new(4)),
        }
        .unwrap()
        .add(Dense::new(2))
        .unwrap();
        model.set_weights(tensors(&case["initial_weights"])).unwrap();
        let mut args = args.clone();
        if args["learning_rate"] == "ExponentialDecay(0.01,2,0.5)" {
            let decay =
                json!({ "initial_learning_rate": 0.01, "decay_steps": 2, "decay_rate": 0.5 });
            args["learning_rate"] = json!({ "class_name": "ExponentialDecay", "config": decay });
        }
        let optimizer = json!({ "class_name": case["optimizer"], "config": args });
        model
            .compile_from_json(
                &json!({ "optimizer": optimizer, "loss": "mse", "metrics": ["mae"] }),
            )
            .unwrap();
        let mut fit = Fit::new().epochs(3).batch_size(4).shuffle(false).verbose(Verbose::Silent);
        if case["sample_weight"] == json!(true) {
            fit = fit.sample_weight(&weight);
        }
        let history = model.fit(&x, &y, fit).unwrap();
        check_history(&name, &history, &sorted(&case["history"]), &mut report);
        let expected = tensors(&case["final_weights"]);
        assert_eq!(model.weights().len(), expected.len(), "{name}");
        for (i, (got, expected)) in model.weights().iter().zip(expected).enumerate() {
            report.close(&format!("{name}: final weight {i}"), got, &expected, WEIGHT_TOLERANCE);
        }
    }
    // Two curves of three epochs, and five weights.
    report.finish(27 * (2 * 3 + 5));
}

fn sorted(history: &Value) -> Value {
    let mut pairs: Vec<_> = history.as_object().unwrap().clone().into_iter().collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Object(pairs.into_iter().collect())
}
