//! Parts of a buffer that are filled side by side.

use std::ops::Range;

use crate::Float;

/// The parts of a buffer that lie in these ranges, which stand in order and don't overlap.
pub(crate) fn disjoint(
    values: &mut [Float],
    ranges: impl IntoIterator<Item = Range<usize>>,
) -> Vec<&mut [Float]> {
    let (mut rest, mut start) = (values, 0);
    let part = |range: Range<usize>| {
        let (before, behind) = std::mem::take(&mut rest).split_at_mut(range.end - start);
        let own = &mut before[range.start - start..];
        (rest, start) = (behind, range.end);
        own
    };
    ranges.into_iter().map(part).collect()
}
