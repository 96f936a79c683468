//! Forward over whole sequences.
//!
//! Letters: as in the module above.

use super::cells::{Part, Pointwise, Row, Rows};
use super::layout::Layout;
use super::pack::Fused;
use super::plan::Plan;
use crate::Float;
use crate::buffer::{Buffer, with_scratch};
use crate::pool::Shared;
use crate::recurrent::{Outputs, Sequence};
use crate::simd::{Simd, Task, dispatch};
use crate::tile::{self, Columns, Product, Start};
use std::ops::Range;
use std::ptr::null_mut;

/// What backward needs: see the module's documentation for `z`.
#[derive(Debug)]
pub(in super::super) struct Tape {
    /// The gates.
    pub(super) z: Buffer,
    /// `(time + 1, batch, stride)`: the states before each step, and the last.
    pub(super) h: Buffer,
    /// The same of the carry; empty unless LSTM.
    pub(super) c: Buffer,
    /// `(time, batch, stride)`: `r h`, of the GRU without `reset_after`.
    pub(super) reset: Buffer,
    /// The batch and the steps it is for.
    pub(super) size: [usize; 2],
}

/// Where the buffers of a call are, and how they are indexed.
#[derive(Clone, Copy)]
pub(super) struct States<'a> {
    pub layout: &'a Layout,
    pub batch: usize,
    /// Steps that `z` holds.
    pub held: usize,
    pub z: Shared<Float>,
    pub h: Shared<Float>,
    pub c: Shared<Float>,
    pub reset: Shared<Float>,
    /// Whether the buffers hold every step, or the states of two steps and one carry.
    pub all: bool,
}

impl States<'_> {
    /// The row of `z` of a block at a step, counted from the first one held.
    #[inline(always)]
    pub fn z(&self, block: usize, t: usize, b: usize) -> *mut Float {
        self.z.0.wrapping_add(((block * self.held + t) * self.batch + b) * self.layout.row)
    }
    /// The state before step `t`.
    #[inline(always)]
    pub fn h(&self, t: usize, b: usize) -> *mut Float {
        let t = if self.all { t } else { t & 1 };
        self.h.0.wrapping_add((t * self.batch + b) * self.layout.stride)
    }
    /// The carry before step `t`.
    #[inline(always)]
    pub fn c(&self, t: usize, b: usize) -> *mut Float {
        let t = if self.all { t } else { 0 };
        self.c.0.wrapping_add((t * self.batch + b) * self.layout.stride)
    }
    /// `r h` of step `t`.
    #[inline(always)]
    pub fn reset(&self, t: usize, b: usize) -> *mut Float {
        let t = if self.all { t } else { 0 };
        self.reset.0.wrapping_add((t * self.batch + b) * self.layout.stride)
    }
}

/// Runs the layer; keeps a tape if `save`.
pub(in super::super) fn forward(
    fused: &Fused,
    input: &Sequence<'_>,
    out: &mut Outputs<'_>,
    save: bool,
) -> Option<Tape> {
    assert!(
        input.input_dropout.is_none() && input.recurrent_dropout.is_none(),
        "recurrent: the fused kernels compute no dropout yet"
    );
    let layout = &fused.layout;
    let (batch, time) = (input.batch, input.time);
    let plan = Plan::new(layout, fused.features, batch, time);
    let portion = plan.portion(time);
    let held = if save { time } else { portion };
    let state = batch * layout.stride;
    let carries = layout.cell.states() - 1;
    let resets = usize::from(layout.resets_before());
    let z = layout.blocks * held * batch * layout.row;
    let steps = if save { [time + 1, time + 1, time] } else { [2, 1, 1] };
    let sizes = [z, steps[0] * state, carries * steps[1] * state, resets * steps[2] * state];
    let mut run = |[z, h, c, reset]: [*mut Float; 4]| {
        let states = States {
            layout,
            batch,
            held,
            z: Shared(z),
            h: Shared(h),
            c: Shared(c),
            reset: Shared(reset),
            all: save,
        };
        let targets = Targets::new(out);
        let call = Call { fused, input, plan: &plan, states, targets, portion };
        dispatch(layout.isa, call);
    };
    if save {
        let [z, h, c, reset] = sizes.map(Buffer::uninit);
        let mut tape = Tape { z, h, c, reset, size: [batch, time] };
        run([tape.z.pointer(), tape.h.pointer(), tape.c.pointer(), tape.reset.pointer()]);
        return Some(tape);
    }
    // Each part on its own cache lines.
    let sizes = sizes.map(|size| size.next_multiple_of(16));
    with_scratch(sizes.iter().sum(), |scratch| {
        let mut at = 0;
        run(sizes.map(|size| {
            at += size;
            scratch.wrapping_add(at - size)
        }));
    });
    None
}

