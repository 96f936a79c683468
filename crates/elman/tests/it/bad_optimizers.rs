//! Optimizers that make no sense are refused, by the name of what is wrong; and what can't be read
//! of a file's optimizer is told.

use elman::prelude::*;
use elman::training::optimizers::{Lion, Muon};
use elman::training::schedules::CosineDecay;
use elman_files::{Array, KerasArchive};
use serde_json::{Value, json};

fn model() -> Sequential {
    let mut model = Sequential::with_name("m");
    model.add(Dense::new(2).input_shape([3])).unwrap();
    model
}

fn compile(class_name: &str, config: Value) -> elman::Result<()> {
    let optimizer = json!({ "class_name": class_name, "config": config });
    model().compile_from_json(&json!({ "optimizer": optimizer, "loss": "mse" }))
}

#[test]
fn arguments_are_checked() {
    let cases: Vec<(&str, Value, &[&str])> = vec![
        ("Adam", json!({ "lr": 0.1 }), &["optimizer Adam", "`lr`", "learning_rate, "]),
        ("Adam", json!({ "rho": 0.1 }), &["`rho`", "amsgrad"]),
        ("Adam", json!({ "beta_1": "high" }), &["optimizer Adam", "`beta_1`", "\"high\""]),
        ("Adam", json!({ "beta_1": 1.0 }), &["beta_1", "less than 1", "got 1"]),
        ("Adam", json!({ "amsgrad": 1 }), &["`amsgrad`", "bool"]),
        ("Adam", json!({ "clipnorm": "1" }), &["`clipnorm`"]),
        ("Adam", json!({ "decay": 0.1 }), &["`decay`"]),
        ("Adam", json!({ "epsilon": -1e-7 }), &["epsilon", "0 or more"]),
        ("SGD", json!({ "learning_rate": -0.1 }), &["learning_rate", "0 or more", "-0.1"]),
        ("SGD", json!({ "learning_rate": "fast" }), &["learning_rate", "\"fast\""]),
        ("SGD", json!({ "learning_rate": null }), &["learning_rate", "null"]),
        ("SGD", json!({ "momentum": 1.5 }), &["momentum", "from 0 to 1", "1.5"]),
        ("SGD", json!({ "clipnorm": 1, "clipvalue": 1 }), &["clipvalue", "clipnorm and clipvalue"]),
        ("SGD", json!({ "ema_momentum": 1.1 }), &["ema_momentum", "1.1"]),
        ("SGD", json!({ "ema_overwrite_frequency": 1.5 }), &["`ema_overwrite_frequency`"]),
        ("SGD", json!({ "gradient_accumulation_steps": 1 }), &["gradient_accumulation_steps", "2"]),
        ("SGD", json!({ "gradient_accumulation_steps": -2 }), &["gradient_accumulation_steps"]),
        ("SGD", json!({ "loss_scale_factor": 0 }), &["loss_scale_factor", "above 0"]),
        ("AdamW", json!({ "weight_decay": null }), &["optimizer AdamW", "weight_decay", "none"]),
        ("RMSprop", json!({ "rho": 2 }), &["optimizer RMSprop", "rho"]),
        ("Adagrad", json!({ "initial_accumulator_value": -1 }), &["initial_accumulator_value"]),
        ("Adadelta", json!({ "rho": -0.1 }), &["rho"]),
        ("Adamax", json!({ "beta_2": 1 }), &["beta_2"]),
        ("Nadam", json!({ "beta_1": -1 }), &["beta_1"]),
        ("Ftrl", json!({ "learning_rate_power": 0.5 }), &["learning_rate_power", "0 or less"]),
        ("Ftrl", json!({ "l1_regularization_strength": -1 }), &["l1_regularization_strength"]),
        ("Lion", json!({ "beta_1": 0 }), &["beta_1", "above 0"]),
        ("Lamb", json!({ "epsilon": -1 }), &["optimizer Lamb", "epsilon"]),
        ("Adafactor", json!({ "clip_threshold": 0 }), &["clip_threshold", "above 0"]),
        ("Muon", json!({ "exclude_layers": ["dense_[0-9]"] }), &["exclude_layers", "dense_[0-9]"]),
        ("Muon", json!({ "ns_steps": -1 }), &["`ns_steps`"]),
        ("ScheduleFreeAdamW", json!({}), &["ScheduleFreeAdamW", "not supported"]),
        ("LossScaleOptimizer", json!({}), &["LossScaleOptimizer", "not supported"]),
        ("Sdg", json!({}), &["Sdg", "adam, rmsprop, sgd, adadelta"]),
    ];
    for (class_name, config, words) in cases {
        let error = compile(class_name, config.clone())
            .err()
            .unwrap_or_else(|| panic!("{class_name} {config}: taken"))
            .to_string();
        for word in words {
            assert!(error.contains(word), "{class_name} {config}: no {word} in `{error}`");
        }
    }
}

