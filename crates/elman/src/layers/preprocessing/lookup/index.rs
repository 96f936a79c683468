//! A vocabulary with the arguments of its lookup.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::{Counts, LookupOptions, OutputMode, Table, Token, encode, files};
use crate::layers::{Assets, Layer};
use crate::{Error, Result, Shape, Tensor};

/// What turns tokens into indices: arguments, and a vocabulary that is one of them, or that was set
/// or found in data.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "T: Token")]
pub(in crate::layers::preprocessing) struct Index<T: Token> {
    #[serde(flatten)]
    pub options: LookupOptions<T>,
    #[serde(skip)]
    table: OnceLock<Arc<Table<T>>>,
}

impl<T: Token> Index<T> {
    pub fn new(options: LookupOptions<T>) -> Index<T> {
        Index { options, table: OnceLock::new() }
    }

    /// The arguments, for changing.
    pub fn options_mut(&mut self) -> &mut LookupOptions<T> {
        // What depends on them is made anew; a vocabulary that is no argument was checked for the
        // old ones.
        if self.options.vocabulary.is_some() {
            self.table = OnceLock::new();
        }
        &mut self.options
    }

    /// The table, if there is a vocabulary.
    pub fn known(&self, layer: &dyn Layer) -> Result<Option<&Table<T>>> {
        self.options.check(layer)?;
        if let (None, Some(vocabulary)) = (self.table.get(), &self.options.vocabulary) {
            let idf_weights = self.options.idf_weights.as_deref();
            let table = Table::new(layer, &self.options, vocabulary, idf_weights)?;
            return Ok(Some(self.table.get_or_init(|| Arc::new(table))));
        }
        Ok(self.table.get().map(|table| &**table))
    }

    /// The table.
    pub fn table(&self, layer: &dyn Layer) -> Result<&Table<T>> {
        self.known(layer)?.ok_or_else(|| Error::Custom {
            place: layer.place(),
            problem:
                "there is no vocabulary: give one, or call `adapt` or `set_vocabulary` before \
                      the layer is used or joins a model"
                    .into(),
        })
    }

    /// Replaces the vocabulary. It is no argument then, and lies beside the configuration in files.
    pub fn set(
        &mut self,
        layer: &dyn Layer,
        tokens: &[T],
        idf_weights: Option<&[f64]>,
    ) -> Result<()> {
        let table = Table::new(layer, &self.options, tokens, idf_weights)?;
        self.put(table);
        Ok(())
    }

    /// Replaces the vocabulary by the lines of a file, all of which are tokens.
    pub fn set_from_file(&mut self, layer: &dyn Layer, path: &Path) -> Result<()> {
        if self.options.output_mode == OutputMode::TfIdf {
            return Err(Error::InvalidArgument {
                place: layer.place(),
                argument: "vocabulary",
                expected: "tokens with `idf_weights` where `output_mode` is \"tf_idf\"".into(),
                got: "a file".into(),
            });
        }
        let tokens: Vec<T> = files::read(layer, path)?;
        self.put(Table::of_tokens(layer, &self.options, &tokens)?);
        Ok(())
    }

    /// Replaces the vocabulary by that of data.
    pub fn set_from_counts(&mut self, layer: &dyn Layer, counts: Counts<T>) -> Result<()> {
        self.check_adaptable(layer)?;
        let table = counts.into_table(layer, &self.options)?;
        self.put(table);
        Ok(())
    }

    /// Refuses to adapt what has a vocabulary as an argument.
    pub fn check_adaptable(&self, layer: &dyn Layer) -> Result<()> {
        match &self.options.vocabulary {
            None => self.options.check(layer),
            Some(_) => Err(Error::InvalidArgument {
                place: layer.place(),
                argument: "vocabulary",
                expected: "absent for adapt, which is to find it".into(),
                got: "a vocabulary".into(),
            }),
        }
    }

    fn put(&mut self, table: Table<T>) {
        (self.options.vocabulary, self.options.idf_weights) = (None, None);
        self.options.vocabulary_size = Some(self.options.token_start() + table.tokens.len());
        self.table = OnceLock::from(Arc::new(table));
    }

    /// The arguments as they stand in files, with the size of the vocabulary.
    pub fn described(&self, layer: &dyn Layer) -> LookupOptions<T> {
        let mut options = self.options.clone();
        if let Ok(Some(table)) = self.known(layer) {
            options.vocabulary_size = Some(options.token_start() + table.tokens.len());
        }
        options
    }

    /// The number of indices: those for masks and unknown tokens, and one for each token.
    pub fn size(&self, layer: &dyn Layer) -> Result<usize> {
        Ok(self.options.token_start() + self.table(layer)?.tokens.len())
    }

