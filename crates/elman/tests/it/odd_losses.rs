//! Losses and metrics on shapes, values and configurations that don't fit: errors, never panics.

use elman::prelude::*;
use elman::training::{losses, metrics};
use elman::{Mask, Result};
use serde_json::{Value, json};

const LOSSES: [&str; 23] = [
    "mse",
    "mae",
    "mape",
    "msle",
    "huber",
    "log_cosh",
    "cosine_similarity",
    "poisson",
    "kl_divergence",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "sparse_categorical_crossentropy",
    "categorical_generalized_cross_entropy",
    "crossentropy",
    "dice",
    "tversky",
    "circle",
    "ctc",
];

const METRICS: [&str; 26] = [
    "accuracy",
    "Accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "top_k_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "precision",
    "recall",
    "auc",
    "true_positives",
    "false_positives",
    "true_negatives",
    "false_negatives",
    "f1_score",
    "f_beta_score",
    "r2_score",
    "root_mean_squared_error",
    "mse",
    "hinge",
    "cosine_similarity",
    "pearson_correlation",
    "concordance_correlation",
    "binary_io_u",
    "sparse_categorical_crossentropy",
    "ce",
];

fn shapes() -> Vec<Vec<usize>> {
    let shapes: [&[usize]; 14] = [
        &[],
        &[0],
        &[1],
        &[3],
        &[0, 2],
        &[3, 0],
        &[3, 1],
        &[3, 2],
        &[1, 3],
        &[0, 4, 2],
        &[3, 4, 1],
        &[3, 4, 2],
        &[3, 0, 2],
        &[2, 3, 4, 2],
    ];
    shapes.iter().map(|shape| shape.to_vec()).collect()
}

fn array(shape: &[usize], seed: usize) -> Tensor {
    let count: usize = shape.iter().product();
    Tensor::new(shape, (0..count).map(|i| ((i * 5 + seed) % 3) as f32 * 0.4).collect()).unwrap()
}

fn metric_objects() -> Vec<Value> {
    let mut all: Vec<Value> = METRICS.iter().map(|name| json!(name)).collect();
    for (class, config) in [
        ("Accuracy", json!({})),
        ("Precision", json!({ "top_k": 2, "class_id": 1, "thresholds": [0.1, 0.6] })),
        ("AUC", json!({ "multi_label": true, "label_weights": [1, 2] })),
        ("AUC", json!({ "thresholds": [0.5], "label_weights": [1, 2], "curve": "pr" })),
        ("PrecisionAtRecall", json!({ "recall": 0.5 })),
        ("R2Score", json!({ "class_aggregation": null, "num_regressors": 3 })),
        ("F1Score", json!({ "average": "weighted", "threshold": 0.5 })),
        ("MeanIoU", json!({ "num_classes": 2 })),
        ("OneHotIoU", json!({ "num_classes": 2, "target_class_ids": [1] })),
        ("CosineSimilarity", json!({ "axis": 1 })),
        ("PearsonCorrelation", json!({ "axis": 0 })),
    ] {
        all.push(json!({ "class_name": class, "config": config }));
    }
    all
}

#[test]
fn odd_shapes_never_panic() {
    let (mut fine, mut refused) = (0, 0);
    let mut count = |result: Result<()>| match result {
        Ok(()) => fine += 1,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            refused += 1;
        }
    };
    let (losses, metrics) = (LOSSES.map(|name| losses::get(name).unwrap()), metric_objects());
    for y_shape in shapes() {
        for p_shape in shapes() {
            let (y, p) = (array(&y_shape, 0), array(&p_shape, 1));
            let mut predictions = vec![p.clone()];
            for steps in 1..=2 {
                if let Some(dims) = p_shape.get(..steps) {
                    let used =
                        (0..dims.iter().product()).map(|i: usize| i.is_multiple_of(2)).collect();
                    let mask = Mask::new(dims, used).unwrap();
                    predictions.push(p.clone().with_mask(mask).unwrap());
                }
            }
            for p in &predictions {
                let weights = [None, Some(array(&[3], 1)), Some(array(&[3, 4], 1))];
                for weights in &weights {
                    let weights = weights.as_ref();
                    for loss in &losses {
                        count(loss.call(&y, p, weights).map(drop));
                        count(losses::value_and_gradient(&**loss, &y, p, weights).map(drop));
                    }
                    for object in &metrics {
                        let mut metric = metrics::from_object(object).unwrap();
                        count(metric.update(&y, p, weights));
                        count(metric.update(&array(&[3, 2], 0), &array(&[3, 2], 1), None));
                        metric.results();
                    }
                }
            }
        }
    }
    assert!(fine > 10_000 && refused > 10_000, "{fine} fine, {refused} refused");
}

