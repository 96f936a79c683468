//! Initializers whose variance the shape of the weight decides.

use serde_json::{Map, Value, json};

use super::Initializer;
use super::values::{normal, truncated, uniform};
use crate::random::Stream;
use crate::{Error, Float, Result, Shape};

/// Mean 0 and variance `scale / n`, where `n` is the number of a unit's inputs, of its outputs, or
/// their mean (`keras.initializers.VarianceScaling`).
///
/// A matrix has `fan_in` rows and `fan_out` columns; the kernel of a convolution, of shape
/// `(…, in, out)`, has these times the size of its window.
///
/// ```
/// use elman::initializers::{Distribution, FanMode, Initializer, VarianceScaling};
/// let scaling = VarianceScaling::new(3.0, FanMode::FanOut, Distribution::Uniform).seed(1);
/// let kernel = Initializer::from(scaling).sample(&[10, 100])?;
/// let limit = (3.0f32 * 3.0 / 100.0).sqrt();
/// assert!(kernel.data().iter().all(|w| w.abs() <= limit));
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct VarianceScaling {
    pub(super) scale: f64,
    pub(super) mode: FanMode,
    pub(super) distribution: Distribution,
    pub(super) seed: Option<u64>,
    /// Keras counts these axes instead of the usual ones where both are given.
    pub(super) input_axes: Option<Vec<i64>>,
    pub(super) output_axes: Option<Vec<i64>>,
    /// The class that a file named: one of the six that are cases of this.
    pub(super) class_name: &'static str,
}

/// What the variance of [`VarianceScaling`] is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FanMode {
    /// The number of inputs.
    #[default]
    FanIn,
    /// The number of outputs.
    FanOut,
    /// Their mean.
    FanAvg,
}

/// What the values of [`VarianceScaling`] are drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Distribution {
    /// A normal distribution without the values beyond two deviations; the variance is that of the
    /// values that are left.
    #[default]
    TruncatedNormal,
    /// A normal distribution.
    UntruncatedNormal,
    /// A uniform distribution.
    Uniform,
}

/// The standard deviation of a standard normal distribution truncated at two deviations.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

const MODES: [(FanMode, &str); 3] =
    [(FanMode::FanIn, "fan_in"), (FanMode::FanOut, "fan_out"), (FanMode::FanAvg, "fan_avg")];

const DISTRIBUTIONS: [(Distribution, &str); 4] = [
    (Distribution::TruncatedNormal, "truncated_normal"),
    (Distribution::UntruncatedNormal, "untruncated_normal"),
    (Distribution::Uniform, "uniform"),
    // Read, never written.
    (Distribution::TruncatedNormal, "normal"),
];

