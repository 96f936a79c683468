//! Text as numbers.

mod config;
mod words;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::lookup::{Counts, Index, OutputMode, as_documents, vocabulary_calls};
use crate::layers::layer::{check_size, layer_boilerplate, single_input, to_config};
use crate::layers::{Assets, Base, Layer};
use crate::parameters::Builder;
use crate::{Context, Error, Float, Result, Shape, Tensor};

pub use words::{Ngrams, Split, Standardize};

/// Turns each text into the indices of its words, or into a vector that says which there are.
///
/// Texts are put in lower case and freed of punctuation (`standardize`), split at white space
/// (`split`), perhaps joined to runs of words (`ngrams`), and each word gets its index in the
/// vocabulary: 0 is padding, 1 an unknown word; in vectors 0 is an unknown word. The vocabulary is an
/// argument ([`vocabulary`](TextVectorization::vocabulary)), is set
/// ([`set_vocabulary`](TextVectorization::set_vocabulary)), or is found in data
/// ([`adapt`](TextVectorization::adapt)): the most frequent words first, of equally frequent ones
/// the one that sorts last.
///
/// - Shapes: `(batch,)` or `(batch, 1)` to `(batch, output_sequence_length)`, without a length to
///   that of the longest text of the batch; or to `(batch, size)` for the other output modes. With
///   `split` none, `(batch, words)`. No weights.
/// - Input: text, see [`Tensor::text`]. In a model the layer stands behind an
///   [`Input::text`](crate::layers::Input::text), or first.
/// - Keras: `keras.layers.TextVectorization`, same defaults. Refused are functions of one's own for
///   `standardize` and `split`, `sparse`, `ragged`, encodings other than UTF-8, and one-hot vectors of
///   texts of unequal lengths, which Keras gives as ragged tensors.
///
/// # Errors
/// No vocabulary; arguments that don't fit together; several texts for a sample where they are to be
/// split.
///
/// ```
/// use elman::prelude::*;
/// let mut vectorization = TextVectorization::new().output_sequence_length(4);
/// vectorization.adapt(["The cat sat.", "The dog"])?;
/// assert_eq!(vectorization.get_vocabulary()?, ["", "[UNK]", "the", "sat", "dog", "cat"]);
/// assert_eq!(vectorization.call_on(["the big DOG"])?.data(), [2., 1., 4., 0.]);
///
/// let mut model = Sequential::new();
/// model.add(Input::text([1]))?.add(vectorization)?;
/// model.add(Embedding::new(6, 8).mask_zero(true))?.add(Lstm::new(3))?;
/// assert_eq!(model.predict(["the cat", "a dog"])?.shape(), [2, 3]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.TextVectorization")]
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "config::Config")]
pub struct TextVectorization {
    base: Base,
    standardize: Option<Standardize>,
    split: Option<Split>,
    ngrams: Option<Ngrams>,
    output_sequence_length: Option<usize>,
    index: Index<String>,
}

vocabulary_calls!(TextVectorization of String, told as String);

impl TextVectorization {
    /// A layer that gives the indices of words, to be adapted.
    pub fn new() -> TextVectorization {
        TextVectorization::default()
    }

    /// What is done to texts before they are split (lower case, and no punctuation).
    pub fn standardize(mut self, standardize: impl Into<Option<Standardize>>) -> Self {
        self.standardize = standardize.into();
        self
    }

    /// Where texts are split (at white space); none if each string of a sample is a word.
    pub fn split(mut self, split: impl Into<Option<Split>>) -> Self {
        self.split = split.into();
        self
    }

    /// Which runs of words take the words' place (none): those of up to so many words, or those of
    /// the lengths of a list.
    pub fn ngrams(mut self, ngrams: impl Into<Ngrams>) -> Self {
        self.ngrams = Some(ngrams.into());
        self
    }

