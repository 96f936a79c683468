//! What happens to one vector of units of one row, after and before the products: the equations.
//!
//! Letters: z row of pre-activations, gates or gate gradients (one block), h state, c carry,
//! i f g o r gates (g candidate), d gradient.

mod derivatives;
mod equations;

use super::bands::Pitch;
use super::layout::Layout;
use crate::activation::vector;
use crate::recurrent::Cell;
use crate::simd::{Simd, Task, math};
use crate::{Activation, Float};
use derivatives::{d_gru, d_gru_mix, d_gru_reset, d_lstm, d_simple_rnn};
use equations::{gru_gates, gru_mix, gru_reset, lstm_carry, lstm_state, simple_rnn};

/// The pointers of one row and block; of states, at the first unit of the block.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub z: *mut Float,
    pub h: *const Float,
    pub c: *const Float,
    /// Forward: the new state. Backward: the state that the step made.
    pub h_next: *mut Float,
    pub c_next: *mut Float,
    /// GRU without `reset_after`: `r h`, in backward its gradient.
    pub reset: *mut Float,
    /// Backward alone: the gradient of the state (in: after, out: before the step, without the
    /// part through R), of the carry, and that of the output with its number of units.
    pub dh: *mut Float,
    pub dc: *mut Float,
    pub dy: *const Float,
    /// The units from the first of the block on.
    pub dy_units: usize,
}

impl Row {
    /// The pointers of the same row in the block `n` further, where those of `z` are `z` apart and
    /// the states `units`.
    #[inline(always)]
    pub(super) fn block(self, n: usize, z: usize, units: usize) -> Row {
        let units = n * units;
        let at = |p: *mut Float| p.wrapping_add(units);
        Row {
            z: self.z.wrapping_add(n * z),
            h: self.h.wrapping_add(units),
            c: self.c.wrapping_add(units),
            h_next: at(self.h_next),
            c_next: at(self.c_next),
            reset: at(self.reset),
            dh: at(self.dh),
            dc: at(self.dc),
            dy: self.dy.wrapping_add(units),
            dy_units: self.dy_units.saturating_sub(units),
        }
    }

    /// The vectors of a cell with one gate, as blocks of one vector each.
    #[inline(always)]
    fn vectors<const V: usize>(self, lanes: usize) -> [Row; V] {
        let mut vectors = [self; V];
        for v in 0..V {
            vectors[v] = self.block(v, lanes, lanes);
        }
        vectors
    }

    /// The pointers of row `b`, from those of row 0.
    #[inline(always)]
    fn of(self, b: usize, pitches: &Pitches) -> Row {
        let (state, flow) = (pitches.state.at(b), pitches.flow.at(b));
        Row {
            z: self.z.wrapping_add(pitches.z.at(b)),
            h: self.h.wrapping_add(pitches.h.at(b)),
            c: self.c.wrapping_add(state),
            h_next: self.h_next.wrapping_add(state),
            c_next: self.c_next.wrapping_add(state),
            reset: self.reset.wrapping_add(pitches.reset.at(b)),
            dh: self.dh.wrapping_add(flow),
            dc: self.dc.wrapping_add(flow),
            dy: self.dy.wrapping_add(pitches.dy.at(b)),
            dy_units: self.dy_units,
        }
    }
}

/// From the pointers of row 0 to those of the others.
#[derive(Clone, Copy)]
pub(super) struct Pitches {
    pub z: Pitch,
    pub h: Pitch,
    /// Of the other states.
    pub state: Pitch,
    pub reset: Pitch,
    /// Of the gradients.
    pub flow: Pitch,
    pub dy: Pitch,
}

impl Pitches {
    /// One row after the other, as streams have them.
    pub(super) fn plain(layout: &Layout) -> Pitches {
        let state = Pitch::plain(layout.stride);
        let z = Pitch::plain(layout.row);
        Pitches { z, h: state, state, reset: state, flow: state, dy: Pitch::plain(0) }
    }
}

/// The rows of the batch that a thread works on in a step.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a> {
    /// So many, from the first on.
    Range(usize, usize),
    /// These.
    List(&'a [usize]),
}

impl Rows<'_> {
    #[inline(always)]
    pub fn len(&self) -> usize {
        match self {
            Rows::Range(_, n) => *n,
            Rows::List(list) => list.len(),
        }
    }
    #[inline(always)]
    pub fn id(&self, i: usize) -> usize {
        match self {
            Rows::Range(first, _) => first + i,
            Rows::List(list) => list[i],
        }
    }
}

/// Which part of the step: the GRU without `reset_after` has two.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    /// All of it, or: gates z and r, and `r h`. Backward: up to the gradient of `r h`.
    First,
    /// The candidate and the state. Backward: from the gradient of `r h` on.
    Second,
}

/// The equations of a cell on many rows of some blocks. Many blocks at once where there is one row:
/// processors work ahead within a loop, but not from one call to the next.
pub(super) struct Pointwise<'a> {
    pub layout: &'a Layout,
    pub blocks: usize,
    /// From one block to the next of `z`.
    pub next: usize,
    pub part: Part,
    pub rows: Rows<'a>,
    /// The pointers of row 0 of the batch, in the first block.
    pub row: Row,
    pub pitches: Pitches,
    /// Keep the gates in `z`.
    pub save: bool,
    pub backward: bool,
}

/// Activations, in the usual case known when compiled.
#[derive(Clone, Copy)]
struct Functions<S, const USUAL: bool> {
    s: S,
    activation: Activation,
    recurrent_activation: Activation,
}

