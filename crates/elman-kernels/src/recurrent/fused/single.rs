//! One step of streams, without the preparations of a sequence.
//!
//! A single row goes through both products of a block at once, the pre-activations of all blocks
//! side by side; several rows share the panels, block by block. Either way each number is the chain
//! of operations that it is in a sequence.
//!
//! Letters: as in the module above.

use super::cells::{Part, Pointwise, Row, Rows};
use super::layout::Layout;
use super::pack::Fused;
use crate::Float;
use crate::recurrent::single::{Step, StepRow};
use crate::simd::{Simd, Task, dispatch};
use crate::tile::{self, Chain, Columns, Parts, Product, Start};
use std::ptr::null_mut;

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
    let blocks = if rows == 1 || layout.resets_before() { layout.blocks } else { 1 };
    [state, resets, blocks * rows * layout.row]
}

/// Computes a step whose slices have been checked.
pub(in super::super) fn step(fused: &Fused, step: &mut Step<'_>) {
    dispatch(fused.layout.isa, Call { fused, step });
}

struct Call<'a, 'b> {
    fused: &'a Fused,
    step: &'a mut Step<'b>,
}

/// Where the parts of the scratch are.
#[derive(Clone, Copy)]
struct Scratch {
    /// `(rows, stride)`: the new states.
    next: *mut Float,
    /// `(rows, stride)`: `r h`.
    reset: *mut Float,
    /// `(blocks, rows, row)`, or of one block: the pre-activations.
    z: *mut Float,
}

impl Scratch {
    fn of(layout: &Layout, rows: usize, scratch: &mut [Float]) -> Scratch {
        let start = scratch.as_mut_ptr();
        let mut at = start.wrapping_add(start.align_offset(64).min(LINE));
        let [next, reset, z] = sizes(layout, rows).map(|size| {
            let part = at;
            at = at.wrapping_add(size.next_multiple_of(LINE));
            part
        });
        Scratch { next, reset, z }
    }
}

impl Task for Call<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Call { fused, step } = self;
        let layout = &fused.layout;
        let scratch = Scratch::of(layout, step.rows.len(), step.scratch);
        match *step.rows {
            [row] => one(s, fused, step, row, scratch),
            _ => several(s, fused, step, scratch),
        }
        let Layout { units, stride, .. } = *layout;
        for (i, row) in step.rows.iter().enumerate() {
            // SAFETY: the scratch holds `stride` numbers for each row, all written by the
            // equations of its blocks, whose last may end before the stride does.
            let next = unsafe { std::slice::from_raw_parts(scratch.next.add(i * stride), units) };
            step.h[row.stream * stride..][..units].copy_from_slice(next);
            step.output[row.row * units..][..units].copy_from_slice(next);
        }
    }
}

/// The equations of some rows, side by side in z and in the states, in some blocks, `row` apart in
/// z.
#[inline(always)]
fn equations<S: Simd>(s: S, layout: &Layout, part: Part, row: Row, blocks: usize, rows: usize) {
    let (rows, strides) = (Rows::Range(0, rows), [layout.row, layout.stride, 0]);
    let next = layout.row;
    Pointwise { layout, blocks, next, part, rows, row, strides, save: false, backward: false }
        .run(s);
}

/// The pointers of one row at its first unit.
fn pointers(step: &mut Step<'_>, layout: &Layout, row: StepRow, i: usize, to: Scratch) -> Row {
    let stride = layout.stride;
    let c = match layout.cell.states() {
        2 => step.c.as_mut_ptr().wrapping_add(row.stream * stride),
        _ => null_mut(),
    };
    Row {
        z: to.z,
        h: step.h.as_ptr().wrapping_add(row.stream * stride),
        c,
        h_next: to.next.wrapping_add(i * stride),
        c_next: c,
        reset: to.reset.wrapping_add(i * stride),
        dh: null_mut(),
        dc: null_mut(),
        dy: std::ptr::null(),
        dy_units: 0,
    }
}

/// A single row.
#[inline(always)]
fn one<S: Simd>(s: S, fused: &Fused, step: &mut Step<'_>, at: StepRow, scratch: Scratch) {
    let (layout, features) = (&fused.layout, fused.features);
    let Layout { blocks, units, row, lanes, .. } = *layout;
    let (input, recurrent) = (layout.input.len(), layout.recurrent.len());
    let recurrent_from = layout.recurrent_at / lanes;
    let vectors = input.max(recurrent_from + recurrent);
    let inner = layout.has_inner_bias();
    let first = pointers(step, layout, at, 0, scratch);
    let chain = Chain {
        x: step.x.as_ptr().wrapping_add(at.row * features),
        features,
        kernel: fused.kernel.as_pointer(),
        kernel_next: features * input * lanes,
        bias: fused.bias.as_pointer(),
        inner_bias: if inner { fused.candidate.as_pointer() } else { std::ptr::null() },
        h: first.h,
        units,
        recurrent: fused.recurrent.as_pointer(),
        recurrent_next: units * recurrent * lanes,
        z: scratch.z,
        z_next: row,
    };
    // SAFETY: the panels hold `blocks` blocks of those sizes, x and h the numbers of a row, and the
    // scratch a row of z for every block.
    unsafe { tile::chain(s, Parts { vectors, input, recurrent_from }, chain, blocks) };
    equations(s, layout, Part::First, first, blocks, 1);
    if !layout.resets_before() {
        return;
    }
    let width = lanes;
    let mut product =
        Product::plain(units, fused.candidate.as_pointer(), width, Columns::packed(lanes));
    product.start = Start::Result;
    let mut done = 0;
    while done < blocks {
        let wide = tile::WIDE[0];
        let count = if done + wide <= blocks { wide } else { 1 };
        product.b = fused.candidate.as_pointer().wrapping_add(done * units * width);
        let z = scratch.z.wrapping_add(done * row);
        // SAFETY: as above; `r h` is complete.
        unsafe {
            if count == wide {
                tile::wide(s, 1, &product, scratch.reset, z, units * width, row);
            } else {
                tile::rows(s, 1, &product, 1, |_| (scratch.reset.cast_const(), z));
            }
        }
        done += count;
    }
    equations(s, layout, Part::Second, first, blocks, 1);
}

