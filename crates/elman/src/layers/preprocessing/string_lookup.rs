//! Strings as indices.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::lookup::{
    Counts, Index, LookupOptions, as_documents, lookup_arguments, vocabulary_calls,
};
use crate::layers::layer::{layer_boilerplate, single_input, to_config};
use crate::layers::{Assets, Base, Layer};
use crate::{Context, Error, Result, Shape, Tensor};

/// Gives each string of a vocabulary its index, 1, 2, 3, …; or a vector that says which there are.
///
/// Index 0 is for unknown strings, of which there may be several places (`num_oov_indices`) or none;
/// with a `mask_token` index 0 is for that, and unknown ones follow. The vocabulary is an argument
/// ([`vocabulary`](StringLookup::vocabulary)), is set
/// ([`set_vocabulary`](StringLookup::set_vocabulary)), or is found in data
/// ([`adapt`](StringLookup::adapt)): the most frequent strings first, of equally frequent ones the
/// one that sorts last.
///
/// - Shapes: any, unchanged, for indices; `(batch, …)` to `(batch, …, size)` for one-hot vectors,
///   where a last dimension of 1 is left out; `(batch, tokens)` to `(batch, size)` for the others.
///   No weights. A mask ends here.
/// - Input: text, see [`Tensor::text`]. In a model the layer stands behind an
///   [`Input::text`](crate::layers::Input::text), or first.
/// - Keras: `keras.layers.StringLookup`, same defaults. `sparse` and encodings other than UTF-8 are
///   refused, and so is `invert` in a model: text can be nothing but input there.
///
/// # Errors
/// Unknown strings, if there is no place for them; no vocabulary; arguments that don't fit together.
///
/// ```
/// use elman::prelude::*;
/// let lookup = StringLookup::new().vocabulary(["a", "b", "c"]);
/// assert_eq!(lookup.call_on(["c", "z", "a"])?.data(), [3., 0., 1.]);
///
/// let back = StringLookup::new().vocabulary(["a", "b", "c"]).invert(true);
/// assert_eq!(back.call_on(array![3, 0, 1])?.strings(), Some(vec!["c", "[UNK]", "a"]));
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.StringLookup")]
#[derive(Clone, Debug, Default, Deserialize)]
pub struct StringLookup {
    #[serde(flatten)]
    base: Base,
    #[serde(flatten)]
    index: Index<String>,
    #[serde(default)]
    encoding: Encoding,
}

/// How Keras reads bytes as text; strings here are UTF-8.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) enum Encoding {
    #[default]
    #[serde(rename = "utf-8", alias = "UTF-8", alias = "utf8")]
    Utf8,
}

vocabulary_calls!(StringLookup of String, told as String);
lookup_arguments!(StringLookup of String);

impl StringLookup {
    /// A lookup that gives indices, to be adapted.
    pub fn new() -> StringLookup {
        StringLookup::default()
    }

    /// Makes the vocabulary that of the data, each row of which is a document for
    /// [`OutputMode::TfIdf`](crate::layers::OutputMode).
    ///
    /// # Errors
    /// Numbers; nothing but masks and unknown tokens; a vocabulary that is an argument.
    pub fn adapt(&mut self, data: impl Into<Tensor>) -> Result<()> {
        self.adapt_batches([as_documents(data.into())?])
    }

    /// Makes the vocabulary that of data in batches. A batch of one dimension is one document.
    ///
    /// # Errors
    /// As [`adapt`](StringLookup::adapt).
    pub fn adapt_batches(
        &mut self,
        batches: impl IntoIterator<Item = impl Into<Tensor>>,
    ) -> Result<()> {
        let mut counts = Counts::new();
        for batch in batches {
            let batch = batch.into();
            let strings = batch.require_strings(&self.place(), 0)?;
            counts.add_batch(strings.into_iter().map(str::to_owned).collect(), batch.shape());
        }
        self.with_index(|index, layer| index.set_from_counts(layer, counts))
    }

    /// What the layer gives for strings, or with `invert` for indices: Keras's `layer(data)`.
    ///
    /// # Errors
    /// As the layer's.
    pub fn call_on(&self, data: impl Into<Tensor>) -> Result<Tensor> {
        let data = data.into();
        if self.index.options.invert {
            return self.tokens(&data);
        }
        self.output_shapes(&[data.shape().into()])?;
        self.look_up(&data)
    }

    fn look_up(&self, x: &Tensor) -> Result<Tensor> {
        let strings = x.require_strings(&self.place(), 0)?;
        let table = self.index.table(self)?;
        let find = |string: &&str| self.index.find(self, table, &(*string).to_owned());
        let indices: Result<Vec<Option<usize>>> = strings.iter().map(find).collect();
        self.index.encode(self, indices?.into_iter(), x.shape())
    }

    /// The strings of indices. What isn't an index is one of an unknown string.
    fn tokens(&self, x: &Tensor) -> Result<Tensor> {
        if x.is_text() {
            return Err(x.wrong_kind(&self.place(), 0));
        }
        let index = |v: &crate::Float| (*v >= 0.0 && v.fract() == 0.0).then_some(*v as usize);
        let tokens: Result<Vec<String>> =
            x.data().iter().map(|v| self.index.token(self, index(v))).collect();
        Tensor::text(x.shape(), tokens?)
    }
}

impl Layer for StringLookup {
    layer_boilerplate!(without config);

    fn class_name(&self) -> &'static str {
        "StringLookup"
    }

    fn config(&self) -> Map<String, Value> {
        let mut config = to_config(&self.base);
        let options: LookupOptions<String> = self.index.described(self);
        config.extend(to_config(&options));
        config.insert("encoding".into(), json!(self.encoding));
        config
    }

    fn takes_text(&self, _input: usize) -> bool {
        !self.index.options.invert
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        if self.index.options.invert {
            return Err(Error::Unsupported {
                place: self.place(),
                option: "invert = true in a model, whose layers give numbers,".into(),
                advice: "call the layer by itself, on what the model predicts".into(),
            });
        }
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
        // Text has no gradient.
        Ok(vec![None])
    }
}
