//! Random inputs for a model, of its own shapes.

use elman::random::Stream as Random;
use elman::{Model, Shape, Tensor};
use serde_json::Value;

use crate::failure::{Failure, Result};

/// What a model's inputs look like.
pub struct Samples {
    shapes: Vec<Shape>,
    /// Whole numbers below this are needed, by an `Embedding`.
    ids: Option<usize>,
}

impl Samples {
    /// Those of a model, which must be built.
    pub fn of(model: &Model) -> Result<Samples> {
        if !model.is_built() {
            let text = "the model's input shape is open: give its description an `input_shape`";
            return Err(Failure::Failed(text.into()));
        }
        Ok(Samples { shapes: model.input_shapes().to_vec(), ids: smallest_vocabulary(model) })
    }

    /// Whether any length of time is taken.
    pub fn is_time_open(&self) -> bool {
        self.shapes.iter().any(|shape| shape.dims().iter().skip(1).any(Option::is_none))
    }

    /// The one batch size that the model takes, if it is stateful.
    pub fn fixed_batch(&self) -> Option<usize> {
        self.shapes.first()?.dims().first().copied().flatten()
    }

    /// The steps of a sequence, where inputs are sequences.
    pub fn time(&self, open: usize) -> Option<usize> {
        let is_sequence = |shape: &&Shape| shape.ndim() > 2 || self.ids.is_some();
        let sequence = self.shapes.iter().find(is_sequence)?;
        sequence.dims().get(1).map(|time| time.unwrap_or(open))
    }

    /// The shapes of a batch whose open dimensions are so long.
    pub fn shapes(&self, batch: usize, open: usize) -> Vec<Vec<usize>> {
        let shape = |shape: &Shape| {
            let dims = shape.dims().iter().skip(1).map(|dim| dim.unwrap_or(open));
            std::iter::once(batch).chain(dims).collect()
        };
        self.shapes.iter().map(shape).collect()
    }

    /// Such a batch, the same numbers each time.
    pub fn batch(&self, batch: usize, open: usize) -> Result<Vec<Tensor>> {
        let tensor = |(i, shape): (usize, Vec<usize>)| {
            let size = shape.iter().try_fold(1usize, |all, dim| all.checked_mul(*dim));
            let size = size.filter(|size| *size <= isize::MAX as usize / 8).ok_or_else(|| {
                let shape = Shape::from(&shape[..]);
                Failure::Failed(format!("an input of shape {shape} is too large"))
            })?;
            Ok(Tensor::new(shape, self.numbers(size, i as u64))?)
        };
        self.shapes(batch, open).into_iter().enumerate().map(tensor).collect()
    }

    /// So many numbers of the kind that the model takes.
    pub fn numbers(&self, count: usize, seed: u64) -> Vec<f32> {
        let mut random = Random::new(seed, "bench");
        let mut number = || match self.ids {
            Some(ids) => random.below(ids.max(1)) as f32,
            None => (2.0 * random.uniform() - 1.0) as f32,
        };
        (0..count).map(|_| number()).collect()
    }
}

/// The fewest words that an embedding of the model knows.
fn smallest_vocabulary(model: &Model) -> Option<usize> {
    fn search(value: &Value, found: &mut Vec<usize>) {
        match value {
            Value::Object(object) => {
                let words = value["config"]["input_dim"].as_u64();
                if let (Some("Embedding"), Some(words)) = (value["class_name"].as_str(), words) {
                    found.push(words as usize);
                }
                object.values().for_each(|value| search(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| search(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    search(&model.to_json(), &mut found);
    found.into_iter().min()
}

#[cfg(test)]
mod tests {
    use elman::prelude::*;

    use super::*;

    #[test]
    fn open_dimensions_are_filled() {
        let mut model = Sequential::new();
        model.add(Lstm::new(2).input_shape([None, Some(3)])).unwrap();
        let samples = Samples::of(&model).unwrap();
        assert!(samples.is_time_open() && samples.fixed_batch().is_none());
        assert_eq!(samples.shapes(4, 7), [[4, 7, 3]]);
        assert_eq!(samples.time(7), Some(7));
        let batch = samples.batch(4, 7).unwrap();
        assert!(batch[0].data().iter().all(|x| (-1.0..1.0).contains(x)));
        assert!(samples.batch(usize::MAX, 7).is_err());
        assert!(Samples::of(&Sequential::new()).is_err());
    }

    #[test]
    fn words_are_those_that_every_embedding_knows() {
        let mut inner = Sequential::new();
        inner.add(Embedding::new(5, 2).input_shape([6])).unwrap();
        let mut model = Sequential::new();
        model.add(Input::new([6])).unwrap();
        model.add(Model::from(inner)).unwrap();
        let samples = Samples::of(&model).unwrap();
        let numbers = samples.numbers(200, 1);
        assert!(numbers.iter().all(|x| [0.0, 1.0, 2.0, 3.0, 4.0].contains(x)));
        assert!(numbers.contains(&4.0) && numbers.contains(&0.0));
        assert_eq!(samples.time(100), Some(6));
        assert!(model.predict_all(samples.batch(2, 100).unwrap()).is_ok());
    }

    #[test]
    fn a_model_of_samples_without_steps_has_no_time() {
        let mut model = Sequential::new();
        model.add(Dense::new(2).input_shape([3])).unwrap();
        let samples = Samples::of(&model).unwrap();
        assert_eq!((samples.time(100), samples.is_time_open()), (None, false));
    }
}
