//! How often tokens occur in data, and the vocabulary that follows from it.

use std::collections::{HashMap, HashSet};

use super::{LookupOptions, OutputMode, Table, Token};
use crate::layers::Layer;
use crate::{Error, Result, Tensor};

/// How often each token occurs, and in how many documents.
#[derive(Debug)]
pub(in crate::layers::preprocessing) struct Counts<T> {
    occurrences: HashMap<T, u64>,
    documents_with: HashMap<T, u64>,
    documents: u64,
}

/// Data to adapt to as a batch: of a list each is a document, while a batch of one dimension is one.
pub(in crate::layers::preprocessing) fn as_documents(data: Tensor) -> Result<Tensor> {
    match *data.shape() {
        [length] => data.reshape([length, 1]),
        _ => Ok(data),
    }
}

impl<T: Token> Counts<T> {
    pub fn new() -> Counts<T> {
        Counts { occurrences: HashMap::new(), documents_with: HashMap::new(), documents: 0 }
    }

    /// Counts the tokens of a document.
    pub fn add(&mut self, document: impl IntoIterator<Item = T>) {
        let mut seen = HashSet::new();
        for token in document {
            if seen.insert(token.clone()) {
                *self.documents_with.entry(token.clone()).or_default() += 1;
            }
            *self.occurrences.entry(token).or_default() += 1;
        }
        self.documents += 1;
    }

    /// Counts the tokens of a batch of this shape, each row of which is a document.
    pub fn add_batch(&mut self, tokens: Vec<T>, shape: &[usize]) {
        let documents = if shape.len() < 2 { 1 } else { shape[0] };
        let length = (tokens.len() / documents.max(1)).max(1);
        tokens.chunks(length).for_each(|row| self.add(row.iter().cloned()));
    }

    /// The vocabulary: the most frequent tokens first, of equally frequent ones the greater.
    pub fn into_table(mut self, layer: &dyn Layer, options: &LookupOptions<T>) -> Result<Table<T>> {
        options.check(layer)?;
        for special in options.mask_token.iter().chain(&options.oov_token) {
            self.occurrences.remove(special);
        }
        let mut tokens: Vec<(T, u64)> = self.occurrences.into_iter().collect();
        tokens.sort_unstable_by(|(a, many), (b, more)| (more, b).cmp(&(many, a)));
        let room = options.max_tokens.map(|max| max.saturating_sub(options.token_start()));
        tokens.truncate(room.unwrap_or(usize::MAX));
        if tokens.is_empty() {
            return Err(Error::Custom {
                place: format!("adapt of {}", layer.place()),
                problem: "there is no token in the data".into(),
            });
        }
        let tokens: Vec<T> = tokens.into_iter().map(|(token, _)| token).collect();
        let mut table = Table::of_tokens(layer, options, &tokens)?;
        if options.output_mode == OutputMode::TfIdf {
            let rarity = |token| {
                let with = self.documents_with.get(token).copied().unwrap_or_default();
                (1.0 + self.documents as f64 / (1.0 + with as f64)).ln()
            };
            let of_tokens: Vec<f64> = tokens.iter().map(rarity).collect();
            let mean = of_tokens.iter().sum::<f64>() / of_tokens.len() as f64;
            table.idf_weights = vec![mean; options.token_start()];
            table.idf_weights.extend(of_tokens);
            if let Some(max) = options.max_tokens.filter(|_| options.pad_to_max_tokens) {
                table.idf_weights.resize(max, 0.0);
            }
        }
        Ok(table)
    }
}
