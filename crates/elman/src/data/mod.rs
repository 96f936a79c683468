//! Data for trainings: sequences cut and padded, and batches that need not lie in memory.
//!
//! [`Model::fit`](crate::Model::fit) takes arrays. What doesn't fit into memory, or comes from
//! somewhere else, is a [`Dataset`], which [`Model::fit_dataset`](crate::Model::fit_dataset),
//! [`evaluate_dataset`](crate::Model::evaluate_dataset) and
//! [`predict_dataset`](crate::Model::predict_dataset) take batch by batch:
//!
//! - [`RowDataset`]: batches of [`Rows`], in order or shuffled, of arrays and of files that are read
//!   where they lie ([`NpyRows`], [`CsvRows`], and `ParquetRows` with the feature `parquet`).
//! - [`timeseries_dataset_from_array`]: windows of a series.
//! - [`Buckets`]: sequences of any length, in batches of nearly equal ones.
//! - [`generate`] and [`from_fn`]: whatever an iterator gives.
//! - [`Prefetch`]: the next batches of any of these, made on a thread of their own.
//!
//! Trained on the same batches, a model gets the same bits whether they come from arrays or not:
//! ```
//! use elman::data::RowDataset;
//! use elman::prelude::*;
//! let x = ndarray::Array2::from_shape_fn((50, 3), |(i, j)| ((i * 3 + j) as f32).sin());
//! let y = x.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
//! let train = |from_dataset: bool| -> Result<Vec<Tensor>, elman::Error> {
//!     let mut model = Sequential::new().seed(4);
//!     model.add(Dense::new(1).input_shape([3]))?;
//!     model.compile("adam", "mse", &[])?;
//!     let fit = Fit::new().epochs(3).verbose(Verbose::Silent);
//!     match from_dataset {
//!         true => model.fit_dataset(RowDataset::new().x(&x).y(&y).batch_size(8).shuffle(4), fit)?,
//!         false => model.fit(&x, &y, fit.batch_size(8))?,
//!     };
//!     Ok(model.weights())
//! };
//! assert_eq!(train(true)?, train(false)?);
//! # Ok::<(), elman::Error>(())
//! ```

mod batch;
mod buckets;
mod dataset;
mod files;
mod generator;
mod pad_sequences;
#[cfg(feature = "parquet")]
mod parquet;
mod prefetch;
mod row_dataset;
mod rows;
mod timeseries;

pub use batch::Batch;
pub use buckets::Buckets;
pub use dataset::{BatchIterator, Dataset};
pub use files::{CsvRows, NpyRows};
pub use generator::{FromFn, Generator, from_fn, generate};
pub use pad_sequences::{PadSequences, Side, pad_sequences};
#[cfg(feature = "parquet")]
pub use parquet::ParquetRows;
pub use prefetch::Prefetch;
pub use row_dataset::RowDataset;
pub use rows::{IntoRows, Rows};
pub use timeseries::{Timeseries, timeseries_dataset_from_array};
