//! A step of training on random data.

use elman::random::Stream as Random;
use elman::{Model, Shape, Tensor};

use crate::failure::{Failure, Result};

/// Losses take targets of many shapes; more outputs than this are not tried one by one.
const MOST_OUTPUTS: usize = 6;

/// Targets that the model's losses take, for such outputs.
pub fn targets(model: &mut Model, x: &[Tensor], outputs: &[Vec<usize>]) -> Result<Vec<Tensor>> {
    let combinations = 1usize << outputs.len().min(MOST_OUTPUTS);
    let mut problem = None;
    for combination in 0..combinations {
        // A one bit stands for labels, a zero bit for numbers.
        let target =
            |(i, shape): (usize, &Vec<usize>)| match combination >> i.min(MOST_OUTPUTS - 1) & 1 {
                0 => numbers(shape),
                _ => labels(shape),
            };
        let y: Vec<Tensor> = outputs.iter().enumerate().map(target).collect::<Result<_>>()?;
        match model.train_on_batch(x.to_vec(), y.clone()) {
            Ok(_) => return Ok(y),
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    let why = problem.map_or_else(String::new, |error| format!(": {error}"));
    Err(Failure::Failed(format!("no random targets suit the model's losses{why}")))
}

fn numbers(shape: &[usize]) -> Result<Tensor> {
    let mut random = Random::new(1, "bench targets");
    let size = shape.iter().product();
    Ok(Tensor::new(shape, (0..size).map(|_| random.uniform() as f32).collect())?)
}

/// Classes, of as many as the last dimension has.
fn labels(shape: &[usize]) -> Result<Tensor> {
    let Some((classes, rows)) = shape.split_last() else {
        let shape = Shape::from(shape);
        return Err(Failure::Failed(format!("an output of shape {shape} has no classes")));
    };
    let mut random = Random::new(2, "bench targets");
    let size = rows.iter().product();
    let label = |_| random.below((*classes).max(1)) as f32;
    Ok(Tensor::new(rows, (0..size).map(label).collect())?)
}

#[cfg(test)]
mod tests {
    use elman::prelude::*;

    use super::*;

    #[test]
    fn targets_suit_the_loss() {
        let losses = [
            ("mse", 2),
            ("categorical_crossentropy", 2),
            ("binary_crossentropy", 2),
            ("sparse_categorical_crossentropy", 1),
        ];
        for (loss, ndim) in losses {
            let mut model = Sequential::new().seed(1);
            let dense = Dense::new(3).activation(Activation::Softmax).input_shape([2]);
            model.add(dense).unwrap();
            model.compile("sgd", loss, &[]).unwrap();
            let x = [Tensor::zeros([4, 2])];
            let y = targets(&mut model, &x, &[vec![4, 3]]).unwrap();
            assert_eq!(y[0].ndim(), ndim, "{loss}");
        }
    }

    #[test]
    fn what_can_not_be_trained_is_said() {
        let mut model = Sequential::new();
        model.add(Dense::new(3).input_shape([2])).unwrap();
        let x = [Tensor::zeros([4, 2])];
        let error = targets(&mut model, &x, &[vec![4, 3]]).unwrap_err().to_string();
        assert!(error.contains("no random targets") && error.contains("compile"), "{error}");
    }
}
