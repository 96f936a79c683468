//! How a call is spread over threads, and in what portions.

use super::bands::Bands;
use super::gradients;
use super::layout::Layout;
use super::pack::Fused;
use super::steps::Steps;
use crate::Float;
use crate::cache;
use crate::pool::{Job, Task, Team, share, team};
use std::ops::Range;

/// Multiplications that are worth a thread of their own: some 10 us of one.
const WORK_PER_THREAD: usize = 600_000;
/// Multiplications that take as long as what a step does with one pre-activation.
const EQUATIONS: usize = 24;
/// Rows of the batch that are worth a thread: fewer would waste the panels they share.
const ROWS_PER_THREAD: usize = 4;
/// Weights, in numbers, from which on a step is worth splitting: a barrier costs about as much as
/// reading 16 KiB from the second-level cache, and is paid once or twice per step.
const SPLIT_WEIGHTS: usize = 1 << 14;
/// Where only outputs are wanted, and rows of the batch could be split instead, threads that would have
/// fewer rows than this share the units if the weights are more than a second-level cache holds: with
/// half of the blocks those of a thread stay there. Fewer weights gain nothing by it, and lose a quarter
/// while the processors are slow to hear of each other. Training keeps to rows, where no step waits for
/// another thread's gradients.
const MANY_ROWS: usize = 32;
/// Rows of one portion of the input's projection: enough to amortise the reading of the kernel,
/// few enough that the pre-activations are still in cache when the steps need them.
const PORTION_ROWS: usize = 192;

/// What a step of a row takes, in multiplications.
#[derive(Clone, Copy)]
pub(in super::super) struct Work {
    all: usize,
    /// Those with the recurrent kernel.
    recurrent: usize,
}

impl Fused {
    pub(in super::super) fn work(&self) -> Work {
        let columns = self.layout.blocks * self.layout.row;
        let recurrent = columns * self.layout.units;
        Work { all: columns * (self.features + EQUATIONS) + recurrent, recurrent }
    }
}

/// Steps from which on a layer above has its share of them, though it starts later.
const WAVEFRONT_STEPS: usize = 16;

/// Whether layers upon each other are faster a thread each than one after the other. On two
/// processors, two of LSTM(32) over 100 steps of one sequence took 49 us instead of 78, since so few
/// units can't be split; of LSTM(128) over 200 as long as with their units split if a barrier takes
/// a tenth of a microsecond, and two thirds of it if the processors are slow to hear of each other.
pub(in super::super) fn wavefront_pays(
    layers: &[Work],
    batch: usize,
    time: usize,
    threads: usize,
) -> bool {
    let size = threads.min(layers.len());
    let total: usize = layers.iter().map(|layer| layer.all).sum();
    let parts = (0..size).map(|part| layers[share(layers.len(), size, part)].iter());
    let longest = parts.map(|part| part.map(|layer| layer.all).sum::<usize>()).max();
    // More threads than layers are of use where a layer has units for them all.
    let split = |layer: &Work| threads.min(layer.recurrent / SPLIT_WEIGHTS * 2) > layers.len();
    size > 1
        && time >= WAVEFRONT_STEPS
        && batch / ROWS_PER_THREAD < threads
        && batch * time * total / WORK_PER_THREAD > 1
        && longest.is_some_and(|longest| longest * 20 <= total * 13)
        && !layers.iter().any(split)
}

/// Who computes what: each thread its rows of the batch and all units, or all rows and its blocks
/// of units, with a barrier in every step.
// All threads read it while one writes to its stack beside it: see `pool`.
#[repr(align(128))]
pub(super) struct Plan<'a> {
    pub team: Team,
    split_blocks: bool,
    steps: &'a Steps,
    blocks: usize,
    panels: usize,
}

impl<'a> Plan<'a> {
    pub(super) fn new(layout: &Layout, features: usize, steps: &'a Steps, task: Task) -> Plan<'a> {
        let weights = layout.blocks * layout.row * (features + layout.units);
        let work = steps.count() * (weights + layout.blocks * layout.row * EQUATIONS);
        let recurrent = layout.blocks * layout.row * layout.units;
        let threads = crate::num_threads().min(work / WORK_PER_THREAD);
        let by_rows = threads.min(steps.batch / ROWS_PER_THREAD);
        // With few rows the panels are what costs, so halving the rows would gain nothing.
        let few_rows = by_rows < threads && recurrent >= SPLIT_WEIGHTS;
        let rows = steps.batch / threads.max(1);
        let big_weights = matches!(task, Task::Forward)
            && rows < MANY_ROWS
            && recurrent * size_of::<Float>() >= cache::second_level();
        let (wanted, split_blocks) = if few_rows || big_weights {
            (threads.min(recurrent / SPLIT_WEIGHTS * 2).min(layout.blocks), true)
        } else {
            (by_rows, false)
        };
        let team = team(wanted, Job { task, weights, work, waits: split_blocks });
        Plan {
            team,
            split_blocks,
            steps,
            blocks: layout.blocks,
            panels: layout.transposed_panels(),
        }
    }

    /// The rows of the batch, the blocks, and the panels of the transposed recurrent kernel that
    /// thread `i` computes.
    pub(super) fn part(&self, i: usize) -> [Range<usize>; 3] {
        let n = self.team.size();
        if self.split_blocks {
            [0..self.steps.batch, share(self.blocks, n, i), share(self.panels, n, i)]
        } else {
            [self.steps.share(n, i), 0..self.blocks, 0..self.panels]
        }
    }

    /// How many threads have rows of their own, or one if they share them.
    pub(super) fn regions(&self) -> usize {
        if self.split_blocks { 1 } else { self.team.size() }
    }

    /// The most rows that one of these has.
    pub(super) fn most_rows(&self) -> usize {
        let n = self.regions();
        let rows = (0..n).map(|i| self.steps.share(n, i).len());
        if n > 1 { rows.max().unwrap_or(0) } else { self.steps.batch }
    }

    /// The bands of each thread apart, if all steps are computed: with a mask, each has as many steps as
    /// the others and not as many rows.
    pub(super) fn apart(&self, bands: Bands) -> Bands {
        let Steps { batch, time, .. } = *self.steps;
        if self.steps.are_masked() || time == 0 {
            return bands;
        }
        // Chunks of the gradients' depth lie in one piece.
        bands.apart(batch, self.regions(), gradients::group(self.steps) / time)
    }

    /// Whether threads share the rows, and have units of their own.
    pub(super) fn is_split(&self) -> bool {
        self.split_blocks && self.team.size() > 1
    }

    /// Waits for the others, if this part of a step needs what they compute.
    #[inline(always)]
    pub(super) fn wait(&self, part: usize) {
        if self.split_blocks {
            self.team.wait(part);
        }
    }

    /// Steps whose input is projected at once.
    pub(super) fn portion(&self) -> usize {
        let Steps { batch, time, .. } = *self.steps;
        let rows = if self.split_blocks { batch } else { batch / self.team.size() };
        PORTION_ROWS.div_ceil(rows.max(1)).min(time)
    }
}
