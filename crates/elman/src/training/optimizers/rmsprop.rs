//! RMSprop.

use serde::{Deserialize, Serialize};

use super::config::optimizer_boilerplate;
use super::{Optimizer, OptimizerBase, Part, Slot, Step};
use crate::training::check;
use crate::training::schedules::LearningRate;
use crate::{Float, Result};

/// Divides each gradient by a running root mean square of itself (Hinton, 2012).
///
/// ```text
/// v = rho * v + (1 - rho) * g²
/// centered: a = rho * a + (1 - rho) * g, and v - a² takes the place of v below
/// step = lr * g / sqrt(v + epsilon)        m = momentum * m + step        w -= m (or step)
/// ```
/// Keras: `keras.optimizers.RMSprop`. Errors: a rho or momentum outside of 0 to 1, a negative
/// epsilon.
///
/// ```
/// use elman::training::optimizers::{Optimizer, RmsProp};
/// let rmsprop = RmsProp { momentum: 0.9, ..RmsProp::default() };
/// assert_eq!(rmsprop.slots().len(), 2); // velocity and momentum
/// ```
#[doc(alias = "RMSprop")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RmsProp {
    /// The arguments that all optimizers have; the learning rate (0.001) among them.
    #[serde(skip)]
    pub base: OptimizerBase,
    /// The decay of the mean of squared gradients (0.9).
    pub rho: f64,
    /// The share of the last step that is kept (0).
    pub momentum: f64,
    /// Keeps the division from zero (1e-7).
    pub epsilon: f64,
    /// Whether to subtract the squared mean gradient (false).
    pub centered: bool,
}

impl Default for RmsProp {
    fn default() -> Self {
        let base = OptimizerBase::default();
        RmsProp { base, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: false }
    }
}

impl RmsProp {
    /// RMSprop with Keras's defaults but the learning rate.
    pub fn new(learning_rate: impl Into<LearningRate>) -> RmsProp {
        RmsProp { base: OptimizerBase::new(learning_rate), ..RmsProp::default() }
    }
}

impl Optimizer for RmsProp {
    optimizer_boilerplate!("RMSprop");

    fn slots(&self) -> Vec<Slot> {
        let mut slots = vec![Slot::zeros("velocity")];
        if self.momentum > 0.0 {
            slots.push(Slot::zeros("momentum"));
        }
        if self.centered {
            slots.push(Slot::zeros("average_gradient"));
        }
        slots
    }

    fn update(&self, step: &Step, mut part: Part) {
        let (lr, rho, rest) = (step.learning_rate, self.rho as Float, (1.0 - self.rho) as Float);
        let (momentum, epsilon) = (self.momentum as Float, self.epsilon as Float);
        let velocity = |v: &mut Float, g: Float| {
            *v = rho * *v + rest * (g * g);
            *v
        };
        let centered = |v: &mut Float, a: &mut Float, g: Float| {
            let v = velocity(v, g);
            *a = rho * *a + rest * g;
            v - *a * *a
        };
        let increment = |v: Float, g: Float| lr * g / (v + epsilon).sqrt();
        let with_momentum = |m: &mut Float, increment: Float| {
            *m = momentum * *m + increment;
            *m
        };
        let values = std::mem::take(&mut part.weights).iter_mut().zip(part.gradients);
        match (self.momentum > 0.0, self.centered) {
            (false, false) => {
                let [v] = part.take_slots();
                values.zip(v).for_each(|((w, &g), v)| *w -= increment(velocity(v, g), g));
            }
            (true, false) => {
                let [v, m] = part.take_slots();
                for ((w, &g), (v, m)) in values.zip(v.iter_mut().zip(m)) {
                    *w -= with_momentum(m, increment(velocity(v, g), g));
                }
            }
            (false, true) => {
                let [v, a] = part.take_slots();
                for ((w, &g), (v, a)) in values.zip(v.iter_mut().zip(a)) {
                    *w -= increment(centered(v, a, g), g);
                }
            }
            (true, true) => {
                let [v, m, a] = part.take_slots();
                for ((w, &g), ((v, m), a)) in values.zip(v.iter_mut().zip(m).zip(a)) {
                    *w -= with_momentum(m, increment(centered(v, a, g), g));
                }
            }
        }
    }

    fn check(&self) -> Result<()> {
        let place = "optimizer RMSprop";
        check::fraction(place, "rho", self.rho)?;
        check::fraction(place, "momentum", self.momentum)?;
        check::not_negative(place, "epsilon", self.epsilon)
    }
}
