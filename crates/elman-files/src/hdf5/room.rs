//! How much memory the datasets of a file may take, all together.

use hdf5_pure::Layout;

use crate::limits::{EXPANSION_FLOOR_BYTES, MAX_CHUNKS, MAX_EXPANSION, MIN_CHUNK_BYTES};

/// What a file may take in memory beside its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Arrays and texts.
    pub(super) kept: u64,
    /// More than that, for a while.
    pub(super) unpacking: u64,
}

impl Room {
    /// For a file of so many bytes.
    pub(crate) fn of_file(bytes: u64) -> Room {
        let [kept, unpacking] = [MAX_EXPANSION, 1].map(|n| n.saturating_mul(bytes));
        let [kept, unpacking] = [kept, unpacking].map(|n| n.saturating_add(EXPANSION_FLOOR_BYTES));
        Room { kept, unpacking }
    }

    /// For a file that was packed in an archive of so many bytes.
    pub(crate) fn of_packed(archive: u64) -> Room {
        Room { unpacking: 0, ..Room::of_file(archive) }
    }
}

/// `first` times all others.
pub(super) fn product(first: u64, others: &[u64]) -> u64 {
    match others.contains(&0) {
        true => 0,
        false => others.iter().fold(first, |n, &d| n.saturating_mul(d)),
    }
}

/// The bytes that unpacking a dataset takes, until it is in its place: all of it once more, and a
/// chunk, which is unpacked whole, whatever part of it the shape uses.
pub(super) fn unpacking(layout: &Layout, size: u64, shape: &[u64]) -> u64 {
    let more = match layout {
        Layout::Contiguous { address: Some(_), .. } => return 0,
        Layout::Chunked { chunk_shape, .. } => product(size, chunk_shape).saturating_mul(2),
        _ => 0,
    };
    product(size, shape).saturating_add(more)
}

/// How many chunks a dataset is in, and how many it may be: each takes memory to find, however small
/// it is and if the file holds none of it.
pub(super) fn chunks(layout: &Layout, size: u64, shape: &[u64]) -> (u64, u64) {
    let Layout::Chunked { chunk_shape, .. } = layout else { return (0, MAX_CHUNKS) };
    let axes = shape.iter().zip(chunk_shape);
    let counts: Vec<u64> = axes.map(|(d, chunk)| d.div_ceil((*chunk).max(1))).collect();
    (product(1, &counts), MAX_CHUNKS + product(size, shape) / MIN_CHUNK_BYTES)
}
