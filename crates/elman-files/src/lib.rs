//! Bytes to named arrays and back: `.keras` archives, Keras's weights files, npy, npz and csv; ONNX;
//! and event files for TensorBoard.
//!
//! This crate knows file formats and nothing else: no layer, no model, no tensor. What it reads is
//! text ([`KerasArchive::config`]) and arrays by path ([`WeightStore`], [`Array`]); what the paths
//! mean is for the caller. There is no C library below it and no `unsafe` in it.
//!
//! # The bytes of a `.keras` file
//!
//! ```text
//! model.keras                       a zip archive, members stored (method 0), in this order
//! ├── metadata.json                 {"keras_version": "3.15.1", "date_saved": "…"}
//! ├── config.json                   the architecture, and how the model was compiled
//! ├── model.weights.h5              HDF5: groups, and one dataset per variable
//! │   ├── layers/
//! │   │   ├── lstm/
//! │   │   │   ├── cell/vars/        group, attribute name = "lstm_cell"
//! │   │   │   │   ├── 0             float32 (features, 4·units)   kernel
//! │   │   │   │   ├── 1             float32 (units, 4·units)      recurrent kernel
//! │   │   │   │   └── 2             float32 (4·units,)            bias
//! │   │   │   └── vars/             group, attribute name = "lstm", no variables of its own
//! │   │   └── dense/vars/{0,1}
//! │   ├── optimizer/vars/{0,1,…}    0: iteration, int32 or int64 ()   1: learning rate, float32 ()
//! │   └── vars/                     group, attribute name = "sequential"
//! └── assets/…                      optional, e.g. vocabularies
//! ```
//!
//! Datasets are contiguous, little-endian and uncompressed. `name` is a variable-length UTF-8
//! string. bfloat16 is stored as 2 opaque bytes with an attribute `dtype = "bfloat16"`.
//!
//! # Example
//!
//! ```
//! use elman_files::{Array, KerasArchive, WeightStore};
//!
//! let mut weights = WeightStore::new();
//! weights.insert_group("layers/dense/vars", Some("dense"));
//! weights.insert("layers/dense/vars/0", Array::f32([2, 1], vec![0.5, -0.5]));
//! weights.insert("layers/dense/vars/1", Array::f32([1], vec![0.0]));
//! let archive = KerasArchive {
//!     metadata: r#"{"keras_version": "3.15.1"}"#.into(),
//!     config: "{}".into(),
//!     weights,
//!     assets: Default::default(),
//! };
//!
//! let bytes = archive.to_bytes()?;
//! let back = KerasArchive::from_bytes(&bytes, "model.keras")?;
//! assert_eq!(back, archive);
//! assert_eq!(back.weights.variables("layers/dense/vars")[0].to_f32(), [0.5, -0.5]);
//! # Ok::<(), elman_files::Error>(())
//! ```
//!
//! # Files from strangers
//!
//! Every size a file declares is checked against [`limits`] before memory is taken for it, nothing
//! in a file is ever executed, no path in a file is ever opened, and a malformed file is an
//! [`Error`] that says which file, where in it, what was expected and what was found.
//!
//! # When not to use it
//!
//! [`WeightStore`] holds a whole file in memory, and of HDF5 only what Keras's weights files use:
//! numbers in groups. For HDF5 in general use `hdf5-pure` itself.

#![forbid(unsafe_code)]

mod archive;
mod array;
pub mod atomic;
pub mod csv;
mod error;
mod events;
mod examine;
mod format;
mod hdf5;
mod keras;
mod legacy;
pub mod limits;
pub mod npy;
pub mod npz;
pub mod onnx;
mod paths;
mod raw;
mod rows;
mod safetensors;
mod store;
mod stored;

pub use array::{Array, Data};
pub use error::{Error, Result};
pub use events::EventWriter;
pub use examine::{Contents, examine};
pub use format::Format;
pub use keras::{KerasArchive, KerasFile};
pub use legacy::{LegacyH5, NamedArrays};
pub use paths::{read_array, read_file, write_array};
#[cfg(feature = "parquet")]
pub use rows::ParquetRows;
pub use rows::{CsvRows, NpyRows};
pub use safetensors::Safetensors;
pub use store::{Attribute, WeightStore};
pub use stored::{StoredArray, StoredWeights};
