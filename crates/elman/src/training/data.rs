//! Checks and cuts of training data.

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
    pub x: Tensor,
    pub y: Tensor,
    pub weights: Option<Tensor>,
}

impl Data {
    /// The data, once checked: equal numbers of samples, one at least, no NaN.
    pub fn new(call: &str, x: Tensor, y: Tensor, weights: Option<Tensor>) -> Result<Data> {
        let mut arrays = vec![x.clone(), y.clone()];
        arrays.extend(weights.clone());
        samples(call, &arrays)?;
        x.check_finite(&format!("{call}, x"))?;
        y.check_finite(&format!("{call}, y"))?;
        if let Some(weights) = &weights {
            weights.check_finite(&format!("{call}, sample_weight"))?;
        }
        Ok(Data { x, y, weights })
    }

    pub fn samples(&self) -> usize {
        self.x.shape()[0]
    }

    /// Samples `start..end`.
    pub fn rows(&self, start: usize, end: usize) -> Data {
        self.map(|array| array.rows(start, end))
    }

    /// The samples of these indices, in that order.
    pub fn select(&self, indices: &[usize]) -> Data {
        self.map(|array| array.select(indices))
    }

    fn map(&self, f: impl Fn(&Tensor) -> Tensor) -> Data {
        Data { x: f(&self.x), y: f(&self.y), weights: self.weights.as_ref().map(f) }
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
