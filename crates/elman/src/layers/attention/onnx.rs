//! Attention in ONNX graphs.

use elman_files::onnx::Attribute;

use super::inputs::{CallOptions, output_shapes};
use super::weighting::LeftOut;
use crate::activations::Activation;
use crate::layers::Layer;
use crate::onnx::{Edge, Exporter};
use crate::parameters::Parameter;
use crate::{Result, Shape};

/// How well queries fit keys: see [`Scores`](super::scores::Scores).
pub(super) enum OnnxScores {
    Dot { scale: f64 },
    Tanh { weights: Option<Parameter>, inner: f64, outer: f64 },
}

impl OnnxScores {
    fn add(self, query: &str, key: &str, e: &mut Exporter) -> String {
        match self {
            OnnxScores::Dot { scale } => {
                let columns = e.transpose(key, &[0, 2, 1]);
                let products = e.binary("MatMul", query, &columns);
                if scale == 1.0 { products } else { e.times(&products, scale) }
            }
            OnnxScores::Tanh { weights, inner, outer } => {
                let (query, key) = (e.unsqueeze(query, &[2]), e.unsqueeze(key, &[1]));
                let sum = e.binary("Add", &query, &key);
                let sum = e.times(&sum, inner);
                let mut tanh = e.unary("Tanh", &sum);
                if let Some(weights) = weights {
                    let weights = e.weight("scale", weights);
                    tanh = e.binary("Mul", &tanh, &weights);
                }
                let sum = e.reduce("ReduceSum", &tanh, &[-1], false);
                e.times(&sum, outer)
            }
        }
    }
}

/// Query, value and key, as in [`forward`](super::inputs::forward).
pub(super) fn attend(
    layer: &dyn Layer,
    inputs: &[Edge],
    scores: OnnxScores,
    options: CallOptions,
    e: &mut Exporter,
) -> Result<Vec<Edge>> {
    let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape.clone()).collect();
    let shapes = output_shapes(layer, &shapes, options)?;
    let (query, value) = (&inputs[0], &inputs[1]);
    let key = inputs.get(2).unwrap_or(value);
    let scores = scores.add(&query.name, &key.name, e);
    let mut used = None;
    if let Some(mask) = value.step_mask(layer)? {
        used = Some(e.unsqueeze(mask, &[1]));
    }
    if options.use_causal_mask {
        let causal = by_position(&query.name, &key.name, None, e);
        used = both(used, causal, e);
    }
    let weights = weights(&scores, used.as_deref(), LeftOut::Lowered, e);
    let mut y = e.binary("MatMul", &weights, &value.name);
    if let Some(mask) = query.step_mask(layer)? {
        let over = e.unsqueeze(mask, &[2]);
        let none = e.number(0.0);
        y = e.choose(&over, &y, &none);
    }
    let names = [y, weights].into_iter().zip(shapes);
    let mut outputs: Vec<Edge> = names.map(|(name, shape)| Edge::new(name, shape)).collect();
    outputs[0].mask = query.mask.clone();
    Ok(outputs)
}

/// Both masks.
pub(super) fn both(a: Option<String>, b: String, e: &mut Exporter) -> Option<String> {
    Some(match a {
        Some(a) => e.binary("And", &a, &b),
        None => b,
    })
}

/// Which steps a query may look at by its place, `(1, queries, steps)`: none behind its own, or
/// those less than `window` away.
pub(super) fn by_position(
    query: &str,
    key: &str,
    window: Option<usize>,
    e: &mut Exporter,
) -> String {
    let mut places = [query, key].map(|x| {
        let count = e.dims(x, 1, 2);
        let count = e.squeeze(&count, &[0]);
        let (start, step) = (e.int(0), e.int(1));
        e.node("Range", &[&start, &count, &step], &[])
    });
    places[0] = e.unsqueeze(&places[0], &[0, 2]);
    places[1] = e.unsqueeze(&places[1], &[0, 1]);
    let distance = e.binary("Sub", &places[1], &places[0]);
    match window {
        None => {
            let next = e.int(1);
            e.binary("Less", &distance, &next)
        }
        Some(window) => {
            let distance = e.unary("Abs", &distance);
            let window = e.int(i64::try_from(window).unwrap_or(i64::MAX));
            e.binary("Less", &distance, &window)
        }
    }
}

/// Scores to weights, as [`Weighting`](super::weighting::Weighting) has them.
pub(super) fn weights(
    scores: &str,
    used: Option<&str>,
    left_out: LeftOut,
    e: &mut Exporter,
) -> String {
    let Some(used) = used else { return e.activation(Activation::Softmax, scores, 0) };
    let lowered = match left_out {
        LeftOut::Lowered => e.plus(scores, -1e9),
        _ => {
            // Minus infinity, but zeros where all is left out.
            let counts = e.cast(used, elman_files::onnx::ElementKind::F32);
            let any = e.reduce("ReduceMax", &counts, &[-1], true);
            let none = e.number(0.0);
            let any = e.binary("Greater", &any, &none);
            let lowest = e.number(f64::NEG_INFINITY);
            e.choose(&any, &lowest, &none)
        }
    };
    let kept = e.choose(used, scores, &lowered);
    let weights = e.node("Softmax", &[&kept], &[("axis", Attribute::Int(-1))]);
    match left_out {
        LeftOut::Zero => {
            let none = e.number(0.0);
            e.choose(used, &weights, &none)
        }
        _ => weights,
    }
}
