//! What an optimizer is.

use serde_json::{Map, Value};

use super::base::OptimizerBase;
use super::weight::WeightInfo;
use crate::{Float, Result};

/// A rule for changing weights by their gradients.
///
/// An optimizer keeps nothing itself. What it remembers of each weight lies in slots, what it
/// remembers besides in scalars; the [`OptimizerState`](super::OptimizerState) holds both. What all
/// of Keras's optimizers have in common (clipping, weight decay, averages, …) is described by the
/// [`OptimizerBase`] and done for them: [`Optimizer::update`] gets gradients that are ready to use.
///
/// # Your own
/// ```
/// use elman::prelude::*;
/// use elman::training::optimizers::{Optimizer, OptimizerBase, Part, Slot, Step};
///
/// /// `v = max(v, |g|); w -= lr * g / (v + 1e-7)`.
/// #[derive(Clone)]
/// struct ByLargest { base: OptimizerBase }
///
/// impl Optimizer for ByLargest {
///     fn class_name(&self) -> &'static str {
///         "ByLargest"
///     }
///
///     fn base(&self) -> &OptimizerBase {
///         &self.base
///     }
///
///     fn base_mut(&mut self) -> &mut OptimizerBase {
///         &mut self.base
///     }
///
///     fn slots(&self) -> Vec<Slot> {
///         vec![Slot::zeros("largest")]
///     }
///
///     fn update(&self, step: &Step, mut part: Part) {
///         let [largest] = part.take_slots();
///         for ((w, g), v) in part.weights.iter_mut().zip(part.gradients).zip(largest) {
///             *v = v.max(g.abs());
///             *w -= step.learning_rate * g / (*v + 1e-7);
///         }
///     }
///
///     fn clone_optimizer(&self) -> Box<dyn Optimizer> {
///         Box::new(self.clone())
///     }
/// }
///
/// let mut model = Sequential::new().seed(1);
/// model.add(Dense::new(1).input_shape([2]))?;
/// // The common options come with the base.
/// let optimizer = ByLargest { base: OptimizerBase::new(0.1) }.clipnorm(1.0).use_ema(true);
/// model.compile(optimizer, "mse", &[])?;
/// let (x, y) = (array![[0., 1.], [1., 0.]], array![[1.], [2.]]);
/// let history = model.fit(&x, &y, Fit::new().epochs(40).verbose(Verbose::Silent))?;
/// assert!(history.last("loss").unwrap() < 0.1);
/// # Ok::<(), elman::Error>(())
/// ```
/// A model saved with an optimizer of your own predicts after loading; to train on, compile it
/// anew.
pub trait Optimizer: Send + Sync + 'static {
    /// Keras's class name: `Adam`.
    fn class_name(&self) -> &'static str;

    /// What every optimizer has: the learning rate, clipping, weight decay, …
    fn base(&self) -> &OptimizerBase;

    /// The same, for writing.
    fn base_mut(&mut self) -> &mut OptimizerBase;

    /// The optimizer's own arguments under Keras's keys, without those of the base.
    fn config(&self) -> Map<String, Value> {
        Map::new()
    }

    /// What is remembered of each weight, in the order of [`Part::slots`].
    fn slots(&self) -> Vec<Slot> {
        Vec::new()
    }

    /// The order in which Keras saves the slots of several weights.
    fn slot_order(&self) -> SlotOrder {
        SlotOrder::BySlot
    }

    /// Whether [`Optimizer::update`] must see weights one by one, with their shapes. Else it gets
    /// as many at once as lie side by side, as one long vector, which is faster.
    fn is_per_weight(&self) -> bool {
        false
    }

    /// The shape of a slot of a weight, which is that of the weight if not told otherwise; `None`
    /// if the weight doesn't have this slot. Asked only if the optimizer works per weight.
    fn slot_shape(&self, slot: usize, weight: &WeightInfo) -> Option<Vec<usize>> {
        let _all_alike = slot;
        Some(weight.shape().to_vec())
    }

    /// Numbers that are remembered once, not for each weight. Keras saves them after the slots.
    fn scalars(&self) -> Vec<Slot> {
        Vec::new()
    }

    /// Changes the scalars, before the weights of a step are updated.
    fn update_scalars(&self, step: &Step, scalars: &mut [Float]) {
        let _none = (step, scalars);
    }

    /// The weight decay of a weight.
    fn weight_decay(&self, weight: &WeightInfo) -> Option<f64> {
        let _all_alike = weight;
        self.base().weight_decay
    }

    /// Changes weights by their gradients.
    fn update(&self, step: &Step, part: Part);

    /// Checks the optimizer's own arguments; those of the base are checked besides.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) that names the argument.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// A clone behind the trait.
    fn clone_optimizer(&self) -> Box<dyn Optimizer>;
}

impl Clone for Box<dyn Optimizer> {
    fn clone(&self) -> Self {
        self.clone_optimizer()
    }
}

/// Something that an optimizer remembers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    /// Keras's name: `momentum`.
    pub name: &'static str,
    /// The value before the first step.
    pub initial: f64,
}

impl Slot {
    /// A slot that begins with zeros.
    pub fn zeros(name: &'static str) -> Slot {
        Slot { name, initial: 0.0 }
    }
}

/// The order in which Keras saves the slots of several weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotOrder {
    /// The first slot of all weights, then the second of all weights, …
    BySlot,
    /// The first `interleaved` slots of the first weight, of the second weight, …; then each other
    /// slot of all weights.
    ByWeight {
        /// How many slots stand side by side.
        interleaved: usize,
    },
}

/// What is the same for all weights in one step.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The number of this update, counted from 1. With `gradient_accumulation_steps`, several
    /// batches make up one update.
    pub number: u64,
    /// The learning rate.
    pub learning_rate: Float,
    /// The scalars, as [`Optimizer::update_scalars`] left them.
    pub scalars: &'a [Float],
}

impl Step<'_> {
    /// `beta` to the power of [`Step::number`], rounded as Keras does.
    pub(super) fn power(&self, beta: f64) -> Float {
        power(beta as Float, self.number as Float)
    }
}

/// `base` to the power of `exponent`, correctly rounded in f32: Keras's arithmetic is in f32, and
/// `1 - power` in the first steps keeps few of its digits.
#[allow(clippy::unnecessary_cast, reason = "Float is f64 in the verification build")]
pub(super) fn power(base: Float, exponent: Float) -> Float {
    (base as f64).powf(exponent as f64) as Float
}

/// Weights with their gradients and slots: one weight, or several that lie side by side.
#[derive(Debug)]
pub struct Part<'a> {
    /// The values to change.
    pub weights: &'a mut [Float],
    /// The gradient of each value.
    pub gradients: &'a [Float],
    /// What is remembered, in the order of [`Optimizer::slots`]; empty where
    /// [`Optimizer::slot_shape`] is `None`.
    pub slots: Vec<&'a mut [Float]>,
    /// The shape of the weight; of several weights, their length.
    pub shape: &'a [usize],
}

impl<'a> Part<'a> {
    /// All slots, to be taken apart: `let [m, v] = part.take_slots();`.
    ///
    /// # Panics
    /// If `N` is not the number of the optimizer's slots.
    pub fn take_slots<const N: usize>(&mut self) -> [&'a mut [Float]; N] {
        std::mem::take(&mut self.slots).try_into().unwrap_or_else(|slots: Vec<_>| {
            panic!("`update` takes {N} slots, but `slots` asks for {}", slots.len())
        })
    }
}
