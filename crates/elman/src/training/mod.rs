//! Training: losses, metrics, optimizers, learning-rate schedules, callbacks, and the loop that uses them.

mod bptt;
pub mod callbacks;
mod check;
mod class_weight;
mod compile;
mod data;
mod evaluate;
mod fit;
mod fit_dataset;
mod history;
pub mod losses;
pub mod metrics;
pub mod optimizers;
mod read_history;
mod run;
mod running;
pub mod schedules;
mod source;
mod step;
mod tensors;
mod validation_freq;
mod watch;

pub(crate) use bptt::Segment;
pub use bptt::{Bptt, Checkpoints};
pub(crate) use compile::Compiled;
pub use compile::{Compile, OwnMetrics};
pub(crate) use data::{check_batch_size, samples};
pub use evaluate::Evaluation;
pub use fit::{Fit, Verbose};
pub use history::{History, Logs, StopReason};
pub use tensors::Tensors;
pub use validation_freq::ValidationFreq;
pub use watch::Watch;
