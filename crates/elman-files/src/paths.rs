//! Arrays by the extension of their file.

use std::fs;
use std::path::Path;

use crate::array::Array;
use crate::error::{Error, Result};
use crate::limits::MAX_FILE_BYTES;
use crate::{csv, npy, npz};

/// Reads an array from a `.npy`, `.npz` or `.csv` file; with the feature `parquet`, from a table in
/// a `.parquet` file, too.
///
/// An `.npz` file with several arrays needs a key: `"data.npz:x"`.
///
/// ```no_run
/// let x = elman_files::read_array("data.npz:x".as_ref())?;
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn read_array(path: &Path) -> Result<Array> {
    match extension(path).as_deref() {
        Some("npy") => npy::read(path),
        Some("csv") => csv::read(path),
        #[cfg(feature = "parquet")]
        Some("parquet") => {
            let mut rows = crate::ParquetRows::open(path)?;
            rows.read(&(0..rows.len()).collect::<Vec<_>>())
        }
        #[cfg(not(feature = "parquet"))]
        Some("parquet") => {
            Err(Error::FeatureNeeded { file: path.display().to_string(), feature: "parquet" })
        }
        Some("npz") => npz::pick(npz::read(path)?, path, None),
        _ => match split_key(path) {
            Some((file, key)) => npz::pick(npz::read(file)?, file, Some(key)),
            None => Err(Error::UnknownExtension { file: path.display().to_string() }),
        },
    }
}

/// Writes an array to a `.npy`, `.npz` or `.csv` file, replacing it in one step.
///
/// In an `.npz` file the array is called `arr_0`, as NumPy calls it, or by the key in
/// `"data.npz:x"`; the file then holds this array alone.
///
/// ```
/// use elman_files::{Array, read_array, write_array};
///
/// let path = std::env::temp_dir().join(format!("elman-paths-{}.csv", std::process::id()));
/// write_array(&path, &Array::f32([2, 2], vec![1.0, 2.0, 3.0, 4.5]))?;
/// assert_eq!(read_array(&path)?.to_f32(), [1.0, 2.0, 3.0, 4.5]);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
pub fn write_array(path: &Path, array: &Array) -> Result<()> {
    match extension(path).as_deref() {
        Some("npy") => npy::write(path, array),
        Some("csv") => csv::write(path, array),
        Some("npz") => npz::write(path, &[("arr_0", array)]),
        _ => match split_key(path) {
            Some((file, key)) => npz::write(file, &[(key, array)]),
            None => Err(Error::UnknownExtension { file: path.display().to_string() }),
        },
    }
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

/// `"folder/file.npz:key"` as its file and its key.
fn split_key(path: &Path) -> Option<(&Path, &str)> {
    let text = path.to_str()?;
    let end = text.to_ascii_lowercase().rfind(".npz:")? + ".npz".len();
    Some((Path::new(&text[..end]), &text[end + 1..]))
}

/// A whole file, if it is not larger than [`MAX_FILE_BYTES`].
///
/// ```
/// let error = elman_files::read_file("no such file".as_ref()).unwrap_err();
/// assert!(error.to_string().starts_with("no such file: cannot read: "));
/// ```
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    let file = path.display().to_string();
    let bytes = fs::metadata(path).map_err(|e| Error::io(&file, "read", e))?.len();
    if bytes > MAX_FILE_BYTES {
        let what = "the file".to_owned();
        return Err(Error::TooLarge { file, what, bytes, limit: MAX_FILE_BYTES });
    }
    fs::read(path).map_err(|e| Error::io(&file, "read", e))
}