#[test]
fn what_leaves_an_option_off_is_taken() {
    for (class_name, config) in [
        ("adam", json!({})),
        ("ADAM", json!({ "clipnorm": null, "decay": null, "jit_compile": true })),
        ("Adam", json!({ "decay": 0.0, "is_legacy_optimizer": false, "clipvalue": 0 })),
        ("SGD", json!({ "learning_rate": 1, "gradient_accumulation_steps": null })),
        ("SGD", json!({ "gradient_accumulation_steps": 0, "ema_overwrite_frequency": 0 })),
        ("Muon", json!({ "exclude_layers": null, "rms_rate": null, "weight_decay": null })),
    ] {
        compile(class_name, config.clone())
            .unwrap_or_else(|e| panic!("{class_name} {config}: {e}"));
    }
}

#[test]
fn structs_are_checked_as_configurations_are() {
    let mut model = model();
    let error = |optimizer: Result<(), elman::Error>| optimizer.unwrap_err().to_string();
    let text = error(model.compile(Adam::new(f64::NAN), "mse", &[]));
    assert!(text.contains("learning_rate") && text.contains("NaN"), "{text}");
    let text = error(model.compile(Lion { beta_2: f64::INFINITY, ..Lion::new(0.1) }, "mse", &[]));
    assert!(text.contains("beta_2") && text.contains("inf"), "{text}");
    let text = error(model.compile(Sgd::new(CosineDecay::new(0.1, 0)), "mse", &[]));
    assert!(text.contains("decay_steps"), "{text}");
    let muon = Muon { exclude_layers: vec!["a|b".into()], ..Muon::default() };
    let text = error(model.compile(muon, "mse", &[]));
    assert!(text.contains("a|b"), "{text}");
    assert!(!model.is_compiled());
}

#[test]
fn a_schedule_is_not_set_to_a_number() {
    let mut model = model();
    model.compile(Adam::new(CosineDecay::new(0.1, 10)), "mse", &[]).unwrap();
    let text = model.set_learning_rate(0.5).unwrap_err().to_string();
    assert!(text.contains("optimizer Adam") && text.contains("CosineDecay"), "{text}");
    assert_eq!(model.learning_rate().unwrap() as f32, 0.1);
    // Another schedule may take its place, and a schedule that of a number, as in Keras.
    model.set_learning_rate(CosineDecay::new(0.3, 10)).unwrap();
    assert_eq!(model.learning_rate().unwrap() as f32, 0.3);
    model.compile("adam", "mse", &[]).unwrap();
    assert!(model.set_learning_rate(f64::INFINITY).is_err());
    assert!(model.set_learning_rate(CosineDecay::new(-1.0, 10)).is_err());
    assert_eq!(model.learning_rate().unwrap(), 0.001);
    model.set_learning_rate(CosineDecay::new(0.2, 10)).unwrap();
    assert_eq!(model.learning_rate().unwrap() as f32, 0.2);
}

/// A file of a model with Adam, trained by a step, after a change to what it holds of the
/// optimizer.
fn with_changed_file(change: impl FnOnce(&mut KerasArchive)) -> Model {
    let mut model = model();
    model.compile("adam", "mse", &[]).unwrap();
    model.train_on_batch(Tensor::zeros([1, 3]), Tensor::zeros([1, 2])).unwrap();
    let mut archive = KerasArchive::from_bytes(&model.to_bytes().unwrap(), "file").unwrap();
    change(&mut archive);
    Model::from_bytes(&archive.to_bytes().unwrap(), "file").unwrap()
}

#[test]
fn a_state_that_does_not_fit_is_told() {
    let reason = |model: &Model| model.optimizer().err().unwrap().to_string();
    let set = |archive: &mut KerasArchive, name: &str, array: Array| {
        archive.weights.insert(&format!("optimizer/vars/{name}"), array);
    };
    assert!(with_changed_file(|_| {}).is_compiled());
    let wrong_shape = Array::f32([2, 3], vec![0.0; 6]);
    let model = with_changed_file(|archive| set(archive, "3", wrong_shape));
    let text = reason(&model);
    for word in ["velocity", "optimizer Adam", "(2, 3)", "(3, 2)"] {
        assert!(text.contains(word), "no {word} in {text}");
    }
    // It predicts all the same.
    assert_eq!(model.predict(Tensor::zeros([1, 3])).unwrap().shape(), [1, 2]);
    let one_more = Array::f32_scalar(1.0);
    let text = reason(&with_changed_file(|archive| set(archive, "6", one_more)));
    assert!(text.contains("6 weights") && text.contains("holds 7"), "{text}");
    let rate = Array::f32_scalar(f32::NAN);
    let text = reason(&with_changed_file(|archive| set(archive, "1", rate)));
    assert!(text.contains("learning_rate") && text.contains("NaN"), "{text}");
}
