//! One step at a time: what a stream computes.

use super::types::Engine;
use super::{Packed, fused, plain};
use crate::Float;

/// One step of some streams, whose states lie side by side.
#[derive(Debug)]
pub struct Step<'a> {
    /// `(rows, features)`: the inputs.
    pub x: &'a [Float],
    /// Which rows of `x` and `output` to compute, and the stream that each is of: no stream twice.
    pub rows: &'a [StepRow],
    /// `(streams, packed.state_stride())`: the states h, of which each holds `units` numbers.
    /// Those of the streams that step are replaced.
    pub h: &'a mut [Float],
    /// The same of the carry; empty unless the cell is an LSTM.
    pub c: &'a mut [Float],
    /// `(rows, units)`: the outputs.
    pub output: &'a mut [Float],
    /// Room for `packed.step_scratch(rows.len())` numbers or more.
    pub scratch: &'a mut [Float],
    /// Whether to read the weights from the last to the first, to the same result. Steps that take
    /// turns find in the cache what the step before has read last, if it cannot hold all of it.
    pub reverse: bool,
    /// How many threads may share the step, 1 for this one alone: of two or more, a step of much
    /// work takes as many as are free.
    pub threads: usize,
}

/// A row of a [`Step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The row of the input and of the output.
    pub row: usize,
    /// The stream, which is the row of the states.
    pub stream: usize,
}

impl Packed {
    /// From one stream to the next in the states of a [`Step`]: the units, rounded up to whole
    /// vectors.
    pub fn state_stride(&self) -> usize {
        match &self.engine {
            Engine::Fused(fused) => fused::state_stride(fused),
            Engine::Plain(_) => self.units,
        }
    }

    /// The numbers of scratch that a [`Step`] of so many rows, or fewer, needs.
    pub fn step_scratch(&self, rows: usize) -> usize {
        match &self.engine {
            Engine::Fused(fused) => fused::scratch(fused, rows),
            Engine::Plain(_) => 0,
        }
    }
}

/// Runs a layer over one step of some streams: bit by bit what [`forward`](super::forward) computes
/// at that step of a sequence. With one thread, no lock is taken and no system call made; cells that
/// the fast kernels serve ([`Cell::is_fused`](super::Cell::is_fused)) allocate nothing.
///
/// More threads wait for the next step for some microseconds, and then sleep: they are of use to
/// steps that follow closely upon each other, of layers whose weights take longer to read than
/// threads take to hear of each other.
///
/// # Panics
/// If a slice has not the length that [`Step`] says, or if there is no such row or stream.
pub fn step(packed: &Packed, mut step: Step<'_>) {
    check(packed, &step);
    if step.rows.is_empty() {
        return;
    }
    match &packed.engine {
        Engine::Fused(fused) => fused::step(fused, &mut step),
        Engine::Plain(weights) => plain::step(packed, weights, &mut step),
    }
}

fn check(packed: &Packed, step: &Step<'_>) {
    let (features, units, stride) = (packed.features, packed.units, packed.state_stride());
    let has = |what: &str, slice: &[Float], needed: usize| {
        let found = slice.len();
        assert!(found >= needed, "step: {what} has {found} elements, expected {needed}");
    };
    let up_to = |row: usize, width: usize| row.saturating_add(1).saturating_mul(width);
    for &StepRow { row, stream } in step.rows {
        has("x", step.x, up_to(row, features));
        has("the output", step.output, up_to(row, units));
        has("the state", step.h, up_to(stream, stride));
        if packed.cell.states() == 2 {
            has("the carry", step.c, up_to(stream, stride));
        }
    }
    has("the scratch", step.scratch, packed.step_scratch(step.rows.len()));
}
