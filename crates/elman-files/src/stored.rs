//! Weights in a file, read when they are wanted.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use crate::array::Array;
use crate::error::{Error, Result};
use crate::hdf5::{self, Bytes, Found};
use crate::limits::MAX_FILE_BYTES;
use crate::store::WeightStore;

/// The weights in an HDF5 file such as `model.weights.h5`, found and checked but not read: a large
/// model needs its own memory alone while it is loaded.
///
/// ```
/// use elman_files::{Array, StoredWeights, WeightStore};
///
/// let mut store = WeightStore::new();
/// store.insert("layers/dense/vars/0", Array::f32([2, 1], vec![0.5, -0.5]));
/// let stored = StoredWeights::from_h5_vec(store.to_h5()?, "model.weights.h5")?;
/// let kernel = stored.variables("layers/dense/vars")[0];
/// assert_eq!(kernel.shape(), [2, 1]);
/// let mut values = [0.0; 2];
/// kernel.read_f32(&mut values)?;
/// assert_eq!(values, [0.5, -0.5]);
/// # Ok::<(), elman_files::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct StoredWeights {
    /// Without the arrays.
    groups: WeightStore,
    arrays: BTreeMap<String, StoredArray>,
}

/// An array in a file.
#[derive(Debug)]
pub struct StoredArray(Found);

impl StoredWeights {
    /// Finds the weights in a file, which stays open.
    ///
    /// # Errors
    /// As [`WeightStore::read_h5`].
    pub fn open(path: &Path) -> Result<StoredWeights> {
        let name = path.display().to_string();
        let unreadable = |e| Error::io(&name, "read", e);
        let file = File::open(path).map_err(unreadable)?;
        let len = file.metadata().map_err(unreadable)?.len();
        StoredWeights::of_part(file, 0, len, &name)
    }

    /// Finds the weights in the bytes of a file; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`WeightStore::read_h5`].
    pub fn from_h5_vec(bytes: Vec<u8>, name: &str) -> Result<StoredWeights> {
        StoredWeights::find(&Bytes::new(bytes), name)
    }

    /// Finds the weights in `len` bytes of a file.
    pub(crate) fn of_part(file: File, start: u64, len: u64, name: &str) -> Result<StoredWeights> {
        if len > MAX_FILE_BYTES {
            let (file, what) = (name.to_owned(), "the file".to_owned());
            return Err(Error::TooLarge { file, what, bytes: len, limit: MAX_FILE_BYTES });
        }
        StoredWeights::find(&Bytes::part(file, start, len), name)
    }

    fn find(bytes: &Bytes, name: &str) -> Result<StoredWeights> {
        let (groups, found) = hdf5::find(bytes, name)?;
        let arrays = found.into_iter().map(|(path, found)| (path, StoredArray(found)));
        Ok(StoredWeights { groups, arrays: arrays.collect() })
    }

    /// Whether there is a group of this path.
    pub fn has_group(&self, path: &str) -> bool {
        self.groups.has_group(path)
    }

    /// Every array, by path.
    pub fn arrays(&self) -> impl Iterator<Item = (&str, &StoredArray)> {
        self.arrays.iter().map(|(path, array)| (path.as_str(), array))
    }

    /// The variables of a group: as [`WeightStore::variables`].
    pub fn variables(&self, group_path: &str) -> Vec<&StoredArray> {
        let group = group_path.trim_matches('/');
        (0usize..).map_while(|i| self.arrays.get(&format!("{group}/{i}"))).collect()
    }
}

impl StoredArray {
    /// Its shape.
    pub fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type of its elements; see [`Data::dtype`](crate::Data::dtype).
    pub fn dtype(&self) -> &'static str {
        self.0.dtype()
    }

    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with its bytes.
    pub fn read(&self) -> Result<Array> {
        self.0.read()
    }

    /// Reads it as [`Array::to_f32`] would give it, as far as there is room.
    ///
    /// # Errors
    /// What is wrong with its bytes.
    pub fn read_f32(&self, to: &mut [f32]) -> Result<()> {
        self.read_with(to, |value| value)
    }

    /// As [`StoredArray::read_f32`], into numbers of another type.
    ///
    /// # Errors
    /// What is wrong with its bytes.
    pub fn read_with<T>(&self, to: &mut [T], convert: impl Fn(f32) -> T) -> Result<()> {
        let mut to = to.iter_mut();
        self.0.parts(|part| {
            // The usual type without a copy.
            let converted;
            let part = match part {
                crate::Data::F32(values) => values,
                other => {
                    converted = other.to_f32();
                    &converted
                }
            };
            to.by_ref().zip(part).for_each(|(to, value)| *to = convert(*value));
        })
    }
}
