//! Initializers as Keras writes them: objects with a class, or short strings.

use serde_json::{Map, Value, json};

use super::{Distribution, FanMode, Initializer, VarianceScaling};
use crate::Result;
use crate::objects::{Arguments, Class, Kind, by_keras_name};

static KIND: Kind<Initializer> = Kind::new(
    "initializer",
    "keras.initializers",
    &[
        Class { names: &["Zeros", "zeros", "zero"], load: |_| Ok(Initializer::Zeros) },
        Class { names: &["Ones", "ones", "one"], load: |_| Ok(Initializer::Ones) },
        Class {
            names: &["Constant", "constant"],
            load: |a| Ok(Initializer::Constant { value: a.number("value", 0.0)? }),
        },
        Class {
            names: &["RandomUniform", "random_uniform", "uniform"],
            load: |a| {
                let seed = a.seed()?;
                let (minval, maxval) = (a.number("minval", -0.05)?, a.number("maxval", 0.05)?);
                Ok(Initializer::RandomUniform { minval, maxval, seed })
            },
        },
        Class {
            names: &["RandomNormal", "random_normal", "normal"],
            load: |a| {
                let seed = a.seed()?;
                let (mean, stddev) = (a.number("mean", 0.0)?, a.number("stddev", 0.05)?);
                Ok(Initializer::RandomNormal { mean, stddev, seed })
            },
        },
        Class {
            names: &["TruncatedNormal", "truncated_normal"],
            load: |a| {
                let seed = a.seed()?;
                let (mean, stddev) = (a.number("mean", 0.0)?, a.number("stddev", 0.05)?);
                Ok(Initializer::TruncatedNormal { mean, stddev, seed })
            },
        },
        Class {
            names: &["GlorotUniform", "glorot_uniform"],
            load: |a| named(a, |seed| Initializer::GlorotUniform { seed }),
        },
        Class {
            names: &["GlorotNormal", "glorot_normal"],
            load: |a| named(a, |seed| Initializer::GlorotNormal { seed }),
        },
        Class {
            names: &["HeUniform", "he_uniform"],
            load: |a| named(a, |seed| Initializer::HeUniform { seed }),
        },
        Class {
            names: &["HeNormal", "he_normal"],
            load: |a| named(a, |seed| Initializer::HeNormal { seed }),
        },
        Class {
            names: &["LecunUniform", "lecun_uniform"],
            load: |a| named(a, |seed| Initializer::LecunUniform { seed }),
        },
        Class {
            names: &["LecunNormal", "lecun_normal"],
            load: |a| named(a, |seed| Initializer::LecunNormal { seed }),
        },
        Class { names: &["VarianceScaling", "variance_scaling"], load: variance_scaling },
        Class {
            names: &["Orthogonal", "orthogonal", "OrthogonalInitializer"],
            load: |a| {
                let seed = a.seed()?;
                Ok(Initializer::Orthogonal { gain: a.number("gain", 1.0)?, seed })
            },
        },
        Class {
            names: &["Identity", "identity", "IdentityInitializer"],
            load: |a| Ok(Initializer::Identity { gain: a.number("gain", 1.0)? }),
        },
        Class {
            names: &["STFT", "stft", "STFTInitializer"],
            load: |_| {
                Err("STFT is not supported: it makes the kernels of STFTSpectrogram, a layer that \
                     elman doesn't have"
                    .into())
            },
        },
    ],
);

by_keras_name!(Initializer, KIND);

/// The initializer of Keras's name, or of a registered class, with its defaults:
/// `glorot_uniform`, `orthogonal`, `variance_scaling`, …
///
/// # Errors
/// [`Error::Unknown`](crate::Error::Unknown) with the names that exist, and `stft`, which elman
/// doesn't have.
pub fn get(name: &str) -> Result<Initializer> {
    KIND.get(name)
}

/// Lets files name an initializer of the program's own: `load` makes it from its
/// [`config`](super::CustomInitializer::config). Keras:
/// `keras.saving.register_keras_serializable()`.
///
/// See [`CustomInitializer`](super::CustomInitializer) for an example.
pub fn register(class_name: &str, load: fn(&Map<String, Value>) -> Result<Initializer>) {
    KIND.register(class_name, load);
}

