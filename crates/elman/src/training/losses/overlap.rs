//! Losses of how much targets and predictions overlap.

use serde::{Deserialize, Serialize};

use super::loss::loss_methods;
use super::{EPSILON, Evaluated, Gradient, Loss, align, one_or_many, resolve};
use crate::{Float, Result, Tensor};

/// `1 - 2 sum(y p) / (sum(y) + sum(p) + 1e-7)`: Keras's `dice`.
///
/// Without `axis` the sums are over everything, and the loss is one number, whatever the batch.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Dice, Loss};
/// let (y, p) = (Tensor::from(array![[1., 1., 0.]]), Tensor::from(array![[1., 0., 1.]]));
/// assert!((Dice::default().call(&y, &p, None)?.data()[0] - 0.5).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dice {
    /// The axes that are summed over (empty: all); the others tell values apart.
    #[serde(with = "one_or_many")]
    pub axis: Vec<isize>,
}

/// `1 - I / (I + alpha sum((1 - p) y) + beta sum(p (1 - y)) + 1e-7)` with `I = sum(y p)`: Keras's
/// `tversky`. With `alpha = beta = 0.5` it is [`Dice`].
///
/// [Salehi et al., 2017](https://arxiv.org/abs/1706.05721).
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, Tversky};
/// let (y, p) = (Tensor::from(array![[1., 1., 0.]]), Tensor::from(array![[1., 0., 1.]]));
/// let misses = Tversky { alpha: 1.0, beta: 0.0, ..Tversky::default() };
/// assert!((misses.call(&y, &p, None)?.data()[0] - 0.5).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tversky {
    /// How much targets count that were not predicted (0.5).
    pub alpha: f64,
    /// How much predictions count that are no targets (0.5).
    pub beta: f64,
    /// The axes that are summed over (empty: all); the others tell values apart.
    #[serde(with = "one_or_many")]
    pub axis: Vec<isize>,
}

impl Default for Tversky {
    fn default() -> Self {
        Tversky { alpha: 0.5, beta: 0.5, axis: Vec::new() }
    }
}

impl Dice {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, _: bool) -> Result<Evaluated> {
        overlap(self.class_name(), &self.axis, y_true, y_pred, |sums| {
            let divisor = sums.y + sums.p + f64::from(EPSILON);
            let share = 2.0 * sums.both / divisor;
            Slopes { value: 1.0 - share, by_both: -2.0 / divisor, by_p: share / divisor }
        })
    }
}

impl Loss for Dice {
    loss_methods!("Dice");
}

impl Tversky {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, _: bool) -> Result<Evaluated> {
        let Tversky { alpha, beta, .. } = *self;
        overlap(self.class_name(), &self.axis, y_true, y_pred, |Sums { both, y, p }| {
            let divisor = both + alpha * (y - both) + beta * (p - both) + f64::from(EPSILON);
            let share = both / divisor;
            Slopes {
                value: 1.0 - share,
                by_both: (share * (1.0 - alpha - beta) - 1.0) / divisor,
                by_p: share * beta / divisor,
            }
        })
    }
}

impl Loss for Tversky {
    loss_methods!("Tversky");
}

/// The sums of `y p`, `y` and `p`.
#[derive(Clone, Copy, Default)]
struct Sums {
    both: f64,
    y: f64,
    p: f64,
}

/// A loss of those sums, and its derivatives by two of them.
#[derive(Clone, Copy)]
struct Slopes {
    value: f64,
    by_both: f64,
    by_p: f64,
}

fn overlap(
    place: &str,
    axes: &[isize],
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl Fn(Sums) -> Slopes,
) -> Result<Evaluated> {
    let (y, p) = align(place, y_true, y_pred)?;
    let groups = Groups::new(place, axes, p.shape())?;
    let mut sums = vec![Sums::default(); groups.shape.iter().product()];
    groups.each(|i, group| {
        let (y, p) = (f64::from(y.data()[i]), f64::from(p.data()[i]));
        let sums = &mut sums[group];
        sums.both += y * p;
        sums.y += y;
        sums.p += p;
    });
    let slopes: Vec<Slopes> = sums.into_iter().map(f).collect();
    let values = slopes.iter().map(|slopes| slopes.value as Float).collect();
    let values = Tensor::from_parts(&groups.shape[..], values);
    let given = y_pred.shape().to_vec();
    let gradient = Gradient::pullback(move |factors| {
        let mut gradient = vec![0.0; y.len()];
        groups.each(|i, group| {
            let slopes = &slopes[group];
            let slope = slopes.by_both * f64::from(y.data()[i]) + slopes.by_p;
            gradient[i] = slope as Float * factors[group];
        });
        Tensor::from_parts(given, gradient)
    });
    Ok(Evaluated::new(values, gradient))
}

/// An array seen as groups of elements that are summed.
struct Groups {
    /// Of the groups.
    shape: Vec<usize>,
    /// Of the array: each axis's size, and how far one step on it moves among the groups.
    axes: Vec<(usize, usize)>,
}

impl Groups {
    fn new(place: &str, summed: &[isize], of: &[usize]) -> Result<Groups> {
        let mut is_summed = vec![summed.is_empty(); of.len()];
        for axis in summed {
            is_summed[resolve(place, *axis, of.len())?] = true;
        }
        let (mut step, mut axes) = (1, Vec::new());
        for (dim, summed) in of.iter().zip(&is_summed).rev() {
            axes.push((*dim, if *summed { 0 } else { step }));
            step *= if *summed { 1 } else { *dim };
        }
        axes.reverse();
        let kept = of.iter().zip(is_summed).filter(|(_, summed)| !summed);
        Ok(Groups { shape: kept.map(|(dim, _)| *dim).collect(), axes })
    }

    /// Calls `f` with the index of each element and that of its group.
    fn each(&self, mut f: impl FnMut(usize, usize)) {
        let len: usize = self.axes.iter().map(|(dim, _)| dim).product();
        let (mut index, mut group) = (vec![0; self.axes.len()], 0);
        for i in 0..len {
            f(i, group);
            for (at, (dim, step)) in index.iter_mut().zip(&self.axes).rev() {
                *at += 1;
                group += step;
                if *at < *dim {
                    break;
                }
                group -= step * dim;
                *at = 0;
            }
        }
    }
}
