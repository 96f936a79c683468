//! Keras's learning-rate schedules: a learning rate that changes with every step of training.
//!
//! Wherever an optimizer takes a learning rate, it takes a schedule:
//!
//! ```
//! use elman::prelude::*;
//! use elman::training::schedules::CosineDecay;
//!
//! let mut model = Sequential::new();
//! model.add(Dense::new(1).input_shape([3]))?;
//! model.compile(Adam::new(CosineDecay::new(0.01, 1000)), "mse", &[])?;
//! assert_eq!(model.learning_rate()?, f64::from(0.01_f32));
//! # Ok::<(), elman::Error>(())
//! ```
//!
//! Steps are batches, counted from 0. Rates are computed in f32 by Keras's operations in Keras's
//! order, so that they round alike.

mod cosine_decay;
mod cosine_decay_restarts;
mod exponential_decay;
mod inverse_time_decay;
mod learning_rate;
mod piecewise_constant_decay;
mod polynomial_decay;
mod registry;
mod schedule;

pub use cosine_decay::CosineDecay;
pub use cosine_decay_restarts::CosineDecayRestarts;
pub use exponential_decay::ExponentialDecay;
pub use inverse_time_decay::InverseTimeDecay;
pub use learning_rate::LearningRate;
pub use piecewise_constant_decay::PiecewiseConstantDecay;
pub use polynomial_decay::PolynomialDecay;
pub use schedule::LearningRateSchedule;
