//! One step of streams, without the preparations of a sequence.
//!
//! A single row goes through both products of a block at once, the pre-activations of all blocks
//! side by side; several rows share the panels, block by block. Either way each number is the chain
//! of operations that it is in a sequence.
//!
//! Threads that share a step have blocks of their own, and wait for each other only between the two
//! parts of the GRU without `reset_after`.
//!
//! Letters: as in the module above.

mod one;
mod several;

use super::cells::{Part, Pitches, Pointwise, Row, Rows};
use super::layout::Layout;
use super::pack::Fused;
use crate::Float;
use crate::pool::{self, Job, Shared, Team, share, team};
use crate::recurrent::single::{Step, StepRow};
use crate::simd::{Simd, Task, dispatch};
use one::One;
use several::Several;
use std::ptr::null_mut;

/// Multiplications of a step that are worth a thread: about as long as two threads take to hear of
/// each other.
const WORK_PER_THREAD: usize = 1 << 14;

/// The most threads that share a step: each needs room for a block of pre-activations.
const MOST_THREADS: usize = 8;

/// Numbers in a cache line, to which the parts of the scratch are aligned.
const LINE: usize = 64 / size_of::<Float>();

/// From one stream to the next in the caller's states.
pub(in super::super) fn state_stride(fused: &Fused) -> usize {
    fused.layout.stride
}

/// The numbers of scratch for a step of so many rows or fewer.
pub(in super::super) fn scratch(fused: &Fused, rows: usize) -> usize {
    let of = |rows: usize| {
        let sizes = sizes(&fused.layout, rows);
        LINE + sizes.iter().map(|size| size.next_multiple_of(LINE)).sum::<usize>()
    };
    // A single row keeps all its blocks.
    of(1).max(of(rows))
}

/// The new states, `r h`, and the pre-activations.
fn sizes(layout: &Layout, rows: usize) -> [usize; 3] {
    let state = rows * layout.stride;
    let resets = if layout.resets_before() { state } else { 0 };
    // All blocks are needed at once by a single row, and where the equations come in two parts.
    let all = rows == 1 || layout.resets_before();
    let blocks = if all { layout.blocks } else { layout.blocks.min(MOST_THREADS) };
    [state, resets, blocks * rows * layout.row]
}

/// Computes a step whose slices have been checked.
pub(in super::super) fn step(fused: &Fused, step: &mut Step<'_>) {
    let layout = &fused.layout;
    let weights = layout.blocks * layout.row * (fused.features + layout.units);
    let work = step.rows.len() * weights;
    let threads = step.threads.min(work / WORK_PER_THREAD).min(layout.blocks);
    let job = Job { task: pool::Task::Step, weights, work, waits: layout.resets_before() };
    let team = team(threads.min(MOST_THREADS), job);
    let call = Call {
        fused,
        team: &team,
        x: Shared(step.x.as_ptr().cast_mut()),
        rows: step.rows,
        h: Shared(step.h.as_mut_ptr()),
        c: Shared(step.c.as_mut_ptr()),
        scratch: Scratch::of(layout, step.rows.len(), step.scratch),
        reverse: step.reverse,
    };
    dispatch(layout.isa, call);
    let Layout { units, stride, .. } = *layout;
    for (i, row) in step.rows.iter().enumerate() {
        // SAFETY: the scratch holds `stride` numbers for each row, all written by the equations of
        // its blocks, whose last may end before the stride does.
        let next =
            unsafe { std::slice::from_raw_parts(call.scratch.next.0.add(i * stride), units) };
        step.h[row.stream * stride..][..units].copy_from_slice(next);
        step.output[row.row * units..][..units].copy_from_slice(next);
    }
}

/// What a step reads and writes; of the states, each thread writes those of its blocks.
#[derive(Clone, Copy)]
struct Call<'a> {
    fused: &'a Fused,
    team: &'a Team,
    /// Never written.
    x: Shared<Float>,
    rows: &'a [StepRow],
    h: Shared<Float>,
    c: Shared<Float>,
    scratch: Scratch,
    reverse: bool,
}

/// The parts of the scratch.
#[derive(Clone, Copy)]
struct Scratch {
    /// `(rows, stride)`: the new states.
    next: Shared<Float>,
    /// `(rows, stride)`: `r h`.
    reset: Shared<Float>,
    /// `(blocks, rows, row)`, or of one block for each thread: the pre-activations.
    z: Shared<Float>,
}

impl Scratch {
    fn of(layout: &Layout, rows: usize, scratch: &mut [Float]) -> Scratch {
        let start = scratch.as_mut_ptr();
        let mut at = start.wrapping_add(start.align_offset(64).min(LINE));
        let [next, reset, z] = sizes(layout, rows).map(|size| {
            let part = Shared(at);
            at = at.wrapping_add(size.next_multiple_of(LINE));
            part
        });
        Scratch { next, reset, z }
    }
}

impl Task for Call<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (team, blocks) = (self.team, self.fused.layout.blocks);
        match *self.rows {
            // The smallest steps take no longer than a few calls of functions.
            [row] if team.size() == 1 => {
                One { call: &self, part: 0, blocks: 0..blocks, row }.run(s)
            }
            [row] => team.run(|part| {
                let blocks = share(blocks, team.size(), part);
                s.run(One { call: &self, part, blocks, row });
            }),
            _ => team.run(|part| {
                let blocks = share(blocks, team.size(), part);
                s.run(Several { call: &self, part, blocks });
            }),
        }
    }
}

/// The equations of some rows, side by side in z and in the states, in some blocks, `row` apart in
/// z.
#[inline(always)]
fn equations<S: Simd>(s: S, layout: &Layout, part: Part, row: Row, blocks: usize, rows: usize) {
    let (rows, pitches) = (Rows::Range(0, rows), Pitches::plain(layout));
    let next = layout.row;
    Pointwise { layout, blocks, next, part, rows, row, pitches, save: false, backward: false }
        .run(s);
}

impl Call<'_> {
    /// The pointers of row `i` of the step at its first unit.
    fn pointers(&self, i: usize) -> Row {
        let layout = &self.fused.layout;
        let state = self.rows[i].stream * layout.stride;
        let c = match layout.cell.states() {
            2 => self.c.0.wrapping_add(state),
            _ => null_mut(),
        };
        let Scratch { next, reset, z } = self.scratch;
        Row {
            z: z.0,
            h: self.h.0.wrapping_add(state),
            c,
            h_next: next.0.wrapping_add(i * layout.stride),
            c_next: c,
            reset: reset.0.wrapping_add(i * layout.stride),
            dh: null_mut(),
            dc: null_mut(),
            dy: std::ptr::null(),
            dy_units: 0,
        }
    }
}
