//! Regularizers, constraints and initializers, one by one, against Keras.

use elman::constraints::{self, Constraint};
use elman::initializers::Initializer;
use elman::regularizers::{self, Regularizer};
use serde_json::{Value, json};

use crate::support::{Report, TOLERANCE, difference, fixture, tensor};

/// Sums of absolute values and cosines in f32, as Keras takes them, against sums in f64.
const VALUE_TOLERANCE: f64 = 1e-6;

#[test]
fn regularizers_equal_keras() {
    let mut report = Report::default();
    for case in fixture("regularizers.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let regularizer: Regularizer = serde_json::from_value(case["regularizer"].clone()).unwrap();
        report.same(name, &json!(regularizer), &case["regularizer"]);
        if let Some(identifier) = case["identifier"].as_str() {
            report.same(name, &json!(regularizers::get(identifier).unwrap()), &case["regularizer"]);
        }
        let (x, value) = (tensor(&case["x"]), case["value"].as_f64().unwrap());
        report.close_number(name, regularizer.value(&x).unwrap(), value, VALUE_TOLERANCE);
        let expected = tensor(&case["gradient"]);
        report.close(name, &regularizer.gradient(&x).unwrap(), &expected, TOLERANCE);
    }
    report.finish(100);
}

#[test]
fn constraints_equal_keras() {
    let mut report = Report::default();
    for case in fixture("constraints.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let constraint: Constraint = serde_json::from_value(case["constraint"].clone()).unwrap();
        report.same(name, &json!(constraint), &case["constraint"]);
        if let Some(identifier) = case["identifier"].as_str() {
            report.same(name, &json!(constraints::get(identifier).unwrap()), &case["constraint"]);
        }
        let projected = constraint.project(&tensor(&case["w"])).unwrap();
        report.close(name, &projected, &tensor(&case["projected"]), VALUE_TOLERANCE);
    }
    report.finish(150);
}

/// What can't be is refused, with the name of the argument or the class.
#[test]
fn nonsense_is_refused() {
    let cases: &[(&str, Value, &str)] = &[
        ("regularizer", json!("l3"), "`l3` is unknown; known are: l1, l2"),
        ("regularizer", json!(3), "a name or an object"),
        ("regularizer", json!({ "class_name": "L2", "config": { "l2": -1.0 } }), "`l2`"),
        ("regularizer", json!({ "class_name": "L2", "config": { "l3": 1.0 } }), "`l3`"),
        ("regularizer", json!({ "class_name": "L1", "config": { "l1": "x" } }), "must be a number"),
        (
            "regularizer",
            json!({ "class_name": "OrthogonalRegularizer", "config": { "mode": "diagonals" } }),
            "\"rows\" or \"columns\"",
        ),
        (
            "regularizer",
            json!({ "class_name": "Mine", "registered_name": "Custom>Mine", "config": {} }),
            "once the program has registered `Mine`",
        ),
        ("constraint", json!("maxnorm"), "known are: max_norm"),
        ("constraint", json!({ "class_name": "MaxNorm", "config": { "axis": 0.5 } }), "`axis`"),
        ("constraint", json!({ "config": {} }), "class_name"),
        ("initializer", json!("stft"), "STFT is not supported"),
        ("initializer", json!("xavier"), "`xavier` is unknown"),
        (
            "initializer",
            json!({ "class_name": "VarianceScaling", "config": { "mode": "fan" } }),
            "\"fan_in\"",
        ),
        (
            "initializer",
            json!({ "class_name": "VarianceScaling", "config": { "scale": 0.0 } }),
            "`scale` must be a positive number",
        ),
        (
            "initializer",
            json!({ "class_name": "HeNormal", "config": { "input_axes": 1 } }),
            "a list of integers",
        ),
    ];
    for (kind, object, word) in cases {
        let object = object.clone();
        let error = match *kind {
            "regularizer" => serde_json::from_value::<Regularizer>(object).err(),
            "constraint" => serde_json::from_value::<Constraint>(object).err(),
            _ => serde_json::from_value::<Initializer>(object).err(),
        };
        let message = error.unwrap_or_else(|| panic!("{kind}, {word}: no error")).to_string();
        assert!(message.contains(word), "{kind}: `{word}` is missing in: {message}");
    }
    assert_eq!(difference(&json!({ "a": 1, "b": null }), &json!({ "a": 1.0 })), None);
    assert!(difference(&json!({ "a": 1, "b": 2 }), &json!({ "a": 1.0 })).is_some());
}

/// A layer is refused when it is added, with the weight's name.
#[test]
fn weights_refuse_what_they_cannot_have() {
    use elman::prelude::*;
    use elman::regularizers::OrthogonalMode;
    let orthogonal = |mode| Regularizer::orthogonal(0.1, mode);
    let dense = || Dense::new(1).name("d").input_shape([3]);
    let cases: Vec<(Box<dyn elman::layers::Layer>, &[&str])> = vec![
        (
            Box::new(dense().bias_regularizer(orthogonal(OrthogonalMode::Rows))),
            &["bias of d", "OrthogonalRegularizer", "two or more rows", "(1,)"],
        ),
        (
            Box::new(dense().kernel_regularizer(orthogonal(OrthogonalMode::Columns))),
            &["kernel of d", "two or more columns", "(3, 1)"],
        ),
        (
            Box::new(dense().kernel_regularizer(Regularizer::l1_l2(0.1, f64::NAN))),
            &["kernel of d", "L1L2", "non-negative", "l2 = NaN"],
        ),
        (
            Box::new(dense().bias_constraint(Constraint::unit_norm().axis(1))),
            &["bias of d", "UnitNorm", "axes of (1,)", "got 1"],
        ),
        (
            Box::new(dense().kernel_constraint(Constraint::max_norm(f64::NAN))),
            &["kernel of d", "MaxNorm", "NaN"],
        ),
    ];
    for (layer, words) in cases {
        let error = Sequential::new().add(layer).err().unwrap().to_string();
        for word in words {
            assert!(error.contains(word), "`{word}` is missing in: {error}");
        }
    }
    // What depends on the batch is refused with the batch.
    let mut model = Sequential::new();
    let penalty = orthogonal(OrthogonalMode::Rows);
    model.add(dense().activity_regularizer(penalty)).unwrap();
    model.compile("sgd", "mse", &[]).unwrap();
    let one = ndarray::array![[1., 2., 3.]];
    let error = model.train_on_batch(&one, ndarray::array![[1.]]).unwrap_err().to_string();
    assert!(error.contains("outputs of layer \"d\"") && error.contains("rows"), "{error}");
    assert!(model.predict(&one).is_ok());
}
