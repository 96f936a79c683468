//! NumPy's npz files: named arrays, a zip archive of npy files.

use std::path::Path;

use crate::archive::{self, Holds, Members};
use crate::array::Array;
use crate::error::{Error, Result};
use crate::limits::MAX_MEMBER_BYTES;
use crate::{atomic, npy, paths};

/// Reads every array with its key, in the file's order; packed (`savez_compressed`) or not.
///
/// ```
/// use elman_files::{Array, npz};
///
/// let path = std::env::temp_dir().join(format!("elman-npz-{}.npz", std::process::id()));
/// npz::write(&path, &[("x", &Array::f32([1], vec![0.5])), ("n", &Array::i32_scalar(3))])?;
/// let arrays = npz::read(&path)?;
/// assert_eq!(arrays[1], ("n".to_owned(), Array::i32_scalar(3)));
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn read(path: &Path) -> Result<Vec<(String, Array)>> {
    from_bytes(&paths::read_file(path)?, &path.display().to_string())
}

/// As [`read`], from the bytes of a file; `file` is what errors call it.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(bytes: &[u8], file: &str) -> Result<Vec<(String, Array)>> {
    let mut members = Members::open(bytes, file, Holds::Data)?;
    let names: Vec<String> = members.names().map(str::to_owned).collect();
    let mut arrays = Vec::with_capacity(names.len());
    for name in names {
        let Some(bytes) = members.read(&name, MAX_MEMBER_BYTES)? else { continue };
        let array = npy::from_bytes(&bytes, &format!("{file}:{name}"))?;
        arrays.push((name.strip_suffix(".npy").unwrap_or(&name).to_owned(), array));
    }
    Ok(arrays)
}

/// Writes arrays by key, not packed, replacing the file in one step.
///
/// ```no_run
/// use elman_files::{Array, npz};
/// npz::write("data.npz".as_ref(), &[("x", &Array::f32([1], vec![0.5]))])?;
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn write(path: &Path, arrays: &[(&str, &Array)]) -> Result<()> {
    atomic::write(path, &to_bytes(arrays)?)
}

/// The bytes of a file of these arrays.
///
/// # Errors
/// A name that an archive can't hold.
pub fn to_bytes(arrays: &[(&str, &Array)]) -> Result<Vec<u8>> {
    let mut members = Vec::with_capacity(arrays.len());
    for (key, array) in arrays {
        members.push((format!("{key}.npy"), npy::to_bytes(array, key)?));
    }
    let members = members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    archive::pack(members)
}

/// The array of a key, or the only one.
pub(crate) fn pick(
    mut arrays: Vec<(String, Array)>,
    path: &Path,
    key: Option<&str>,
) -> Result<Array> {
    let found = match key {
        Some(key) => arrays.iter().position(|(name, _)| name == key),
        None => (arrays.len() == 1).then_some(0),
    };
    if let Some(index) = found {
        return Ok(arrays.swap_remove(index).1);
    }
    let file = path.display().to_string();
    let keys = arrays.into_iter().map(|(name, _)| name).collect();
    Err(match key {
        Some(key) => Error::NpzKeyMissing { file, key: key.to_owned(), keys },
        None => Error::NpzKeyNeeded { file, keys },
    })
}
