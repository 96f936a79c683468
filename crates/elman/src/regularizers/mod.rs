//! Penalties on weights and outputs: Keras's regularizers.
//!
//! A penalty is a number that training adds to the loss, so that large weights (or outputs) cost
//! something. Layers take one for each of their weights (`kernel_regularizer`,
//! `recurrent_regularizer`, …) and every layer takes one for what it puts out
//! ([`activity_regularizer`](crate::layers::LayerOptions::activity_regularizer)). As in Keras, the
//! `loss` that `fit`, `evaluate` and `train_on_batch` report contains them; weights that training
//! leaves alone (`trainable = false`) cost nothing.
//!
//! ```
//! use elman::prelude::*;
//! let mut model = Sequential::new();
//! model.add(Dense::new(1).kernel_initializer(Initializer::Ones).input_shape([2])
//!     .kernel_regularizer(Regularizer::l2(0.5)))?;
//! model.compile("sgd", "mse", &[])?;
//! let logs = model.evaluate(array![[1., 2.]], array![[3.]])?; // the prediction is right
//! assert_eq!(logs, [("loss".to_string(), 0.5 * (1.0 + 1.0))]);
//! # Ok::<(), elman::Error>(())
//! ```

mod custom;
mod orthogonal;

use std::sync::Arc;

use serde_json::{Map, Value, json};

pub use custom::CustomRegularizer;
pub use orthogonal::OrthogonalMode;

use crate::objects::{Class, Kind, by_keras_name};
use crate::{Error, Float, Result, Shape, Tensor};

/// A penalty on a weight or on outputs.
///
/// It comes from a constructor, or from Keras's name with Keras's defaults:
/// ```
/// use elman::prelude::*;
/// let penalty = Regularizer::l1(0.1);
/// let w = Tensor::from(array![[1., -2.], [0., 4.]]);
/// assert!((penalty.value(&w)? - 0.7).abs() < 1e-6);
/// assert_eq!(penalty.gradient(&w)?, array![[0.1, -0.1], [0., 0.1]].into());
/// assert_eq!("l2".parse::<Regularizer>()?, Regularizer::l2(0.01));
/// # Ok::<(), elman::Error>(())
/// ```
/// One of your own is a [`CustomRegularizer`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Regularizer {
    /// `l1 * sum(|x|)` (`keras.regularizers.L1`).
    L1 {
        /// The factor (0.01).
        l1: f64,
    },
    /// `l2 * sum(x²)` (`keras.regularizers.L2`).
    L2 {
        /// The factor (0.01).
        l2: f64,
    },
    /// `l1 * sum(|x|) + l2 * sum(x²)` (`keras.regularizers.L1L2`).
    L1L2 {
        /// The factor of the absolute values (0).
        l1: f64,
        /// The factor of the squares (0).
        l2: f64,
    },
    /// `factor` times the mean of `|cos|` over all pairs of rows, or of columns, of a matrix: 0 if
    /// they are orthogonal (`keras.regularizers.OrthogonalRegularizer`).
    Orthogonal {
        /// The factor (0.01).
        factor: f64,
        /// What is compared (rows).
        mode: OrthogonalMode,
    },
    /// One of the program's own.
    Custom(Arc<dyn CustomRegularizer>),
}

static KIND: Kind<Regularizer> = Kind::new(
    "regularizer",
    "keras.regularizers",
    &[
        Class { names: &["L1", "l1"], load: |a| checked(Regularizer::l1(a.number("l1", 0.01)?)) },
        Class { names: &["L2", "l2"], load: |a| checked(Regularizer::l2(a.number("l2", 0.01)?)) },
        // Keras's documentation gives the short name other defaults than the class has.
        Class {
            names: &["L1L2", "l1l2"],
            load: |a| checked(Regularizer::l1_l2(a.number("l1", 0.0)?, a.number("l2", 0.0)?)),
        },
        Class {
            names: &["l1_l2"],
            load: |a| checked(Regularizer::l1_l2(a.number("l1", 0.01)?, a.number("l2", 0.01)?)),
        },
        Class {
            names: &["OrthogonalRegularizer", "orthogonal_regularizer"],
            load: |a| {
                let factor = a.number("factor", 0.01)?;
                let mode = a.optional("mode", "\"rows\" or \"columns\"", OrthogonalMode::read)?;
                checked(Regularizer::orthogonal(factor, mode.unwrap_or_default()))
            },
        },
    ],
);

by_keras_name!(Regularizer, KIND);

/// The regularizer of Keras's name, or of a registered class, with its defaults: `l1`, `l2`,
/// `l1_l2`, `orthogonal_regularizer`.
///
/// # Errors
/// [`Error::Unknown`] with the names that exist.
pub fn get(name: &str) -> Result<Regularizer> {
    KIND.get(name)
}

/// Lets files name a regularizer of the program's own: `load` makes it from its
/// [`config`](CustomRegularizer::config). Keras: `keras.saving.register_keras_serializable()`.
///
/// See [`CustomRegularizer`] for an example.
pub fn register(class_name: &str, load: fn(&Map<String, Value>) -> Result<Regularizer>) {
    KIND.register(class_name, load);
}

fn checked(regularizer: Regularizer) -> Result<Regularizer, String> {
    match regularizer.bad_argument() {
        None => Ok(regularizer),
        Some((name, value)) => Err(format!(
            "{}: `{name}` must be a non-negative number, got {value}",
            regularizer.class_name()
        )),
    }
}

impl Regularizer {
    /// `l1 * sum(|x|)`.
    pub fn l1(l1: f64) -> Regularizer {
        Regularizer::L1 { l1 }
    }

