//! Checks and cuts of training data.

use super::Tensors;
use crate::{Error, Result, Shape, Tensor};

/// The number of samples, which all arrays must agree on.
pub(crate) fn samples(call: &str, arrays: &[Tensor]) -> Result<usize> {
    let first = arrays.first().and_then(|a| a.shape().first().copied());
    let empty = || Error::InvalidArgument {
        place: call.into(),
        argument: "x",
        expected: "an array of one sample or more".into(),
        got: arrays.first().map_or("none".into(), |a| Shape::from(a.shape()).to_string()),
    };
    let samples = first.filter(|n| *n > 0).ok_or_else(empty)?;
    for (i, array) in arrays.iter().enumerate() {
        if array.shape().first() != Some(&samples) {
            return Err(Error::Mismatch {
                place: call.into(),
                what: format!("array {i}"),
                expected: format!("{samples} samples, as many as the first array"),
                got: Shape::from(array.shape()).to_string(),
            });
        }
    }
    Ok(samples)
}

/// Inputs, targets and weights of a training or an evaluation.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    /// The call that they were given to, for errors.
    call: String,
    /// Which sample of what was given each of them is, for errors.
    numbers: Vec<usize>,
    pub x: Vec<Tensor>,
    y: Vec<Tensor>,
    /// None, one for all outputs, or one for each.
    weights: Vec<Tensor>,
}

impl Data {
    /// The data, once checked: equal numbers of samples, one at least, no NaN.
    pub fn new(call: &str, x: Tensors, y: Tensors, weights: Option<Tensors>) -> Result<Data> {
        let [x, y, weights]: [Vec<Tensor>; 3] = [x, y, weights.unwrap_or_default()].map(Vec::from);
        let samples = samples(call, &[&x[..], &y, &weights].concat())?;
        for (arrays, what) in [(&x, "x"), (&y, "y"), (&weights, "sample_weight")] {
            for (i, array) in arrays.iter().enumerate() {
                let number = if arrays.len() > 1 { format!("[{i}]") } else { String::new() };
                array.check_finite(&format!("{call}, {what}{number}"))?;
            }
        }
        Ok(Data { call: call.into(), numbers: (0..samples).collect(), x, y, weights })
    }

    /// An error of these samples as one of what was given.
    pub fn locate(&self, error: Error) -> Error {
        let number = |sample: &mut usize| {
            *sample = self.numbers.get(*sample).copied().unwrap_or(*sample);
        };
        error
            .at(|position| position.iter_mut().take(1).for_each(number))
            .place(|place| format!("{}, {place}", self.call))
    }

    pub fn samples(&self) -> usize {
        self.x[0].shape()[0]
    }

    /// The target of an output.
    pub fn target(&self, output: usize) -> Option<&Tensor> {
        self.y.get(output)
    }

    /// The sample weights of an output.
    pub fn weights_of(&self, output: usize) -> Option<&Tensor> {
        match &self.weights[..] {
            [one] => Some(one),
            several => several.get(output),
        }
    }

    /// The same with a weight for each sample.
    pub fn with_weights(self, weights: Tensor) -> Data {
        Data { weights: vec![weights], ..self }
    }

    /// Checks that there is a target for each of so many outputs.
    pub fn check_targets(&self, outputs: usize) -> Result<()> {
        let weights = self.weights.len();
        let wrong = match () {
            () if self.y.len() != outputs => ("y", self.y.len()),
            () if weights > 1 && weights != outputs => ("sample_weight", weights),
            () => return Ok(()),
        };
        Err(Error::Mismatch {
            place: "training".into(),
            what: format!("the list `{}`", wrong.0),
            expected: format!("{outputs} arrays, one for each output of the model"),
            got: format!("{} arrays", wrong.1),
        })
    }

    /// Samples `start..end`.
    pub fn rows(&self, start: usize, end: usize) -> Data {
        let numbers = self.numbers[start..end].to_vec();
        self.map(numbers, |array| array.rows(start, end))
    }

    /// The samples of these indices, in that order.
    pub fn select(&self, indices: &[usize]) -> Data {
        let numbers = indices.iter().map(|i| self.numbers[*i]).collect();
        self.map(numbers, |array| array.select(indices))
    }

    fn map(&self, numbers: Vec<usize>, f: impl Fn(&Tensor) -> Tensor) -> Data {
        let all = |arrays: &[Tensor]| arrays.iter().map(&f).collect();
        let (x, y, weights) = (all(&self.x), all(&self.y), all(&self.weights));
        Data { call: self.call.clone(), numbers, x, y, weights }
    }

    /// Cuts the last `fraction` of the samples off for validation, as Keras does.
    pub fn split(self, fraction: f64) -> Result<(Data, Option<Data>)> {
        if fraction == 0.0 {
            return Ok((self, None));
        }
        let samples = self.samples();
        let cut = (samples as f64 * (1.0 - fraction)).floor() as usize;
        if !(0.0..1.0).contains(&fraction) || cut == 0 || cut == samples {
            return Err(Error::InvalidArgument {
                place: "fit".into(),
                argument: "validation_split",
                expected: format!(
                    "a fraction of at least 0 and below 1 that leaves samples on both sides of \
                     {samples}"
                ),
                got: fraction.to_string(),
            });
        }
        Ok((self.rows(0, cut), Some(self.rows(cut, samples))))
    }
}

/// Checks a batch size.
pub(crate) fn check_batch_size(call: &str, batch_size: usize) -> Result<()> {
    if batch_size > 0 {
        return Ok(());
    }
    Err(Error::InvalidArgument {
        place: call.into(),
        argument: "batch_size",
        expected: "a positive integer".into(),
        got: "0".into(),
    })
}