/// The caller's slices, as pointers that threads share; null where absent.
#[derive(Clone, Copy)]
struct Targets {
    sequence: Shared<Float>,
    last: Shared<Float>,
    states: [Shared<Float>; 2],
}

impl Targets {
    fn new(out: &mut Outputs<'_>) -> Targets {
        let pointer = |slice: &mut Option<&mut [Float]>| {
            Shared(slice.as_mut().map_or(null_mut(), |slice| slice.as_mut_ptr()))
        };
        let mut states = [Shared(null_mut()); 2];
        for (state, slice) in states.iter_mut().zip(out.states.iter_mut()) {
            *state = Shared(slice.as_mut_ptr());
        }
        Targets {
            sequence: pointer(&mut out.sequence),
            last: pointer(&mut out.last_output),
            states,
        }
    }
}

#[derive(Clone, Copy)]
struct Call<'a> {
    fused: &'a Fused,
    input: &'a Sequence<'a>,
    plan: &'a Plan,
    states: States<'a>,
    targets: Targets,
    portion: usize,
}

impl Task for Call<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        initial_states(self.input, &self.states);
        let plan = self.plan;
        plan.team.run(|i| {
            let [rows, blocks, _] = plan.part(i);
            let width = self.states.layout.block;
            let units = blocks.start * width..(blocks.end * width).min(self.states.layout.units);
            s.run(Worker { call: self, rows, blocks, units });
        });
    }
}

/// Copies the initial states into the first place of the buffers; the lanes beyond are zero.
pub(super) fn initial_states(input: &Sequence<'_>, states: &States<'_>) {
    let Layout { units, stride, .. } = *states.layout;
    for i in 0..states.layout.cell.states() {
        for b in 0..input.batch {
            let row = if i == 0 { states.h(0, b) } else { states.c(0, b) };
            // SAFETY: the buffers hold `stride >= units` numbers for each row, and no thread
            // works on them yet.
            let row = unsafe { std::slice::from_raw_parts_mut(row, stride) };
            let (used, rest) = row.split_at_mut(units);
            match input.initial_states.get(i) {
                Some(state) => used.copy_from_slice(&state[b * units..(b + 1) * units]),
                None => used.fill(0.0),
            }
            rest.fill(0.0);
        }
    }
}

/// The time index that step `t` reads.
#[inline(always)]
pub(super) fn source(input: &Sequence<'_>, t: usize) -> usize {
    if input.go_backwards { input.time - 1 - t } else { t }
}

/// Whether row `b` computes at step `t`.
#[inline(always)]
pub(super) fn is_active(input: &Sequence<'_>, t: usize, b: usize) -> bool {
    input.mask.is_none_or(|mask| mask[b * input.time + source(input, t)])
}

/// One thread's part of the call.
struct Worker<'a> {
    call: Call<'a>,
    rows: Range<usize>,
    blocks: Range<usize>,
    /// The units of its blocks.
    units: Range<usize>,
}

impl Task for Worker<'_> {
    type Output = ();

    #[inline]
    fn run<S: Simd>(self, s: S) {
        let Call { input, portion, states, .. } = self.call;
        // Without a mask the rows are a range, and nothing is allocated.
        let masked = input.mask.is_some();
        let mut active: Vec<usize> = Vec::with_capacity(if masked { self.rows.len() } else { 0 });
        let mut seen = vec![false; if masked { input.batch } else { 0 }];
        let mut from = 0;
        while from < input.time {
            let to = (from + portion).min(input.time);
            self.project(s, from..to);
            for t in from..to {
                let at = if states.all { t } else { t - from };
                if masked {
                    active.clear();
                    active.extend(self.rows.clone().filter(|&b| is_active(input, t, b)));
                    active.iter().for_each(|&b| seen[b] = true);
                    self.hold(t);
                    self.step(s, t, at, Rows::List(&active));
                } else {
                    self.step(s, t, at, Rows::Range(self.rows.start, self.rows.len()));
                }
                self.emit(t, &seen);
            }
            from = to;
        }
        self.finish();
    }
}

