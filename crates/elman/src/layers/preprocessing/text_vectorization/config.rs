//! The arguments as they stand in files.

use serde::{Deserialize, Serialize};

use super::super::lookup::{Index, LookupOptions, OutputMode};
use super::super::string_lookup::Encoding;
use super::{Ngrams, Split, Standardize, TextVectorization};
use crate::layers::Base;

/// Keras's keys.
#[derive(Serialize, Deserialize)]
pub(super) struct Config {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    max_tokens: Option<usize>,
    #[serde(default = "standardize")]
    standardize: Option<Standardize>,
    #[serde(default = "split")]
    split: Option<Split>,
    #[serde(default)]
    ngrams: Option<Ngrams>,
    #[serde(default)]
    output_mode: OutputMode,
    #[serde(default)]
    output_sequence_length: Option<usize>,
    #[serde(default)]
    pad_to_max_tokens: bool,
    #[serde(default)]
    vocabulary: Option<Vec<String>>,
    #[serde(default)]
    idf_weights: Option<Vec<f64>>,
    #[serde(default)]
    encoding: Encoding,
    #[serde(default)]
    vocabulary_size: Option<usize>,
}

fn standardize() -> Option<Standardize> {
    Some(Standardize::LowerAndStripPunctuation)
}

fn split() -> Option<Split> {
    Some(Split::Whitespace)
}

impl From<Config> for TextVectorization {
    fn from(config: Config) -> TextVectorization {
        let Config { max_tokens, output_mode, pad_to_max_tokens, .. } = config;
        let options = LookupOptions {
            max_tokens,
            output_mode,
            pad_to_max_tokens,
            vocabulary: config.vocabulary,
            idf_weights: config.idf_weights,
            vocabulary_size: config.vocabulary_size,
            // Padding is no word.
            mask_token: Some(String::new()),
            ..LookupOptions::default()
        };
        TextVectorization {
            base: config.base,
            standardize: config.standardize,
            split: config.split,
            ngrams: config.ngrams,
            output_sequence_length: config.output_sequence_length,
            index: Index::new(options),
        }
    }
}

impl From<&TextVectorization> for Config {
    fn from(layer: &TextVectorization) -> Config {
        let options = layer.index.described(layer);
        Config {
            base: layer.base.clone(),
            max_tokens: options.max_tokens,
            standardize: layer.standardize,
            split: layer.split,
            ngrams: layer.ngrams.clone(),
            output_mode: options.output_mode,
            output_sequence_length: layer.output_sequence_length,
            pad_to_max_tokens: options.pad_to_max_tokens,
            vocabulary: options.vocabulary,
            idf_weights: options.idf_weights,
            encoding: Encoding::Utf8,
            vocabulary_size: options.vocabulary_size,
        }
    }
}

impl Default for TextVectorization {
    fn default() -> Self {
        Config {
            base: Base::default(),
            max_tokens: None,
            standardize: standardize(),
            split: split(),
            ngrams: None,
            output_mode: OutputMode::Int,
            output_sequence_length: None,
            pad_to_max_tokens: false,
            vocabulary: None,
            idf_weights: None,
            encoding: Encoding::Utf8,
            vocabulary_size: None,
        }
        .into()
    }
}
