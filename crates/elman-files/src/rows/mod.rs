//! Rows of files larger than memory, read where they lie.

mod csv;
mod npy;

pub use csv::CsvRows;
pub use npy::NpyRows;
