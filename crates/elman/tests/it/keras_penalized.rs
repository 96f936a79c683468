//! Files of Keras with regularizers, constraints, other initializers and frozen layers: what they
//! say, what they compute, how their training goes on; and what `trainable` does.

use elman::prelude::*;
use elman_files::KerasArchive;
use serde_json::Value;

use crate::support::{Report, TOLERANCE, difference, fixture, fixture_path, tensor};

fn array(name: &str) -> Tensor {
    let array = elman_files::npy::read(&fixture_path(&format!("penalized/{name}.npy"))).unwrap();
    let data = array.to_f32();
    Tensor::new(array.shape, data).unwrap()
}

/// The layers in a file's configuration.
fn layers(bytes: &[u8]) -> Vec<Value> {
    let archive = KerasArchive::from_bytes(bytes, "test").unwrap();
    let config: Value = serde_json::from_str(&archive.config).unwrap();
    config["config"]["layers"].as_array().unwrap().clone()
}

/// Without the keys that are for Keras's loader and for elman's, and the options that are off.
fn essential(value: &Value) -> Value {
    const ASIDE: &[&str] = &[
        "build_config",
        "shared_object_id",
        "elman_counts_activity",
        "data_format",
        "dropout",
        "recurrent_dropout",
    ];
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !ASIDE.contains(&key.as_str()));
            kept.map(|(key, value)| (key.clone(), essential(value))).collect()
        }
        Value::Array(list) => list.iter().map(essential).collect(),
        other => other.clone(),
    }
}

#[test]
fn files_say_and_train_what_keras_does() {
    let mut report = Report::default();
    for case in fixture("penalized/manifest.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let path = fixture_path(&format!("penalized/{name}.keras"));
        let mut model = load_model(&path).unwrap();
        let x = array(&format!("{name}.x"));
        let y = Tensor::from(model.predict(&x).unwrap());
        report.close(name, &y, &array(&format!("{name}.y")), TOLERANCE);

        let (theirs, ours) =
            (layers(&std::fs::read(&path).unwrap()), layers(&model.to_bytes().unwrap()));
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            report.same(name, &essential(ours), &essential(theirs));
        }

        let targets = tensor(&case["resume"]["targets"]);
        let logs = model.evaluate_with(&x, &targets, None, 32).unwrap();
        let loss = logs.iter().find(|(key, _)| key == "loss").unwrap().1;
        let expected = case["resume"]["loss_before"].as_f64().unwrap();
        report.close_number(&format!("{name}: loss"), loss, expected, TOLERANCE);

        // One step further: right only with the optimizer's state, penalties and constraints.
        let mut copy = Model::from_bytes(&model.to_bytes().unwrap(), "copy").unwrap();
        let expected = tensor(&case["resume"]["predictions_after"]);
        for (what, model) in [("loaded", &mut model), ("saved and loaded", &mut copy)] {
            model.train_on_batch(&x, &targets).unwrap();
            let y = Tensor::from(model.predict(&x).unwrap());
            report.close(&format!("{name}: {what}, trained on"), &y, &expected, TOLERANCE);
        }
    }
    report.finish(30);
}

