//! Rows of files larger than memory, read where they lie.

mod csv;
mod npy;
#[cfg(feature = "parquet")]
mod parquet;

pub use csv::CsvRows;
pub use npy::NpyRows;
#[cfg(feature = "parquet")]
pub use parquet::ParquetRows;
