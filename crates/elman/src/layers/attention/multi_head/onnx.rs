//! Multi-head attention in ONNX graphs.

use elman_files::onnx::ElementKind;

use super::super::heads::Heads;
use super::super::onnx::{both, by_position, weights};
use super::super::projection::Projection;
use super::{Given, MultiHeadAttention};
use crate::activations::Activation;
use crate::layers::Layer;
use crate::onnx::{Edge, Exporter, refuse};
use crate::{Result, Shape, ops};

impl MultiHeadAttention {
    /// As [`Layer::forward`].
    pub(super) fn attend(&self, inputs: &[Edge], e: &mut Exporter) -> Result<Vec<Edge>> {
        let shapes: Vec<Shape> = inputs.iter().map(|x| x.shape.clone()).collect();
        let shapes = self.output_shapes(&shapes)?;
        let given = self.given(inputs)?;
        let ndim = given.query.ndim();
        let axes = self.axes(ndim)?;
        let heads = Heads::new(ndim + 1, &axes);
        let order = heads.order();
        let split = |map: &Projection, x: &Edge, width: usize, e: &mut Exporter| {
            let y = map.onnx(&x.name, e);
            self.as_heads(&y, ndim, width, e)
        };
        let key = given.key.unwrap_or(given.value);
        let queries = split(&self.maps.query, given.query, self.key_dim, e);
        let keys = split(&self.maps.key, key, self.key_dim, e);
        let values = split(&self.maps.value, given.value, self.width(), e);
        // Groups, then steps, then numbers.
        let [queries, keys, values] = [queries, keys, values].map(|x| e.transpose(&x, order));
        let groups = (ndim - axes.len()) as i64;
        let several = axes.len() > 1;
        let parts = [&queries, &keys, &values].map(|x| match several {
            true => flat_steps(x, groups, e),
            false => x.clone(),
        });
        let mut columns: Vec<usize> = (0..=groups as usize + 1).collect();
        columns.swap(groups as usize, groups as usize + 1);
        let columns = e.transpose(&parts[1], &columns);
        let scores = e.binary("MatMul", &parts[0], &columns);
        #[allow(clippy::useless_conversion, reason = "Float is f64 in the verification build")]
        let scores = e.times(&scores, f64::from(self.scale()));
        let used = self.used(&given, e)?;
        if several && used.is_some() {
            return Err(refuse(self, "it looks along several axes at once, with a mask"));
        }
        let mut weights = weights(&scores, used.as_deref(), self.left_out(ndim), e);
        let mut sums = e.binary("MatMul", &weights, &parts[2]);
        if several {
            let (of_groups, last) = (e.dims(&queries, 0, groups), i64::MAX);
            let (steps, keys) = (e.dims(&queries, groups, -1), e.dims(&keys, groups, -1));
            let width = e.dims(&sums, -1, last);
            let whole = e.concat(&[&of_groups, &steps, &width], 0);
            sums = e.binary("Reshape", &sums, &whole);
            let whole = e.concat(&[&of_groups, &steps, &keys], 0);
            weights = e.binary("Reshape", &weights, &whole);
        }
        let mut attended = e.transpose(&sums, &ops::inverse(order));
        if let Some(gate) = &self.maps.gate {
            let gate = split(gate, given.query, self.width(), e);
            let gate = e.activation(Activation::Sigmoid, &gate, 0);
            attended = e.binary("Mul", &attended, &gate);
        }
        let mut rows = vec![0; ndim - 1];
        rows.push((self.num_heads * self.width()) as i64);
        let rows = e.reshape(&attended, &rows);
        let mut y = self.maps.output.onnx(&rows, e);
        if let Some(shape) = self.output_shape.as_ref().filter(|shape| shape.len() != 1) {
            let mut dims = vec![0; ndim - 1];
            dims.extend(shape.iter().map(|n| *n as i64));
            y = e.reshape(&y, &dims);
        }
        let names = [y, weights].into_iter().zip(shapes);
        let mut outputs: Vec<Edge> = names.map(|(name, shape)| Edge::new(name, shape)).collect();
        outputs[0].mask = given.query.mask.clone();
        Ok(outputs)
    }

    /// `(…, heads * width)` as `(…, heads, width)`.
    fn as_heads(&self, x: &str, ndim: usize, width: usize, e: &mut Exporter) -> String {
        let mut shape = vec![0; ndim - 1];
        shape.extend([self.num_heads as i64, width as i64]);
        e.reshape(x, &shape)
    }

    /// Which steps each query may look at, with as many axes as the scores; none if all.
    fn used(&self, given: &Given<Edge>, e: &mut Exporter) -> Result<Option<String>> {
        let scores = given.query.ndim() + 1;
        // Masks of queries and steps, with their number of axes.
        let mut masks: Vec<(String, usize)> = Vec::new();
        if let Some(mask) = &given.query.mask {
            masks.push((e.unsqueeze(&mask.name, &[mask.ndim as i64]), mask.ndim + 1));
        }
        for mask in
            [Some(given.value), given.key].into_iter().flatten().filter_map(|x| x.mask.as_ref())
        {
            masks.push((e.unsqueeze(&mask.name, &[mask.ndim as i64 - 1]), mask.ndim + 1));
        }
        let (query, value) = (&given.query.name, &given.value.name);
        if self.options.use_causal_mask {
            masks.push((by_position(query, value, None, e), 3));
        }
        if self.sliding_window.is_some() {
            masks.push((by_position(query, value, self.sliding_window, e), 3));
        }
        if let Some(mask) = given.mask {
            masks.push((e.cast(&mask.name, ElementKind::Bool), mask.ndim()));
        }
        let mut used = None;
        let Some(ndim) = masks.first().map(|(_, ndim)| *ndim) else { return Ok(None) };
        for (mask, own) in masks {
            if own != ndim {
                return Err(refuse(self, "its masks have different numbers of axes"));
            }
            used = both(used, mask, e);
        }
        // The heads, and what else the scores have, lie before queries and steps.
        let further: Vec<i64> =
            (0..scores.saturating_sub(ndim)).map(|i| (ndim - 2 + i) as i64).collect();
        Ok(used.map(|used| match further.is_empty() {
            true => used,
            false => e.unsqueeze(&used, &further),
        }))
    }
}

/// The axes between the groups and the last as one.
fn flat_steps(x: &str, groups: i64, e: &mut Exporter) -> String {
    let (of_groups, width) = (e.dims(x, 0, groups), e.dims(x, -1, i64::MAX));
    let rest = e.ints(&[-1]);
    let shape = e.concat(&[&of_groups, &rest, &width], 0);
    e.binary("Reshape", x, &shape)
}
