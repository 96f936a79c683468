//! Models step by step: to the bit what they predict for whole sequences.

mod api;
mod keras;
mod random;
mod refusals;
mod standalone;

use elman::streaming::Stream;
use elman::{Model, Tensor};

/// Holds a model's streams against its predictions for sequences: single sessions, and as many as
/// the batch has rows, stepping together, each at a time of its own.
fn check(model: &Model, inputs: &[Tensor]) -> Result<(), String> {
    let said = |error: elman::Error| error.to_string();
    let outputs = model.predict_all(inputs.to_vec()).map_err(said)?;
    let outputs: Vec<Tensor> = outputs.into_iter().map(Tensor::from).collect();
    let (batch, time) = (inputs[0].shape()[0], inputs[0].shape()[1]);
    let mut stream = model.stream().map_err(said)?;
    for row in 0..batch {
        stream.reset();
        for t in 0..time {
            let steps: Vec<&[f32]> = inputs.iter().map(|x| step_of(x, row, t)).collect();
            stream.step_all(&steps).map_err(said)?;
            for (i, y) in outputs.iter().enumerate() {
                compare(&stream, y, [i, row, t, time], stream.output(i))?;
            }
        }
    }
    let mut streams = stream.streams(1);
    let slots: Vec<usize> = (0..batch).map(|_| streams.add()).collect();
    let mut at = vec![0; batch];
    for tick in 0.. {
        // Some wait; the last come first.
        let ready =
            |row: &usize| at[*row] < time && (tick >= 4 * time || !(tick + row).is_multiple_of(3));
        let rows: Vec<usize> = (0..batch).rev().filter(ready).collect();
        let steps = |x: &Tensor| -> Vec<f32> {
            rows.iter().flat_map(|row| step_of(x, *row, at[*row]).to_vec()).collect()
        };
        let steps: Vec<Vec<f32>> = inputs.iter().map(steps).collect();
        let steps: Vec<&[f32]> = steps.iter().map(Vec::as_slice).collect();
        let named: Vec<usize> = rows.iter().map(|row| slots[*row]).collect();
        streams.step_all(&named, &steps).map_err(said)?;
        for (i, y) in outputs.iter().enumerate() {
            let all = streams.output(i);
            let size = all.len() / rows.len().max(1);
            for (place, row) in rows.iter().enumerate() {
                let got = &all[place * size..(place + 1) * size];
                compare(&stream, y, [i, *row, at[*row], time], got)?;
            }
        }
        rows.iter().for_each(|row| at[*row] += 1);
        if at.iter().all(|t| *t == time) {
            return Ok(());
        }
    }
    Ok(())
}

/// A step of one row of `x (batch, time, …)`.
fn step_of(x: &Tensor, row: usize, t: usize) -> &[f32] {
    let (time, size) = (x.shape()[1], x.shape()[2..].iter().product::<usize>());
    &x.data()[(row * time + t) * size..][..size]
}

/// Output `i` of one row at step `t`, against that of the whole sequence: its step, or, of what has
/// no time, all of it at the end.
fn compare(
    stream: &Stream,
    y: &Tensor,
    [i, row, t, time]: [usize; 4],
    got: &[f32],
) -> Result<(), String> {
    let size = stream.output_sizes()[i];
    let of_row = y.len() / y.shape()[0];
    let expected = match of_row == size {
        false => step_of(y, row, t),
        true if t + 1 == time => &y.data()[row * size..(row + 1) * size],
        true => return Ok(()),
    };
    let same = |(a, b): (&f32, &f32)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    match got.len() == expected.len() && got.iter().zip(expected).all(same) {
        true => Ok(()),
        false => Err(format!("output {i}, row {row}, step {t}: {got:?}, expected {expected:?}")),
    }
}
