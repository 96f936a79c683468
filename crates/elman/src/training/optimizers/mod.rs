//! Keras's optimizers.

mod adam;
mod config;
mod rmsprop;
mod sgd;
mod state;

pub use adam::Adam;
pub use rmsprop::RmsProp;
pub use sgd::Sgd;
pub use state::{OptimizerState, SlotOrder};

pub(crate) use config::{from_object, to_object};

use serde_json::{Map, Value};

use crate::{Error, Float, Result};

/// A rule for changing weights by their gradients.
///
/// An optimizer works on flat slices and keeps nothing itself: what it remembers of each weight
/// lies in slots, of the weights' length, that the [`OptimizerState`] holds.
pub trait Optimizer: Send + Sync + 'static {
    /// Keras's class name: `Adam`.
    fn class_name(&self) -> &'static str;

    /// The arguments under Keras's keys, without the learning rate.
    fn config(&self) -> Map<String, Value>;

    /// The learning rate.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Keras's names of the slots, in the order of [`Optimizer::update`]'s.
    fn slots(&self) -> Vec<&'static str>;

    /// The order in which Keras saves the slots of several weights.
    fn slot_order(&self) -> SlotOrder;

    /// Changes weights by their gradients in step `step`, counted from 1.
    fn update(
        &self,
        step: u64,
        weights: &mut [Float],
        gradients: &[Float],
        slots: &mut [&mut [Float]],
    );

    /// Checks the arguments.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] that names the argument.
    fn check(&self) -> Result<()>;

    /// A clone behind the trait.
    fn clone_optimizer(&self) -> Box<dyn Optimizer>;
}

impl Clone for Box<dyn Optimizer> {
    fn clone(&self) -> Self {
        self.clone_optimizer()
    }
}

/// Something that names an optimizer: one of Keras's strings, or an optimizer itself.
pub trait IntoOptimizer {
    /// The optimizer.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a name that is none of Keras's.
    fn into_optimizer(self) -> Result<Box<dyn Optimizer>>;
}

impl<O: Optimizer> IntoOptimizer for O {
    fn into_optimizer(self) -> Result<Box<dyn Optimizer>> {
        Ok(Box::new(self))
    }
}

impl IntoOptimizer for Box<dyn Optimizer> {
    fn into_optimizer(self) -> Result<Box<dyn Optimizer>> {
        Ok(self)
    }
}

impl IntoOptimizer for &str {
    fn into_optimizer(self) -> Result<Box<dyn Optimizer>> {
        get(self)
    }
}

/// The optimizer of Keras's name with its defaults, in any case: `adam`, `sgd`, `rmsprop`.
///
/// # Errors
/// [`Error::Unknown`] with the names that exist.
pub fn get(name: &str) -> Result<Box<dyn Optimizer>> {
    Ok(match name.to_ascii_lowercase().as_str() {
        "adam" => Box::new(Adam::default()),
        "rmsprop" => Box::new(RmsProp::default()),
        "sgd" => Box::new(Sgd::default()),
        _ => {
            return Err(Error::Unknown {
                what: "optimizer",
                name: name.into(),
                known: "adam, rmsprop, sgd".into(),
            });
        }
    })
}

/// Checks that an argument is a finite number within a range.
fn check_number(
    optimizer: &dyn Optimizer,
    argument: &'static str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
) -> Result<()> {
    if value.is_finite() && range.contains(&value) {
        return Ok(());
    }
    Err(Error::InvalidArgument {
        place: format!("optimizer {}", optimizer.class_name()),
        argument,
        expected: match range.end().is_finite() {
            true => format!("a number from {} to {}", range.start(), range.end()),
            false => format!("a number of {} or more", range.start()),
        },
        got: value.to_string(),
    })
}

/// The methods that are the same for every optimizer.
macro_rules! optimizer_boilerplate {
    () => {
        fn learning_rate(&self) -> f64 {
            self.learning_rate
        }

        fn set_learning_rate(&mut self, learning_rate: f64) {
            self.learning_rate = learning_rate;
        }

        fn clone_optimizer(&self) -> Box<dyn Optimizer> {
            Box::new(self.clone())
        }
    };
}
use optimizer_boilerplate;
