//! Where the bytes of an HDF5 file lie: in memory, or in a part of a file on disk.

use std::fs::File;
use std::io;
use std::sync::Arc;

use hdf5_pure::FormatError;

/// The bytes of an HDF5 file; clones share them.
#[derive(Clone, Debug)]
pub(crate) enum Bytes {
    Memory(Arc<Vec<u8>>),
    /// So many bytes of a file, from a place on.
    Part {
        file: Arc<File>,
        start: u64,
        len: u64,
    },
}

impl Bytes {
    pub(crate) fn new(bytes: Vec<u8>) -> Bytes {
        Bytes::Memory(Arc::new(bytes))
    }

    pub(crate) fn part(file: File, start: u64, len: u64) -> Bytes {
        Bytes::Part { file: Arc::new(file), start, len }
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Bytes::Memory(bytes) => bytes.len() as u64,
            Bytes::Part { len, .. } => *len,
        }
    }

    /// Whether all these bytes are there.
    pub(crate) fn holds(&self, offset: u64, len: u64) -> bool {
        offset.checked_add(len).is_some_and(|end| end <= self.len())
    }

    /// Fills `to` with what begins at `offset`.
    pub(crate) fn read(&self, offset: u64, to: &mut [u8]) -> io::Result<()> {
        if !self.holds(offset, to.len() as u64) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match self {
            Bytes::Memory(bytes) => {
                // Fits: it is within a slice.
                let offset = offset as usize;
                to.copy_from_slice(&bytes[offset..offset + to.len()]);
                Ok(())
            }
            Bytes::Part { file, start, .. } => read_at(file, start + offset, to),
        }
    }

    /// The bytes themselves, if they are in memory.
    pub(super) fn in_memory(&self, offset: u64, len: u64) -> Option<&[u8]> {
        match self {
            // Fits: it is within a slice.
            Bytes::Memory(bytes) if self.holds(offset, len) => {
                Some(&bytes[offset as usize..(offset + len) as usize])
            }
            _ => None,
        }
    }

    /// As [`Bytes::read`], with the library's errors.
    pub(super) fn read_for_library(&self, offset: u64, to: &mut [u8]) -> Result<(), FormatError> {
        if !self.holds(offset, to.len() as u64) {
            let end = offset.saturating_add(to.len() as u64);
            let fits = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
            return Err(FormatError::UnexpectedEof {
                expected: fits(end),
                available: fits(self.len()),
            });
        }
        self.read(offset, to).map_err(|error| FormatError::Source(error.to_string()))
    }
}

/// Fills `to` with what begins at that place of a file, wherever others read it.
#[cfg(unix)]
fn read_at(file: &File, at: u64, to: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, to, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut at: u64, mut to: &mut [u8]) -> io::Result<()> {
    while !to.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, to, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => (at, to) = (at + read as u64, &mut to[read..]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Elsewhere there is one thread.
#[cfg(not(any(unix, windows)))]
fn read_at(mut file: &File, at: u64, to: &mut [u8]) -> io::Result<()> {
    use std::io::{Read, Seek};
    file.seek(io::SeekFrom::Start(at))?;
    file.read_exact(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_file_is_read_as_memory_is() {
        let numbers: Vec<u8> = (0..200_000u32).map(|i| ((i * 7919) >> 3) as u8).collect();
        let path = std::env::temp_dir().join(format!("elman-bytes-{}", std::process::id()));
        std::fs::write(&path, [&[9; 5][..], &numbers, &[9; 5]].concat()).unwrap();
        let part = Bytes::part(File::open(&path).unwrap(), 5, numbers.len() as u64);
        for bytes in [Bytes::new(numbers.clone()), part] {
            let mut read = vec![0; 1000];
            for at in [199_000, 0, 77_777] {
                bytes.read(at, &mut read).unwrap();
                assert!(read == numbers[at as usize..at as usize + 1000]);
            }
            assert!(bytes.read(199_999, &mut [0; 2]).is_err() && !bytes.holds(u64::MAX, 2));
        }
        std::fs::remove_file(path).unwrap();
    }
}