    /// `l2 * sum(x²)`.
    pub fn l2(l2: f64) -> Regularizer {
        Regularizer::L2 { l2 }
    }

    /// `l1 * sum(|x|) + l2 * sum(x²)`.
    pub fn l1_l2(l1: f64, l2: f64) -> Regularizer {
        Regularizer::L1L2 { l1, l2 }
    }

    /// `factor` times the mean of `|cos|` over all pairs of rows or columns.
    pub fn orthogonal(factor: f64, mode: OrthogonalMode) -> Regularizer {
        Regularizer::Orthogonal { factor, mode }
    }

    /// One of the program's own.
    pub fn custom(regularizer: impl CustomRegularizer) -> Regularizer {
        Regularizer::Custom(Arc::new(regularizer))
    }

    /// Keras's class name.
    pub fn class_name(&self) -> &str {
        match self {
            Regularizer::L1 { .. } => "L1",
            Regularizer::L2 { .. } => "L2",
            Regularizer::L1L2 { .. } => "L1L2",
            Regularizer::Orthogonal { .. } => "OrthogonalRegularizer",
            Regularizer::Custom(own) => own.class_name(),
        }
    }

    /// The arguments under Keras's keys.
    pub fn config(&self) -> Map<String, Value> {
        let config = match self {
            Regularizer::L1 { l1 } => json!({ "l1": l1 }),
            Regularizer::L2 { l2 } => json!({ "l2": l2 }),
            Regularizer::L1L2 { l1, l2 } => json!({ "l1": l1, "l2": l2 }),
            Regularizer::Orthogonal { factor, mode } => {
                json!({ "factor": factor, "mode": mode.name() })
            }
            Regularizer::Custom(own) => return own.config(),
        };
        config.as_object().cloned().unwrap_or_default()
    }

    /// The penalty on `x`.
    ///
    /// # Errors
    /// A factor that is negative or not finite, and an `x` that `Orthogonal` can't compare: it
    /// takes matrices of two or more rows (or columns).
    pub fn value(&self, x: &Tensor) -> Result<f64> {
        self.check(x.shape(), "regularizer")?;
        let sum = |f: fn(f64) -> f64| x.data().iter().map(|v| f(f64::from(*v))).sum::<f64>();
        let absolute = || sum(f64::abs);
        let squares = || sum(|v| v * v);
        Ok(match self {
            Regularizer::L1 { l1 } => l1 * absolute(),
            Regularizer::L2 { l2 } => l2 * squares(),
            Regularizer::L1L2 { l1, l2 } => l1 * absolute() + l2 * squares(),
            Regularizer::Orthogonal { factor, mode } => factor * orthogonal::value(x, *mode),
            Regularizer::Custom(own) => own.value(x),
        })
    }

    /// The gradient of the penalty with respect to `x`. Where `|x|` has none, at 0, it is 0.
    ///
    /// # Errors
    /// As [`Regularizer::value`], and a gradient of another shape than `x` from a custom one.
    pub fn gradient(&self, x: &Tensor) -> Result<Tensor> {
        self.check(x.shape(), "regularizer")?;
        let map = |f: &dyn Fn(Float) -> Float| {
            Tensor::from_parts(x.shape(), x.data().iter().map(|v| f(*v)).collect())
        };
        let gradient = match self {
            Regularizer::L1 { l1 } => map(&|v| *l1 as Float * sign(v)),
            Regularizer::L2 { l2 } => map(&|v| *l2 as Float * 2.0 * v),
            Regularizer::L1L2 { l1, l2 } => {
                map(&|v| *l1 as Float * sign(v) + *l2 as Float * 2.0 * v)
            }
            Regularizer::Orthogonal { factor, mode } => {
                orthogonal::gradient(x, *mode, *factor as Float)
            }
            Regularizer::Custom(own) => own.gradient(x),
        };
        if gradient.shape() != x.shape() {
            return Err(Error::Mismatch {
                place: format!("regularizer {}", self.class_name()),
                what: "gradient".into(),
                expected: Shape::from(x.shape()).to_string(),
                got: Shape::from(gradient.shape()).to_string(),
            });
        }
        Ok(gradient)
    }

    /// Checks the arguments, and that values of that shape can be penalized.
    pub(crate) fn check(&self, shape: &[usize], place: &str) -> Result<()> {
        let refused = |expected: &str, got: String| {
            Err(Error::InvalidArgument {
                place: format!("{place}, {}", self.class_name()),
                argument: "regularizer",
                expected: expected.into(),
                got,
            })
        };
        if let Some((name, value)) = self.bad_argument() {
            return refused("one of a non-negative factor", format!("{name} = {value}"));
        }
        if let Regularizer::Orthogonal { mode, .. } = self
            && !mode.can_compare(shape)
        {
            return refused(
                &format!("used on a matrix of two or more {}", mode.name()),
                format!("shape {}", Shape::from(shape)),
            );
        }
        Ok(())
    }

    /// A factor that can't be, by name.
    fn bad_argument(&self) -> Option<(&'static str, f64)> {
        let factors: &[(&'static str, f64)] = match self {
            Regularizer::L1 { l1 } => &[("l1", *l1)],
            Regularizer::L2 { l2 } => &[("l2", *l2)],
            Regularizer::L1L2 { l1, l2 } => &[("l1", *l1), ("l2", *l2)],
            Regularizer::Orthogonal { factor, .. } => &[("factor", *factor)],
            Regularizer::Custom(_) => &[],
        };
        factors.iter().copied().find(|(_, value)| !(value.is_finite() && *value >= 0.0))
    }
}

/// -1, 0 or 1. (`signum` gives 1 for 0.)
fn sign(v: Float) -> Float {
    if v == 0.0 { 0.0 } else { v.signum() }
}