    /// The whole vocabulary in the order of the indices.
    pub fn vocabulary(&self, layer: &dyn Layer) -> Result<Vec<Option<T>>> {
        let mask = self.options.mask_token.iter().take(self.options.oov_start()).cloned().map(Some);
        let oov = std::iter::repeat_n(self.options.oov_token.clone(), self.options.num_oov_indices);
        let tokens = self.table(layer)?.tokens.iter().cloned().map(Some);
        Ok(mask.chain(oov).chain(tokens).collect())
    }

    /// The length of vectors of indices, known from a file before the vocabulary is read.
    fn depth(&self, layer: &dyn Layer) -> Result<usize> {
        let known = self.known(layer)?;
        if let Some(max_tokens) = self.options.max_tokens.filter(|_| self.options.pad_to_max_tokens)
        {
            return Ok(max_tokens);
        }
        match (known, self.options.vocabulary_size) {
            (None, Some(size)) => Ok(size),
            _ => self.size(layer),
        }
    }

    pub fn output_shape(&self, layer: &dyn Layer, input: &Shape) -> Result<Shape> {
        let depth = match self.options.output_mode {
            // Indices need none, but arguments must fit.
            OutputMode::Int => self.known(layer).map(|_| None)?,
            _ => Some(self.depth(layer)?),
        };
        encode::shape(layer, &self.options, input, depth)
    }

    /// The index of a token; none for one that is masked.
    pub fn find(&self, layer: &dyn Layer, table: &Table<T>, token: &T) -> Result<Option<usize>> {
        let options = &self.options;
        if options.mask_token.as_ref() == Some(token) {
            return Ok(None);
        }
        if let Some(place) = table.place(token) {
            return Ok(Some(options.token_start() + place));
        }
        match options.num_oov_indices {
            0 => Err(Error::Custom {
                place: format!("input of {}", layer.place()),
                problem: format!(
                    "{token:?} is not in the vocabulary, and with num_oov_indices = 0 unknown tokens \
                     have no index"
                ),
            }),
            1 => Ok(Some(options.oov_start())),
            places => {
                let bucket = token.bucket(places, options.oov_method, options.salt);
                Ok(Some(options.oov_start() + bucket))
            }
        }
    }

    /// The outputs for indices of tokens that lie as `input` says.
    pub fn encode(
        &self,
        layer: &dyn Layer,
        indices: impl Iterator<Item = Option<usize>>,
        input: &[usize],
    ) -> Result<Tensor> {
        self.output_shape(layer, &input.into())?;
        let (depth, idf_weights) = self.places(layer)?;
        Ok(encode::encode(&self.options, indices, input, depth, idf_weights))
    }

    /// The vectors for the indices of the tokens of each sample.
    pub fn encode_samples(
        &self,
        layer: &dyn Layer,
        samples: &[Vec<Option<usize>>],
    ) -> Result<Tensor> {
        let (depth, idf_weights) = self.places(layer)?;
        let numbered = samples.iter().enumerate();
        let indices = numbered.flat_map(|(i, tokens)| tokens.iter().map(move |index| (i, *index)));
        Ok(encode::bags(&self.options, indices, samples.len(), depth, idf_weights))
    }

    /// How long vectors are, and how much each place of them counts.
    fn places(&self, layer: &dyn Layer) -> Result<(usize, &[f64])> {
        match self.options.output_mode {
            OutputMode::Int => Ok((0, &[])),
            _ => Ok((self.depth(layer)?, &self.table(layer)?.idf_weights)),
        }
    }

    /// The token of an index: of masks the mask's, of all that isn't there the unknown ones'.
    pub fn token(&self, layer: &dyn Layer, index: Option<usize>) -> Result<T> {
        let tokens = &self.table(layer)?.tokens;
        let (options, start) = (&self.options, self.options.token_start());
        let of_token = || tokens.get(index?.checked_sub(start)?);
        let mask = options.mask_token.as_ref().filter(|_| index == Some(0));
        let token = mask.or_else(of_token).or(options.oov_token.as_ref());
        // `check` has seen that there is a token for unknown ones.
        token.cloned().ok_or_else(|| Error::Custom {
            place: layer.place(),
            problem: format!("no token has the index {index:?}"),
        })
    }

    pub fn assets(&self, layer: &dyn Layer) -> Result<Assets> {
        match self.options.vocabulary {
            Some(_) if self.options.output_mode == OutputMode::TfIdf => {
                let mut assets = Assets::default();
                let weights = self.table(layer)?.idf_weights.clone();
                assets.insert_numbers(files::IDF_WEIGHTS, weights);
                Ok(assets)
            }
            Some(_) => Ok(Assets::default()),
            None => files::write(layer, &self.vocabulary(layer)?, &self.table(layer)?.idf_weights),
        }
    }

    pub fn load_assets(&mut self, layer: &dyn Layer, assets: &Assets) -> Result<()> {
        if self.options.vocabulary.is_none() {
            let table = files::load(layer, &self.options, assets)?;
            self.put(table);
        }
        Ok(())
    }
}
