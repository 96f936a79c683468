//! Dropout inside a layer: factors on what the gates see of the input and of the state.

use std::ops::Range;

/// The factors of one call, `(masks, batch, width)`: one mask for all gates, or one for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factors<'a, R> {
    values: &'a [R],
    per_gate: bool,
    batch: usize,
    width: usize,
}

impl<'a, R> Factors<'a, R> {
    /// `values` has the length of one mask or of `gates` masks.
    pub(super) fn new(values: &'a [R], batch: usize, width: usize) -> Factors<'a, R> {
        Factors { values, per_gate: values.len() != batch * width, batch, width }
    }

    /// The factors of a gate on row `b`.
    #[inline(always)]
    pub(super) fn row(&self, gate: usize, b: usize) -> &'a [R] {
        let mask = if self.per_gate { gate } else { 0 };
        &self.values[(mask * self.batch + b) * self.width..][..self.width]
    }
}

/// Cuts gates into runs that see the same numbers.
pub(super) fn runs<R>(
    factors: Option<Factors<'_, R>>,
    gates: Range<usize>,
) -> impl Iterator<Item = Range<usize>> {
    let length = if factors.is_some_and(|f| f.per_gate) { 1 } else { gates.len().max(1) };
    gates.step_by(length).map(move |gate| gate..gate + length)
}
