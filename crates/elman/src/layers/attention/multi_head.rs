//! Attention by several heads at once.

mod onnx;
mod options;
mod shapes;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::heads::{Heads, Looks, by_position, of_queries, of_steps};
use super::inputs::CallOptions;
use super::projection::{MapWeights, Projection};
use super::weighting::{LeftOut, Weighting};
use crate::activations::{self, Activation};
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::layers::layer::{
    check_between, check_positive, known_last, layer_boilerplate, never_streams,
};
use crate::layers::weight_arguments::weight_arguments;
use crate::layers::{Axes, Base, Layer};
use crate::onnx::{Edge, Exporter};
use crate::parameters::Builder;
use crate::regularizers::Regularizer;
use crate::{Context, Error, Float, Mask, Result, Shape, Tensor, defaults, ops};

/// Attention by several heads (Vaswani et al., 2017): each maps queries, keys and values linearly,
/// weights the values by how well the keys fit, and all results are mapped to the output.
///
/// ```text
/// q, k, v = maps of query, key, value to (…, num_heads, key_dim or value_dim)
/// weights = softmax(q · k / sqrt(key_dim))
/// y       = map of weights @ v, times sigmoid(map of query) with use_gate
/// ```
/// - Inputs: query `(batch, queries, …)`, value `(batch, steps, …)` and, if it differs from the
///   value, key `(batch, steps, …)`; with [`attention_mask`](MultiHeadAttention::attention_mask) at
///   the end an array `(batch, queries, steps)` of ones where a query may look. With more axes than
///   three, `attention_axes` says which of them are looked along; the others lie side by side.
/// - Output: the query's shape, its last axis replaced by `output_shape` if that is given; with
///   `return_attention_scores` also the weights `(batch, num_heads, queries, steps)`.
/// - Weights: `kernel` and, with `use_bias`, `bias` of each map: query, key, gate, value, output.
/// - Masks: the value's and the key's leave out steps, the query's leaves out everything for its
///   queries and passes on. Where nothing is left, all weights are equal, or, as in Keras, zero if
///   there is a `dropout`, the weights are given out, or the input has more than three axes.
/// - Keras: `keras.layers.MultiHeadAttention`. What Keras takes with the call (`use_causal_mask`,
///   `return_attention_scores`, `attention_mask`) is an option of the layer here; files have it with
///   the call. Keras's summary shows the weights as (…, queries, queries), here they have the shape
///   that is computed.
///
/// # Errors
/// Sizes of zero; inputs whose axes don't fit each other; axes that can't be looked along; masks
/// that don't fit the scores.
///
/// ```
/// use elman::prelude::*;
/// let x = Input::new([10, 16]).symbolic();
/// let y = MultiHeadAttention::new(2, 8).use_causal_mask(true).apply([&x, &x])?;
/// assert_eq!(y.shape().to_string(), "(None, 10, 16)");
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.layers.MultiHeadAttention")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MultiHeadAttention {
    #[serde(flatten)]
    base: Base,
    num_heads: usize,
    key_dim: usize,
    #[serde(default)]
    value_dim: Option<usize>,
    #[serde(default)]
    dropout: f64,
    #[serde(default = "defaults::yes")]
    use_bias: bool,
    #[serde(default)]
    use_gate: bool,
    #[serde(default, deserialize_with = "sizes")]
    output_shape: Option<Vec<usize>>,
    #[serde(default)]
    attention_axes: Option<Axes>,
    #[serde(default)]
    sliding_window: Option<usize>,
    #[serde(default = "Initializer::glorot_uniform")]
    kernel_initializer: Initializer,
    #[serde(default = "defaults::zeros")]
    bias_initializer: Initializer,
    #[serde(default)]
    kernel_regularizer: Option<Regularizer>,
    #[serde(default)]
    bias_regularizer: Option<Regularizer>,
    #[serde(default)]
    kernel_constraint: Option<Constraint>,
    #[serde(default)]
    bias_constraint: Option<Constraint>,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(skip)]
    options: CallOptions,
    /// Whether the last input says where each query may look.
    #[serde(skip)]
    attention_mask: bool,
    /// The inputs that Keras's call names, in a file.
    #[serde(skip)]
    named: Vec<&'static str>,
    #[serde(skip)]
    maps: Maps,
    #[serde(skip)]
    place_in_model: String,
}

/// The inputs that Keras's call takes by position or by name.
const POSITIONAL: [&str; 3] = ["query", "value", "key"];

