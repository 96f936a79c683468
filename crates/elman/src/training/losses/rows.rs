//! Losses that have one value for each row, and depend on nothing but that row.

use super::axis::{move_back, move_last, resolve};
use super::{Evaluated, Gradient, align};
use crate::{Float, Result, Tensor};

/// What a loss is asked: rows along which axis, and whether with gradients.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub place: &'a str,
    pub axis: isize,
    pub wants_gradient: bool,
}

/// The mean over each row of an elementwise loss; `f` gives its value and derivative.
pub(super) fn elementwise(
    asked: Asked,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl Fn(Float, Float) -> (Float, Float),
) -> Result<Evaluated> {
    rowwise(asked, y_true, y_pred, |y, p, gradient| {
        let scale = 1.0 / p.len() as Float;
        let mut sum = 0.0;
        match gradient {
            None => y.iter().zip(p).for_each(|(y, p)| sum += f(*y, *p).0),
            Some(gradient) => {
                for ((y, p), g) in y.iter().zip(p).zip(gradient) {
                    let (value, derivative) = f(*y, *p);
                    sum += value;
                    *g = derivative * scale;
                }
            }
        }
        sum * scale
    })
}

/// A loss of rows of targets and predictions of one shape; `f` gives the value of a row, and
/// writes the gradient of its predictions where it is wanted.
pub(super) fn rowwise(
    asked: Asked,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl Fn(&[Float], &[Float], Option<&mut [Float]>) -> Float,
) -> Result<Evaluated> {
    let (y, p) = align(asked.place, y_true, y_pred)?;
    let axis = resolve(asked.place, asked.axis, p.ndim())?;
    if axis + 1 == p.ndim() {
        let width = y.width();
        return Ok(of_rows(&p, asked.wants_gradient, y_pred.shape(), |row, p, gradient| {
            f(&y.data()[row * width..(row + 1) * width], p, gradient)
        }));
    }
    // Rows along another axis: computed on moved copies, and moved back.
    let (shape, given) = (p.shape().to_vec(), y_pred.shape().to_vec());
    let last = Asked { axis: -1, ..asked };
    let moved = rowwise(last, &move_last(&y, axis), &move_last(&p, axis), f)?;
    Ok(Evaluated::new(
        moved.values,
        Gradient::pullback(move |factors| {
            let back = move_back(&moved.gradient.of_weighted_sum(factors), axis, &shape);
            Tensor::from_parts(given, back.data().to_vec())
        }),
    ))
}

/// The values of all rows of `p`, and their gradients where they are wanted, which get the shape
/// `given`; `f` takes the number of the row too.
pub(super) fn of_rows(
    p: &Tensor,
    wants_gradient: bool,
    given: &[usize],
    f: impl Fn(usize, &[Float], Option<&mut [Float]>) -> Float,
) -> Evaluated {
    let (width, shape) = (p.width(), &p.shape()[..p.ndim().saturating_sub(1)]);
    let rows = 0..shape.iter().product();
    let of_row = |row: usize| row * width..(row + 1) * width;
    if !wants_gradient {
        let values = rows.map(|row| f(row, &p.data()[of_row(row)], None)).collect();
        return Evaluated::new(Tensor::from_parts(shape, values), Tensor::zeros([0]));
    }
    let mut gradient = vec![0.0; p.len()];
    let value = |row| f(row, &p.data()[of_row(row)], Some(&mut gradient[of_row(row)]));
    let values = rows.map(value).collect();
    Evaluated::new(Tensor::from_parts(shape, values), Tensor::from_parts(given, gradient))
}
