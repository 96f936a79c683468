//! Dropout inside a layer: factors on what the gates see of the input and of the state.

use crate::real::Real;
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

    /// How many masks there are.
    pub(super) fn masks(&self) -> usize {
        if self.per_gate { self.values.len() / (self.batch * self.width) } else { 1 }
    }

    /// Which mask is a gate's.
    #[inline(always)]
    pub(super) fn mask(&self, gate: usize) -> usize {
        if self.per_gate { gate } else { 0 }
    }

    /// The factors of a gate on row `b`.
    #[inline(always)]
    pub(super) fn row(&self, gate: usize, b: usize) -> &'a [R] {
        &self.values[(self.mask(gate) * self.batch + b) * self.width..][..self.width]
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

/// `y = m x`, as far as there are factors `m`.
pub(super) fn multiply<R: Real>(y: &mut [R], x: &[R], m: &[R]) {
    y.iter_mut().zip(x.iter().zip(m)).for_each(|(y, (&x, &m))| *y = x * m);
}

/// `y += m x`, as far as there are factors `m`.
pub(super) fn add_multiple<R: Real>(y: &mut [R], x: &[R], m: &[R]) {
    y.iter_mut().zip(x.iter().zip(m)).for_each(|(y, (&x, &m))| *y += x * m);
}