#[test]
fn wrong_configurations_of_losses_are_refused() {
    for (object, word) in [
        (json!({ "class_name": "Huber", "config": { "delta": 1, "dleta": 2 } }), "`dleta`"),
        (json!({ "class_name": "Huber", "config": { "delta": "large" } }), "large"),
        (json!({ "class_name": "MeanSquaredError", "config": { "axis": 0 } }), "`axis`"),
        (json!({ "class_name": "CTC", "config": { "mask_index": 3 } }), "`mask_index`"),
        (json!({ "class_name": "Dice", "config": { "reduction": "average" } }), "`reduction`"),
        (json!({ "class_name": "Dice", "config": { "dtype": "float16" } }), "float16"),
        (json!({ "class_name": "Dice", "config": [1] }), "`config`"),
        (json!({ "class_name": "Dise", "config": {} }), "`Dise`"),
        (json!({ "class_name": "function", "config": "mean_error" }), "`mean_error`"),
        (
            json!({ "class_name": "CategoricalGeneralizedCrossEntropy", "config": { "q": 1.0 } }),
            "argument `q`",
        ),
        (
            json!({ "class_name": "BinaryCrossentropy", "config": { "label_smoothing": -0.1 } }),
            "argument `label_smoothing`",
        ),
        (json!({ "class_name": "BinaryCrossentropy", "config": { "axis": true } }), "true"),
        (json!(7), "``"),
    ] {
        let error = losses::from_object(&object).err().expect("refused").to_string();
        assert!(error.contains(word), "{object}: {error}");
    }
}

#[test]
fn wrong_configurations_of_metrics_are_refused() {
    let object = |class: &str, config: Value| json!({ "class_name": class, "config": config });
    for (object, word) in [
        (object("AUC", json!({ "num_thresholds": 1 })), "argument `num_thresholds`"),
        (object("AUC", json!({ "num_thresholds": u64::MAX })), "argument `num_thresholds`"),
        (object("AUC", json!({ "curve": "ROK" })), "ROK"),
        (object("AUC", json!({ "num_labels": 3 })), "argument `num_labels`"),
        (object("AUC", json!({ "label_weights": "all" })), "`label_weights`"),
        (object("Precision", json!({ "thresholds": 1.5 })), "argument `thresholds`"),
        (object("Precision", json!({ "top_k": 0 })), "argument `top_k`"),
        (object("Recall", json!({ "class_id": -1 })), "-1"),
        (object("F1Score", json!({ "beta": 1.0 })), "`beta`"),
        (object("F1Score", json!({ "average": "all" })), "all"),
        (object("FBetaScore", json!({ "beta": 0.0 })), "argument `beta`"),
        (object("FBetaScore", json!({ "threshold": 0.0 })), "argument `threshold`"),
        (object("MeanIoU", json!({})), "`num_classes`"),
        (object("MeanIoU", json!({ "num_classes": u64::MAX })), "argument `num_classes`"),
        (object("MeanIoU", json!({ "num_classes": 2, "axis": 1 })), "axis = 1"),
        (object("MeanIoU", json!({ "num_classes": 2, "dtype": "text" })), "argument `dtype`"),
        (
            object("IoU", json!({ "num_classes": 2, "target_class_ids": [2] })),
            "argument `target_class_ids`",
        ),
        (object("RecallAtPrecision", json!({ "precision": 2 })), "argument `precision`"),
        (object("TopKCategoricalAccuracy", json!({ "k": 0 })), "argument `k`"),
        (object("R2Score", json!({ "num_regressors": -1 })), "-1"),
        (object("MeanSquaredError", json!({ "dtype": "float16" })), "float16"),
        (object("MeanMetricWrapper", json!({ "fn": 3 })), "`fn`"),
        (object("MeanMetricWrapper", json!({ "fn": "huber", "dleta": 2 })), "`dleta`"),
        (object("Mean", json!({})), "metrics::Mean"),
        (object("Median", json!({})), "`Median`"),
        (json!("huber"), "`huber`"),
    ] {
        let error = metrics::from_object(&object).err().expect("refused").to_string();
        assert!(error.contains(word), "{object}: {error}");
    }
}

