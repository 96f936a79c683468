//! The arguments of lookups.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{LARGEST_INTEGER, Token};
use crate::layers::Layer;
use crate::layers::layer::check_size;
use crate::{Error, Result};

/// What a lookup gives for the tokens of a sample: Keras's `output_mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputMode {
    /// The index of each token.
    #[default]
    Int,
    /// For each token a vector that is 1 at the token's index, else 0.
    OneHot,
    /// For each sample a vector that is 1 at the indices of its tokens, else 0.
    #[serde(alias = "binary")]
    MultiHot,
    /// For each sample how often each token occurs.
    Count,
    /// For each sample how often each token occurs, times how rare it is.
    #[serde(alias = "tf-idf")]
    TfIdf,
}

/// How unknown integers are spread over several places: Keras's `oov_method`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OovMethod {
    /// By the remainder.
    #[default]
    Floormod,
    /// By the hash of the digits.
    Farmhash,
}

/// The arguments that all lookups have, with Keras's keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "T: Token")]
pub(in crate::layers::preprocessing) struct LookupOptions<T: Token> {
    #[serde(default)]
    pub invert: bool,
    #[serde(default)]
    pub max_tokens: Option<usize>,
    #[serde(default = "one")]
    pub num_oov_indices: usize,
    #[serde(default = "T::default_oov")]
    pub oov_token: Option<T>,
    #[serde(default)]
    pub mask_token: Option<T>,
    #[serde(default)]
    pub output_mode: OutputMode,
    #[serde(default)]
    pub pad_to_max_tokens: bool,
    #[serde(default)]
    pub idf_weights: Option<Vec<f64>>,
    #[serde(default)]
    pub vocabulary: Option<Vec<T>>,
    /// What a file says of a vocabulary that lies beside its configuration.
    #[serde(default)]
    pub vocabulary_size: Option<usize>,
    #[serde(default)]
    pub oov_method: OovMethod,
    #[serde(default, deserialize_with = "salt")]
    pub salt: Option<[i64; 2]>,
}

fn one() -> usize {
    1
}

/// Two integers, or one that stands for both.
fn salt<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<[i64; 2]>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let pair = || value.as_i64().map(|salt| [salt; 2]);
    match serde_json::from_value::<[i64; 2]>(value.clone()).ok().or_else(pair) {
        None if !value.is_null() => Err(serde::de::Error::custom(format!(
            "expected an integer or two of them, got {value}"
        ))),
        salt => Ok(salt),
    }
}

impl<T: Token> Default for LookupOptions<T> {
    fn default() -> Self {
        LookupOptions {
            invert: false,
            max_tokens: None,
            num_oov_indices: 1,
            oov_token: T::default_oov(),
            mask_token: None,
            output_mode: OutputMode::Int,
            pad_to_max_tokens: false,
            idf_weights: None,
            vocabulary: None,
            vocabulary_size: None,
            oov_method: OovMethod::Floormod,
            salt: None,
        }
    }
}

impl<T: Token> LookupOptions<T> {
    /// The first index of unknown tokens; a mask is before it.
    pub fn oov_start(&self) -> usize {
        usize::from(self.mask_token.is_some() && self.output_mode == OutputMode::Int)
    }

    /// The index of the first token of the vocabulary.
    pub fn token_start(&self) -> usize {
        self.oov_start() + self.num_oov_indices
    }

    /// Checks what arguments say together.
    pub fn check(&self, layer: &dyn Layer) -> Result<()> {
        let invalid = |argument, expected: &str, got: String| {
            let (place, expected) = (layer.place(), expected.into());
            Err(Error::InvalidArgument { place, argument, expected, got })
        };
        if let Some(max_tokens) = self.max_tokens {
            check_size(|| layer.place(), "max_tokens", max_tokens)?;
        }
        if self.num_oov_indices > LARGEST_INTEGER as usize {
            let expected = format!("at most {LARGEST_INTEGER}, up to which f32 holds every index");
            return invalid("num_oov_indices", &expected, self.num_oov_indices.to_string());
        }
        if let Some(size) = self.vocabulary_size {
            check_size(|| layer.place(), "vocabulary_size", size)?;
        }
        match self {
            Self { max_tokens: Some(1), .. } => invalid("max_tokens", "more than 1", "1".into()),
            Self { max_tokens: Some(max), .. } if *max <= self.token_start() => invalid(
                "max_tokens",
                &format!("more than the {} indices of mask and unknown tokens", self.token_start()),
                max.to_string(),
            ),
            Self { max_tokens: None, pad_to_max_tokens: true, .. } => {
                invalid("max_tokens", "given where `pad_to_max_tokens` is true", "none".into())
            }
            Self { invert: true, output_mode, .. } if *output_mode != OutputMode::Int => {
                invalid("output_mode", "\"int\" where `invert` is true", format!("{output_mode:?}"))
            }
            Self { invert: true, oov_token: None, .. } => {
                invalid("oov_token", "given where `invert` is true", "none".into())
            }
            Self { idf_weights: Some(_), output_mode, .. } if *output_mode != OutputMode::TfIdf => {
                invalid(
                    "idf_weights",
                    "absent unless `output_mode` is \"tf_idf\"",
                    format!("weights for {output_mode:?}"),
                )
            }
            Self {
                vocabulary: Some(_), idf_weights: None, output_mode: OutputMode::TfIdf, ..
            } => invalid(
                "idf_weights",
                "given with `vocabulary` where `output_mode` is \"tf_idf\"",
                "none".into(),
            ),
            Self { vocabulary: None, idf_weights: Some(_), .. } => {
                invalid("idf_weights", "absent without `vocabulary`", "weights".into())
            }
            _ => Ok(()),
        }
    }
}
