//! Attention by products of queries and keys.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::inputs::{self, CallOptions};
use super::onnx::{OnnxScores, attend};
use super::scores::Scores;
use crate::initializers::Initializer;
use crate::layers::layer::{check_between, layer_boilerplate, never_streams};
use crate::layers::{Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::{Builder, Parameter};
use crate::{Context, Float, Mask, Result, Shape, Tensor};

/// Attention by products (Luong et al., 2015): every query gets the mean of the values, weighted by
/// how well their keys fit it.
///
/// ```text
/// weights = softmax(scores(query, key))        y = weights @ value
/// scores: dot      scale * (query · key)
///         concat   concat_score_weight * sum(tanh(scale * (query + key)))
/// ```
/// - Inputs: query `(batch, queries, width)`, value `(batch, steps, features)` and, if it differs
///   from the value, key `(batch, steps, width)`.
/// - Output: `(batch, queries, features)`; with `return_attention_scores` also the weights
///   `(batch, queries, steps)`, behind dropout while training.
/// - Weights: `scale ()` (if `use_scale`), `concat_score_weight ()` (if the mode is concat).
/// - Masks: the value's leaves its steps out, the query's makes its outputs zero and passes on. As
///   in Keras, a key's has no influence, and where no step is left the weights are those of the
///   scores.
/// - Keras: `keras.layers.Attention`. What Keras takes with the call (`use_causal_mask`,
///   `return_attention_scores`) is an option of the layer here; files have it with the call.
///
/// # Errors
/// Any number of inputs but two or three; widths, steps or batches that differ; a `dropout` outside
/// of 0 to 1.
///
/// ```
/// use elman::prelude::*;
/// let (query, value) = (Input::new([2, 4]).symbolic(), Input::new([7, 4]).symbolic());
/// let y = Attention::new().apply([&query, &value])?;
/// assert_eq!(y.shape().to_string(), "(None, 2, 4)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.Attention")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attention {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    use_scale: bool,
    #[serde(default)]
    score_mode: ScoreMode,
    #[serde(default)]
    dropout: f64,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(skip)]
    options: CallOptions,
    #[serde(skip)]
    scale: Parameter,
    #[serde(skip)]
    concat_score_weight: Parameter,
    #[serde(skip)]
    place_in_model: String,
}

/// How [`Attention`] scores a key for a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScoreMode {
    /// By their scalar product.
    #[default]
    Dot,
    /// By the sum of the hyperbolic tangents of their sum.
    Concat,
}

impl Default for Attention {
    fn default() -> Self {
        Attention {
            base: Base::default(),
            use_scale: false,
            score_mode: ScoreMode::Dot,
            dropout: 0.0,
            seed: None,
            options: CallOptions::default(),
            scale: Parameter::default(),
            concat_score_weight: Parameter::default(),
            place_in_model: String::new(),
        }
    }
}

impl Attention {
    /// Scalar products, without scale.
    pub fn new() -> Attention {
        Attention::default()
    }

    /// Whether to scale the scores by a weight (false).
    pub fn use_scale(mut self, use_scale: bool) -> Attention {
        self.use_scale = use_scale;
        self
    }

    /// How a key is scored ([`ScoreMode::Dot`]).
    pub fn score_mode(mut self, score_mode: ScoreMode) -> Attention {
        self.score_mode = score_mode;
        self
    }

    /// The fraction of the weights that training drops (0).
    pub fn dropout(mut self, rate: f64) -> Attention {
        self.dropout = rate;
        self
    }

    /// The seed of this layer's random numbers (the training's).
    pub fn seed(mut self, seed: u64) -> Attention {
        self.seed = Some(seed);
        self
    }

    /// Whether a query looks at no step behind its own (false).
    pub fn use_causal_mask(mut self, use_causal_mask: bool) -> Attention {
        self.options.use_causal_mask = use_causal_mask;
        self
    }

    /// Whether to give out the weights too (false).
    pub fn return_attention_scores(mut self, return_attention_scores: bool) -> Attention {
        self.options.return_attention_scores = return_attention_scores;
        self
    }

    fn scores<'a>(&self, cx: &Context<'a>) -> Scores<'a> {
        let number = |parameter: Parameter| cx.value(parameter).first().copied().unwrap_or(1.0);
        match self.score_mode {
            ScoreMode::Dot => Scores::Dot { scale: number(self.scale) },
            ScoreMode::Concat => Scores::Tanh {
                weights: &[],
                inner: number(self.scale),
                outer: number(self.concat_score_weight),
            },
        }
    }
}

/// Adds to the gradient of a weight of one number, where it exists.
fn add(gradient: &mut [Float], value: Float) {
    gradient.iter_mut().for_each(|g| *g += value);
}

impl Layer for Attention {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "Attention"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_between(self, "dropout", self.dropout, 0.0..=1.0)?;
        inputs::output_shapes(self, inputs, self.options)
    }

    fn build(&mut self, _inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        self.place_in_model = builder.path().into();
        if self.use_scale {
            self.scale = builder.add("scale", &[], &Initializer::Ones)?;
        }
        if self.score_mode == ScoreMode::Concat {
            self.concat_score_weight =
                builder.add("concat_score_weight", &[], &Initializer::Ones)?;
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
        let number = |parameter: Parameter, exporter: &Exporter| {
            exporter.values(parameter).first().map_or(1.0, |v| f64::from(*v))
        };
        let inner = number(self.scale, exporter);
        let scores = match self.score_mode {
            ScoreMode::Dot => OnnxScores::Dot { scale: inner },
            ScoreMode::Concat => {
                let outer = number(self.concat_score_weight, exporter);
                OnnxScores::Tanh { weights: None, inner, outer }
            }
        };
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
        let [of_scale, of_concat] = cx.gradients([self.scale, self.concat_score_weight]);
        Ok(inputs::backward(saved, gradients, scores, |of| {
            add(of_scale, of.inner);
            add(of_concat, of.outer);
        }))
    }
}