#[test]
fn labels_that_cannot_be_are_named() {
    let p = array(&[2, 3], 0);
    for (name, y, word) in [
        ("sparse_categorical_crossentropy", array![0., 3.], "value 3 at position [1]"),
        ("sparse_categorical_crossentropy", array![0.5, 1.], "value 0.5 at position [0]"),
        ("categorical_generalized_cross_entropy", array![-1., 1.], "value -1 at position [0]"),
    ] {
        let error = losses::get(name).unwrap().call(&y.into(), &p, None).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    let ctc = losses::get("ctc").unwrap();
    let logits = array(&[2, 4, 3], 0);
    for (y, word) in [
        (array![[1., 2.], [3., 0.]], "value 3 at position [1, 0]"),
        (array![[1., 2.], [0., 1.]], "value 1 at position [1, 1]"),
        (array![[1., 1.5], [0., 0.]], "value 1.5 at position [0, 1]"),
    ] {
        let error = ctc.call(&y.into(), &logits, None).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    let long = array![[1., 2., 2., 1.], [1., 0., 0., 0.]];
    let error = ctc.call(&long.into(), &logits, None).unwrap_err().to_string();
    assert!(error.contains("4 frames") && error.contains("position [0]"), "{error}");
}

#[test]
fn wrong_labels_are_found_before_a_training() -> Result<()> {
    let mut model = Sequential::new();
    model.add(Dense::new(3).input_shape([4, 2]))?;
    // All is well but for the last sample, whose batch comes last.
    let zeros_then = |shape: [usize; 2], last: &[f32]| {
        let mut y = Tensor::zeros(shape);
        let start = y.len() - last.len();
        y.data_mut()[start..].copy_from_slice(last);
        y
    };
    for (loss, y, word) in [
        ("ctc", zeros_then([9, 2], &[7.0, 0.0]), "value 7 at position [8, 0]"),
        ("ctc", zeros_then([9, 3], &[1.0, 1.0, 1.0]), "4 frames"),
        ("categorical_generalized_cross_entropy", zeros_then([9, 4], &[3.0]), "position [8, 3]"),
    ] {
        model.compile("sgd", loss, &[])?;
        let before = model.weights();
        let fit = Fit::new().batch_size(1).verbose(Verbose::Silent);
        let error = model.fit(array(&[9, 4, 2], 0), y, fit.shuffle(false)).unwrap_err().to_string();
        assert!(error.contains(word), "{loss}: {error}");
        assert_eq!(model.weights(), before);
    }
    Ok(())
}

#[test]
fn a_loss_without_reduction_is_not_trained_on() -> Result<()> {
    let object = json!({ "class_name": "MeanSquaredError", "config": { "reduction": null } });
    let mut model = Sequential::new();
    model.add(Dense::new(1).input_shape([2]))?;
    model.compile_from_json(&json!({ "optimizer": "sgd", "loss": object }))?;
    let error = model.train_on_batch(array(&[3, 2], 0), array(&[3, 1], 0)).unwrap_err();
    assert!(error.to_string().contains("reduction = None"), "{error}");
    Ok(())
}
