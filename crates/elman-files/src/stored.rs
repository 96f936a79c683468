//! Weights in a file, read when they are wanted.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::Path;

use crate::array::{Array, Data};
use crate::error::{Error, Result};
use crate::hdf5::{self, Bytes, Found, Room, read_pass};
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
#[derive(Debug)]
pub struct StoredWeights {
    /// What errors call the file.
    file: String,
    bytes: Bytes,
    sum: Option<Sum>,
    /// Without the arrays.
    groups: WeightStore,
    arrays: BTreeMap<String, StoredArray>,
}

/// What the bytes add up to, as an archive says that has them as a member.
#[derive(Debug)]
pub(crate) struct Sum {
    pub(crate) crc32: u32,
    pub(crate) file: String,
    pub(crate) member: String,
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
        StoredWeights::of_part(file, 0..len, None, &name)
    }

    /// Finds the weights in the bytes of a file; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`WeightStore::read_h5`].
    pub fn from_h5_vec(bytes: Vec<u8>, name: &str) -> Result<StoredWeights> {
        let room = Room::of_file(bytes.len() as u64);
        StoredWeights::of_vec(bytes, room, None, name)
    }

    /// Finds the weights in bytes that have so much room and add up to `sum`.
    pub(crate) fn of_vec(
        bytes: Vec<u8>,
        room: Room,
        sum: Option<Sum>,
        name: &str,
    ) -> Result<StoredWeights> {
        StoredWeights::find(Bytes::new(bytes), room, sum, name)
    }

    /// Finds the weights in a part of a file, which add up to `sum`.
    pub(crate) fn of_part(
        file: File,
        part: Range<u64>,
        sum: Option<Sum>,
        name: &str,
    ) -> Result<StoredWeights> {
        let len = part.end.saturating_sub(part.start);
        if len > MAX_FILE_BYTES {
            let (file, what) = (name.to_owned(), "the file".to_owned());
            return Err(Error::TooLarge { file, what, bytes: len, limit: MAX_FILE_BYTES });
        }
        StoredWeights::find(Bytes::part(file, part.start, len), Room::of_file(len), sum, name)
    }

    fn find(bytes: Bytes, room: Room, sum: Option<Sum>, name: &str) -> Result<StoredWeights> {
        let (groups, arrays) = (WeightStore::new(), BTreeMap::new());
        let mut stored = StoredWeights { file: name.to_owned(), bytes, sum, groups, arrays };
        match hdf5::find(&stored.bytes, room, name) {
            Ok((groups, found)) => {
                stored.groups = groups;
                let arrays = found.into_iter().map(|(path, found)| (path, StoredArray(found)));
                stored.arrays = arrays.collect();
                Ok(stored)
            }
            // Damage is the better answer.
            Err(problem) => Err(stored.check().err().unwrap_or(problem)),
        }
    }

    /// Reads many arrays, on at most so many threads, in one pass through the file: each as
    /// [`StoredArray::read_with`] would. If the file is a member of an archive, that pass also sees
    /// whether its bytes are those that were put into it. Gives whether all numbers are finite.
    ///
    /// # Errors
    /// What is wrong with the bytes; [`Error::CorruptArchive`]. The arrays are then of no use.
    ///
    /// ```
    /// use elman_files::{Array, StoredWeights, WeightStore};
    ///
    /// let mut store = WeightStore::new();
    /// store.insert("layers/dense/vars/0", Array::f32([2, 1], vec![0.5, -0.5]));
    /// store.insert("layers/dense/vars/1", Array::f32([1], vec![2.0]));
    /// let stored = StoredWeights::from_h5_vec(store.to_h5()?, "model.weights.h5")?;
    /// let (mut kernel, mut bias) = ([0.0; 2], [0.0]);
    /// let weights = stored.variables("layers/dense/vars");
    /// let to = vec![(weights[0], &mut kernel[..]), (weights[1], &mut bias[..])];
    /// assert!(stored.read_all(to, 2, |value| value)?);
    /// assert_eq!((kernel, bias), ([0.5, -0.5], [2.0]));
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn read_all<T: Send>(
        &self,
        to: Vec<(&StoredArray, &mut [T])>,
        threads: usize,
        convert: impl Fn(f32) -> T + Copy + Send + Sync,
    ) -> Result<bool> {
        self.read_many(to, self.sum.as_ref(), threads, convert)
    }

    /// As [`StoredWeights::read_all`], but for the arrays alone: whether all bytes of the file are
    /// those that were put into an archive isn't seen.
    ///
    /// # Errors
    /// What is wrong with the bytes. The arrays are then of no use.
    pub fn read_some<T: Send>(
        &self,
        to: Vec<(&StoredArray, &mut [T])>,
        threads: usize,
        convert: impl Fn(f32) -> T + Copy + Send + Sync,
    ) -> Result<bool> {
        self.read_many(to, None, threads, convert)
    }

    fn read_many<T: Send>(
        &self,
        to: Vec<(&StoredArray, &mut [T])>,
        sum: Option<&Sum>,
        threads: usize,
        convert: impl Fn(f32) -> T + Copy + Send + Sync,
    ) -> Result<bool> {
        let (mut runs, mut is_finite) = (Vec::new(), true);
        for (array, to) in to {
            match array.0.run(to) {
                Ok(run) => runs.push(run),
                Err(to) => {
                    let look = |value: f32| (value.is_finite(), convert(value));
                    let mut to = to.iter_mut();
                    array.each(|value| {
                        if let (Some(to), (finite, value)) = (to.next(), look(value)) {
                            (*to, is_finite) = (value, is_finite & finite);
                        }
                    })?;
                }
            }
        }
        let seen = read_pass(&self.bytes, runs, sum.is_some(), threads, convert)
            .map_err(|error| Error::io(&self.file, "read", error))?;
        match (sum, seen.sum) {
            (Some(Sum { crc32, file, member }), Some(sum)) if *crc32 != sum => {
                let (file, member) = (file.clone(), member.clone());
                let detail = "Invalid checksum".to_owned();
                Err(Error::CorruptArchive { file, member, detail })
            }
            _ => Ok(is_finite && seen.is_finite),
        }
    }

    /// If the file is a member of an archive, sees whether its bytes are those that were put into
    /// it, as [`StoredWeights::read_all`] does.
    ///
    /// # Errors
    /// [`Error::CorruptArchive`] if they are not; what can't be read.
    pub fn check(&self) -> Result<()> {
        self.read_all::<f32>(Vec::new(), 1, |value| value).map(|_| ())
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
        self.each(|value| {
            if let Some(to) = to.next() {
                *to = convert(value);
            }
        })
    }

    /// Hands out the values in turn.
    fn each(&self, mut take: impl FnMut(f32)) -> Result<()> {
        self.0.parts(|part| match part {
            // The usual type without a copy.
            Data::F32(values) => values.iter().for_each(|value| take(*value)),
            other => other.to_f32().into_iter().for_each(&mut take),
        })
    }
}
