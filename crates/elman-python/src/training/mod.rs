//! Trainings, evaluations and predictions.

mod arguments;
mod callbacks;
mod datasets;
mod failure;
mod fit;
mod native;
mod once;
mod own_metrics;
mod predict;
mod progress;
mod watching;

pub use arguments::Arguments;
pub use fit::{Outcome, fit};
pub use native::Callback;
pub use once::{evaluate, train_on_batch};
pub use own_metrics::{Known, own as own_metric};
pub use predict::{predict, predict_dataset};
pub use progress::Bar;
