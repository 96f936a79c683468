//! Texts of varying length lie in global heaps, and attributes refer to them: 16 bytes that say how
//! long a text is and where. Many of them can refer to one long text, and each becomes a copy in
//! memory, so what they add up to is bounded before any is read.

use super::bytes::Bytes;
use crate::error::{Error, Result};
use crate::limits::{EXPANSION_FLOOR_BYTES, MAX_TEXT_EXPANSION};

/// What a global heap begins with.
const SIGNATURE: [u8; 4] = *b"GCOL";

/// A length of 4 bytes and an address of 8.
const REFERENCE: usize = 12;

/// Refuses a file whose references to texts add up to far more than the file.
///
/// Whatever looks like a reference (a length, then the address of a heap) counts as one, wherever
/// it stands: numbers that happen to look so are few.
pub(super) fn check(bytes: &Bytes, base: u64, file: &str) -> Result<()> {
    let unreadable = |error| Error::io(file, "read", error);
    // In order, since they are found so.
    let mut heaps: Vec<u64> = Vec::new();
    let find = |at: u64, block: &[u8]| {
        if !holds_signature(block) {
            return;
        }
        let starts = block.windows(SIGNATURE.len()).enumerate();
        let starts = starts.filter(|(_, window)| *window == SIGNATURE);
        heaps.extend(starts.filter_map(|(i, _)| (at + i as u64).checked_sub(base)));
    };
    bytes.blocks(SIGNATURE.len() - 1, find).map_err(unreadable)?;
    let (Some(&first), Some(&last)) = (heaps.first(), heaps.last()) else { return Ok(()) };
    let stored = bytes.len();
    let mut declared = 0u64;
    let add = |_: u64, block: &[u8]| {
        // Addresses within files of less than a terabyte have three bytes of zeros behind.
        let is_small = last >> 40 == 0;
        if is_small && !holds_zeros(block) {
            return;
        }
        for reference in block.windows(REFERENCE) {
            let (length, address) = reference.split_at(4);
            let address = u64::from_le_bytes(address.try_into().unwrap_or_default());
            if (first..=last).contains(&address) && heaps.binary_search(&address).is_ok() {
                let length = u32::from_le_bytes(length.try_into().unwrap_or_default());
                declared = declared.saturating_add(u64::from(length).min(stored));
            }
        }
    };
    bytes.blocks(REFERENCE - 1, add).map_err(unreadable)?;
    if declared > EXPANSION_FLOOR_BYTES.max(stored.saturating_mul(MAX_TEXT_EXPANSION)) {
        let what = "text in attributes".to_owned();
        return Err(Error::Bomb { file: file.to_owned(), what, declared, stored });
    }
    Ok(())
}

/// Whether a heap may begin in a block. All of it is looked at, without branches, which compiles to
/// vectors.
fn holds_signature(block: &[u8]) -> bool {
    let from = |i: usize| block.get(i..).unwrap_or_default();
    let pairs = from(0).iter().zip(from(1)).zip(from(2).iter().zip(from(3)));
    pairs.fold(false, |any, ((a, b), (c, d))| {
        any | ((*a == b'G') & (*b == b'C') & (*c == b'O') & (*d == b'L'))
    })
}

/// Whether a block has three zeros side by side.
fn holds_zeros(block: &[u8]) -> bool {
    let from = |i: usize| block.get(i..).unwrap_or_default();
    let triples = from(0).iter().zip(from(1)).zip(from(2));
    triples.fold(false, |any, ((a, b), c)| any | ((*a | *b | *c) == 0))
}