    /// How many words of a text there are (as many as in the longest of the batch): longer ones are
    /// cut, shorter ones padded with zeros.
    pub fn output_sequence_length(mut self, length: impl Into<Option<usize>>) -> Self {
        self.output_sequence_length = length.into();
        self
    }

    /// Makes the vocabulary that of the texts, each of which is a document for
    /// [`OutputMode::TfIdf`].
    ///
    /// # Errors
    /// Numbers; no words; a vocabulary that is an argument; several texts for a sample where they
    /// are to be split.
    pub fn adapt(&mut self, data: impl Into<Tensor>) -> Result<()> {
        self.adapt_batches([as_documents(data.into())?])
    }

    /// Makes the vocabulary that of texts in batches.
    ///
    /// # Errors
    /// As [`adapt`](TextVectorization::adapt).
    ///
    /// ```
    /// use elman::prelude::*;
    /// let mut vectorization = TextVectorization::new();
    /// vectorization.adapt_batches([["to be or", "not"], ["to be", "that"]])?;
    /// assert_eq!(vectorization.get_vocabulary()?[2..4], ["to", "be"]);
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn adapt_batches(
        &mut self,
        batches: impl IntoIterator<Item = impl Into<Tensor>>,
    ) -> Result<()> {
        self.check_arguments()?;
        let mut counts = Counts::new();
        for batch in batches {
            let mut batch = batch.into();
            if self.split.is_none() && batch.ndim() == 1 {
                // As in Keras, the words of one document.
                let words = batch.len();
                batch = batch.reshape([1, words])?;
            }
            self.documents(&batch)?.into_iter().for_each(|words| counts.add(words));
        }
        self.with_index(|index, layer| index.set_from_counts(layer, counts))
    }

    /// What the layer gives for texts: Keras's `layer(data)`.
    ///
    /// # Errors
    /// As the layer's.
    pub fn call_on(&self, data: impl Into<Tensor>) -> Result<Tensor> {
        let data = data.into();
        self.output_shapes(&[data.shape().into()])?;
        self.vectors(&data)
    }

    fn check_arguments(&self) -> Result<()> {
        self.index.options.check(self)?;
        let invalid = |argument, expected: &str, got: String| {
            let (place, expected) = (self.place(), expected.into());
            Err(Error::InvalidArgument { place, argument, expected, got })
        };
        if let Some(length) = self.output_sequence_length {
            check_size(|| self.place(), "output_sequence_length", length)?;
            if self.index.options.output_mode != OutputMode::Int {
                let got = length.to_string();
                return invalid("output_sequence_length", "absent unless indices are given", got);
            }
        }
        match &self.ngrams {
            Some(Ngrams::UpTo(0)) => invalid("ngrams", "1 or more", "0".into()),
            Some(Ngrams::Of(of)) if of.is_empty() || of.contains(&0) => {
                invalid("ngrams", "lengths of 1 or more", format!("{of:?}"))
            }
            _ if self.index.options.output_mode == OutputMode::OneHot
                && (self.split.is_some() || self.ngrams.is_some()) =>
            {
                Err(Error::Unsupported {
                    place: self.place(),
                    option: "output_mode = one_hot for texts of unequal lengths".into(),
                    advice: "indices can be used, or `split` = None without `ngrams`".into(),
                })
            }
            _ => Ok(()),
        }
    }

    /// Checks that there is one text for each sample, or, if they aren't split, words.
    fn check_input(&self, input: &Shape) -> Result<()> {
        let dims = input.dims();
        let (fits, expected) = match self.split {
            Some(_) => (
                dims.len() == 1 || dims.len() == 2 && dims[1].is_none_or(|dim| dim == 1),
                "a text for each sample: (batch,) or (batch, 1)",
            ),
            None => (dims.len() == 2, "words for each sample, which `split` = None doesn't split"),
        };
        match fits {
            true => Ok(()),
            false => Err(Error::InputShape {
                layer: self.place(),
                index: 0,
                expected: expected.into(),
                got: input.clone(),
            }),
        }
    }

