//! Keras's rules for weights and masks whose shapes differ from what they weigh.

use std::borrow::Cow;

use crate::{Error, Float, Mask, Result, Shape, Tensor};

/// Two shapes of the same number of axes, where Keras makes them so: the one that has one axis
/// more loses its last axis if that is one; but where the other has a single axis, that one gets
/// an axis of one.
pub(crate) fn same_rank(a: &[usize], b: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    let (long, short) = if a.len() > b.len() { (&mut a, &mut b) } else { (&mut b, &mut a) };
    if long.len() == short.len() + 1 && long.last() == Some(&1) {
        match short.len() {
            1 => short.push(1),
            _ => drop(long.pop()),
        }
    }
    (a, b)
}

/// Values of shape `from` repeated to shape `to`, axis by axis from the first: `(batch,)` weighs
/// all steps of `(batch, time)` alike. `None` if they don't fit.
pub(crate) fn broadcast<'a>(
    data: &'a [Float],
    from: &[usize],
    to: &[usize],
) -> Option<Cow<'a, [Float]>> {
    let used = from.len() - from.iter().rev().take_while(|dim| **dim == 1).count();
    let from = &from[..used];
    if from == to {
        return Some(Cow::Borrowed(data));
    }
    if from.len() > to.len() || from.iter().zip(to).any(|(f, t)| f != t && *f != 1) {
        return None;
    }
    // How far each axis moves in the data: not at all where it is repeated.
    let mut steps = vec![0; to.len()];
    let mut size = 1;
    for (axis, dim) in from.iter().enumerate().rev() {
        steps[axis] = if *dim == 1 { 0 } else { size };
        size *= dim;
    }
    let index = |mut i: usize| {
        let mut at = 0;
        for (dim, step) in to.iter().zip(&steps).rev() {
            at += i % dim * step;
            i /= dim;
        }
        at
    };
    let len: usize = to.iter().product();
    Some(Cow::Owned((0..len).map(|i| data[index(i)]).collect()))
}

/// Sample weights and a mask as weights in one; none if there is neither. `scaled` makes the
/// entries that count weigh `total / counted` (0 where none counts).
///
/// # Errors
/// [`Error::Mismatch`] if one doesn't fit the other.
pub(crate) fn masked(
    weights: Option<&Tensor>,
    mask: Option<&Mask>,
    scaled: bool,
) -> Result<Option<Tensor>> {
    let Some(mask) = mask else { return Ok(weights.map(|w| w.clone().replace_mask(None))) };
    let counted = mask.data().iter().filter(|used| **used).count();
    let weight = match scaled {
        true if counted > 0 => mask.data().len() as Float / counted as Float,
        true => 0.0,
        false => 1.0,
    };
    let of_mask = |used: &bool| if *used { weight } else { 0.0 };
    let factors: Vec<Float> = mask.data().iter().map(of_mask).collect();
    let Some(weights) = weights else {
        return Ok(Some(Tensor::from_parts(mask.shape(), factors)));
    };
    let (of_mask, of_weights) = same_rank(mask.shape(), weights.shape());
    let axes = of_mask.len().max(of_weights.len());
    let dim = |axis: usize| {
        let at = |shape: &[usize]| shape.get(axis).copied().unwrap_or(1);
        at(&of_mask).max(at(&of_weights))
    };
    let shape: Vec<usize> = (0..axes).map(dim).collect();
    let both = broadcast(&factors, &of_mask, &shape)
        .zip(broadcast(weights.data(), &of_weights, &shape))
        .ok_or_else(|| Error::Mismatch {
            place: "sample_weight".into(),
            what: "sample_weight".into(),
            expected: format!(
                "{}, the shape of the mask of the predictions, or a leading part of it",
                Shape::from(mask.shape())
            ),
            got: Shape::from(weights.shape()).to_string(),
        })?;
    let product = both.0.iter().zip(both.1.iter()).map(|(m, w)| m * w).collect();
    Ok(Some(Tensor::from_parts(shape, product)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_keras() {
        for (a, b, expected) in [
            (&[4][..], &[4, 1][..], (&[4, 1][..], &[4, 1][..])),
            (&[4, 1], &[4], (&[4, 1], &[4, 1])),
            (&[4, 3], &[4, 3, 1], (&[4, 3], &[4, 3])),
            (&[4, 3, 1], &[4, 3], (&[4, 3], &[4, 3])),
            (&[4, 3], &[4], (&[4, 3], &[4])),
            (&[], &[1], (&[], &[])),
        ] {
            let (a, b) = same_rank(a, b);
            assert_eq!((&a[..], &b[..]), expected);
        }
    }

    #[test]
    fn leading_axes_are_repeated_over_the_others() {
        let data = [1.0, 2.0];
        let spread = |from: &[usize], to: &[usize]| broadcast(&data, from, to).map(Cow::into_owned);
        assert_eq!(spread(&[2], &[2, 2]), Some(vec![1.0, 1.0, 2.0, 2.0]));
        assert_eq!(spread(&[2, 1], &[2]), Some(vec![1.0, 2.0]));
        assert_eq!(spread(&[1, 2], &[2, 2]), Some(vec![1.0, 2.0, 1.0, 2.0]));
        assert_eq!(spread(&[2], &[3, 2]), None);
        assert_eq!(spread(&[1, 2], &[1]), None);
        assert_eq!(broadcast(&[], &[0], &[0, 3]).map(Cow::into_owned), Some(vec![]));
    }
}