/// A size or a list of sizes.
fn sizes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<usize>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        One(usize),
        Several(Vec<usize>),
    }
    match Option::<Written>::deserialize(deserializer) {
        Ok(written) => Ok(written.map(|written| match written {
            Written::One(size) => vec![size],
            Written::Several(sizes) => sizes,
        })),
        Err(_) => Err(D::Error::custom("output_shape must be a size or a list of sizes")),
    }
}

/// The linear maps.
#[derive(Clone, Copy, Debug, Default)]
struct Maps {
    query: Projection,
    key: Projection,
    gate: Option<Projection>,
    value: Projection,
    output: Projection,
}

/// What a call is given.
struct Given<'a, T> {
    query: &'a T,
    value: &'a T,
    key: Option<&'a T>,
    mask: Option<&'a T>,
}

/// What `backward` needs of one call.
struct Saved {
    query: Tensor,
    value: Tensor,
    key: Option<Tensor>,
    masked: bool,
    /// Queries and keys of the heads, as groups of sequences.
    queries: Tensor,
    keys: Tensor,
    weighting: Weighting,
    /// What the heads gave, and what of it the gate let through.
    attended: Tensor,
    gate: Option<Tensor>,
}

impl MultiHeadAttention {
    /// `num_heads` heads with keys of `key_dim` numbers.
    pub fn new(num_heads: usize, key_dim: usize) -> MultiHeadAttention {
        MultiHeadAttention {
            base: Base::default(),
            num_heads,
            key_dim,
            value_dim: None,
            dropout: 0.0,
            use_bias: true,
            use_gate: false,
            output_shape: None,
            attention_axes: None,
            sliding_window: None,
            kernel_initializer: Initializer::glorot_uniform(),
            bias_initializer: Initializer::Zeros,
            kernel_regularizer: None,
            bias_regularizer: None,
            kernel_constraint: None,
            bias_constraint: None,
            seed: None,
            options: CallOptions::default(),
            attention_mask: false,
            named: Vec::new(),
            maps: Maps::default(),
            place_in_model: String::new(),
        }
    }

    fn width(&self) -> usize {
        self.value_dim.unwrap_or(self.key_dim)
    }

    /// What a map of `x` gives, `(batch, …, heads, width)`.
    fn heads(&self, map: &Projection, x: &Tensor, width: usize, cx: &Context) -> Result<Tensor> {
        map.forward(x, cx)?.reshape(self.shape_of_heads(x, width))
    }

    fn shape_of_heads(&self, x: &Tensor, width: usize) -> Vec<usize> {
        let mut shape = x.shape()[..x.ndim() - 1].to_vec();
        shape.extend([self.num_heads, width]);
        shape
    }

    /// Where each query may look, from the masks of the inputs and the layer's own rules.
    fn looks(&self, given: &Given<Tensor>) -> Result<Looks> {
        let place = self.place();
        let mut looks = Looks::default();
        if let Some(mask) = given.query.mask() {
            looks.keep(of_queries(mask), &place)?;
        }
        for mask in [Some(given.value), given.key].into_iter().flatten().filter_map(Tensor::mask) {
            looks.keep(of_steps(mask), &place)?;
        }
        let (queries, steps) = (given.query.shape()[1], given.value.shape()[1]);
        if self.options.use_causal_mask {
            looks.keep(by_position(queries, steps, |q, s| s <= q), &place)?;
        }
        if let Some(window) = self.sliding_window {
            looks.keep(by_position(queries, steps, |q, s| q.abs_diff(s) < window), &place)?;
        }
        if let Some(mask) = given.mask {
            let used = mask.data().iter().map(|v| *v != 0.0).collect();
            looks.keep(Mask::from_parts(mask.shape(), used), &place)?;
        }
        Ok(looks)
    }

    /// What becomes of queries that may look nowhere: Keras computes attention in two ways.
    fn left_out(&self, ndim: usize) -> LeftOut {
        match self.dropout > 0.0 || self.options.return_attention_scores || ndim != 3 {
            true => LeftOut::Zero,
            false => LeftOut::EqualIfAll,
        }
    }

    fn scale(&self) -> Float {
        (1.0 / (self.key_dim as f64).sqrt()) as Float
    }
}

weight_arguments!(MultiHeadAttention {
    "kernels" starts as "glorot_uniform": kernel_initializer, kernel_regularizer, kernel_constraint;
    "biases" starts as "zeros": bias_initializer, bias_regularizer, bias_constraint;
});

impl Layer for MultiHeadAttention {
    layer_boilerplate!();

