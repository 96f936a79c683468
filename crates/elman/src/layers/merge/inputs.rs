//! What several inputs have in common: their shape together, their masks together.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

/// How the masks of several inputs become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum MaskRule {
    /// What counts in any input counts: Keras 3.
    #[default]
    Any,
    /// What counts in all inputs counts, those without a mask left aside: Keras 2.
    All,
}

/// The key of a layer that has [`MaskRule::All`], which stands where Keras doesn't read it.
pub(crate) const KERAS_2_MASKS: &str = "elman_keras_2_masks";

impl MaskRule {
    /// Whether it is that of Keras 3, which files don't say.
    pub fn is_any(&self) -> bool {
        *self == MaskRule::Any
    }

    /// Whether the output has a mask, by whether each input has.
    pub fn makes_mask(self, mut masked: impl Iterator<Item = bool>) -> bool {
        match self {
            MaskRule::Any => masked.all(|is| is),
            MaskRule::All => masked.any(|is| is),
        }
    }

    /// Whether something counts, by what the inputs say of it that have a mask.
    pub fn of(self, mut used: impl Iterator<Item = bool>) -> bool {
        match self {
            MaskRule::Any => used.any(|used| used),
            MaskRule::All => used.all(|used| used),
        }
    }

    /// ONNX's operator of two masks.
    pub fn operator(self) -> &'static str {
        match self {
            MaskRule::Any => "Or",
            MaskRule::All => "And",
        }
    }
}

impl Serialize for MaskRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        (*self == MaskRule::All).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MaskRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        bool::deserialize(deserializer).map(|all| if all { MaskRule::All } else { MaskRule::Any })
    }
}

/// The mask of an array made of `inputs`, by that rule.
///
/// # Errors
/// [`Error::Mismatch`] if the masks don't fit each other.
pub(super) fn merged_mask(
    layer: &dyn Layer,
    inputs: &[Tensor],
    rule: MaskRule,
) -> Result<Option<Mask>> {
    if !rule.makes_mask(inputs.iter().map(|x| x.mask().is_some())) {
        return Ok(None);
    }
    let masks: Vec<&Mask> = inputs.iter().filter_map(Tensor::mask).collect();
    let Some((first, rest)) = masks.split_first() else { return Ok(None) };
    let mut merged = (*first).clone();
    for mask in rest {
        let both = match rule {
            MaskRule::Any => merged.or(mask),
            MaskRule::All => merged.and(mask),
        };
        merged = both.ok_or_else(|| Error::Mismatch {
            place: layer.place(),
            what: "mask".into(),
            expected: format!("a shape that fits {}", Shape::from(merged.shape())),
            got: Shape::from(mask.shape()).to_string(),
        })?;
    }
    Ok(Some(merged))
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
