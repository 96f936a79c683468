//! What the library reads a file through, which keeps count where that matters.
//!
//! Texts of varying length lie in global heaps, and attributes refer to them: 16 bytes that say how
//! long a text is and where. Many of them can refer to one long text, and each becomes a copy in
//! memory. The library reads each from the file when it makes the copy, so what it may read then is
//! bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hdf5_pure::FormatError;

use super::bytes::Bytes;
use crate::error::{Error, Result};
use crate::limits::{MAX_TEXT_EXPANSION, TEXT_FLOOR_BYTES};

/// The bytes of a file, and how many of them may still be read.
#[derive(Clone, Debug)]
pub(super) struct Metered {
    bytes: Bytes,
    /// For the attributes that are being read.
    left: Arc<AtomicU64>,
    /// For those of all objects, which takes time, not memory.
    in_all: Arc<AtomicU64>,
}

/// That reading isn't counted.
const FREE: u64 = u64::MAX;

impl Metered {
    pub(super) fn new(bytes: Bytes) -> Metered {
        let in_all = 16u64.saturating_mul(TEXT_FLOOR_BYTES.saturating_add(bytes.len()));
        let [left, in_all] = [FREE, in_all].map(|n| Arc::new(AtomicU64::new(n)));
        Metered { bytes, left, in_all }
    }

    /// Runs what reads the attributes of an object, which may only read so much. (The library leaves
    /// out an attribute that it can't read.)
    pub(super) fn attributes<T>(&self, file: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
        let stored = self.bytes.len();
        let most = TEXT_FLOOR_BYTES.saturating_add(stored.saturating_mul(MAX_TEXT_EXPANSION));
        let most = most.min(self.in_all.load(Relaxed)).min(FREE - 1);
        self.left.store(most, Relaxed);
        let result = read();
        let left = self.left.swap(FREE, Relaxed);
        self.in_all.fetch_sub(most - left, Relaxed);
        if left == 0 {
            let what = "text in attributes".to_owned();
            return Err(Error::Bomb { file: file.to_owned(), what, declared: most, stored });
        }
        result
    }
}

impl hdf5_pure::Source for Metered {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn read_at(&self, offset: u64, to: &mut [u8]) -> std::result::Result<(), FormatError> {
        let len = to.len() as u64;
        let take = |left: u64| (left != FREE).then(|| left.saturating_sub(len));
        // The last byte is never read, so that nothing left says that more was wanted.
        if self.left.fetch_update(Relaxed, Relaxed, take).is_ok_and(|left| left <= len) {
            return Err(FormatError::Source("more than attributes may take".to_owned()));
        }
        self.bytes.read_for_library(offset, to)
    }
}
