//! The values that initializers give.

use super::{Initializer, VarianceScaling, orthogonal};
use crate::random::Stream;
use crate::{Error, Float, Result, Shape, Tensor};

impl Initializer {
    /// The numbers that it is made of.
    fn arguments(&self) -> Vec<f64> {
        match *self {
            Initializer::Constant { value } => vec![value],
            Initializer::RandomUniform { minval, maxval, .. } => vec![minval, maxval],
            Initializer::RandomNormal { mean, stddev, .. }
            | Initializer::TruncatedNormal { mean, stddev, .. } => vec![mean, stddev],
            Initializer::Orthogonal { gain, .. } | Initializer::Identity { gain } => vec![gain],
            _ => Vec::new(),
        }
    }

    /// A tensor of these values, from the initializer's seed (0 if it has none).
    ///
    /// # Errors
    /// See [`Initializer::values`].
    pub fn sample(&self, shape: &[usize]) -> Result<Tensor> {
        let mut stream = Stream::new(self.seed().unwrap_or(0), "initializer");
        Ok(Tensor::from_parts(shape, self.values(shape, &mut stream, "sample")?))
    }

    /// The values for a weight of that shape, row-major. `place` names the weight in errors.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] where the shape has too few dimensions (`Orthogonal` needs two
    /// or more, `Identity` exactly two) or not the axes that are asked for, for a scale that is not
    /// positive or another argument that is not finite, for another number of values from a custom
    /// initializer, and for more values than there is memory for.
    pub fn values(&self, shape: &[usize], stream: &mut Stream, place: &str) -> Result<Vec<Float>> {
        let len = room(shape).ok_or_else(|| Error::InvalidArgument {
            place: place.into(),
            argument: "shape",
            expected: "of a size that there is memory for".into(),
            got: Shape::from(shape).to_string(),
        })?;
        if let Some(argument) = self.arguments().into_iter().find(|value| !value.is_finite()) {
            return Err(Error::InvalidArgument {
                place: place.into(),
                argument: "initializer",
                expected: "made of finite numbers".into(),
                got: argument.to_string(),
            });
        }
        if let Some(scaling) = VarianceScaling::of(self) {
            return scaling.values(shape, stream, place);
        }
        Ok(match self {
            Initializer::Ones => vec![1.0; len],
            Initializer::Constant { value } => vec![*value as Float; len],
            Initializer::RandomUniform { minval, maxval, .. } => {
                uniform(len, *minval, *maxval, stream)
            }
            Initializer::RandomNormal { mean, stddev, .. } => normal(len, *mean, *stddev, stream),
            Initializer::TruncatedNormal { mean, stddev, .. } => {
                truncated(len, *mean, *stddev, stream)
            }
            Initializer::Orthogonal { gain, .. } => {
                if shape.len() < 2 {
                    return Err(rank_error(place, "two or more", shape));
                }
                let columns = shape[shape.len() - 1];
                orthogonal::matrix(len / columns.max(1), columns, *gain, stream)
            }
            Initializer::Identity { gain } => {
                let &[rows, columns] = shape else {
                    return Err(rank_error(place, "exactly two", shape));
                };
                let mut values = vec![0.0; len];
                for i in 0..rows.min(columns) {
                    values[i * columns + i] = *gain as Float;
                }
                values
            }
            Initializer::Custom(own) => {
                let values = own.values(shape, stream)?;
                if values.len() != len {
                    return Err(Error::InvalidArgument {
                        place: place.into(),
                        argument: "initializer",
                        expected: format!("one that gives {len} values"),
                        got: format!("{} from {}", values.len(), own.class_name()),
                    });
                }
                values
            }
            _ => vec![0.0; len],
        })
    }
}

/// The number of values of that shape, if there is room for them.
fn room(shape: &[usize]) -> Option<usize> {
    let len = shape.iter().try_fold(1usize, |len, size| len.checked_mul(*size))?;
    Vec::<Float>::new().try_reserve_exact(len).ok().map(|()| len)
}

pub(super) fn uniform(len: usize, low: f64, high: f64, stream: &mut Stream) -> Vec<Float> {
    (0..len).map(|_| (low + (high - low) * stream.uniform()) as Float).collect()
}

pub(super) fn normal(len: usize, mean: f64, stddev: f64, stream: &mut Stream) -> Vec<Float> {
    (0..len).map(|_| (mean + stddev * stream.normal()) as Float).collect()
}

pub(super) fn truncated(len: usize, mean: f64, stddev: f64, stream: &mut Stream) -> Vec<Float> {
    (0..len).map(|_| (mean + stddev * stream.truncated_normal()) as Float).collect()
}

fn rank_error(place: &str, dimensions: &str, shape: &[usize]) -> Error {
    Error::InvalidArgument {
        place: place.into(),
        argument: "initializer",
        expected: format!(
            "one for this weight: this one is for weights of {dimensions} dimensions"
        ),
        got: format!("a weight of shape {}", Shape::from(shape)),
    }
}
