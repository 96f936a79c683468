//! Integers as indices.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::lookup::{
    Counts, Index, LARGEST_INTEGER, LookupOptions, OovMethod, as_documents, lookup_arguments,
    vocabulary_calls,
};
use crate::layers::layer::{layer_boilerplate, single_input, to_config};
use crate::layers::{Assets, Base, Layer};
use crate::{Context, Error, Float, Result, Shape, Tensor};

/// Gives each integer of a vocabulary its index, 1, 2, 3, …; or a vector that says which there are.
///
/// Index 0 is for unknown integers, of which there may be several places (`num_oov_indices`) or none;
/// with a `mask_token` index 0 is for that, and unknown ones follow. The vocabulary is an argument
/// ([`vocabulary`](IntegerLookup::vocabulary)), is set
/// ([`set_vocabulary`](IntegerLookup::set_vocabulary)), or is found in data
/// ([`adapt`](IntegerLookup::adapt)): the most frequent integers first, of equally frequent ones
/// the greater.
///
/// - Shapes: any, unchanged, for indices; `(batch, …)` to `(batch, …, size)` for one-hot vectors,
///   where a last dimension of 1 is left out; `(batch, tokens)` to `(batch, size)` for the others.
///   No weights. A mask ends here, and no gradient passes.
/// - Keras: `keras.layers.IntegerLookup`, same defaults. Integers are of at most 2^24 in size, up to
///   which f32 holds every one. `sparse` is refused.
///
/// # Errors
/// Values that are no such integers; unknown ones, if there is no place for them; no vocabulary;
/// arguments that don't fit together.
///
/// ```
/// use elman::prelude::*;
/// let mut lookup = IntegerLookup::new();
/// lookup.adapt(array![[12, 1138, 42], [42, 1000, 42]])?;
/// assert_eq!(lookup.get_vocabulary()?, [-1, 42, 1138, 1000, 12]);
/// assert_eq!(lookup.call_on(array![[42, 7, 12]])?.data(), [1., 0., 4.]);
///
/// let mut model = Sequential::new();
/// model.add(lookup.input_shape([3]))?;
/// model.add(Embedding::new(5, 2))?.add(Lstm::new(3))?;
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.IntegerLookup")]
#[derive(Clone, Debug, Default, Deserialize)]
pub struct IntegerLookup {
    #[serde(flatten)]
    base: Base,
    #[serde(flatten)]
    index: Index<i64>,
    #[serde(default)]
    vocabulary_dtype: VocabularyDtype,
}

/// The only type that Keras takes, too.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
enum VocabularyDtype {
    #[default]
    #[serde(rename = "int64")]
    Int64,
}

vocabulary_calls!(IntegerLookup of i64, told as i64);
lookup_arguments!(IntegerLookup of i64);

impl IntegerLookup {
    /// A lookup that gives indices, to be adapted.
    pub fn new() -> IntegerLookup {
        IntegerLookup::default()
    }

    /// How unknown integers are spread over several indices (by the remainder).
    pub fn oov_method(mut self, oov_method: OovMethod) -> IntegerLookup {
        self.index.options_mut().oov_method = oov_method;
        self
    }

    /// Makes the vocabulary that of the data, each row of which is a document for
    /// [`OutputMode::TfIdf`](crate::layers::OutputMode).
    ///
    /// # Errors
    /// Values that are no integers; nothing but masks and unknown tokens; a vocabulary that is an
    /// argument.
    pub fn adapt(&mut self, data: impl Into<Tensor>) -> Result<()> {
        self.adapt_batches([as_documents(data.into())?])
    }

    /// Makes the vocabulary that of data in batches. A batch of one dimension is one document.
    ///
    /// # Errors
    /// As [`adapt`](IntegerLookup::adapt).
    pub fn adapt_batches(
        &mut self,
        batches: impl IntoIterator<Item = impl Into<Tensor>>,
    ) -> Result<()> {
        let mut counts = Counts::new();
        for batch in batches {
            let batch = batch.into();
            let integers = self.integers(&batch, "adapt of")?;
            counts.add_batch(integers, batch.shape());
        }
        self.with_index(|index, layer| index.set_from_counts(layer, counts))
    }

    /// What the layer gives for integers, or with `invert` for indices: Keras's `layer(data)`.
    ///
    /// # Errors
    /// As the layer's.
    pub fn call_on(&self, data: impl Into<Tensor>) -> Result<Tensor> {
        let data = data.into();
        self.output_shapes(&[data.shape().into()])?;
        self.look_up(&data)
    }

    /// The values as integers.
    fn integers(&self, x: &Tensor, what: &str) -> Result<Vec<i64>> {
        let integer = |(position, value): (usize, &Float)| {
            let fits = value.abs() <= LARGEST_INTEGER as Float && value.fract() == 0.0;
            fits.then_some(*value as i64).ok_or_else(|| Error::Value {
                place: format!("{what} {}", self.place()),
                position: x.position(position),
                value: f64::from(*value),
                expected: format!("an integer from -{LARGEST_INTEGER} to {LARGEST_INTEGER}"),
            })
        };
        if x.is_text() {
            return Err(x.wrong_kind(&self.place(), 0));
        }
        x.data().iter().enumerate().map(integer).collect()
    }

    fn look_up(&self, x: &Tensor) -> Result<Tensor> {
        let integers = self.integers(x, "input of")?;
        if self.index.options.invert {
            let token = |index: i64| self.index.token(self, usize::try_from(index).ok());
            let tokens: Result<Vec<i64>> = integers.into_iter().map(token).collect();
            let data = tokens?.into_iter().map(|token| token as Float).collect();
            return Ok(Tensor::from_parts(x.shape(), data));
        }
        let table = self.index.table(self)?;
        let indices: Result<Vec<Option<usize>>> =
            integers.iter().map(|token| self.index.find(self, table, token)).collect();
        self.index.encode(self, indices?.into_iter(), x.shape())
    }
}

impl Layer for IntegerLookup {
    layer_boilerplate!(without config);

    fn class_name(&self) -> &'static str {
        "IntegerLookup"
    }

    fn config(&self) -> Map<String, Value> {
        let mut config = to_config(&self.base);
        let options: LookupOptions<i64> = self.index.described(self);
        config.extend(to_config(&options));
        config.insert("vocabulary_dtype".into(), json!(self.vocabulary_dtype));
        config
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![self.index.output_shape(self, single_input(self, inputs, 1..)?)?])
    }

    fn assets(&self) -> Result<Assets> {
        self.index.assets(self)
    }

    fn load_assets(&mut self, assets: &Assets) -> Result<()> {
        self.with_index(|index, layer| index.load_assets(layer, assets))
    }

    fn forward(&self, inputs: &[Tensor], _cx: &mut Context) -> Result<Vec<Tensor>> {
        Ok(vec![self.look_up(&inputs[0])?])
    }

    fn backward(
        &self,
        _gradients: &[Option<Tensor>],
        _cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        // Integers have no gradient.
        Ok(vec![None])
    }
}
