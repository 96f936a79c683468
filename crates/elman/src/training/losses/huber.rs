//! Losses that are quadratic near 0 and linear far from it.

use serde::{Deserialize, Serialize};

use super::loss::loss_methods;
use super::rows::{Asked, elementwise};
use super::{Evaluated, Loss};
use crate::{Float, Result, Tensor};

/// The mean over the last axis of `e² / 2` where `|e| <= delta`, else `delta |e| - delta² / 2`,
/// with the error `e = y_pred - y_true`: Keras's `huber`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{Huber, Loss};
/// let (y, p) = (Tensor::from(array![[0., 0.]]), Tensor::from(array![[0.5, 3.]]));
/// assert_eq!(Huber::default().call(&y, &p, None)?.data(), [1.3125]); // (0.125 + 2.5) / 2
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Huber {
    /// From which error on the loss is linear (1). Keras doesn't save it, so a saved model has its
    /// default.
    #[serde(skip_serializing_if = "is_one")]
    pub delta: f64,
}

fn is_one(delta: &f64) -> bool {
    *delta == 1.0
}

/// `mean(log(cosh(y_pred - y_true)))` over the last axis: Keras's `log_cosh`.
///
/// ```
/// use elman::prelude::*;
/// use elman::training::losses::{LogCosh, Loss};
/// let (y, p) = (Tensor::from(array![[0.]]), Tensor::from(array![[2.]]));
/// assert!((LogCosh.call(&y, &p, None)?.data()[0] - 2f32.cosh().ln()).abs() < 1e-6);
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct LogCosh;

impl Default for Huber {
    fn default() -> Self {
        Huber { delta: 1.0 }
    }
}

impl Huber {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let delta = self.delta as Float;
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        elementwise(asked, y_true, y_pred, |y, p| {
            let e = p - y;
            match e.abs() <= delta {
                true => (0.5 * e * e, e),
                false => (delta * e.abs() - 0.5 * delta * delta, delta * e.signum()),
            }
        })
    }
}

impl Loss for Huber {
    loss_methods!("Huber");

    fn name(&self) -> String {
        "huber_loss".into()
    }
}

impl LogCosh {
    fn compute(&self, y_true: &Tensor, y_pred: &Tensor, wants_gradient: bool) -> Result<Evaluated> {
        let asked = Asked { place: self.class_name(), axis: -1, wants_gradient };
        elementwise(asked, y_true, y_pred, |y, p| {
            // |e| + log(1 + exp(-2 |e|)) - log 2, which overflows for no e.
            let e = (p - y).abs();
            (e + (-2.0 * e).exp().ln_1p() - (2.0 as Float).ln(), (p - y).tanh())
        })
    }
}

impl Loss for LogCosh {
    loss_methods!("LogCosh");
}
