//! The contents of a `.keras` archive, read at once, and written.

use std::collections::BTreeMap;
use std::path::Path;

use super::{
    ASSETS, CONFIG, METADATA, WEIGHTS, assets, check_names, folder_parts, no_weights, text,
};
use crate::archive::{self, Holds, Members};
use crate::error::Result;
use crate::hdf5::Room;
use crate::limits::MAX_MEMBER_BYTES;
use crate::store::WeightStore;
use crate::{atomic, paths};

/// The contents of a `.keras` file; the [crate] documentation draws one.
///
/// Reading accepts what Keras 2.12 and later write, members stored or deflated. Writing gives the
/// same bytes for the same content: the times in the archive are fixed, so only what
/// [`metadata`](Self::metadata) says about the date differs between two saves.
///
/// # Errors
///
/// Reading: [`NotAnArchive`](crate::Error::NotAnArchive),
/// [`MissingMember`](crate::Error::MissingMember), [`UnknownMember`](crate::Error::UnknownMember),
/// [`PickledWeights`](crate::Error::PickledWeights), and those of zip and HDF5 about damage and
/// [limits](crate::limits).
///
/// # Example
///
/// ```no_run
/// use elman_files::KerasArchive;
///
/// let archive = KerasArchive::read("model.keras".as_ref())?;
/// println!("{}", archive.config);
/// for (path, array) in archive.weights.arrays() {
///     println!("{path} {} {:?}", array.dtype(), array.shape);
/// }
/// archive.write("copy.keras".as_ref())?;
/// # Ok::<(), elman_files::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KerasArchive {
    /// The text of `metadata.json`.
    pub metadata: String,
    /// The text of `config.json`.
    pub config: String,
    /// The variables of `model.weights.h5`.
    pub weights: WeightStore,
    /// The files below `assets/`, by their path below it.
    pub assets: BTreeMap<String, Vec<u8>>,
}

impl KerasArchive {
    /// Reads a file, or a folder that one was unpacked to.
    ///
    /// ```
    /// let error = elman_files::KerasArchive::read("no such.keras".as_ref()).unwrap_err();
    /// assert!(error.to_string().starts_with("no such.keras: cannot read: "));
    /// ```
    pub fn read(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Self::read_folder(path);
        }
        Self::from_bytes(&paths::read_file(path)?, &path.display().to_string())
    }

    /// Reads an archive that was unpacked, but for its assets.
    fn read_folder(folder: &Path) -> Result<Self> {
        let (metadata, config, path) = folder_parts(folder)?;
        let weights =
            WeightStore::from_h5_vec(paths::read_file(&path)?, &path.display().to_string())?;
        Ok(KerasArchive { metadata, config, weights, assets: BTreeMap::new() })
    }

    /// Reads the bytes of a file; `name` is what errors call it.
    ///
    /// ```
    /// use elman_files::KerasArchive;
    /// let bytes = KerasArchive::default().to_bytes()?;
    /// assert_eq!(KerasArchive::from_bytes(&bytes, "empty.keras")?, KerasArchive::default());
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Self> {
        let mut members = Members::open(bytes, name, Holds::Model)?;
        check_names(&members, name)?;
        let metadata = text(&mut members, name, METADATA)?;
        let config = text(&mut members, name, CONFIG)?;
        let Some(weights) = members.read(WEIGHTS, MAX_MEMBER_BYTES)? else {
            return Err(no_weights(&members, name));
        };
        let room = Room::of_packed(bytes.len() as u64);
        let weights = WeightStore::from_h5_in(weights, room, &format!("{name}/{WEIGHTS}"))?;

        let assets = assets(&mut members)?;
        Ok(KerasArchive { metadata, config, weights, assets })
    }

    /// The bytes of the file.
    ///
    /// ```
    /// let archive = elman_files::KerasArchive::default();
    /// assert_eq!(archive.to_bytes()?, archive.to_bytes()?);
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let weights = self.weights.to_h5()?;
        let assets: Vec<(String, &[u8])> = self
            .assets
            .iter()
            .map(|(path, bytes)| (format!("{ASSETS}{path}"), bytes.as_slice()))
            .collect();
        let members = [
            (METADATA, self.metadata.as_bytes()),
            (CONFIG, self.config.as_bytes()),
            (WEIGHTS, weights.as_slice()),
        ];
        archive::pack(
            members.into_iter().chain(assets.iter().map(|(path, bytes)| (path.as_str(), *bytes))),
        )
    }

    /// Writes the file in one step: on an error the old file is still there, whole. See [`atomic`].
    ///
    /// ```no_run
    /// elman_files::KerasArchive::default().write("model.keras".as_ref())?;
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn write(&self, path: &Path) -> Result<()> {
        atomic::write(path, &self.to_bytes()?)
    }
}
