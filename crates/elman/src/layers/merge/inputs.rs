//! What several inputs have in common: their shape together, their masks together.

use crate::layers::Layer;
use crate::{Error, Mask, Result, Shape, Tensor, ops};

/// The shapes of `inputs` with axes of 1 put in behind the batch, so that all have as many.
pub(super) fn aligned(shapes: &[&[usize]]) -> Vec<Vec<usize>> {
    let ndim = shapes.iter().map(|shape| shape.len()).max().unwrap_or_default();
    let align = |shape: &&[usize]| {
        let mut aligned = shape.to_vec();
        let missing = ndim - shape.len();
        aligned.splice(1.min(shape.len())..1.min(shape.len()), std::iter::repeat_n(1, missing));
        aligned
    };
    shapes.iter().map(align).collect()
}

/// The shape of `inputs` combined element by element: Keras's rule, by which axes are paired from
/// the last but the batch with the batch, and an unknown dimension stays unknown.
pub(super) fn combined_shape(layer: &dyn Layer, inputs: &[Shape]) -> Result<Shape> {
    let misfit = |index: usize, expected: &str| Error::InputShape {
        layer: layer.place(),
        index,
        expected: expected.into(),
        got: inputs[index].clone(),
    };
    let mut combined: Vec<Option<usize>> = Vec::new();
    let mut batch = None;
    for (index, input) in inputs.iter().enumerate() {
        let Some((own_batch, dims)) = input.dims().split_first() else {
            return Err(misfit(index, "a batch dimension"));
        };
        match (batch, own_batch) {
            (Some(batch), Some(own)) if batch != *own => {
                return Err(misfit(index, &format!("a batch of {batch}, as the inputs before it")));
            }
            _ => batch = batch.or(*own_batch),
        }
        if index == 0 {
            combined = dims.to_vec();
            continue;
        }
        let expected = || {
            format!(
                "a shape that fits the inputs before it, {}",
                Shape::from(combined.clone()).with_batch(batch)
            )
        };
        let ndim = combined.len().max(dims.len());
        let dim = |dims: &[Option<usize>], axis: usize| {
            (axis + dims.len()).checked_sub(ndim).map(|own| dims[own])
        };
        let mut both = Vec::with_capacity(ndim);
        for axis in 0..ndim {
            both.push(match (dim(&combined, axis), dim(dims, axis)) {
                (Some(one), None) | (None, Some(one)) => one,
                (Some(Some(1)), Some(Some(n))) | (Some(Some(n)), Some(Some(1))) => Some(n),
                (Some(Some(m)), Some(Some(n))) if m == n => Some(n),
                (Some(Some(_)), Some(Some(_))) => return Err(misfit(index, &expected())),
                _ => None,
            });
        }
        combined = both;
    }
    Ok(Shape::from(combined).with_batch(batch))
}

/// The mask of an array made of `inputs`: what counts in any of them, none if one has no mask.
///
/// # Errors
/// [`Error::Mismatch`] if the masks don't fit each other.
pub(super) fn any_mask(layer: &dyn Layer, inputs: &[Tensor]) -> Result<Option<Mask>> {
    let masks: Option<Vec<&Mask>> = inputs.iter().map(Tensor::mask).collect();
    let Some((first, rest)) = masks.as_ref().and_then(|masks| masks.split_first()) else {
        return Ok(None);
    };
    let mut any = (*first).clone();
    for mask in rest {
        any = any.or(mask).ok_or_else(|| Error::Mismatch {
            place: layer.place(),
            what: "mask".into(),
            expected: format!("a shape that fits {}", Shape::from(any.shape())),
            got: Shape::from(mask.shape()).to_string(),
        })?;
    }
    Ok(Some(any))
}

/// Checks that a layer that joins arrays has inputs, and at least one.
pub(super) fn check_inputs(layer: &dyn Layer, inputs: &[Shape]) -> Result<()> {
    match inputs.is_empty() {
        false => Ok(()),
        true => Err(Error::InputCount {
            layer: layer.place(),
            expected: "one or more inputs".into(),
            got: 0,
        }),
    }
}

/// The two inputs of a layer that takes two.
pub(super) fn two<'a, T>(layer: &dyn Layer, inputs: &'a [T]) -> Result<[&'a T; 2]> {
    match inputs {
        [first, second] => Ok([first, second]),
        other => Err(Error::InputCount {
            layer: layer.place(),
            expected: "two inputs".into(),
            got: other.len(),
        }),
    }
}

/// `inputs` repeated to one shape, with their shapes before.
pub(super) fn repeated(layer: &dyn Layer, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let shapes: Vec<&[usize]> = inputs.iter().map(Tensor::shape).collect();
    let aligned = aligned(&shapes);
    let mut together = aligned.first().cloned().unwrap_or_default();
    for (index, shape) in aligned.iter().enumerate() {
        together = ops::broadcast_shape(&together, shape).ok_or_else(|| Error::InputShape {
            layer: layer.place(),
            index,
            expected: format!("a shape that fits {}", Shape::from(&together[..])),
            got: inputs[index].shape().into(),
        })?;
    }
    let repeat = |(x, shape): (&Tensor, Vec<usize>)| {
        if x.shape() == together {
            return Ok(x.clone());
        }
        Ok(ops::broadcast(&x.clone().reshape(shape)?, &together))
    };
    inputs.iter().zip(aligned).map(repeat).collect()
}
