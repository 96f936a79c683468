//! The `.keras` archive.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::archive::{self, Holds, Members};
use crate::error::{Error, Result};
use crate::hdf5::Room;
use crate::limits::{MAX_FILE_BYTES, MAX_JSON_BYTES, MAX_MEMBER_BYTES};
use crate::store::WeightStore;
use crate::stored::{StoredWeights, Sum};
use crate::{atomic, paths};

const METADATA: &str = "metadata.json";
const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.weights.h5";
const WEIGHTS_NPZ: &str = "model.weights.npz";
const ASSETS: &str = "assets/";

/// The contents of a `.keras` file; the [crate] documentation draws one.
///
/// Reading accepts what Keras 2.12 and later write, members stored or deflated. Writing gives the
/// same bytes for the same content: the times in the archive are fixed, so only what
/// [`metadata`](Self::metadata) says about the date differs between two saves.
///
/// # Errors
///
/// Reading: [`Error::NotAnArchive`], [`Error::MissingMember`], [`Error::UnknownMember`],
/// [`Error::PickledWeights`], and those of zip and HDF5 about damage and [limits](crate::limits).
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
            if members.names().any(|member| member == WEIGHTS_NPZ) {
                return Err(Error::PickledWeights { file: name.to_owned() });
            }
            return Err(missing(&members, name, WEIGHTS));
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

/// The texts of an archive that was unpacked, and where its weights lie.
fn folder_parts(folder: &Path) -> Result<(String, String, PathBuf)> {
    let name = folder.display().to_string();
    let text = |member: &'static str| -> Result<String> {
        let path = folder.join(member);
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if bytes > MAX_JSON_BYTES {
            let (file, what) = (name.clone(), format!("member {member:?}"));
            return Err(Error::TooLarge { file, what, bytes, limit: MAX_JSON_BYTES });
        }
        String::from_utf8(paths::read_file(&path)?)
            .map_err(|_| Error::NotUtf8 { file: name.clone(), member: member.to_owned() })
    };
    for member in [METADATA, CONFIG] {
        if !folder.join(member).is_file() {
            let entries = fs::read_dir(folder).map_err(|e| Error::io(&name, "read", e))?;
            let names = entries.flatten().map(|entry| entry.file_name());
            let found = names.take(100).map(|name| name.to_string_lossy().into()).collect();
            return Err(Error::MissingMember { file: name, member, found });
        }
    }
    let path = folder.join(WEIGHTS);
    if !path.exists() && folder.join(WEIGHTS_NPZ).exists() {
        return Err(Error::PickledWeights { file: name });
    }
    Ok((text(METADATA)?, text(CONFIG)?, path))
}

/// The files below `assets/`.
fn assets<R: Read + Seek>(members: &mut Members<'_, R>) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut assets = BTreeMap::new();
    let names: Vec<String> =
        members.names().filter(|n| n.starts_with(ASSETS)).map(str::to_owned).collect();
    for member in names {
        if let Some(bytes) = members.read(&member, MAX_MEMBER_BYTES)? {
            assets.insert(member[ASSETS.len()..].to_owned(), bytes);
        }
    }
    Ok(assets)
}

/// A `.keras` file whose weights are read when they are wanted; otherwise as [`KerasArchive`]. That
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
    /// As [`KerasArchive::read`].
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
    /// As [`KerasArchive::from_bytes`].
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
                None if members.names().any(|member| member == WEIGHTS_NPZ) => {
                    return Err(Error::PickledWeights { file: name.to_owned() });
                }
                None => return Err(missing(&members, name, WEIGHTS)),
            },
        };
        let assets = assets(&mut members)?;
        Ok(KerasFile { metadata, config, weights, assets })
    }
}

/// Refuses members that are neither Keras's nor the litter of a Mac's "Compress".
fn check_names<R: Read + Seek>(members: &Members<'_, R>, file: &str) -> Result<()> {
    let known = |name: &str| {
        matches!(name, METADATA | CONFIG | WEIGHTS | WEIGHTS_NPZ)
            || name.starts_with(ASSETS)
            || name.starts_with("__MACOSX/")
            || name.ends_with(".DS_Store")
    };
    // Without its members it is another kind of archive, which says more than its first stranger.
    for member in [METADATA, CONFIG] {
        if !members.names().any(|name| name == member) {
            return Err(missing(members, file, member));
        }
    }
    match members.names().find(|name| !known(name)) {
        None => Ok(()),
        Some(member) => {
            Err(Error::UnknownMember { file: file.to_owned(), member: member.to_owned() })
        }
    }
}

fn text<R: Read + Seek>(
    members: &mut Members<'_, R>,
    file: &str,
    member: &'static str,
) -> Result<String> {
    match members.read(member, MAX_JSON_BYTES)? {
        Some(bytes) => String::from_utf8(bytes)
            .map_err(|_| Error::NotUtf8 { file: file.to_owned(), member: member.to_owned() }),
        None => Err(missing(members, file, member)),
    }
}

fn missing<R: Read + Seek>(members: &Members<'_, R>, file: &str, member: &'static str) -> Error {
    let found = members.names().take(100).map(str::to_owned).collect();
    Error::MissingMember { file: file.to_owned(), member, found }
}
