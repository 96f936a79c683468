//! A vocabulary and where each of its tokens is.

use std::collections::HashMap;

use super::{LARGEST_INTEGER, LookupOptions, OutputMode, Token};
use crate::layers::Layer;
use crate::{Error, Result};

/// The tokens of a vocabulary, without those that stand for masks and unknown tokens.
#[derive(Clone, Debug)]
pub(in crate::layers::preprocessing) struct Table<T> {
    pub tokens: Vec<T>,
    /// Which of the tokens each is.
    places: HashMap<T, usize>,
    /// How rare each index is, those of unknown tokens included; none unless that counts.
    pub idf_weights: Vec<f64>,
}

impl<T: Token> Table<T> {
    /// The table of a vocabulary, which may begin with the tokens for masks and unknown tokens.
    pub fn new(
        layer: &dyn Layer,
        options: &LookupOptions<T>,
        vocabulary: &[T],
        idf_weights: Option<&[f64]>,
    ) -> Result<Table<T>> {
        options.check(layer)?;
        let special = || {
            let mask = options.mask_token.iter().take(options.oov_start());
            let unknown = std::iter::repeat(options.oov_token.as_ref());
            mask.map(Some).chain(unknown.take(options.num_oov_indices))
        };
        let start = options.token_start();
        let begins_so =
            vocabulary.len() >= start && special().eq(vocabulary[..start].iter().map(Some));
        let tokens = if begins_so { &vocabulary[start..] } else { vocabulary };
        let table = Table::of_tokens(layer, options, tokens)?;
        let wrong = |what: &str, token: &T| {
            let order: Vec<String> = special().map(|token| format!("{token:?}")).collect();
            Err(refused(
                layer,
                format!(
                    "without the {what}, or with all of {} at its start, in this order",
                    order.join(", ")
                ),
                format!("{token:?} among the other tokens"),
            ))
        };
        if let Some(mask) = options.mask_token.as_ref().filter(|t| table.places.contains_key(t)) {
            return wrong("token for masks", mask);
        }
        let oov = options.oov_token.as_ref().filter(|_| options.invert);
        if let Some(oov) = oov.filter(|token| table.places.contains_key(token)) {
            return wrong("token for unknown tokens", oov);
        }
        let idf_weights = match (options.output_mode, idf_weights) {
            (OutputMode::TfIdf, Some(weights)) => {
                padded(layer, options, (vocabulary.len(), begins_so), weights)?
            }
            (OutputMode::TfIdf, None) => {
                return Err(invalid_idf(layer, "given where `output_mode` is \"tf_idf\"", "none"));
            }
            (_, Some(_)) => {
                let expected = "absent unless `output_mode` is \"tf_idf\"";
                return Err(invalid_idf(layer, expected, "weights"));
            }
            (_, None) => Vec::new(),
        };
        Ok(Table { idf_weights, ..table })
    }

    /// The table of tokens that are nothing but tokens.
    pub fn of_tokens(
        layer: &dyn Layer,
        options: &LookupOptions<T>,
        tokens: &[T],
    ) -> Result<Table<T>> {
        options.check(layer)?;
        if tokens.is_empty() {
            return Err(refused(layer, "of one token or more".into(), "none".into()));
        }
        let mut places = HashMap::with_capacity(tokens.len());
        for (place, token) in tokens.iter().enumerate() {
            if let Some(expected) = token.refused() {
                return Err(refused(layer, expected.into(), format!("{token:?}")));
            }
            if let Some(first) = places.insert(token.clone(), place) {
                let got = format!("{token:?} at {first} and at {place}");
                return Err(refused(layer, "of tokens that differ".into(), got));
            }
        }
        let size = options.token_start() + tokens.len();
        if size > LARGEST_INTEGER as usize {
            let expected = format!("of at most {LARGEST_INTEGER} tokens, whose indices f32 holds");
            return Err(refused(layer, expected, size.to_string()));
        }
        match options.max_tokens {
            Some(max_tokens) if size > max_tokens => Err(refused(
                layer,
                format!("of at most {max_tokens} tokens with those for masks and unknown ones"),
                format!("{size}"),
            )),
            _ => Ok(Table { tokens: tokens.to_vec(), places, idf_weights: Vec::new() }),
        }
    }

    /// Which of the tokens that one is.
    pub fn place(&self, token: &T) -> Option<usize> {
        self.places.get(token).copied()
    }
}

/// The weights for all indices: unknown tokens are as rare as the others in the mean, and places
/// that no token has count nothing.
fn padded<T: Token>(
    layer: &dyn Layer,
    options: &LookupOptions<T>,
    (len, begins_with_special): (usize, bool),
    weights: &[f64],
) -> Result<Vec<f64>> {
    if let Some(weight) = weights.iter().find(|weight| !(**weight as crate::Float).is_finite()) {
        return Err(invalid_idf(layer, "finite numbers", &weight.to_string()));
    }
    let to_end = options.max_tokens.filter(|_| options.pad_to_max_tokens);
    // Keras writes them to files with the padding.
    let is_padded = begins_with_special && to_end == Some(weights.len());
    if weights.len() != len && !is_padded {
        let expected = format!("as many as the vocabulary has tokens, {len}");
        return Err(invalid_idf(layer, &expected, &weights.len().to_string()));
    }
    let mut all = Vec::new();
    if !begins_with_special {
        let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
        all.resize(options.token_start(), mean);
    }
    all.extend_from_slice(weights);
    all.resize(to_end.unwrap_or(all.len()), 0.0);
    Ok(all)
}

fn refused(layer: &dyn Layer, expected: String, got: String) -> Error {
    Error::InvalidArgument { place: layer.place(), argument: "vocabulary", expected, got }
}

fn invalid_idf(layer: &dyn Layer, expected: &str, got: &str) -> Error {
    Error::InvalidArgument {
        place: layer.place(),
        argument: "idf_weights",
        expected: expected.into(),
        got: got.into(),
    }
}
