//! Trainings, evaluations and predictions.

mod arguments;
mod callbacks;
mod datasets;
mod failure;
mod fit;
mod native;
mod once;
mod progress;

pub use arguments::Arguments;
pub use fit::{Outcome, fit};
pub use native::Callback;
pub use once::{evaluate, predict, predict_dataset, train_on_batch};
