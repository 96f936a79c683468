//! Keras's optimizers.
//!
//! Each struct has its own arguments as fields, and those that all have in common as builder
//! methods ([`OptimizerOptions`]). The learning rate is a number or a
//! [schedule](super::schedules).
//!
//! ```
//! use elman::prelude::*;
//! use elman::training::optimizers::Nadam;
//! use elman::training::schedules::ExponentialDecay;
//!
//! let mut model = Sequential::new();
//! model.add(SimpleRnn::new(3).input_shape([2, 10]))?;
//! model.compile("adamw", "mse", &[])?;
//! model.compile(Sgd { momentum: 0.9, nesterov: true, ..Sgd::new(0.1) }, "mse", &[])?;
//! let rate = ExponentialDecay::new(0.01, 500, 0.9);
//! model.compile(Nadam::new(rate).clipnorm(1.0).weight_decay(0.001), "mse", &[])?;
//! # Ok::<(), elman::Error>(())
//! ```

mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod apply;
mod averages;
mod base;
mod clip;
mod config;
mod file_variable;
mod ftrl;
mod lamb;
mod layout;
mod lion;
mod model;
mod muon;
mod nadam;
mod newton_schulz;
mod optimizer;
mod options;
mod registry;
mod rmsprop;
mod sgd;
mod state;
mod sums;
mod weight;

pub use adadelta::Adadelta;
pub use adafactor::Adafactor;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::AdamW;
pub use base::OptimizerBase;
pub(crate) use file_variable::FileVariable;
pub use ftrl::Ftrl;
pub use lamb::Lamb;
pub use lion::Lion;
pub use muon::Muon;
pub use nadam::Nadam;
pub use optimizer::{Optimizer, Part, Slot, SlotOrder, Step};
pub use options::OptimizerOptions;
pub use registry::{IntoOptimizer, get};
pub use rmsprop::RmsProp;
pub use sgd::Sgd;
pub use state::OptimizerState;
pub use weight::WeightInfo;

pub(crate) use config::{check, from_object, name, to_object};
