//! The recurrent products and the equations of a step.
//!
//! Letters: as in the module above.

use super::bands::Pitch;
use super::cells::{Part, Pitches, Pointwise, Row, Rows};
use super::dropped::Dropped;
use super::forward::{Call, Worker};
use super::layout::{CANDIDATE, Slot};
use crate::Float;
use crate::pool::touch;
use crate::recurrent::dropout::runs;
use crate::simd::{Simd, Task};
use crate::tile::{self, Columns, Product, Start};
use std::ops::Range;
use std::ptr::null_mut;

/// A recurrent product and what follows it.
struct Half<'a> {
    /// A panel per block, of the vectors `slots`, which stand in a row of `z` from `from` on.
    panels: *const Float,
    slots: &'a [Slot],
    from: usize,
    part: Part,
    /// The state that the equations use, on row 0, and from there to the other rows.
    h: *const Float,
    pitch: Pitch,
}

/// Some of the vectors of a product, and what they are products of: `a`, on row 0, and from there
/// to the other rows.
#[derive(Clone, Copy)]
struct Operand {
    first: usize,
    vectors: usize,
    a: *const Float,
    pitch: Pitch,
}

impl Worker<'_> {
    /// One step of some rows, whose pre-activations stand at place `at` of `z`.
    pub(super) fn step<S: Simd>(&self, s: S, t: usize, at: usize, rows: Rows<'_>) {
        let Call { fused, plan, states, dropped, .. } = &self.call;
        let layout = states.layout;
        if rows.len() == 0 {
            // All threads that share the rows skip the step, and find each other at the next one.
            return plan.wait(self.part);
        }
        let first = Half {
            panels: fused.recurrent.as_pointer(),
            slots: &layout.recurrent,
            from: layout.recurrent_at,
            part: Part::First,
            h: states.h(t, 0),
            pitch: states.pitch(),
        };
        match dropped {
            None => {
                if rows.len() == 1 && plan.is_split() {
                    // SAFETY: the state before the step is complete.
                    unsafe { touch(states.h(t, rows.id(0)), layout.units) };
                }
                let (vectors, pitch) = (first.slots.len(), first.pitch);
                let operand = Operand { a: first.h, first: 0, vectors, pitch };
                self.half(s, [t, at], rows, &first, &[operand]);
            }
            Some(dropped) => {
                dropped.fill(|b| states.h(t, b), rows, self.units.clone());
                plan.wait(self.part);
                self.dropped_half(s, [t, at], rows, first, dropped);
            }
        }
        if layout.resets_before() {
            plan.wait(self.part);
            let second = Half {
                panels: fused.candidate.as_pointer(),
                slots: &CANDIDATE,
                from: 0,
                part: Part::Second,
                h: states.h(t, 0),
                pitch: states.pitch(),
            };
            // With dropout, `r h` carries the factors.
            let operand =
                Operand { a: states.reset(t, 0), first: 0, vectors: 1, pitch: states.pitch() };
            self.half(s, [t, at], rows, &second, &[operand]);
        }
        plan.wait(self.part);
    }

    /// The first half, of what the gates see of the state: all the same, or each its own.
    #[inline(never)]
    fn dropped_half<S: Simd>(
        &self,
        s: S,
        step: [usize; 2],
        rows: Rows<'_>,
        mut half: Half<'_>,
        dropped: &Dropped<'_>,
    ) {
        let pitch = Pitch::plain(self.call.states.layout.stride);
        let mut operands = [Operand { a: half.h, first: 0, vectors: 0, pitch }; 4];
        let mut n = 0;
        for run in runs(Some(dropped.factors), 0..half.slots.len()) {
            let a = dropped.row(half.slots[run.start].gate, 0);
            operands[n] = Operand { a, first: run.start, vectors: run.len(), pitch };
            n += 1;
        }
        if self.call.states.layout.resets_before() {
            // The reset gate applies to what the candidate sees.
            (half.h, half.pitch) = (dropped.row(CANDIDATE[0].gate, 0), pitch);
        }
        self.half(s, step, rows, &half, &operands[..n]);
    }

    /// Adds a recurrent product to vectors of `z`, then applies the equations.
    fn half<S: Simd>(
        &self,
        s: S,
        step: [usize; 2],
        rows: Rows<'_>,
        half: &Half<'_>,
        operands: &[Operand],
    ) {
        let states = self.call.states;
        let layout = states.layout;
        let (depth, width) = (layout.units, half.slots.len() * layout.lanes);
        let mut product = Product::plain(depth, half.panels, width, Columns::packed(layout.lanes));
        product.start = Start::Result;
        let wide = tile::WIDE[operands[0].vectors - 1];
        let (next, pitch_of_z) = (states.next_block(), states.pitch_of_z());
        let mut left = self.blocks.len();
        while left > 0 {
            let fits = rows.len() == 1 && wide <= left;
            let count = if fits { wide } else { 1 };
            // Every other step reads the panels from the last to the first: of what the caches
            // can't hold all of, they keep the end.
            let back = step[0] % 2 == 1;
            let block =
                if back { self.blocks.start + left - count } else { self.blocks.end - left };
            if layout.has_inner_bias() {
                self.inner_bias(step[1], rows, block..block + count);
            }
            for &Operand { first, vectors, a, pitch } in operands {
                let skipped = first * layout.lanes;
                product.b = half.panels.wrapping_add(block * depth * width + skipped);
                let z = states.z(block, step[1], 0).wrapping_add(half.from + skipped);
                let row = |i| {
                    let b = rows.id(i);
                    (a.wrapping_add(pitch.at(b)), z.wrapping_add(pitch_of_z.at(b)))
                };
                // SAFETY: the states before the step, or what the gates see of them, are complete
                // (of other threads' units: after the barrier); the rows of `z` of this thread's
                // blocks and rows are its own.
                unsafe {
                    if fits {
                        let (a, z) = row(0);
                        tile::wide(s, vectors, &product, a, z, depth * width, next);
                    } else {
                        tile::rows(s, vectors, &product, rows.len(), row);
                    }
                }
            }
            if rows.len() > 1 {
                // While the pre-activations are in the cache.
                self.equations(s, step, rows, half, block..block + count);
            }
            left -= count;
        }
        if rows.len() == 1 {
            self.equations(s, step, rows, half, self.blocks.clone());
        }
    }

    /// Puts the bias of `g'` of the GRU where its product adds to it: the projection has left its
    /// place free.
    #[inline(always)]
    fn inner_bias(&self, at: usize, rows: Rows<'_>, blocks: Range<usize>) {
        let Call { fused, states, .. } = self.call;
        let lanes = states.layout.lanes;
        for block in blocks {
            let bias = fused.candidate.as_pointer().wrapping_add(block * lanes);
            for i in 0..rows.len() {
                let z = states.z(block, at, rows.id(i)).wrapping_add(3 * lanes);
                // SAFETY: `candidate` has one vector per block; the row of `z`, of four vectors, is
                // this thread's own.
                unsafe { std::ptr::copy_nonoverlapping(bias, z, lanes) };
            }
        }
    }

    /// Applies the equations to some blocks.
    #[inline(always)]
    fn equations<S: Simd>(
        &self,
        s: S,
        [t, at]: [usize; 2],
        rows: Rows<'_>,
        half: &Half<'_>,
        blocks: Range<usize>,
    ) {
        let states = self.call.states;
        let layout = states.layout;
        let unit = blocks.start * layout.block;
        let row = Row {
            z: states.z(blocks.start, at, 0),
            h: half.h.wrapping_add(unit),
            c: states.c(t, 0).wrapping_add(unit),
            h_next: states.h(t + 1, 0).wrapping_add(unit),
            c_next: states.c(t + 1, 0).wrapping_add(unit),
            reset: states.reset(t, 0).wrapping_add(unit),
            dh: null_mut(),
            dc: null_mut(),
            dy: std::ptr::null(),
            dy_units: 0,
        };
        let pitches = Pitches {
            z: states.pitch_of_z(),
            h: half.pitch,
            state: states.pitch(),
            reset: states.pitch(),
            ..Pitches::plain(layout)
        };
        let next = states.next_block();
        let (blocks, part, save) = (blocks.len(), half.part, states.all);
        // The places of these blocks, step and rows are this thread's own.
        Pointwise { layout, blocks, next, part, rows, row, pitches, save, backward: false }.run(s);
    }
}
