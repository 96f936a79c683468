//! Attention by sums of queries and keys.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::inputs::{self, CallOptions};
use super::onnx::{OnnxScores, attend};
use super::scores::Scores;
use crate::initializers::Initializer;
use crate::layers::layer::{check_between, known_last, layer_boilerplate, never_streams};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::{Builder, Parameter};
use crate::{Context, Mask, Result, Shape, Tensor, defaults};

/// Attention by sums (Bahdanau et al., 2015): every query gets the mean of the values, weighted by
/// how well their keys fit it.
///
/// ```text
/// weights = softmax(sum(scale * tanh(query + key)))        y = weights @ value
/// ```
/// - Inputs, outputs and masks: as [`Attention`](crate::layers::Attention).
/// - Weights: `scale (width,)` (if `use_scale`).
/// - Keras: `keras.layers.AdditiveAttention`, same defaults.
///
/// # Errors
/// As [`Attention`](crate::layers::Attention).
///
/// ```
/// use elman::prelude::*;
/// let (query, value) = (Input::new([2, 4]).symbolic(), Input::new([7, 4]).symbolic());
/// let y = AdditiveAttention::new().apply([&query, &value])?;
/// let model = Functional::new([&query, &value], [&y]).build()?;
/// assert_eq!(model.count_params(), 4);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.AdditiveAttention")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdditiveAttention {
    #[serde(flatten)]
    base: Base,
    #[serde(default = "defaults::yes")]
    use_scale: bool,
    #[serde(default)]
    dropout: f64,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(skip)]
    options: CallOptions,
    #[serde(skip)]
    scale: Parameter,
    #[serde(skip)]
    place_in_model: String,
}

impl Default for AdditiveAttention {
    fn default() -> Self {
        AdditiveAttention {
            base: Base::default(),
            use_scale: true,
            dropout: 0.0,
            seed: None,
            options: CallOptions::default(),
            scale: Parameter::default(),
            place_in_model: String::new(),
        }
    }
}

impl AdditiveAttention {
    /// Sums with a scale.
    pub fn new() -> AdditiveAttention {
        AdditiveAttention::default()
    }

    /// Whether to scale each feature by a weight (true).
    pub fn use_scale(mut self, use_scale: bool) -> AdditiveAttention {
        self.use_scale = use_scale;
        self
    }

    /// The fraction of the weights that training drops (0).
    pub fn dropout(mut self, rate: f64) -> AdditiveAttention {
        self.dropout = rate;
        self
    }

    /// The seed of this layer's random numbers (the training's).
    pub fn seed(mut self, seed: u64) -> AdditiveAttention {
        self.seed = Some(seed);
        self
    }

    /// Whether a query looks at no step behind its own (false).
    pub fn use_causal_mask(mut self, use_causal_mask: bool) -> AdditiveAttention {
        self.options.use_causal_mask = use_causal_mask;
        self
    }

    /// Whether to give out the weights too (false).
    pub fn return_attention_scores(mut self, return_attention_scores: bool) -> AdditiveAttention {
        self.options.return_attention_scores = return_attention_scores;
        self
    }

    fn scores<'a>(&self, cx: &Context<'a>) -> Scores<'a> {
        Scores::Tanh { weights: cx.value(self.scale), inner: 1.0, outer: 1.0 }
    }
}

impl Layer for AdditiveAttention {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "AdditiveAttention"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_between(self, "dropout", self.dropout, 0.0..=1.0)?;
        let shapes = inputs::output_shapes(self, inputs, self.options)?;
        if self.use_scale {
            known_last(self, 0, &inputs[0])?;
        }
        Ok(shapes)
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        self.place_in_model = builder.path().into();
        if self.use_scale {
            let width = known_last(self, 0, &inputs[0])?;
            self.scale = builder.add("scale", &[width], &Initializer::glorot_uniform())?;
        }
        Ok(())
    }

    fn set_call_argument(&mut self, name: &str, value: &Value) -> bool {
        self.options.set(name, value)
    }

    fn call_arguments(&self, inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        (vec![inputs.into()], self.options.arguments())
    }

    fn supports_masking(&self) -> bool {
        true
    }

    fn output_masks(&self, inputs: &[Tensor]) -> Vec<Option<Mask>> {
        inputs::output_masks(inputs)
    }

    never_streams!("every output looks at all steps");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        let weights = self.use_scale.then_some(self.scale);
        let scores = OnnxScores::Tanh { weights, inner: 1.0, outer: 1.0 };
        attend(self, inputs, scores, self.options, exporter)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let dropout = (self.dropout, self.seed, &*self.place_in_model);
        inputs::forward(self, inputs, self.scores(cx), self.options, dropout, cx)
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let saved: inputs::Saved = cx.restore(self.class_name())?;
        let scores = self.scores(cx);
        let [of_scale] = cx.gradients([self.scale]);
        Ok(inputs::backward(saved, gradients, scores, |of| {
            of_scale.iter_mut().zip(&of.weights).for_each(|(g, d)| *g += d);
        }))
    }
}
