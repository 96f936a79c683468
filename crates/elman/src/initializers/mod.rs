//! How weights get their first values: Keras's initializers.

mod config;
mod orthogonal;

use crate::random::Stream;
use crate::{Error, Float, Result, Shape};

/// A rule for the first values of a weight, with Keras's names, defaults and distributions.
///
/// The numbers come from elman's own random streams: the same seed gives the same weights on every
/// machine, but not the numbers that Keras would draw (whose backends differ among themselves).
/// A `seed` of `None` takes the model's.
///
/// ```
/// use elman::initializers::Initializer;
/// let kernel = Initializer::GlorotUniform { seed: Some(1) }.sample(&[7, 20])?;
/// let limit = (6.0f32 / 27.0).sqrt();
/// assert!(kernel.data().iter().all(|w| w.abs() <= limit));
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Initializer {
    /// 0 (`keras.initializers.Zeros`).
    Zeros,
    /// 1 (`keras.initializers.Ones`).
    Ones,
    /// One value everywhere (`keras.initializers.Constant`).
    Constant {
        /// The value.
        value: f64,
    },
    /// Uniform in `[minval, maxval)`; Keras's string `"uniform"` is -0.05 to 0.05.
    RandomUniform {
        /// The lower end.
        minval: f64,
        /// The upper end.
        maxval: f64,
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// Normal; Keras's string `"normal"` has mean 0 and deviation 0.05.
    RandomNormal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        stddev: f64,
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// Normal, with values beyond two deviations drawn again.
    TruncatedNormal {
        /// The mean.
        mean: f64,
        /// The standard deviation, before truncation.
        stddev: f64,
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// Uniform within `±sqrt(6 / (fan_in + fan_out))` (Glorot and Bengio, 2010).
    GlorotUniform {
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// Truncated normal of variance `2 / (fan_in + fan_out)` (Glorot and Bengio, 2010).
    GlorotNormal {
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// Uniform within `±sqrt(6 / fan_in)` (He et al., 2015).
    HeUniform {
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// Truncated normal of variance `2 / fan_in` (He et al., 2015).
    HeNormal {
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// Uniform within `±sqrt(3 / fan_in)` (LeCun et al., 1998).
    LecunUniform {
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// Truncated normal of variance `1 / fan_in` (LeCun et al., 1998).
    LecunNormal {
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// A matrix with orthonormal rows or columns (whichever are fewer), times `gain`
    /// (Saxe et al., 2014).
    Orthogonal {
        /// The factor.
        gain: f64,
        /// The seed, `None` for the model's.
        seed: Option<u64>,
    },
    /// The identity matrix times `gain`.
    Identity {
        /// The factor.
        gain: f64,
    },
}

/// The standard deviation of a standard normal distribution truncated at two deviations.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

impl Initializer {
    /// `RandomUniform` with Keras's defaults, -0.05 to 0.05.
    pub fn uniform() -> Initializer {
        Initializer::RandomUniform { minval: -0.05, maxval: 0.05, seed: None }
    }

    /// `RandomNormal` with Keras's defaults, mean 0 and deviation 0.05.
    pub fn normal() -> Initializer {
        Initializer::RandomNormal { mean: 0.0, stddev: 0.05, seed: None }
    }

    /// `GlorotUniform` with the model's seed: the default of kernels.
    pub fn glorot_uniform() -> Initializer {
        Initializer::GlorotUniform { seed: None }
    }

    /// `Orthogonal` with gain 1 and the model's seed: the default of recurrent kernels.
    pub fn orthogonal() -> Initializer {
        Initializer::Orthogonal { gain: 1.0, seed: None }
    }

    /// The seed that was given, if one was.
    pub fn seed(&self) -> Option<u64> {
        match self {
            Initializer::RandomUniform { seed, .. }
            | Initializer::RandomNormal { seed, .. }
            | Initializer::TruncatedNormal { seed, .. }
            | Initializer::GlorotUniform { seed }
            | Initializer::GlorotNormal { seed }
            | Initializer::HeUniform { seed }
            | Initializer::HeNormal { seed }
            | Initializer::LecunUniform { seed }
            | Initializer::LecunNormal { seed }
            | Initializer::Orthogonal { seed, .. } => *seed,
            Initializer::Zeros
            | Initializer::Ones
            | Initializer::Constant { .. }
            | Initializer::Identity { .. } => None,
        }
    }

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
    pub fn sample(&self, shape: &[usize]) -> Result<crate::Tensor> {
        let mut stream = Stream::new(self.seed().unwrap_or(0), "initializer");
        Ok(crate::Tensor::from_parts(shape, self.values(shape, &mut stream, "sample")?))
    }

    /// The values for a weight of that shape, row-major. `place` names the weight in errors.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] where the shape has too few dimensions (`Orthogonal` needs two
    /// or more, `Identity` exactly two), more values than there is memory for, or an
    /// argument that is not finite.
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
        let (fan_in, fan_out) = fans(shape);
        let mut uniform = |low: f64, high: f64| {
            (0..len).map(|_| (low + (high - low) * stream.uniform()) as Float).collect()
        };
        Ok(match self {
            Initializer::Zeros => vec![0.0; len],
            Initializer::Ones => vec![1.0; len],
            Initializer::Constant { value } => vec![*value as Float; len],
            Initializer::RandomUniform { minval, maxval, .. } => uniform(*minval, *maxval),
            Initializer::GlorotUniform { .. } => {
                let limit = (6.0 / (fan_in + fan_out)).sqrt();
                uniform(-limit, limit)
            }
            Initializer::HeUniform { .. } => {
                let limit = (6.0 / fan_in).sqrt();
                uniform(-limit, limit)
            }
            Initializer::LecunUniform { .. } => {
                let limit = (3.0 / fan_in).sqrt();
                uniform(-limit, limit)
            }
            Initializer::RandomNormal { mean, stddev, .. } => {
                (0..len).map(|_| (mean + stddev * stream.normal()) as Float).collect()
            }
            Initializer::TruncatedNormal { mean, stddev, .. } => {
                truncated(len, *mean, *stddev, stream)
            }
            Initializer::GlorotNormal { .. } => {
                let variance = 2.0 / (fan_in + fan_out);
                truncated(len, 0.0, variance.sqrt() / TRUNCATED_DEVIATION, stream)
            }
            Initializer::HeNormal { .. } => {
                truncated(len, 0.0, (2.0 / fan_in).sqrt() / TRUNCATED_DEVIATION, stream)
            }
            Initializer::LecunNormal { .. } => {
                truncated(len, 0.0, (1.0 / fan_in).sqrt() / TRUNCATED_DEVIATION, stream)
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
        })
    }
}

/// The number of values of that shape, if there is room for them.
fn room(shape: &[usize]) -> Option<usize> {
    let len = shape.iter().try_fold(1usize, |len, size| len.checked_mul(*size))?;
    Vec::<Float>::new().try_reserve_exact(len).ok().map(|()| len)
}

fn truncated(len: usize, mean: f64, stddev: f64, stream: &mut Stream) -> Vec<Float> {
    (0..len).map(|_| (mean + stddev * stream.truncated_normal()) as Float).collect()
}

/// Keras's fans: rows and columns of a matrix; for convolutions times the receptive field.
fn fans(shape: &[usize]) -> (f64, f64) {
    let (fan_in, fan_out) = match shape {
        [] => (1, 1),
        [n] => (*n, *n),
        [receptive @ .., fan_in, fan_out] => {
            let field: usize = receptive.iter().product();
            (field * fan_in, field * fan_out)
        }
    };
    (fan_in.max(1) as f64, fan_out.max(1) as f64)
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
