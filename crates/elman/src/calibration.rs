//! What this machine does at best, to hold a model's speed against: see `elman bench`.
//!
//! ```
//! use std::time::Duration;
//! let rate = elman::calibration::multiply_add_rate(1, Duration::from_millis(5));
//! println!("{:.1} GFLOP/s on {:?}", rate.value / 1e9, elman::calibration::active_isa());
//! ```

pub use elman_kernels::calibration::{Measured, barrier_cost, multiply_add_rate, read_rate};
pub use elman_kernels::{Isa, active_isa};
