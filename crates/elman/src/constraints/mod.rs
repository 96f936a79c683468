//! What weights are kept to while training: Keras's constraints.
//!
//! After each step of the optimizer, every trainable weight that has a constraint is replaced by
//! the nearest values (or nearly so) that obey it. Layers take one for each of their weights:
//! `kernel_constraint`, `recurrent_constraint`, `bias_constraint`, …
//!
//! ```
//! use elman::prelude::*;
//! let mut model = Sequential::new().seed(1);
//! model.add(Dense::new(3).kernel_constraint(Constraint::non_neg()).input_shape([4]))?;
//! model.compile("adam", "mse", &[])?;
//! model.train_on_batch(array![[1., 2., 3., 4.]], array![[-5., 5., 0.]])?;
//! assert!(model.weights()[0].data().iter().all(|w| *w >= 0.0));
//! # Ok::<(), elman::Error>(())
//! ```

mod axes;
mod custom;

use std::sync::Arc;

use serde_json::{Map, Value, json};

pub use axes::Axes;
pub use custom::CustomConstraint;

use crate::objects::{Arguments, Class, Kind, by_keras_name};
use crate::{Error, Float, Result, Shape, Tensor};

/// What a weight is kept to.
///
/// `n` are the norms of the vectors along `axis`: with axis 0, the default, one for each column of
/// a kernel, which is the vector of weights that lead to one unit.
/// ```
/// use elman::prelude::*;
/// let w = Tensor::from(array![[3., 0.1], [4., 0.]]);
/// let kept = Constraint::max_norm(2.0).project(&w)?;
/// assert!((kept.data()[0] - 1.2).abs() < 1e-6 && (kept.data()[2] - 1.6).abs() < 1e-6);
/// assert!((kept.data()[1] - 0.1).abs() < 1e-6); // the second column is short enough
/// assert_eq!("unit_norm".parse::<Constraint>()?, Constraint::unit_norm());
/// # Ok::<(), elman::Error>(())
/// ```
/// One of your own is a [`CustomConstraint`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Constraint {
    /// Norms of at most `max_value`: `w * clip(n, 0, max_value) / (1e-7 + n)`
    /// (`keras.constraints.MaxNorm`).
    MaxNorm {
        /// The largest norm (2).
        max_value: f64,
        /// The axes of a vector (0).
        axis: Axes,
    },
    /// Values of 0 or more: `max(w, 0)` (`keras.constraints.NonNeg`).
    NonNeg,
    /// Norms of 1: `w / (1e-7 + n)` (`keras.constraints.UnitNorm`).
    UnitNorm {
        /// The axes of a vector (0).
        axis: Axes,
    },
    /// Norms between two values:
    /// `w * (rate * clip(n, min_value, max_value) + (1 - rate) * n) / (1e-7 + n)`
    /// (`keras.constraints.MinMaxNorm`).
    MinMaxNorm {
        /// The smallest norm (0).
        min_value: f64,
        /// The largest norm (1).
        max_value: f64,
        /// How much of the way is gone in one step (1).
        rate: f64,
        /// The axes of a vector (0).
        axis: Axes,
    },
    /// One of the program's own.
    Custom(Arc<dyn CustomConstraint>),
}

static KIND: Kind<Constraint> = Kind::new(
    "constraint",
    "keras.constraints",
    &[
        Class {
            names: &["MaxNorm", "max_norm"],
            load: |a| Ok(Constraint::max_norm(a.number("max_value", 2.0)?).axis(axis(a)?)),
        },
        Class { names: &["NonNeg", "non_neg"], load: |_| Ok(Constraint::NonNeg) },
        Class {
            names: &["UnitNorm", "unit_norm"],
            load: |a| Ok(Constraint::unit_norm().axis(axis(a)?)),
        },
        Class {
            names: &["MinMaxNorm", "min_max_norm"],
            load: |a| {
                Ok(Constraint::MinMaxNorm {
                    min_value: a.number("min_value", 0.0)?,
                    max_value: a.number("max_value", 1.0)?,
                    rate: a.number("rate", 1.0)?,
                    axis: axis(a)?,
                })
            },
        },
    ],
);

by_keras_name!(Constraint, KIND);

fn axis(arguments: &mut Arguments) -> Result<Axes, String> {
    let given = arguments.given("axis", "an integer, a list of integers or null", Axes::read)?;
    Ok(given.unwrap_or_default())
}

/// The constraint of Keras's name, or of a registered class, with its defaults: `max_norm`,
/// `non_neg`, `unit_norm`, `min_max_norm`.
///
/// # Errors
/// [`Error::Unknown`] with the names that exist.
pub fn get(name: &str) -> Result<Constraint> {
    KIND.get(name)
}

/// Lets files name a constraint of the program's own: `load` makes it from its
/// [`config`](CustomConstraint::config). Keras: `keras.saving.register_keras_serializable()`.
///
/// See [`CustomConstraint`] for an example.
pub fn register(class_name: &str, load: fn(&Map<String, Value>) -> Result<Constraint>) {
    KIND.register(class_name, load);
}

/// Keeps a division from zero (Keras's epsilon).
const EPSILON: Float = 1e-7;

impl Constraint {
    /// Norms of at most `max_value`.
    pub fn max_norm(max_value: f64) -> Constraint {
        Constraint::MaxNorm { max_value, axis: Axes::default() }
    }

    /// Values of 0 or more.
    pub fn non_neg() -> Constraint {
        Constraint::NonNeg
    }

    /// Norms of 1.
    pub fn unit_norm() -> Constraint {
        Constraint::UnitNorm { axis: Axes::default() }
    }

