//! Texts of varying length lie in global heaps, and attributes refer to them: 16 bytes that say how
//! long a text is and where. Many of them can refer to one long text, and each becomes a copy in
//! memory, so what they add up to is bounded before any is read.

use crate::error::{Error, Result};
use crate::limits::{EXPANSION_FLOOR_BYTES, MAX_TEXT_EXPANSION};

/// What a global heap begins with.
const SIGNATURE: &[u8] = b"GCOL";

/// Refuses a file whose references to texts add up to far more than the file.
///
/// Whatever looks like a reference (a length, then the address of a heap) counts as one, wherever
/// it stands: numbers that happen to look so are few.
pub(super) fn check(bytes: &[u8], base: u64, file: &str) -> Result<()> {
    let starts = bytes.windows(SIGNATURE.len()).enumerate();
    let starts = starts.filter(|(_, window)| *window == SIGNATURE).map(|(at, _)| at as u64);
    // In order, since they were found so.
    let heaps: Vec<u64> = starts.filter_map(|at| at.checked_sub(base)).collect();
    let (Some(first), Some(last)) = (heaps.first(), heaps.last()) else { return Ok(()) };
    let stored = bytes.len() as u64;
    let mut declared = 0u64;
    for reference in bytes.windows(12) {
        let (length, address) = reference.split_at(4);
        let address = u64::from_le_bytes(address.try_into().unwrap_or_default());
        if (*first..=*last).contains(&address) && heaps.binary_search(&address).is_ok() {
            let length = u32::from_le_bytes(length.try_into().unwrap_or_default());
            declared = declared.saturating_add(u64::from(length).min(stored));
        }
    }
    if declared > EXPANSION_FLOOR_BYTES.max(stored.saturating_mul(MAX_TEXT_EXPANSION)) {
        let what = "text in attributes".to_owned();
        return Err(Error::Bomb { file: file.to_owned(), what, declared, stored });
    }
    Ok(())
}
