//! The gradients of every loss, in double precision, against central differences.

use elman_f64::prelude::*;
use elman_f64::random::Stream;
use elman_f64::training::losses::{self, Loss, value_and_gradient};
use elman_f64::{Mask, Result};
use serde_json::json;

/// A central difference of step 1e-6 is off by about its square and by rounding over the step.
const STEP: f64 = 1e-6;
const TOLERANCE: f64 = 1e-7;

fn stream(purpose: &str) -> Stream {
    Stream::new(7, purpose)
}

fn noise(shape: &[usize], purpose: &str) -> Tensor {
    let mut stream = stream(purpose);
    Tensor::new(shape, (0..shape.iter().product()).map(|_| stream.normal()).collect()).unwrap()
}

fn map(x: &Tensor, f: impl Fn(f64) -> f64) -> Tensor {
    Tensor::new(x.shape(), x.data().iter().map(|x| f(*x)).collect()).unwrap()
}

/// Values between 0.05 and 0.95.
fn probabilities(shape: &[usize], purpose: &str) -> Tensor {
    map(&noise(shape, purpose), |x| 0.05 + 0.9 / (1.0 + (-x).exp()))
}

fn one_hot(rows: &[usize], classes: usize) -> Tensor {
    let count: usize = rows.iter().product();
    let mut data = vec![0.0; count * classes];
    for row in 0..count {
        data[row * classes + (row * 7 + 2) % classes] = 1.0;
    }
    Tensor::new([rows, &[classes]].concat(), data).unwrap()
}

fn numbers(rows: &[usize], classes: usize) -> Tensor {
    let count: usize = rows.iter().product();
    Tensor::new(rows, (0..count).map(|row| ((row * 7 + 2) % classes) as f64).collect()).unwrap()
}

/// Compares for each reduction, with and without weights and a mask of the predictions.
fn check(loss: &dyn Loss, y: &Tensor, p: &Tensor) -> Result<()> {
    let rows = loss.values(y, p)?.shape().to_vec();
    let weights = (!rows.is_empty()).then(|| map(&noise(&rows, "weights"), f64::abs));
    let used = (0..rows.iter().product()).map(|i: usize| !i.is_multiple_of(3)).collect();
    let has_steps = rows.len() == 2 && p.shape().starts_with(&rows);
    let mask = has_steps.then(|| Mask::new(&rows[..], used)).transpose()?;
    for reduction in ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"] {
        let mut object = losses::to_object(loss);
        if object.is_object() {
            object["config"]["reduction"] = json!(reduction);
        }
        let loss = losses::from_object(&object)?;
        for weights in [None, weights.as_ref()] {
            for mask in [None, mask.clone()] {
                let p = match mask {
                    Some(mask) => p.clone().with_mask(mask)?,
                    None => p.clone(),
                };
                compare(&*loss, y, &p, weights)?;
            }
        }
    }
    Ok(())
}

fn compare(loss: &dyn Loss, y: &Tensor, p: &Tensor, weights: Option<&Tensor>) -> Result<()> {
    let (_, gradient) = value_and_gradient(loss, y, p, weights)?;
    assert_eq!(gradient.shape(), p.shape());
    for i in 0..p.len() {
        let at = |delta: f64| -> Result<f64> {
            let mut moved = p.clone();
            moved.data_mut()[i] += delta;
            Ok(loss.call(y, &moved, weights)?.data()[0])
        };
        let expected = (at(STEP)? - at(-STEP)?) / (2.0 * STEP);
        let (got, name) = (gradient.data()[i], losses::to_object(loss));
        let error = (got - expected).abs() / expected.abs().max(1.0);
        assert!(error < TOLERANCE, "{name} at {i}: {got}, differences give {expected}");
    }
    Ok(())
}

fn named(object: serde_json::Value) -> Result<Box<dyn Loss>> {
    losses::from_object(&object)
}

#[test]
fn of_numbers() -> Result<()> {
    for name in ["mse", "mae", "log_cosh", "huber", "hinge", "squared_hinge", "cosine_similarity"] {
        let loss = losses::get(name)?;
        for shape in [&[4, 3][..], &[3, 5, 2]] {
            check(&*loss, &noise(shape, "y"), &noise(shape, "p"))?;
        }
    }
    for name in ["mape", "msle", "poisson", "kl_divergence"] {
        let loss = losses::get(name)?;
        check(&*loss, &probabilities(&[3, 5, 2], "y"), &probabilities(&[3, 5, 2], "p"))?;
    }
    let signs = map(&noise(&[4, 3], "y"), f64::signum);
    check(&*losses::get("hinge")?, &signs, &noise(&[4, 3], "p"))?;
    let huber = named(json!({ "class_name": "Huber", "config": { "delta": 0.4 } }))?;
    check(&*huber, &noise(&[4, 3], "y"), &noise(&[4, 3], "p"))?;
    for axis in [0, 1, -2] {
        let cosine =
            named(json!({ "class_name": "CosineSimilarity", "config": { "axis": axis } }))?;
        check(&*cosine, &noise(&[3, 4, 2], "y"), &noise(&[3, 4, 2], "p"))?;
    }
    // Predictions that lose their last axis.
    check(&*losses::get("mse")?, &noise(&[3, 4], "y"), &noise(&[3, 4, 1], "p"))
}