    /// Norms between two values, reached in one step.
    pub fn min_max_norm(min_value: f64, max_value: f64) -> Constraint {
        Constraint::MinMaxNorm { min_value, max_value, rate: 1.0, axis: Axes::default() }
    }

    /// One of the program's own.
    pub fn custom(constraint: impl CustomConstraint) -> Constraint {
        Constraint::Custom(Arc::new(constraint))
    }

    /// The same with other axes of a vector, one or several: `0`, `-1`, `[0, 1]`. Constraints
    /// without norms stay as they are.
    pub fn axis(mut self, axes: impl Into<Axes>) -> Constraint {
        match &mut self {
            Constraint::MaxNorm { axis, .. }
            | Constraint::UnitNorm { axis }
            | Constraint::MinMaxNorm { axis, .. } => *axis = axes.into(),
            Constraint::NonNeg | Constraint::Custom(_) => {}
        }
        self
    }

    /// Keras's class name.
    pub fn class_name(&self) -> &str {
        match self {
            Constraint::MaxNorm { .. } => "MaxNorm",
            Constraint::NonNeg => "NonNeg",
            Constraint::UnitNorm { .. } => "UnitNorm",
            Constraint::MinMaxNorm { .. } => "MinMaxNorm",
            Constraint::Custom(own) => own.class_name(),
        }
    }

    /// The arguments under Keras's keys.
    pub fn config(&self) -> Map<String, Value> {
        let config = match self {
            Constraint::MaxNorm { max_value, axis } => {
                json!({ "max_value": max_value, "axis": axis.to_json() })
            }
            Constraint::NonNeg => json!({}),
            Constraint::UnitNorm { axis } => json!({ "axis": axis.to_json() }),
            Constraint::MinMaxNorm { min_value, max_value, rate, axis } => json!({
                "min_value": min_value,
                "max_value": max_value,
                "rate": rate,
                "axis": axis.to_json(),
            }),
            Constraint::Custom(own) => return own.config(),
        };
        config.as_object().cloned().unwrap_or_default()
    }

    /// The values of `w` as the constraint has them.
    ///
    /// # Errors
    /// An axis that `w` doesn't have, and values of another shape from a custom constraint.
    pub fn project(&self, w: &Tensor) -> Result<Tensor> {
        self.check(w.shape(), "constraint")?;
        // The factor of a vector of norm `n` is `desired / (EPSILON + n)`.
        let scaled = |axis: &Axes, desired: &dyn Fn(Float) -> Float| {
            let factor = |n: Float| desired(n) / (EPSILON + n);
            scale_vectors(w, axis, &factor)
        };
        let projected = match self {
            Constraint::MaxNorm { max_value, axis } => {
                scaled(axis, &|n| clip(n, 0.0, *max_value as Float))
            }
            Constraint::NonNeg => {
                let kept = w.data().iter().map(|v| if *v < 0.0 { 0.0 } else { *v });
                Tensor::from_parts(w.shape(), kept.collect())
            }
            Constraint::UnitNorm { axis } => scaled(axis, &|_| 1.0),
            Constraint::MinMaxNorm { min_value, max_value, rate, axis } => {
                let rate = *rate as Float;
                let (low, high) = (*min_value as Float, *max_value as Float);
                scaled(axis, &|n| rate * clip(n, low, high) + (1.0 - rate) * n)
            }
            Constraint::Custom(own) => own.project(w),
        };
        if projected.shape() != w.shape() {
            return Err(Error::Mismatch {
                place: format!("constraint {}", self.class_name()),
                what: "what it gave".into(),
                expected: Shape::from(w.shape()).to_string(),
                got: Shape::from(projected.shape()).to_string(),
            });
        }
        Ok(projected)
    }

    /// Checks the arguments, and that a weight of that shape has the axes.
    pub(crate) fn check(&self, shape: &[usize], place: &str) -> Result<()> {
        let numbers: &[f64] = match self {
            Constraint::MaxNorm { max_value, .. } => &[*max_value],
            Constraint::MinMaxNorm { min_value, max_value, rate, .. } => {
                &[*min_value, *max_value, *rate]
            }
            _ => &[],
        };
        let refused = |expected: String, got: String| {
            Err(Error::InvalidArgument {
                place: format!("{place}, {}", self.class_name()),
                argument: "constraint",
                expected,
                got,
            })
        };
        if numbers.iter().any(|number| number.is_nan()) {
            return refused("one of numbers".into(), "NaN".into());
        }
        match self {
            Constraint::MaxNorm { axis, .. }
            | Constraint::UnitNorm { axis }
            | Constraint::MinMaxNorm { axis, .. }
                if !axis.fit(shape.len()) =>
            {
                refused(
                    format!("one along axes of {}", Shape::from(shape)),
                    axis.to_json().to_string(),
                )
            }
            _ => Ok(()),
        }
    }
}

/// As Keras clips: the lower end wins where the two are in the wrong order.
fn clip(n: Float, low: Float, high: Float) -> Float {
    n.min(high).max(low)
}

/// Every vector along `axis` times the factor for its norm.
fn scale_vectors(w: &Tensor, axis: &Axes, factor: &dyn Fn(Float) -> Float) -> Tensor {
    let vectors = axis.vectors(w.shape());
    let count = vectors.iter().max().map_or(0, |last| last + 1);
    let mut squares = vec![0.0; count];
    for (vector, v) in vectors.iter().zip(w.data()) {
        squares[*vector] += f64::from(*v) * f64::from(*v);
    }
    let factors: Vec<Float> = squares.iter().map(|sum| factor(sum.sqrt() as Float)).collect();
    let scaled = w.data().iter().zip(&vectors).map(|(v, vector)| v * factors[*vector]);
    Tensor::from_parts(w.shape(), scaled.collect())
}