/// Keras leaves the activity regularizer of a layer in a `TimeDistributed` out, and so does a model
/// read from its file; one made here counts it, also when it is saved and loaded.
#[test]
fn steps_are_penalized_unless_keras_3_wrote_the_file() {
    let make = || {
        let mut model = Sequential::new();
        let dense = Dense::new(1).kernel_initializer(Initializer::Ones);
        let dense = dense.activity_regularizer(Regularizer::l2(0.5));
        model.add(TimeDistributed::new(dense).name("steps").input_shape([2, 1])).unwrap();
        model.compile(Sgd::new(0.1), "mse", &[]).unwrap();
        Model::from(model)
    };
    let x = Tensor::from(ndarray::array![[[1.], [2.]], [[3.], [4.]]]);
    let penalty = 0.5 * (1.0 + 4.0 + 9.0 + 16.0) / 2.0;
    // Whatever the model puts out is right, so that the penalty is all of the loss.
    let loss = |model: &Model| {
        let y = model.predict(&x).unwrap();
        model.evaluate(&x, y).unwrap().pop().unwrap().1
    };
    let made = make();
    assert_eq!(loss(&made), penalty);
    let saved = Model::from_bytes(&made.to_bytes().unwrap(), "ours").unwrap();
    assert_eq!((loss(&saved), saved.warnings().len()), (penalty, 0));

    let mut json = made.to_json();
    let steps = json["config"]["layers"][1]["config"]["layer"].as_object_mut().unwrap();
    assert_eq!(steps.remove("elman_counts_activity"), Some(Value::Bool(true)));
    let theirs = Model::from_json(&json).unwrap();
    let warning = &theirs.warnings()[0];
    assert!(warning.contains("activity_regularizer") && warning.contains("steps"), "{warning}");
    let written = theirs.to_json();
    assert_eq!(difference(&written["config"], &json["config"]), None);
    let mut theirs = theirs;
    theirs.set_weights(made.weights()).unwrap();
    theirs.compile(Sgd::new(0.1), "mse", &[]).unwrap();
    assert_eq!(loss(&theirs), 0.0);

    // The gradient of 0.5 * w² * sum(x²) / 2 at w = 1.
    let mut trained = made;
    let y = trained.predict(&x).unwrap();
    trained.train_on_batch(&x, y).unwrap();
    let expected = 1.0 - 0.1 * 0.5 * 30.0;
    assert!((trained.weights()[0].data()[0] - expected).abs() < 1e-6);
}

/// `trainable` reaches all that lies below, takes effect at once, and files keep it.
#[test]
fn frozen_weights_stay() {
    let mut inner = Sequential::with_name("inner");
    inner.add(Dense::new(2).input_shape([3])).unwrap();
    let mut model = Sequential::new().seed(2);
    model.add(Bidirectional::new(Lstm::new(2)).name("both").input_shape([4, 2])).unwrap();
    model.add(Dense::new(3)).unwrap();
    model.add(inner).unwrap();
    model.compile("adam", "mse", &[]).unwrap();
    let (x, y) = (ndarray::Array3::<f32>::ones((2, 4, 2)), ndarray::Array2::<f32>::ones((2, 2)));
    let counts = |model: &Model| -> Vec<String> {
        let text = model.summary();
        text.lines().filter(|l| l.contains("rainable params")).map(str::to_owned).collect()
    };
    let before = model.weights();
    for name in ["both", "inner"] {
        model.layer_mut(name).unwrap().set_trainable(false);
    }
    model.train_on_batch(&x, &y).unwrap();
    let changed = |model: &Model| -> Vec<bool> {
        model.weights().iter().zip(&before).map(|(after, before)| after != before).collect()
    };
    let [f, t] = [false, true];
    assert_eq!(changed(&model), [f, f, f, f, f, f, t, t, f, f]);
    assert!(counts(&model)[1].contains("Non-trainable params: 88 "), "{:?}", counts(&model));
    // Only the slots of trainable weights are kept: two of each of the two weights.
    let loaded = Model::from_bytes(&model.to_bytes().unwrap(), "frozen").unwrap();
    assert_eq!(counts(&loaded), counts(&model));
    assert_eq!(loaded.to_bytes().unwrap(), model.to_bytes().unwrap());
    let json = model.to_json().to_string();
    assert_eq!(json.matches("\"trainable\":false").count(), 5, "{json}");

    // The whole model, and back: all layers are trained then, as in Keras.
    model.set_trainable(false);
    model.layer_mut("both").unwrap().set_trainable(true);
    let frozen = model.weights();
    let iterations = model.optimizer_state().unwrap().iterations();
    model.train_on_batch(&x, &y).unwrap();
    assert_eq!(model.weights(), frozen);
    assert_eq!(model.optimizer_state().unwrap().iterations(), iterations);
    model.set_trainable(true);
    model.train_on_batch(&x, &y).unwrap();
    assert_eq!(changed(&model), [t; 10]);
}
