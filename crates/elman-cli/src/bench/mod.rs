//! Measuring: machines, models, and how cost grows.

pub mod cases;
pub mod ceilings;
pub mod growth;
pub mod latency;
pub mod machine;
pub mod memory;
pub mod memory_growth;
pub mod model;
pub mod samples;
pub mod streams;
pub mod table;
pub mod training;
pub mod units;
