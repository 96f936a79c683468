//! HDF5, through `hdf5-pure`: this folder is what knows that library.
//!
//! What is read is what Keras's weights files hold, numbers in groups. What is written is the
//! oldest format the library offers (HDF5 1.8: version 2 superblock), contiguous and uncompressed.

mod bytes;
mod meter;
mod pass;
mod read;
mod room;
mod stored;
mod types;
mod write;

use hdf5_pure::FormatError;

use crate::error::{Error, Result};
use crate::limits::MAX_NAME_BYTES;

pub(crate) use bytes::Bytes;
pub(crate) use pass::read as read_pass;
pub(crate) use read::{find, read, read_until_problem};
pub(crate) use room::Room;
pub(crate) use stored::Found;
pub(crate) use write::write;

fn failed(file: &str, path: &str, error: hdf5_pure::Error) -> Error {
    let (file, path) = (file.to_owned(), format!("/{path}"));
    match error {
        // A soft link in an old-style group has the address "undefined", all ones.
        hdf5_pure::Error::Format(
            FormatError::UnexpectedEof { expected: usize::MAX, .. }
            | FormatError::OffsetOverflow { offset: u64::MAX, .. },
        ) => Error::SoftLink { file, path },
        error => Error::Hdf5 { file, path, detail: error.to_string() },
    }
}

fn check_name(file: &str, name: &str) -> Result<()> {
    let reason = match name {
        "" | "." | ".." => "stands for no object",
        _ if name.contains('/') => "contains a /",
        _ if name.len() > MAX_NAME_BYTES => "is longer than 1024 bytes",
        _ => return Ok(()),
    };
    let shown = name.chars().take(64).collect();
    Err(Error::BadName { file: file.to_owned(), path: shown, reason })
}
