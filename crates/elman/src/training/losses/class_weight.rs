//! Weights of classes.

use std::collections::BTreeMap;

use crate::{Error, Float, Result, Shape, Tensor};

/// The weight of each sample by its class, `(batch,)`: what Keras's `class_weight` means.
///
/// The class of a sample is where its row of `y` is largest; of a single number, that number
/// rounded (a half to the even side). A class without a weight has 1.
///
/// # Errors
/// [`Error::Mismatch`] for targets with a class for each step: give those sample weights.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::class_weight_to_sample_weights;
/// let weights = [(1, 3.0)].into();
/// let numbers = class_weight_to_sample_weights(&array![0, 1, 2].into(), &weights)?;
/// assert_eq!(numbers.data(), [1., 3., 1.]);
/// let one_hot = class_weight_to_sample_weights(&array![[0., 1.], [1., 0.]].into(), &weights)?;
/// assert_eq!(one_hot.data(), [3., 1.]);
/// # Ok::<(), elman::Error>(())
/// ```
pub fn class_weight_to_sample_weights(
    y: &Tensor,
    class_weight: &BTreeMap<i64, f64>,
) -> Result<Tensor> {
    let width = match y.shape() {
        [_] => 1,
        [_, width] if *width > 0 => *width,
        _ => {
            return Err(Error::Mismatch {
                place: "class_weight".into(),
                what: "y".into(),
                expected: "(batch,) or (batch, classes); where every step has a class, give \
                           sample weights instead"
                    .into(),
                got: Shape::from(y.shape()).to_string(),
            });
        }
    };
    let class = |row: &[Float]| match row {
        [number] => number.round_ties_even() as i64,
        row => argmax(row) as i64,
    };
    let weight = |row| class_weight.get(&class(row)).copied().unwrap_or(1.0) as Float;
    Ok(Tensor::from_parts([y.shape()[0]], y.data().chunks_exact(width).map(weight).collect()))
}

/// The first index of the largest value, as NumPy's `argmax`.
pub(crate) fn argmax(row: &[Float]) -> usize {
    row.iter().enumerate().fold(0, |best, (i, v)| if *v > row[best] { i } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_keras() {
        // Computed by Keras's `class_weight_to_sample_weights`.
        let weights = BTreeMap::from([(0, 2.0), (1, 3.0), (2, 5.0)]);
        for (shape, y, expected) in [
            (&[5][..], &[0.5, 1.5, 2.5, 1.4, -0.5][..], &[2.0, 5.0, 5.0, 3.0, 2.0][..]),
            (&[3, 1], &[0.0, 2.0, 7.0], &[2.0, 5.0, 1.0]),
            (&[2, 3], &[0.1, 0.1, 0.0, 0.2, 0.5, 0.5], &[2.0, 3.0]),
        ] {
            let y = Tensor::new(shape, y.to_vec()).unwrap();
            let got = class_weight_to_sample_weights(&y, &weights).unwrap();
            assert_eq!((got.shape(), got.data()), (&shape[..1], expected));
        }
        for shape in [&[][..], &[2, 0], &[2, 3, 1]] {
            assert!(class_weight_to_sample_weights(&Tensor::zeros(shape), &weights).is_err());
        }
    }
}
