//! Where the bytes of an HDF5 file lie: in memory, or in a part of a file on disk.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use hdf5_pure::FormatError;

/// The bytes of an HDF5 file; clones share them.
#[derive(Clone, Debug)]
pub(crate) enum Bytes {
    Memory(Arc<Vec<u8>>),
    /// So many bytes of a file, from a place on.
    Part {
        file: Arc<Mutex<File>>,
        start: u64,
        len: u64,
    },
}

impl Bytes {
    pub(crate) fn new(bytes: Vec<u8>) -> Bytes {
        Bytes::Memory(Arc::new(bytes))
    }

    pub(crate) fn part(file: File, start: u64, len: u64) -> Bytes {
        Bytes::Part { file: Arc::new(Mutex::new(file)), start, len }
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
    pub(crate) fn read(&self, offset: u64, to: &mut [u8]) -> std::io::Result<()> {
        if !self.holds(offset, to.len() as u64) {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match self {
            Bytes::Memory(bytes) => {
                // Fits: it is within a slice.
                let offset = offset as usize;
                to.copy_from_slice(&bytes[offset..offset + to.len()]);
                Ok(())
            }
            Bytes::Part { file, start, .. } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start + offset))?;
                file.read_exact(to)
            }
        }
    }

    /// Hands out all bytes in blocks, each with the `overlap` bytes before it, until one is refused.
    pub(crate) fn blocks(
        &self,
        overlap: usize,
        mut see: impl FnMut(u64, &[u8]),
    ) -> std::io::Result<()> {
        const BLOCK: usize = 1 << 16;
        let mut buffer = vec![0; BLOCK + overlap];
        let (mut at, mut kept) = (0, 0);
        while at < self.len() {
            let new = BLOCK.min(usize::try_from(self.len() - at).unwrap_or(BLOCK));
            self.read(at, &mut buffer[kept..kept + new])?;
            let seen = kept + new;
            see(at - kept as u64, &buffer[..seen]);
            kept = overlap.min(seen);
            buffer.copy_within(seen - kept..seen, 0);
            at += new as u64;
        }
        Ok(())
    }
}

impl hdf5_pure::Source for Bytes {
    fn len(&self) -> u64 {
        Bytes::len(self)
    }

    fn read_at(&self, offset: u64, to: &mut [u8]) -> Result<(), FormatError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_overlap_and_leave_nothing_out() {
        let numbers: Vec<u8> = (0..200_000u32).map(|i| ((i * 7919) >> 3) as u8).collect();
        let folder = std::env::temp_dir().join(format!("elman-bytes-{}", std::process::id()));
        std::fs::write(&folder, [&[9; 5][..], &numbers].concat()).unwrap();
        let part = Bytes::part(File::open(&folder).unwrap(), 5, numbers.len() as u64);
        for bytes in [Bytes::new(numbers.clone()), part] {
            let mut seen = Vec::new();
            let see = |at: u64, block: &[u8]| {
                assert!(at == 0 || at as usize == seen.len() - 3);
                assert_eq!(block, &numbers[at as usize..at as usize + block.len()]);
                seen.truncate(at as usize);
                seen.extend_from_slice(block);
            };
            bytes.blocks(3, see).unwrap();
            assert!(seen == numbers);
            assert!(bytes.read(199_999, &mut [0; 2]).is_err() && !bytes.holds(u64::MAX, 2));
        }
        std::fs::remove_file(folder).unwrap();
    }
}