    fn class_name(&self) -> &'static str {
        "MultiHeadAttention"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        check_positive(self, "num_heads", self.num_heads)?;
        check_positive(self, "key_dim", self.key_dim)?;
        check_positive(self, "value_dim", self.width())?;
        check_between(self, "dropout", self.dropout, 0.0..=1.0)?;
        check_positive(self, "sliding_window", self.sliding_window.unwrap_or(1))?;
        for size in self.output_shape.iter().flatten() {
            check_positive(self, "output_shape", *size)?;
        }
        self.check(inputs)?;
        let given = self.given(inputs)?;
        let ndim = given.query.ndim();
        let mut output = given.query.dims().to_vec();
        if let Some(shape) = &self.output_shape {
            output.pop();
            output.extend(shape.iter().map(|size| Some(*size)));
        }
        let mut shapes = vec![Shape::from(output)];
        if self.options.return_attention_scores {
            shapes.push(self.scores_shape(&given, &self.axes(ndim)?).into());
        }
        Ok(shapes)
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        self.place_in_model = builder.path().into();
        let given = self.given(inputs)?;
        let width = |index: usize, input: &Shape| known_last(self, index, input);
        let (query, value) = (width(0, given.query)?, width(1, given.value)?);
        let key = given.key.map_or(Ok(value), |key| width(2, key))?;
        let kernel = (&self.kernel_initializer, &self.kernel_regularizer, &self.kernel_constraint);
        let bias = (&self.bias_initializer, &self.bias_regularizer, &self.bias_constraint);
        let weights =
            MapWeights { kernel: kernel.into(), bias: self.use_bias.then(|| bias.into()) };
        let (keys, values) = ([self.num_heads, self.key_dim], [self.num_heads, self.width()]);
        let output = self.output_shape.clone().unwrap_or_else(|| vec![query]);
        let mut map = |names: (&str, &str), from: &[usize], to: &[usize]| {
            Projection::build(builder, names, from, to, weights)
        };
        self.maps = Maps {
            query: map(("query_dense", "query"), &[query], &keys)?,
            key: map(("key_dense", "key"), &[key], &keys)?,
            gate: match self.use_gate {
                true => Some(map(("_gate_dense", "gate"), &[query], &values)?),
                false => None,
            },
            value: map(("value_dense", "value"), &[value], &values)?,
            output: map(("output_dense", "attention_output"), &values, &output)?,
        };
        // Keras has layers without weights here, which stand in the file.
        builder.child("_softmax", "softmax", true, |_| Ok(()))?;
        builder.child("_dropout_layer", "dropout", true, |_| Ok(()))
    }

    fn keyword_inputs(&self) -> &'static [&'static str] {
        &["query", "value", "key", "attention_mask"]
    }

    fn set_call_argument(&mut self, name: &str, value: &Value) -> bool {
        if name == "attention_mask" {
            self.attention_mask = !value.is_null();
            return true;
        }
        if let Some(name) = POSITIONAL.into_iter().find(|other| *other == name) {
            self.named.push(name);
            return true;
        }
        self.options.set(name, value)
    }

    fn call_arguments(&self, mut inputs: Vec<Value>) -> (Vec<Value>, Map<String, Value>) {
        let mut keywords = self.options.arguments();
        if self.attention_mask {
            keywords.extend(inputs.pop().map(|mask| ("attention_mask".to_owned(), mask)));
        }
        let mut positional = Vec::new();
        for (name, input) in POSITIONAL.into_iter().zip(inputs) {
            match self.named.contains(&name) {
                true => drop(keywords.insert(name.to_owned(), input)),
                false => positional.push(input),
            }
        }
        (positional, keywords)
    }

    fn supports_masking(&self) -> bool {
        true
    }

    never_streams!("every output looks at all steps");

    fn onnx(&self, inputs: &[Edge], exporter: &mut Exporter) -> Result<Vec<Edge>> {
        self.attend(inputs, exporter)
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        // In Keras it is on what each of the maps puts out, and not on what the layer does.
        if let Some(regularizer) =
            self.base.activity_regularizer.as_ref().filter(|_| cx.wants_losses())
        {
            return Err(Error::Unsupported {
                place: self.place(),
                option: format!("activity_regularizer = {regularizer:?}"),
                advice: "an ActivityRegularization layer behind it penalizes its outputs".into(),
            });
        }
        // Lengths that were unknown when the layer was built show only now.
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
        let shapes = self.output_shapes(&shapes)?;
        let known = |shape: &Shape| shape.dims().iter().flatten().copied().collect::<Vec<usize>>();
        let given = self.given(inputs)?;
        let axes = self.axes(given.query.ndim())?;
        let key = given.key.unwrap_or(given.value);
        let queries = self.heads(&self.maps.query, given.query, self.key_dim, cx)?;
        let keys = self.heads(&self.maps.key, key, self.key_dim, cx)?;
        let values = self.heads(&self.maps.value, given.value, self.width(), cx)?;
        let gate = self.maps.gate.map(|gate| self.heads(&gate, given.query, self.width(), cx));
        let gate = gate.transpose()?.map(|gate| activations::forward(Activation::Sigmoid, gate));
        let heads = Heads::new(queries.ndim(), &axes);
        let mut scores_shape = heads.groups_of(queries.shape());
        scores_shape.extend(heads.steps_of(queries.shape()));
        scores_shape.extend(heads.steps_of(keys.shape()));
        let used = self.looks(&given)?.over(&scores_shape, axes.len(), &self.place())?;
        let shape = queries.shape().to_vec();
        let (queries, keys) = (heads.split(&queries)?, heads.split(&keys)?);
        let scores = ops::scale(&ops::batch_matmul_nt(&queries, &keys), self.scale());
        let left_out = self.left_out(given.query.ndim());
        let mut weighting = Weighting::new(scores, used, left_out, heads.split(&values)?);
        weighting.drop(self.dropout, cx.random(self.seed, &self.place_in_model));
        let attended = heads.join(weighting.sums(), &shape)?;
        let passed = match &gate {
            Some(gate) => ops::multiply(&attended, gate),
            None => attended.clone(),
        };
        let y = self.maps.output.forward(&passed, cx)?.reshape(known(&shapes[0]))?;
        let mut outputs = vec![y];
        if self.options.return_attention_scores {
            outputs.push(weighting.weights().clone().reshape(scores_shape)?);
        }
        let (query, value) = (given.query.clone(), given.value.clone());
        let (key, masked) = (given.key.cloned(), given.mask.is_some());
        cx.save(Saved { query, value, key, masked, queries, keys, weighting, attended, gate });
        Ok(outputs)
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let saved: Saved = cx.restore(self.class_name())?;
        let Saved { query, value, key, masked, queries, keys, weighting, attended, gate } = saved;
        let heads = Heads::new(attended.ndim(), &self.axes(query.ndim())?);
        let mut of_query = Tensor::zeros(query.shape());
        let mut of_sums = None;
        if let Some(dy) = &gradients[0] {
            let passed = match &gate {
                Some(gate) => ops::multiply(&attended, gate),
                None => attended.clone(),
            };
            let mut of_attended = self.maps.output.backward(&passed, dy, cx)?;
            if let (Some(map), Some(gate)) = (&self.maps.gate, &gate) {
                let slope = ops::map(gate, |g| g * (1.0 - g));
                let of_gate = ops::multiply(&ops::multiply(&of_attended, &attended), &slope);
                of_query.add_assign(&map.backward(&query, &of_gate, cx)?);
                of_attended = ops::multiply(&of_attended, gate);
            }
            of_sums = Some(heads.split(&of_attended)?);
        }
        let shape_of_weights = weighting.weights().shape().to_vec();
        let of_weights = gradients.get(1).cloned().flatten();
        let of_weights = of_weights.map(|d| d.reshape(shape_of_weights)).transpose()?;
        let (of_scores, of_values) =
            weighting.backward(of_sums.as_ref(), of_weights.as_ref(), None);
        let of_scores = ops::scale(&of_scores, self.scale());
        let key_input = key.as_ref().unwrap_or(&value);
        let of_queries = heads.join(
            ops::batch_matmul(&of_scores, &keys),
            &self.shape_of_heads(&query, self.key_dim),
        )?;
        let of_keys = heads.join(
            ops::batch_matmul_tn(&of_scores, &queries),
            &self.shape_of_heads(key_input, self.key_dim),
        )?;
        let of_values = heads.join(of_values, &self.shape_of_heads(&value, self.width()))?;
        of_query.add_assign(&self.maps.query.backward(&query, &of_queries, cx)?);
        let of_key = self.maps.key.backward(key_input, &of_keys, cx)?;
        let mut of_value = self.maps.value.backward(&value, &of_values, cx)?;
        let mut of_inputs = vec![Some(of_query)];
        match key {
            Some(_) => of_inputs.extend([Some(of_value), Some(of_key)]),
            None => {
                of_value.add_assign(&of_key);
                of_inputs.push(Some(of_value));
            }
        }
        if masked {
            // Where a query may look is no number to learn.
            of_inputs.push(None);
        }
        Ok(of_inputs)
    }
}
