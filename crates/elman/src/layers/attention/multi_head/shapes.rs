//! What the inputs of `MultiHeadAttention` are, and whether they fit each other.

use super::{Given, MultiHeadAttention};
use crate::layers::Layer;
use crate::layers::layer::known_last;
use crate::{Error, Result, Shape};

impl MultiHeadAttention {
    /// The inputs by their role.
    pub(super) fn given<'a, T>(&self, inputs: &'a [T]) -> Result<Given<'a, T>> {
        let (inputs, mask) = match (self.attention_mask, inputs.split_last()) {
            (true, Some((mask, inputs))) => (inputs, Some(mask)),
            _ => (inputs, None),
        };
        match inputs {
            [query, value] => Ok(Given { query, value, key: None, mask }),
            [query, value, key] => Ok(Given { query, value, key: Some(key), mask }),
            other => Err(Error::InputCount {
                layer: self.place(),
                expected: match self.attention_mask {
                    false => "query and value, or query, value and key".into(),
                    true => "query and value, or query, value and key, and a mask".into(),
                },
                got: other.len() + usize::from(mask.is_some()),
            }),
        }
    }

    /// The axes to look along in inputs of `ndim` axes.
    pub(super) fn axes(&self, ndim: usize) -> Result<Vec<usize>> {
        let Some(given) = &self.attention_axes else { return Ok((1..ndim - 1).collect()) };
        let axes = given.resolve(self, "attention_axes", ndim)?;
        match axes.iter().all(|axis| (1..ndim - 1).contains(axis)) && !axes.is_empty() {
            true => Ok(axes),
            false => Err(Error::InvalidArgument {
                place: self.place(),
                argument: "attention_axes",
                expected: format!("axes from 1 to {}", ndim - 2),
                got: format!("{:?}", given.as_slice()),
            }),
        }
    }

    /// Checks that the inputs' axes fit each other.
    pub(super) fn check(&self, inputs: &[Shape]) -> Result<()> {
        let given = self.given(inputs)?;
        let misfit = |index: usize, expected: String| {
            let (layer, got) = (self.place(), inputs[index].clone());
            Err(Error::InputShape { layer, index, expected, got })
        };
        let ndim = given.query.ndim();
        if ndim < 3 {
            return misfit(0, "three or more dimensions: (batch, time, features)".into());
        }
        let axes = self.axes(ndim)?;
        let differ = |a: &Shape, b: &Shape, axis: usize| {
            a.dims()[axis].zip(b.dims()[axis]).is_some_and(|(a, b)| a != b)
        };
        let tensors = 2 + usize::from(given.key.is_some());
        for (index, input) in inputs[..tensors].iter().enumerate() {
            if input.ndim() != ndim {
                return misfit(index, format!("{ndim} dimensions, as the query"));
            }
            known_last(self, index, input)?;
            for axis in (0..ndim - 1).filter(|axis| !axes.contains(axis)) {
                if differ(given.query, input, axis) {
                    return misfit(index, format!("axis {axis} as that of the query"));
                }
            }
        }
        if let Some(mask) = given.mask {
            // Of the scores, what the mask has: the first axes, and those of queries and steps.
            let scores = self.scores_shape(&given, &axes);
            let last = scores.len() - 2 * axes.len();
            let first = mask.ndim().saturating_sub(2 * axes.len()).min(last);
            let expected = [&scores[..first], &scores[last..]].concat();
            let fits = |(own, scores): (&Option<usize>, &Option<usize>)| {
                own.zip(*scores).is_none_or(|(own, scores)| own == scores || own == 1)
            };
            if mask.ndim() != expected.len() || !mask.dims().iter().zip(&expected).all(fits) {
                let expected = Shape::from(expected);
                return misfit(tensors, format!("{expected}, or 1 in place of a number"));
            }
        }
        if let Some(key) = given.key {
            for axis in 1..ndim - 1 {
                if differ(given.value, key, axis) {
                    return misfit(2, format!("axis {axis} as that of the value {}", given.value));
                }
            }
        }
        Ok(())
    }

    /// The shape of the scores: the axes that aren't looked along, heads, queries, steps.
    pub(super) fn scores_shape(&self, given: &Given<Shape>, axes: &[usize]) -> Vec<Option<usize>> {
        let others = (0..given.query.ndim() - 1).filter(|axis| !axes.contains(axis));
        let mut scores: Vec<_> = others.map(|axis| given.query.dims()[axis]).collect();
        scores.push(Some(self.num_heads));
        scores.extend(axes.iter().map(|axis| given.query.dims()[*axis]));
        scores.extend(axes.iter().map(|axis| given.value.dims()[*axis]));
        scores
    }
}
