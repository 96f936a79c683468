//! Losses of a margin.

use super::loss::loss_methods;
use super::rows::{Asked, elementwise, rowwise};
use super::{Evaluated, Loss};
use crate::{Float, Result, Tensor};

/// `mean(max(1 - y_true y_pred, 0))` over the last axis, for targets -1 and 1: Keras's `hinge`.
///
/// Targets that are all 0 or 1 count as -1 and 1.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Hinge, Loss};
/// let (y, p) = (Tensor::from(array![[0., 1.]]), Tensor::from(array![[-2., 0.5]]));
/// assert_eq!(Hinge.call(&y, &p, None)?.data(), [0.25]); // (0 + 0.5) / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Hinge;

/// `mean(max(1 - y_true y_pred, 0)²)` over the last axis: Keras's `squared_hinge`.
///
/// Targets are -1 and 1, or all 0 and 1, as for [`Hinge`].
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, SquaredHinge};
/// let (y, p) = (Tensor::from(array![[-1., 1.]]), Tensor::from(array![[-2., 0.5]]));
/// assert_eq!(SquaredHinge.call(&y, &p, None)?.data(), [0.125]); // (0 + 0.25) / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct SquaredHinge;

/// `max(n - p + 1, 0)` with `p = sum(y_true y_pred)` and `n = max((1 - y_true) y_pred)` over the
/// last axis, for one-hot targets: Keras's `categorical_hinge`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{CategoricalHinge, Loss};
/// let (y, p) = (Tensor::from(array![[0., 1., 0.]]), Tensor::from(array![[0.25, 0.5, 0.]]));
/// assert_eq!(CategoricalHinge.call(&y, &p, None)?.data(), [0.75]);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct CategoricalHinge;

/// What a target counts as: targets that are all 0 or 1 are moved to -1 and 1.
fn sides(y_true: &Tensor) -> impl Fn(Float) -> Float + use<> {
    let binary = y_true.data().iter().all(|y| *y == 0.0 || *y == 1.0);
    move |y| if binary { 2.0 * y - 1.0 } else { y }
}

impl Hinge {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        let side = sides(y_true);
        elementwise(asked, y_true, y_pred, |y, p| {
            let (y, gap) = (side(y), 1.0 - side(y) * p);
            if gap >= 0.0 { (gap, -y) } else { (0.0, 0.0) }
        })
    }
}

impl Loss for Hinge {
    loss_methods!("Hinge");
}

impl SquaredHinge {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        let side = sides(y_true);
        elementwise(asked, y_true, y_pred, |y, p| {
            let (y, gap) = (side(y), (1.0 - side(y) * p).max(0.0));
            (gap * gap, -2.0 * gap * y)
        })
    }
}

impl Loss for SquaredHinge {
    loss_methods!("SquaredHinge");
}

impl CategoricalHinge {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        rowwise(asked, y_true, y_pred, |y, p, gradient| {
            let others = || y.iter().zip(p).map(|(y, p)| (1.0 - y) * p);
            let of_class: Float = y.iter().zip(p).map(|(y, p)| y * p).sum();
            let most = others().fold(Float::NEG_INFINITY, Float::max);
            let gap = most - of_class + 1.0;
            if let Some(gradient) = gradient.filter(|_| gap >= 0.0) {
                // Equal maxima share the gradient.
                let share = 1.0 / others().filter(|other| *other == most).count() as Float;
                for ((y, other), g) in y.iter().zip(others()).zip(gradient) {
                    *g = if other == most { (1.0 - y) * share - y } else { -y };
                }
            }
            gap.max(0.0)
        })
    }
}

impl Loss for CategoricalHinge {
    loss_methods!("CategoricalHinge");
}