impl<S: Simd, const USUAL: bool> Functions<S, USUAL> {
    /// The activation of several vectors, which the processor computes side by side.
    #[inline(always)]
    fn act<const N: usize>(self, x: [S::V; N]) -> [S::V; N] {
        if USUAL { math::tanh(self.s, x) } else { self.call(self.activation, x) }
    }
    /// The recurrent activation, as above.
    #[inline(always)]
    fn gate<const N: usize>(self, x: [S::V; N]) -> [S::V; N] {
        if USUAL { math::sigmoid(self.s, x) } else { self.call(self.recurrent_activation, x) }
    }
    /// The gates i, f, g and o.
    #[inline(always)]
    fn lstm_gates(self, [i, f, g, o]: [S::V; 4]) -> [S::V; 4] {
        if USUAL {
            return math::lstm_gates(self.s, [i, f, g, o]);
        }
        let [i, f, o] = self.gate([i, f, o]);
        let [g] = self.act([g]);
        [i, f, g, o]
    }
    #[inline(always)]
    fn call<const N: usize>(self, activation: Activation, mut x: [S::V; N]) -> [S::V; N] {
        for x in &mut x {
            *x = vector::forward_call(self.s, activation, *x);
        }
        x
    }
    #[inline(always)]
    fn d_act(self, y: S::V) -> S::V {
        if USUAL {
            vector::derivative(self.s, Activation::Tanh, y)
        } else {
            vector::derivative_call(self.s, self.activation, y)
        }
    }
    #[inline(always)]
    fn d_gate(self, y: S::V) -> S::V {
        if USUAL {
            vector::derivative(self.s, Activation::Sigmoid, y)
        } else {
            vector::derivative_call(self.s, self.recurrent_activation, y)
        }
    }
}

impl Pointwise<'_> {
    /// The rows of all blocks, one block after the other.
    #[inline(always)]
    fn all(&self) -> All<'_> {
        All { of: self, block: 0, first: self.row, row: 0 }
    }
}

/// See [`Pointwise::all`].
struct All<'a> {
    of: &'a Pointwise<'a>,
    block: usize,
    /// Row 0 of the batch, in that block.
    first: Row,
    /// How many rows of the block have been given.
    row: usize,
}

impl All<'_> {
    /// The next row; who calls counts them.
    #[inline(always)]
    fn next(&mut self) -> Row {
        let of = self.of;
        if self.row == of.rows.len() {
            self.row = 0;
            self.block += 1;
            self.first = of.row.block(self.block, of.next, of.layout.block);
        }
        let row = self.first.of(of.rows.id(self.row), &of.pitches);
        self.row += 1;
        row
    }
}

impl Task for Pointwise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (activation, recurrent_activation) = self.layout.cell.activations();
        let usual = activation == Activation::Tanh
            && (recurrent_activation == Activation::Sigmoid
                || matches!(self.layout.cell, Cell::SimpleRnn { .. }));
        if usual {
            s.run(Loop(self, Functions::<S, true> { s, activation, recurrent_activation }));
        } else {
            s.run(Loop(self, Functions::<S, false> { s, activation, recurrent_activation }));
        }
    }
}

struct Loop<'a, A>(Pointwise<'a>, A);

impl<S: Simd, const USUAL: bool> Task for Loop<'_, Functions<S, USUAL>> {
    type Output = ();

    #[inline(always)]
    fn run<S2: Simd>(self, _: S2) {
        let Loop(p, f) = self;
        // Some rows at a time, then what is left one by one; `rows` counts through all blocks.
        macro_rules! each {
            ($n:literal, |$rows:ident| $equations:expr) => {{
                let mut all = p.all();
                let mut left = p.blocks * p.rows.len();
                // SAFETY: whoever makes a `Pointwise` promises rows with pointers valid for its
                // blocks, and that nobody else uses what is written.
                unsafe {
                    while left >= $n {
                        let mut $rows = [p.row; $n];
                        $rows.iter_mut().for_each(|row| *row = all.next());
                        $equations;
                        left -= $n;
                    }
                    if $n > 1 {
                        for _ in 0..left {
                            let $rows = [all.next()];
                            $equations;
                        }
                    }
                }
            }};
        }
        match (p.layout.cell, p.backward, p.part) {
            (Cell::SimpleRnn { .. }, false, _) => match p.layout.input.len() {
                4 => each!(1, |rows| simple_rnn(f, rows[0].vectors::<4>(S::LANES))),
                3 => each!(1, |rows| simple_rnn(f, rows[0].vectors::<3>(S::LANES))),
                2 => each!(1, |rows| simple_rnn(f, rows[0].vectors::<2>(S::LANES))),
                _ => each!(4, |rows| simple_rnn(f, rows)),
            },
            (Cell::SimpleRnn { .. }, true, _) => {
                let vectors = p.layout.input.len();
                each!(1, |rows| d_simple_rnn(f, rows[0], vectors));
            }
            (Cell::Lstm { .. }, false, _) => {
                each!(1, |rows| lstm_carry(f, rows[0], p.save));
                each!(4, |rows| lstm_state(f, rows));
            }
            (Cell::Lstm { .. }, true, _) => each!(4, |rows| d_lstm(f, rows)),
            (Cell::Gru { reset_after: true, .. }, false, _) => {
                each!(2, |rows| gru_gates(f, rows));
                each!(4, |rows| gru_mix(f, rows));
            }
            (Cell::Gru { reset_after: true, .. }, true, _) => each!(1, |rows| d_gru(f, rows[0])),
            (Cell::Gru { .. }, false, Part::First) => each!(2, |rows| gru_reset(f, rows)),
            (Cell::Gru { .. }, false, Part::Second) => each!(4, |rows| gru_mix(f, rows)),
            (Cell::Gru { .. }, true, Part::First) => each!(1, |rows| d_gru_mix(f, rows[0])),
            (Cell::Gru { .. }, true, Part::Second) => each!(1, |rows| d_gru_reset(f, rows[0])),
        }
    }
}