    /// The words of each sample.
    fn documents(&self, x: &Tensor) -> Result<Vec<Vec<String>>> {
        self.check_input(&x.shape().into())?;
        let strings = x.require_strings(&self.place(), 0)?;
        let standard = |text: &str| match self.standardize {
            Some(standardize) => standardize.of(text),
            None => text.to_owned(),
        };
        let words = |texts: &[&str]| {
            let texts = texts.iter().map(|text| standard(text));
            let words: Vec<String> = match self.split {
                Some(split) => texts.flat_map(|text| split.of(&text)).collect(),
                None => texts.collect(),
            };
            self.ngrams.as_ref().map_or(words.clone(), |ngrams| ngrams.of(&words))
        };
        let samples = x.shape().first().copied().unwrap_or_default();
        let each = strings.len() / samples.max(1);
        Ok((0..samples).map(|i| words(&strings[i * each..(i + 1) * each])).collect())
    }

    fn vectors(&self, x: &Tensor) -> Result<Tensor> {
        let table = self.index.table(self)?;
        let mut indices = Vec::new();
        for words in self.documents(x)? {
            let find = |word: &String| self.index.find(self, table, word);
            indices.push(words.iter().map(find).collect::<Result<Vec<Option<usize>>>>()?);
        }
        match self.index.options.output_mode {
            OutputMode::Int => {
                let longest = indices.iter().map(Vec::len).max().unwrap_or_default();
                let length = self.output_sequence_length.unwrap_or(longest);
                let mut y = Tensor::zeros([indices.len(), length]);
                for (row, words) in y.data_mut().chunks_exact_mut(length.max(1)).zip(&indices) {
                    for (slot, index) in row.iter_mut().zip(words) {
                        *slot = index.unwrap_or_default() as Float;
                    }
                }
                Ok(y)
            }
            OutputMode::OneHot => self.index.encode(self, indices.into_iter().flatten(), x.shape()),
            _ => self.index.encode_samples(self, &indices),
        }
    }
}

impl Layer for TextVectorization {
    layer_boilerplate!(without config);

    fn class_name(&self) -> &'static str {
        "TextVectorization"
    }

    fn config(&self) -> Map<String, Value> {
        to_config(&config::Config::from(self))
    }

    fn takes_text(&self, _input: usize) -> bool {
        true
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let input = single_input(self, inputs, 1..)?;
        self.check_arguments()?;
        self.check_input(input)?;
        let batch = input.dims()[0];
        if self.index.options.output_mode == OutputMode::Int {
            self.index.known(self)?;
            return Ok(vec![[batch, self.output_sequence_length].into()]);
        }
        // However many words a text has, it is a sample of two dimensions.
        let words = if self.split.is_some() { None } else { input.dims()[1] };
        Ok(vec![self.index.output_shape(self, &[batch, words].into())?])
    }

    fn build(&mut self, _inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        // Keras's files have a place for the lookup that it holds.
        builder.child("_lookup_layer", "string_lookup", true, |_| Ok(()))
    }

    fn assets(&self) -> Result<Assets> {
        // Keras keeps them twice: once for the lookup that the layer holds.
        let mut assets = self.index.assets(self)?;
        assets.extend_below("_lookup_layer", assets.clone());
        Ok(assets)
    }

    fn load_assets(&mut self, assets: &Assets) -> Result<()> {
        let of_lookup = assets.below("_lookup_layer");
        let own = assets.without("_lookup_layer");
        if of_lookup != Assets::default() && of_lookup != own {
            return Err(Error::Config {
                place: self.place(),
                problem: "the vocabularies of the layer and of the lookup in it differ".into(),
            });
        }
        self.with_index(|index, layer| index.load_assets(layer, &own))
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        Ok(vec![self.vectors(&inputs[0])?])
    }

    fn backward(
        &self,
        _gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        // Text has no gradient.
        Ok(vec![None])
    }
}