fn name_of<T: PartialEq>(table: &[(T, &'static str)], value: &T) -> &'static str {
    table.iter().find(|(own, _)| own == value).map_or("", |(_, name)| name)
}

fn by_name<T: Copy>(table: &[(T, &str)], value: &Value) -> Option<T> {
    let name = value.as_str()?.to_ascii_lowercase();
    table.iter().find(|(_, own)| *own == name).map(|(value, _)| *value)
}

impl FanMode {
    pub(super) fn read(value: &Value) -> Option<FanMode> {
        by_name(&MODES, value)
    }
}

impl Distribution {
    pub(super) fn read(value: &Value) -> Option<Distribution> {
        by_name(&DISTRIBUTIONS, value)
    }
}

impl Default for VarianceScaling {
    fn default() -> Self {
        VarianceScaling::new(1.0, FanMode::default(), Distribution::default())
    }
}

impl From<VarianceScaling> for Initializer {
    fn from(scaling: VarianceScaling) -> Initializer {
        Initializer::VarianceScaling(scaling)
    }
}

impl VarianceScaling {
    /// Variance `scale` over the fan of that mode. Keras's defaults: 1, fan in, truncated normal.
    pub fn new(scale: f64, mode: FanMode, distribution: Distribution) -> VarianceScaling {
        VarianceScaling {
            scale,
            mode,
            distribution,
            seed: None,
            input_axes: None,
            output_axes: None,
            class_name: "VarianceScaling",
        }
    }

    /// The seed (the model's).
    pub fn seed(mut self, seed: u64) -> VarianceScaling {
        self.seed = Some(seed);
        self
    }

    /// The axes of the weight that count as inputs and as outputs, from 0 or, from the end, -1
    /// (those of a matrix or of the kernel of a convolution).
    pub fn axes(mut self, input_axes: &[i64], output_axes: &[i64]) -> VarianceScaling {
        self.input_axes = Some(input_axes.to_vec());
        self.output_axes = Some(output_axes.to_vec());
        self
    }

    /// An initializer as a case of this, if it is one.
    pub(super) fn of(initializer: &Initializer) -> Option<VarianceScaling> {
        use Distribution::{TruncatedNormal, Uniform};
        let (class_name, scale, mode, distribution) = match initializer {
            Initializer::VarianceScaling(scaling) => return Some(scaling.clone()),
            Initializer::GlorotUniform { .. } => ("GlorotUniform", 1.0, FanMode::FanAvg, Uniform),
            Initializer::GlorotNormal { .. } => {
                ("GlorotNormal", 1.0, FanMode::FanAvg, TruncatedNormal)
            }
            Initializer::HeUniform { .. } => ("HeUniform", 2.0, FanMode::FanIn, Uniform),
            Initializer::HeNormal { .. } => ("HeNormal", 2.0, FanMode::FanIn, TruncatedNormal),
            Initializer::LecunUniform { .. } => ("LecunUniform", 1.0, FanMode::FanIn, Uniform),
            Initializer::LecunNormal { .. } => {
                ("LecunNormal", 1.0, FanMode::FanIn, TruncatedNormal)
            }
            _ => return None,
        };
        let seed = initializer.seed();
        let scaling = VarianceScaling::new(scale, mode, distribution);
        Some(VarianceScaling { class_name, seed, ..scaling })
    }

    pub(super) fn config(&self) -> Map<String, Value> {
        let mut config = Map::new();
        config.insert("seed".into(), json!(self.seed));
        if self.class_name == "VarianceScaling" {
            config.insert("scale".into(), json!(self.scale));
            config.insert("mode".into(), name_of(&MODES, &self.mode).into());
            config
                .insert("distribution".into(), name_of(&DISTRIBUTIONS, &self.distribution).into());
        }
        // Versions of Keras before 3.15 don't take these keys.
        for (key, axes) in [("input_axes", &self.input_axes), ("output_axes", &self.output_axes)] {
            if let Some(axes) = axes {
                config.insert(key.into(), json!(axes));
            }
        }
        config
    }

    /// What is wrong with the scale, if something is.
    pub(super) fn problem(&self) -> Option<String> {
        (!(self.scale.is_finite() && self.scale > 0.0))
            .then(|| format!("`scale` must be a positive number, got {}", self.scale))
    }

    pub(super) fn values(
        &self,
        shape: &[usize],
        stream: &mut Stream,
        place: &str,
    ) -> Result<Vec<Float>> {
        let refused = |expected: &str, got: String| Error::InvalidArgument {
            place: format!("{place}, {}", self.class_name),
            argument: "initializer",
            expected: expected.into(),
            got,
        };
        if self.problem().is_some() {
            return Err(refused("one of a positive scale", self.scale.to_string()));
        }
        let (fan_in, fan_out) = self.fans(shape).ok_or_else(|| {
            let axes = format!("{:?} and {:?}", self.input_axes, self.output_axes);
            refused(&format!("one for axes of {}", Shape::from(shape)), axes)
        })?;
        let fan = match self.mode {
            FanMode::FanIn => fan_in,
            FanMode::FanOut => fan_out,
            FanMode::FanAvg => (fan_in + fan_out) / 2.0,
        };
        let (len, deviation) = (shape.iter().product(), (self.scale / fan.max(1.0)).sqrt());
        Ok(match self.distribution {
            Distribution::TruncatedNormal => {
                truncated(len, 0.0, deviation / TRUNCATED_DEVIATION, stream)
            }
            Distribution::UntruncatedNormal => normal(len, 0.0, deviation, stream),
            Distribution::Uniform => {
                let limit = 3f64.sqrt() * deviation;
                uniform(len, -limit, limit, stream)
            }
        })
    }

    /// Keras's fans: rows and columns of a matrix; for convolutions times the size of the window.
    /// `None` if an axis doesn't exist.
    pub(super) fn fans(&self, shape: &[usize]) -> Option<(f64, f64)> {
        if let (Some(inputs), Some(outputs)) = (&self.input_axes, &self.output_axes) {
            let size = |axis: &i64| {
                let from_start = if *axis < 0 { axis + shape.len() as i64 } else { *axis };
                shape.get(usize::try_from(from_start).ok()?).map(|size| *size as f64)
            };
            let product = |axes: &[i64]| axes.iter().map(size).product::<Option<f64>>();
            return product(inputs).zip(product(outputs));
        }
        Some(match shape {
            [] => (1.0, 1.0),
            [n] => (*n as f64, *n as f64),
            [window @ .., fan_in, fan_out] => {
                let window: f64 = window.iter().map(|size| *size as f64).product();
                (window * *fan_in as f64, window * *fan_out as f64)
            }
        })
    }
}
