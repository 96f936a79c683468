//! Losses that compare distributions.

use super::loss::loss_methods;
use super::rows::{Asked, elementwise, rowwise};
use super::{EPSILON, Evaluated, Loss};
use crate::{Float, Result, Tensor};

/// `sum(y_true log(y_true / y_pred))` over the last axis: Keras's `kl_divergence`.
///
/// Both are kept within `[1e-7, 1]`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{KLDivergence, Loss};
/// let (y, p) = (Tensor::from(array![[0.5, 0.5]]), Tensor::from(array![[0.25, 0.75]]));
/// let expected = 0.5 * 2f32.ln() + 0.5 * (2f32 / 3.).ln();
/// assert!((KLDivergence.call(&y, &p, None)?.data()[0] - expected).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct KLDivergence;

/// `mean(y_pred - y_true log(y_pred + 1e-7))` over the last axis, for counts: Keras's `poisson`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Loss, Poisson};
/// let (y, p) = (Tensor::from(array![[3.]]), Tensor::from(array![[2.]]));
/// assert!((Poisson.call(&y, &p, None)?.data()[0] - (2. - 3. * 2f32.ln())).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Poisson;

impl KLDivergence {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        let clip = |x: Float| x.clamp(EPSILON, 1.0);
        rowwise(asked, y_true, y_pred, |y, p, gradient| {
            if let Some(gradient) = gradient {
                for ((y, p), g) in y.iter().zip(p).zip(gradient) {
                    // Beyond the clip the loss is constant.
                    *g = if clip(*p) == *p { -clip(*y) / p } else { 0.0 };
                }
            }
            y.iter().zip(p).map(|(y, p)| clip(*y) * (clip(*y) / clip(*p)).ln()).sum()
        })
    }
}

impl Loss for KLDivergence {
    loss_methods!("KLDivergence");
}

impl Poisson {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        elementwise(asked, y_true, y_pred, |y, p| {
            (p - y * (p + EPSILON).ln(), 1.0 - y / (p + EPSILON))
        })
    }
}

impl Loss for Poisson {
    loss_methods!("Poisson");
}
