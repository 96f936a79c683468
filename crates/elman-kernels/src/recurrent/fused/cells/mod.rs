//! What happens to one vector of units of one row, after and before the products: the equations.
//!
//! Letters: z row of pre-activations, gates or gate gradients (one block), h state, c carry,
//! i f g o r gates (g candidate), d gradient.

mod derivatives;
mod equations;

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

    /// The pointers of row `b`, from those of row 0: `strides` are those of `z`, the states, and
    /// `dy`.
    #[inline(always)]
    fn of(self, b: usize, [z, state, dy]: [usize; 3]) -> Row {
        let at = |p: *mut Float| p.wrapping_add(b * state);
        Row {
            z: self.z.wrapping_add(b * z),
            h: self.h.wrapping_add(b * state),
            c: self.c.wrapping_add(b * state),
            h_next: at(self.h_next),
            c_next: at(self.c_next),
            reset: at(self.reset),
            dh: at(self.dh),
            dc: at(self.dc),
            dy: self.dy.wrapping_add(b * dy),
            dy_units: self.dy_units,
        }
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
    /// From one row to the next of `z`, the states, and `dy`.
    pub strides: [usize; 3],
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
    #[inline(always)]
    fn act(self, x: S::V) -> S::V {
        if USUAL { math::tanh(self.s, x) } else { vector::forward_call(self.s, self.activation, x) }
    }
    #[inline(always)]
    fn gate(self, x: S::V) -> S::V {
        if USUAL {
            math::sigmoid(self.s, x)
        } else {
            vector::forward_call(self.s, self.recurrent_activation, x)
        }
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
        let vectors = p.layout.input.len();
        macro_rules! each {
            ($equations:expr) => {
                for n in 0..p.blocks {
                    let first = p.row.block(n, p.next, p.layout.block);
                    for i in 0..p.rows.len() {
                        let row = first.of(p.rows.id(i), p.strides);
                        // SAFETY: whoever makes a `Pointwise` promises rows with pointers valid for
                        // its blocks, and that nobody else uses what is written.
                        unsafe { $equations(f, row) }
                    }
                }
            };
        }
        match (p.layout.cell, p.backward, p.part) {
            (Cell::SimpleRnn { .. }, false, _) => each!(|f, row| simple_rnn(f, row, vectors)),
            (Cell::SimpleRnn { .. }, true, _) => each!(|f, row| d_simple_rnn(f, row, vectors)),
            (Cell::Lstm { .. }, false, _) => {
                each!(|f, row| lstm_carry(f, row, p.save));
                each!(|f, row| lstm_state(f, row));
            }
            (Cell::Lstm { .. }, true, _) => each!(|f, row| d_lstm(f, row)),
            (Cell::Gru { reset_after: true, .. }, false, _) => {
                each!(|f, row| gru_gates(f, row));
                each!(|f, row| gru_mix(f, row));
            }
            (Cell::Gru { reset_after: true, .. }, true, _) => each!(|f, row| d_gru(f, row)),
            (Cell::Gru { .. }, false, Part::First) => each!(|f, row| gru_reset(f, row)),
            (Cell::Gru { .. }, false, Part::Second) => each!(|f, row| gru_mix(f, row)),
            (Cell::Gru { .. }, true, Part::First) => each!(|f, row| d_gru_mix(f, row)),
            (Cell::Gru { .. }, true, Part::Second) => each!(|f, row| d_gru_reset(f, row)),
        }
    }
}