impl Worker<'_> {
    /// `z = x K + b` for some steps.
    fn project<S: Simd>(&self, s: S, steps: Range<usize>) {
        let Call { fused, input, states, .. } = self.call;
        let (layout, features) = (states.layout, fused.features);
        let vectors = layout.input.len();
        let width = vectors * layout.lanes;
        let n = match input.mask {
            None => steps.len() * self.rows.len(),
            Some(_) => {
                let pairs = steps.clone().flat_map(|t| self.rows.clone().map(move |b| (t, b)));
                pairs.filter(|&(t, b)| is_active(input, t, b)).count()
            }
        };
        let held_from = if states.all { 0 } else { steps.start };
        let packed = Columns::packed(layout.lanes);
        for block in self.blocks.clone() {
            let panel = fused.kernel.as_pointer().wrapping_add(block * features * width);
            let mut product = Product::plain(features, panel, width, packed);
            let bias = fused.bias.as_pointer().wrapping_add(block * width);
            product.start = Start::Bias(bias);
            let (mut t, mut b) = (steps.start, self.rows.start);
            let next = |_| {
                loop {
                    let (at, row) = (t, b);
                    b += 1;
                    if b == self.rows.end {
                        (t, b) = (t + 1, self.rows.start);
                    }
                    if is_active(input, at, row) {
                        let x = (row * input.time + source(input, at)) * features;
                        return (input.x[x..].as_ptr(), states.z(block, at - held_from, row));
                    }
                }
            };
            // SAFETY: `n` rows are active, each `features` numbers of x; the rows of `z` of this
            // thread's blocks and rows are its own.
            unsafe { tile::rows(s, vectors, &product, n, next) };
        }
    }

    /// One step of some rows, whose pre-activations stand at place `at` of `z`.
    fn step<S: Simd>(&self, s: S, t: usize, at: usize, rows: Rows<'_>) {
        let Call { fused, plan, states, .. } = self.call;
        let layout = states.layout;
        if !layout.resets_before() {
            let panels = fused.recurrent.as_pointer();
            let a = states.h(t, 0).cast_const();
            let (vectors, from) = (layout.recurrent.len(), layout.recurrent_at);
            self.half(s, [t, at], rows, (panels, vectors, from), a, Part::First);
        } else {
            let a = states.h(t, 0).cast_const();
            let panels = (fused.recurrent.as_pointer(), 2, layout.recurrent_at);
            self.half(s, [t, at], rows, panels, a, Part::First);
            plan.barrier.wait();
            let a = states.reset(t, 0).cast_const();
            let panels = (fused.candidate.as_pointer(), 1, 0);
            self.half(s, [t, at], rows, panels, a, Part::Second);
        }
        plan.barrier.wait();
    }

    /// Adds a recurrent product to vectors of `z`, then applies the equations.
    fn half<S: Simd>(
        &self,
        s: S,
        [t, at]: [usize; 2],
        rows: Rows<'_>,
        (panels, vectors, from): (*const Float, usize, usize),
        a: *const Float,
        part: Part,
    ) {
        let Call { fused, states, .. } = self.call;
        let layout = states.layout;
        let (depth, width) = (layout.units, vectors * layout.lanes);
        let packed = Columns::packed(layout.lanes);
        let a = |b: usize| a.wrapping_add(b * layout.stride);
        let has_inner_bias = layout.recurrent_at > 0 && !layout.resets_before();
        let target = |block: usize, b: usize| {
            let z = states.z(block, at, b);
            if has_inner_bias {
                // `g'` of the GRU starts from its own bias; the projection has left its place free.
                // SAFETY: the row has four vectors, `candidate` one per block.
                unsafe {
                    let bias = fused.candidate.as_pointer().add(block * layout.lanes);
                    std::ptr::copy_nonoverlapping(bias, z.add(3 * layout.lanes), layout.lanes);
                }
            }
            z.wrapping_add(from)
        };
        let mut block = self.blocks.start;
        while block < self.blocks.end {
            let mut product =
                Product::plain(depth, panels.wrapping_add(block * depth * width), width, packed);
            product.start = Start::Result;
            let mut count = tile::WIDE[vectors - 1];
            if rows.len() == 1 && block + count <= self.blocks.end {
                let b = rows.id(0);
                for i in (0..count).rev() {
                    target(block + i, b);
                }
                let next = states.held * states.batch * layout.row;
                // SAFETY: as below, for `count` blocks.
                unsafe {
                    tile::wide(s, vectors, &product, a(b), target(block, b), depth * width, next);
                }
            } else {
                count = 1;
                let row = |i| (a(rows.id(i)), target(block, rows.id(i)));
                // SAFETY: the states before step `t` are complete (of other threads' units: after
                // the barrier); the rows of `z` of this thread's blocks and rows are its own.
                unsafe { tile::rows(s, vectors, &product, rows.len(), row) };
            }
            for block in block..block + count {
                let unit = block * layout.block;
                let row = Row {
                    z: states.z(block, at, 0),
                    h: states.h(t, 0).wrapping_add(unit),
                    c: states.c(t, 0).wrapping_add(unit),
                    h_next: states.h(t + 1, 0).wrapping_add(unit),
                    c_next: states.c(t + 1, 0).wrapping_add(unit),
                    reset: states.reset(t, 0).wrapping_add(unit),
                    dh: null_mut(),
                    dc: null_mut(),
                    dy: std::ptr::null(),
                    dy_units: 0,
                };
                let strides = [layout.row, layout.stride, 0];
                let save = states.all;
                // The places of this block, step and rows are this thread's own.
                Pointwise { layout, part, rows, row, strides, save, backward: false }.run(s);
            }
            block += count;
        }
    }

    /// Keeps the states of the rows that step `t` skips.
    fn hold(&self, t: usize) {
        let Call { input, states, .. } = self.call;
        let (from, n) = (self.blocks.start * states.layout.block, self.blocks.len());
        let n = n * states.layout.block;
        for b in self.rows.clone().filter(|&b| !is_active(input, t, b)) {
            // SAFETY: this thread's rows and units of two different steps.
            unsafe {
                let (old, new) = (states.h(t, b).add(from), states.h(t + 1, b).add(from));
                std::ptr::copy_nonoverlapping(old, new, n);
                if states.all && states.layout.cell.states() == 2 {
                    let (old, new) = (states.c(t, b).add(from), states.c(t + 1, b).add(from));
                    std::ptr::copy_nonoverlapping(old, new, n);
                }
            }
        }
    }

    /// Writes the outputs of step `t`. `seen`: the rows that have had a step that was not masked.
    fn emit(&self, t: usize, seen: &[bool]) {
        let Call { input, states, targets, .. } = self.call;
        let units = states.layout.units;
        let (from, n) = (self.units.start, self.units.len());
        let last = t + 1 == input.time && !targets.last.0.is_null();
        if targets.sequence.0.is_null() && !last {
            return;
        }
        for b in self.rows.clone() {
            let zero = input.mask.is_some()
                && (!seen[b] || (input.zero_output_for_mask && !is_active(input, t, b)));
            let copy = |to: *mut Float| {
                // SAFETY: the rows and units of this thread, which are within the caller's slice.
                unsafe {
                    if zero {
                        std::ptr::write_bytes(to, 0, n);
                    } else {
                        std::ptr::copy_nonoverlapping(states.h(t + 1, b).add(from), to, n);
                    }
                }
            };
            if !targets.sequence.0.is_null() {
                copy(targets.sequence.0.wrapping_add((b * input.time + t) * units + from));
            }
            if last {
                copy(targets.last.0.wrapping_add(b * units + from));
            }
        }
    }

    /// Writes the final states, and the last output of a sequence without steps.
    fn finish(&self) {
        let Call { input, states, targets, .. } = self.call;
        let units = states.layout.units;
        let (from, n) = (self.units.start, self.units.len());
        for b in self.rows.clone() {
            let at = b * units + from;
            // SAFETY: the rows and units of this thread, which are within the caller's slices.
            unsafe {
                if input.time == 0 && !targets.last.0.is_null() {
                    std::ptr::write_bytes(targets.last.0.add(at), 0, n);
                }
                let finals = [states.h(input.time, b), states.c(input.time, b)];
                for (target, state) in targets.states.iter().zip(finals) {
                    if !target.0.is_null() {
                        std::ptr::copy_nonoverlapping(state.add(from), target.0.add(at), n);
                    }
                }
            }
        }
    }
}