/// Several rows, block by block.
#[inline(always)]
fn several<S: Simd>(s: S, fused: &Fused, step: &mut Step<'_>, scratch: Scratch) {
    let layout = &fused.layout;
    let rows = step.rows.len();
    for block in 0..layout.blocks {
        // Of the GRU without `reset_after` every block keeps its pre-activations.
        let skipped = if layout.resets_before() { block * rows * layout.row } else { 0 };
        let z = scratch.z.wrapping_add(skipped);
        products(s, fused, step, block, z);
        each_row(s, layout, step, Part::First, block, Scratch { z, ..scratch });
    }
    if !layout.resets_before() {
        return;
    }
    let (units, width) = (layout.units, layout.lanes);
    for block in 0..layout.blocks {
        let z = scratch.z.wrapping_add(block * rows * layout.row);
        let panel = fused.candidate.as_pointer().wrapping_add(block * units * width);
        let mut product = Product::plain(units, panel, width, Columns::packed(width));
        product.start = Start::Result;
        let row = |i: usize| {
            let reset = scratch.reset.wrapping_add(i * layout.stride).cast_const();
            (reset, z.wrapping_add(i * layout.row))
        };
        // SAFETY: the panel is that of the block; `r h` of every row is complete.
        unsafe { tile::rows(s, 1, &product, rows, row) };
        each_row(s, layout, step, Part::Second, block, Scratch { z, ..scratch });
    }
}

/// Both products of a block, for all rows.
#[inline(always)]
fn products<S: Simd>(s: S, fused: &Fused, step: &mut Step<'_>, block: usize, z: *mut Float) {
    let (layout, features) = (&fused.layout, fused.features);
    let Layout { units, row, lanes, stride, .. } = *layout;
    let (rows, n) = (step.rows, step.rows.len());
    let z_of = |i: usize| z.wrapping_add(i * row);
    let width = layout.input.len() * lanes;
    let panel = fused.kernel.as_pointer().wrapping_add(block * features * width);
    let mut product = Product::plain(features, panel, width, Columns::packed(lanes));
    product.start = Start::Bias(fused.bias.as_pointer().wrapping_add(block * width));
    let x = step.x.as_ptr();
    // SAFETY: the panel and the bias are those of the block; every row of x holds `features`
    // numbers, every row of z the vectors of a block.
    unsafe {
        let row = |i: usize| (x.wrapping_add(rows[i].row * features), z_of(i));
        tile::rows(s, layout.input.len(), &product, n, row);
    }
    if layout.has_inner_bias() {
        let bias = fused.candidate.as_pointer().wrapping_add(block * lanes);
        for i in 0..n {
            // SAFETY: one vector per block; a row of z has four.
            unsafe { std::ptr::copy_nonoverlapping(bias, z_of(i).add(3 * lanes), lanes) };
        }
    }
    let width = layout.recurrent.len() * lanes;
    let panel = fused.recurrent.as_pointer().wrapping_add(block * units * width);
    let mut product = Product::plain(units, panel, width, Columns::packed(lanes));
    product.start = Start::Result;
    let h = step.h.as_ptr();
    // SAFETY: as above; every row of h holds `units` numbers.
    unsafe {
        let row = |i: usize| {
            let z = z_of(i).wrapping_add(layout.recurrent_at);
            (h.wrapping_add(rows[i].stream * stride), z)
        };
        tile::rows(s, layout.recurrent.len(), &product, n, row);
    }
}

/// The equations of a block, for all rows.
#[inline(always)]
fn each_row<S: Simd>(
    s: S,
    layout: &Layout,
    step: &mut Step<'_>,
    part: Part,
    block: usize,
    scratch: Scratch,
) {
    let (rows, unit) = (step.rows, block * layout.block);
    let mut i = 0;
    while i < rows.len() {
        // Streams that lie side by side go together.
        let run = rows[i..].iter().zip(rows[i].stream..);
        let n = run.take_while(|(row, stream)| row.stream == *stream).count();
        let first = pointers(step, layout, rows[i], i, scratch);
        let at = |p: *mut Float| p.wrapping_add(unit);
        let row = Row {
            z: first.z.wrapping_add(i * layout.row),
            h: first.h.wrapping_add(unit),
            c: first.c.wrapping_add(unit),
            h_next: at(first.h_next),
            c_next: at(first.c_next),
            reset: at(first.reset),
            ..first
        };
        equations(s, layout, part, row, 1, n);
        i += n;
    }
}