#[test]
fn of_classes() -> Result<()> {
    for from_logits in [false, true] {
        let outputs = |shape: &[usize]| match from_logits {
            true => noise(shape, "p"),
            false => probabilities(shape, "p"),
        };
        for smoothing in [0.0, 0.2] {
            for axis in [-1, 0, 1] {
                let config = json!({
                    "from_logits": from_logits, "label_smoothing": smoothing, "axis": axis,
                });
                for class in ["BinaryCrossentropy", "BinaryFocalCrossentropy"] {
                    let loss = named(json!({ "class_name": class, "config": config }))?;
                    check(&*loss, &one_hot(&[3, 4], 2), &outputs(&[3, 4, 2]))?;
                }
                for class in ["CategoricalCrossentropy", "CategoricalFocalCrossentropy"] {
                    let loss = named(json!({ "class_name": class, "config": config }))?;
                    check(&*loss, &probabilities(&[3, 4, 2], "y"), &outputs(&[3, 4, 2]))?;
                    check(&*loss, &one_hot(&[3, 4], 2), &outputs(&[3, 4, 2]))?;
                }
            }
        }
        for gamma in [0.0, 1.0, 1.7] {
            let config = json!({
                "from_logits": from_logits, "gamma": gamma, "alpha": 0.7,
                "apply_class_balancing": true,
            });
            let focal = json!({ "class_name": "BinaryFocalCrossentropy", "config": config });
            check(&*named(focal)?, &one_hot(&[5], 3), &outputs(&[5, 3]))?;
            let config = json!({
                "from_logits": from_logits, "gamma": gamma, "alpha": [0.7, 0.1, 0.4],
            });
            let focal = json!({ "class_name": "CategoricalFocalCrossentropy", "config": config });
            check(&*named(focal)?, &one_hot(&[5], 3), &outputs(&[5, 3]))?;
        }
        for ignore_class in [json!(null), json!(2)] {
            let loss = named(json!({
                "class_name": "SparseCategoricalCrossentropy",
                "config": { "from_logits": from_logits, "ignore_class": ignore_class },
            }))?;
            check(&*loss, &numbers(&[3, 5], 4), &outputs(&[3, 5, 4]))?;
        }
    }
    let one_output = Tensor::new([3, 1], vec![0.0, 1.0, 1.0])?;
    check(&*losses::get("crossentropy")?, &one_output, &probabilities(&[3, 1], "p"))?;
    check(&*losses::get("crossentropy")?, &numbers(&[3], 4), &probabilities(&[3, 4], "p"))?;
    for q in [0.2, 0.5, 0.9] {
        let generalized = named(json!({
            "class_name": "CategoricalGeneralizedCrossEntropy", "config": { "q": q },
        }))?;
        check(&*generalized, &numbers(&[3, 5], 4), &probabilities(&[3, 5, 4], "p"))?;
    }
    check(&*losses::get("categorical_hinge")?, &one_hot(&[3, 5], 4), &noise(&[3, 5, 4], "p"))
}

#[test]
fn of_whole_batches() -> Result<()> {
    for class in ["Dice", "Tversky"] {
        for axis in [json!(null), json!(1), json!([0, 2]), json!([-1, -2])] {
            let loss = named(json!({ "class_name": class, "config": { "axis": axis } }))?;
            check(&*loss, &probabilities(&[3, 5, 2], "y"), &probabilities(&[3, 5, 2], "p"))?;
        }
    }
    let tversky = json!({ "class_name": "Tversky", "config": { "alpha": 0.3, "beta": 0.9 } });
    check(&*named(tversky)?, &one_hot(&[5], 3), &probabilities(&[5, 3], "p"))?;
    let labels = Tensor::new([7], vec![0., 1., 0., 2., 1., 2., 0.])?;
    for (gamma, margin, remove_diagonal) in [(8.0, 0.4, true), (2.0, -0.3, true), (3.0, 0.2, false)]
    {
        let config =
            json!({ "gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal });
        let circle = named(json!({ "class_name": "Circle", "config": config }))?;
        check(&*circle, &labels, &map(&noise(&[7, 3], "embeddings"), |x| 0.5 * x))?;
    }
    Ok(())
}

#[test]
fn of_sequences_of_labels() -> Result<()> {
    let ctc = losses::get("ctc")?;
    let labels = Tensor::new([4, 3], vec![1., 2., 3., 2., 2., 0., 0., 0., 0., 3., 1., 3.])?;
    check(&*ctc, &labels, &noise(&[4, 5, 4], "logits"))
}
