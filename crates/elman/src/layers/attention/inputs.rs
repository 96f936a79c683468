//! Query, value and key: what `Attention` and `AdditiveAttention` have in common but their scores.

use serde_json::{Map, Value, json};

use super::scores::Scores;
use super::weighting::{LeftOut, Weighting};
use crate::layers::Layer;
use crate::{Context, Error, Mask, Result, Shape, Tensor, ops};

/// How a layer is called, beside its tensors.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CallOptions {
    pub return_attention_scores: bool,
    pub use_causal_mask: bool,
}

impl CallOptions {
    /// Takes an argument of Keras's `call`; whether it is one.
    pub fn set(&mut self, name: &str, value: &Value) -> bool {
        let (option, Some(value)) = (
            match name {
                "return_attention_scores" => &mut self.return_attention_scores,
                "use_causal_mask" => &mut self.use_causal_mask,
                _ => return false,
            },
            value.as_bool(),
        ) else {
            return false;
        };
        *option = value;
        true
    }

    /// The arguments of Keras's `call` that differ from its defaults.
    pub fn arguments(self) -> Map<String, Value> {
        let mut arguments = Map::new();
        for (name, set) in [
            ("return_attention_scores", self.return_attention_scores),
            ("use_causal_mask", self.use_causal_mask),
        ] {
            if set {
                arguments.insert(name.into(), json!(true));
            }
        }
        arguments
    }
}

/// What `backward` needs of one call.
pub(super) struct Saved {
    query: Tensor,
    key: Tensor,
    weighting: Weighting,
    query_used: Option<Vec<bool>>,
    has_key: bool,
}

/// Checks the inputs, `[query, value]` or `[query, value, key]`, and gives the outputs' shapes.
pub(super) fn output_shapes(
    layer: &dyn Layer,
    inputs: &[Shape],
    options: CallOptions,
) -> Result<Vec<Shape>> {
    let (query, value, key) = match inputs {
        [query, value] => (query, value, value),
        [query, value, key] => (query, value, key),
        other => {
            return Err(Error::InputCount {
                layer: layer.place(),
                expected: "query and value, or query, value and key".into(),
                got: other.len(),
            });
        }
    };
    let misfit = |index: usize, expected: String| Error::InputShape {
        layer: layer.place(),
        index,
        expected,
        got: inputs[index].clone(),
    };
    for (index, input) in inputs.iter().enumerate() {
        if input.ndim() != 3 {
            return Err(misfit(index, "three dimensions: (batch, time, features)".into()));
        }
    }
    let differ = |a: &Shape, b: &Shape, axis: usize| {
        a.dims()[axis].zip(b.dims()[axis]).is_some_and(|(a, b)| a != b)
    };
    let of_key = inputs.len() - 1;
    for (index, input) in inputs.iter().enumerate() {
        if differ(query, input, 0) {
            return Err(misfit(index, format!("the batch of the query {query}")));
        }
    }
    if differ(value, key, 1) {
        return Err(misfit(of_key, format!("the steps of the value {value}")));
    }
    if differ(query, key, 2) {
        return Err(misfit(of_key, format!("the features of the query {query}")));
    }
    let (batch, queries) = (query.dims()[0], query.dims()[1]);
    let mut shapes = vec![Shape::from([batch, queries, value.last()])];
    if options.return_attention_scores {
        shapes.push([batch, queries, key.dims()[1]].into());
    }
    Ok(shapes)
}

/// Computes the outputs; `dropout` is the rate, the seed and the layer's place in the model.
pub(super) fn forward(
    layer: &dyn Layer,
    inputs: &[Tensor],
    scores: Scores,
    options: CallOptions,
    (rate, seed, place): (f64, Option<u64>, &str),
    cx: &mut Context,
) -> Result<Vec<Tensor>> {
    // Lengths that were unknown when the layer was built show only now.
    let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape().into()).collect();
    output_shapes(layer, &shapes, options)?;
    let (query, value) = (&inputs[0], &inputs[1]);
    let key = inputs.get(2).unwrap_or(value);
    let [batch, queries, steps] = [query.shape()[0], query.shape()[1], key.shape()[1]];
    let value_used =
        value.mask().map(|mask| mask.over(&[batch, steps], &layer.place())).transpose()?;
    let used = (value_used.is_some() || options.use_causal_mask).then(|| {
        let in_order = |t: usize, s: usize| !options.use_causal_mask || s <= t;
        let mut used = Vec::with_capacity(batch * queries * steps);
        for b in 0..batch {
            let of_sample = value_used.as_ref().map(|used| &used[b * steps..(b + 1) * steps]);
            for t in 0..queries {
                used.extend(
                    (0..steps).map(|s| in_order(t, s) && of_sample.is_none_or(|used| used[s])),
                );
            }
        }
        used
    });
    let plain = |x: &Tensor| x.clone().replace_mask(None);
    let (query, key, value) = (plain(query), plain(key), plain(value));
    let scores = scores.forward(&query, &key);
    let mut weighting = Weighting::new(scores, used, LeftOut::Lowered, value);
    weighting.drop(rate, cx.random(seed, place));
    let mut y = weighting.sums();
    let query_used =
        inputs[0].mask().map(|mask| mask.over(y.shape(), &layer.place())).transpose()?;
    if let Some(used) = &query_used {
        ops::fill_unused(&mut y, used, 0.0);
    }
    let mut outputs = vec![y];
    if options.return_attention_scores {
        outputs.push(weighting.dropped());
    }
    cx.save(Saved { query, key, weighting, query_used, has_key: inputs.len() > 2 });
    Ok(outputs)
}

/// The mask of the outputs: the query's, for the first.
pub(super) fn output_masks(inputs: &[Tensor]) -> Vec<Option<Mask>> {
    vec![inputs.first().and_then(Tensor::mask).cloned()]
}

/// The gradients of the inputs; `of_weights` adds those of the weights.
pub(super) fn backward(
    saved: Saved,
    gradients: &[Option<Tensor>],
    scores: Scores,
    of_weights: impl FnOnce(&super::scores::ScoreGradients),
) -> Vec<Option<Tensor>> {
    let Saved { query, key, weighting, query_used, has_key } = saved;
    let mut of_sums = gradients[0].clone();
    if let (Some(gradient), Some(used)) = (&mut of_sums, &query_used) {
        ops::fill_unused(gradient, used, 0.0);
    }
    let of_dropped = gradients.get(1).and_then(Option::as_ref);
    let (of_scores, mut of_value) = weighting.backward(of_sums.as_ref(), None, of_dropped);
    let of = scores.backward(&query, &key, &of_scores);
    of_weights(&of);
    if has_key {
        return vec![Some(of.query), Some(of_value), Some(of.key)];
    }
    of_value.add_assign(&of.key);
    vec![Some(of.query), Some(of_value)]
}
