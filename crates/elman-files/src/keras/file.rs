//! A `.keras` archive whose weights stay where they are.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Read, Seek};
use std::ops::Range;
use std::path::Path;

use super::{CONFIG, METADATA, WEIGHTS, assets, check_names, folder_parts, no_weights, text};
use crate::archive::{Holds, Members};
use crate::error::{Error, Result};
use crate::hdf5::Room;
use crate::limits::{MAX_FILE_BYTES, MAX_MEMBER_BYTES};
use crate::stored::{StoredWeights, Sum};

/// A `.keras` file whose weights are read when they are wanted; otherwise as [`KerasArchive`](super::KerasArchive). That
/// they are those that were put into the archive is seen by [`StoredWeights::read_all`] and
/// [`StoredWeights::check`] alone.
#[derive(Debug)]
pub struct KerasFile {
    /// The text of `metadata.json`.
    pub metadata: String,
    /// The text of `config.json`.
    pub config: String,
    /// The variables of `model.weights.h5`.
    pub weights: StoredWeights,
    /// The files below `assets/`, by their path below it.
    pub assets: BTreeMap<String, Vec<u8>>,
}

impl KerasFile {
    /// Opens a file, or a folder that one was unpacked to.
    ///
    /// # Errors
    /// As [`KerasArchive::read`](super::KerasArchive::read).
    ///
    /// ```no_run
    /// let file = elman_files::KerasFile::open("model.keras".as_ref())?;
    /// for (path, array) in file.weights.arrays() {
    ///     println!("{path} {} {:?}", array.dtype(), array.shape());
    /// }
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn open(path: &Path) -> Result<KerasFile> {
        if path.is_dir() {
            let (metadata, config, path) = folder_parts(path)?;
            let (weights, assets) = (StoredWeights::open(&path)?, BTreeMap::new());
            return Ok(KerasFile { metadata, config, weights, assets });
        }
        let name = path.display().to_string();
        let unreadable = |e| Error::io(&name, "read", e);
        let file = fs::File::open(path).map_err(unreadable)?;
        let len = file.metadata().map_err(unreadable)?.len();
        if len > MAX_FILE_BYTES {
            let what = "the file".to_owned();
            return Err(Error::TooLarge { file: name, what, bytes: len, limit: MAX_FILE_BYTES });
        }
        let again = file.try_clone().map_err(unreadable)?;
        let members = Members::read_from(BufReader::new(file), len, &name, Holds::Model)?;
        KerasFile::of(members, &name, |part, sum, name| {
            StoredWeights::of_part(again, part, Some(sum), name)
        })
    }

    /// Opens the bytes of a file; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`KerasArchive::from_bytes`](super::KerasArchive::from_bytes).
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<KerasFile> {
        let members = Members::open(bytes, name, Holds::Model)?;
        KerasFile::of(members, name, |part, sum, name| {
            // Fits: the archive says that they are in these bytes.
            let part = bytes.get(part.start as usize..part.end as usize).unwrap_or_default();
            let room = Room::of_file(part.len() as u64);
            StoredWeights::of_vec(part.to_vec(), room, Some(sum), name)
        })
    }

    /// Weights that are not packed are found by `find`, by their place and sum.
    fn of<R: Read + Seek>(
        mut members: Members<'_, R>,
        name: &str,
        find: impl FnOnce(Range<u64>, Sum, &str) -> Result<StoredWeights>,
    ) -> Result<KerasFile> {
        check_names(&members, name)?;
        let metadata = text(&mut members, name, METADATA)?;
        let config = text(&mut members, name, CONFIG)?;
        let (place, stored) = (format!("{name}/{WEIGHTS}"), members.stored());
        let weights = match members.find_stored(WEIGHTS)? {
            Some((part, crc32)) => {
                let sum = Sum { crc32, file: name.to_owned(), member: WEIGHTS.to_owned() };
                find(part, sum, &place)?
            }
            None => match members.read(WEIGHTS, MAX_MEMBER_BYTES)? {
                Some(bytes) => StoredWeights::of_vec(bytes, Room::of_packed(stored), None, &place)?,
                None => return Err(no_weights(&members, name)),
            },
        };
        let assets = assets(&mut members)?;
        Ok(KerasFile { metadata, config, weights, assets })
    }
}
