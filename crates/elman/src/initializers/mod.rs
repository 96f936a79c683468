//! How weights get their first values: Keras's initializers.

mod config;
mod custom;
mod orthogonal;
mod values;
mod variance_scaling;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use config::{get, register};
pub use custom::CustomInitializer;
pub use variance_scaling::{Distribution, FanMode, VarianceScaling};

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
/// assert_eq!("he_normal".parse::<Initializer>()?, Initializer::HeNormal { seed: None });
/// # Ok::<(), elman::Error>(())
/// ```
/// One of your own is a [`CustomInitializer`].
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
    /// Of a variance that the shape of the weight decides: what the six of Glorot, He and LeCun are
    /// cases of.
    VarianceScaling(VarianceScaling),
    /// One of the program's own.
    Custom(Arc<dyn CustomInitializer>),
}

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

    /// One of the program's own.
    pub fn custom(initializer: impl CustomInitializer) -> Initializer {
        Initializer::Custom(Arc::new(initializer))
    }

    /// Whether the values depend on how many numbers go into a weight and come out of it.
    pub(crate) fn looks_at_fans(&self) -> bool {
        matches!(
            self,
            Initializer::GlorotUniform { .. }
                | Initializer::GlorotNormal { .. }
                | Initializer::HeUniform { .. }
                | Initializer::HeNormal { .. }
                | Initializer::LecunUniform { .. }
                | Initializer::LecunNormal { .. }
                | Initializer::VarianceScaling(_)
        )
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
            Initializer::VarianceScaling(scaling) => scaling.seed,
            Initializer::Custom(own) => own.seed(),
            Initializer::Zeros
            | Initializer::Ones
            | Initializer::Constant { .. }
            | Initializer::Identity { .. } => None,
        }
    }
}
