//! What a mask leaves out counts neither in the loss nor in the metrics, nor in the training.

use elman::prelude::*;
use elman::{Mask, Result, layers::Masking};

/// Steps that don't count are skipped exactly; only the order of sums differs.
const TOLERANCE: f64 = 1e-6;

fn noise(shape: &[usize], seed: u64) -> Tensor {
    let mut stream = elman::random::Stream::new(seed, "masked training");
    let values = (0..shape.iter().product()).map(|_| stream.normal() as f32).collect();
    Tensor::new(shape, values).unwrap()
}

/// A model that has an output for each step.
fn model() -> Result<Sequential> {
    let mut model = Sequential::new().seed(5);
    model.add(Masking::new().input_shape([None, Some(2)]))?;
    model.add(Lstm::new(3).return_sequences(true))?;
    model.add(Dense::new(2))?;
    model.compile(Sgd::new(0.5), "mse", &["mae", "binary_accuracy"])?;
    Ok(model)
}

/// The first steps, with nothing after them; or padded with zeros, and targets of any kind.
fn padded(x: &Tensor, steps: usize, padding: f32) -> Tensor {
    let (batch, width) = (x.shape()[0], x.width());
    let mut data = Vec::new();
    for sample in x.data().chunks(x.shape()[1] * width) {
        data.extend_from_slice(sample);
        data.resize(data.len() + (steps * width - sample.len()), padding);
    }
    Tensor::new([batch, steps, width], data).unwrap()
}

#[test]
fn padding_changes_no_training() -> Result<()> {
    let (x, y) = (noise(&[3, 4, 2], 1), noise(&[3, 4, 2], 2));
    let (mut short, mut long) = (model()?, model()?);
    for step in 0..3 {
        let of_short = short.train_on_batch(&x, &y)?;
        let of_long = long.train_on_batch(padded(&x, 7, 0.0), padded(&y, 7, 9.0))?;
        for ((key, a), (_, b)) in of_short.iter().zip(&of_long) {
            assert!((a - b).abs() < TOLERANCE, "step {step}, {key}: {a} and {b}");
        }
    }
    for (a, b) in short.weights().iter().zip(long.weights()) {
        for (a, b) in a.data().iter().zip(b.data()) {
            assert!(f64::from((a - b).abs()) < TOLERANCE, "a weight of {a} and {b}");
        }
    }
    Ok(())
}

#[test]
fn lengths_and_weights_go_together() -> Result<()> {
    let (x, y) = (noise(&[2, 4, 2], 3), noise(&[2, 4, 2], 4));
    let lengths = Mask::from_lengths(&[4, 1], 4);
    let given = x.clone().with_mask(lengths.clone())?;
    let weights = Tensor::from(array![0.5, 3.0]);
    let mut model = Sequential::new().seed(5);
    model.add(Lstm::new(3).return_sequences(true).input_shape([None, Some(2)]))?;
    model.add(Dense::new(2))?;
    model.compile("sgd", "mse", &[])?;
    // By hand: the mean of the weighed errors over the five steps that count.
    let predictions = Tensor::from(model.predict(&given)?);
    let (mut sum, mut counted) = (0.0, 0);
    for (row, used) in lengths.data().iter().enumerate() {
        if *used {
            let error = |i: usize| (predictions.data()[i] - y.data()[i]).powi(2);
            sum += weights.data()[row / 4] * (error(2 * row) + error(2 * row + 1)) / 2.0;
            counted += 1;
        }
    }
    let logs = model.evaluate_with(&given, &y, Some(weights.into()), 32)?;
    let expected = f64::from(sum) / f64::from(counted);
    assert!((logs[0].1 - expected).abs() < TOLERANCE, "{logs:?}, by hand {expected}");
    Ok(())
}