/// One of the six named cases of `VarianceScaling`, as that where axes are given.
fn named(a: &mut Arguments, plain: fn(Option<u64>) -> Initializer) -> Result<Initializer, String> {
    let initializer = plain(a.seed()?);
    let (input_axes, output_axes) = (axes(a, "input_axes")?, axes(a, "output_axes")?);
    Ok(match VarianceScaling::of(&initializer) {
        Some(scaling) if input_axes.is_some() || output_axes.is_some() => {
            VarianceScaling { input_axes, output_axes, ..scaling }.into()
        }
        _ => initializer,
    })
}

fn variance_scaling(a: &mut Arguments) -> Result<Initializer, String> {
    let scale = a.number("scale", 1.0)?;
    let mode = a.optional("mode", "\"fan_in\", \"fan_out\" or \"fan_avg\"", FanMode::read)?;
    let distribution = a.optional(
        "distribution",
        "\"truncated_normal\", \"untruncated_normal\" or \"uniform\"",
        Distribution::read,
    )?;
    let scaling = VarianceScaling {
        seed: a.seed()?,
        input_axes: axes(a, "input_axes")?,
        output_axes: axes(a, "output_axes")?,
        ..VarianceScaling::new(scale, mode.unwrap_or_default(), distribution.unwrap_or_default())
    };
    match scaling.problem() {
        None => Ok(scaling.into()),
        Some(problem) => Err(format!("VarianceScaling: {problem}")),
    }
}

fn axes(a: &mut Arguments, key: &'static str) -> Result<Option<Vec<i64>>, String> {
    let read = |value: &Value| value.as_array()?.iter().map(Value::as_i64).collect();
    a.optional(key, "a list of integers or null", read)
}

impl Initializer {
    /// Keras's class name.
    pub fn class_name(&self) -> &str {
        match self {
            Initializer::Zeros => "Zeros",
            Initializer::Ones => "Ones",
            Initializer::Constant { .. } => "Constant",
            Initializer::RandomUniform { .. } => "RandomUniform",
            Initializer::RandomNormal { .. } => "RandomNormal",
            Initializer::TruncatedNormal { .. } => "TruncatedNormal",
            Initializer::GlorotUniform { .. } => "GlorotUniform",
            Initializer::GlorotNormal { .. } => "GlorotNormal",
            Initializer::HeUniform { .. } => "HeUniform",
            Initializer::HeNormal { .. } => "HeNormal",
            Initializer::LecunUniform { .. } => "LecunUniform",
            Initializer::LecunNormal { .. } => "LecunNormal",
            Initializer::Orthogonal { .. } => "Orthogonal",
            Initializer::Identity { .. } => "Identity",
            Initializer::VarianceScaling(scaling) => scaling.class_name,
            Initializer::Custom(own) => own.class_name(),
        }
    }

    /// The arguments under Keras's keys.
    pub fn config(&self) -> Map<String, Value> {
        let seed = self.seed();
        let config = match self {
            Initializer::Zeros | Initializer::Ones => json!({}),
            Initializer::Constant { value } => json!({ "value": value }),
            Initializer::RandomUniform { minval, maxval, .. } => {
                json!({ "seed": seed, "minval": minval, "maxval": maxval })
            }
            Initializer::RandomNormal { mean, stddev, .. }
            | Initializer::TruncatedNormal { mean, stddev, .. } => {
                json!({ "seed": seed, "mean": mean, "stddev": stddev })
            }
            Initializer::Orthogonal { gain, .. } => json!({ "seed": seed, "gain": gain }),
            // Keras doesn't write the gain, and takes it.
            Initializer::Identity { gain: 1.0 } => json!({}),
            Initializer::Identity { gain } => json!({ "gain": gain }),
            Initializer::VarianceScaling(scaling) => return scaling.config(),
            Initializer::Custom(own) => return own.config(),
            _ => json!({ "seed": seed }),
        };
        config.as_object().cloned().unwrap_or_default()
    }
}
