//! The recurrent cells in plain loops: the oracle of the fast kernels, and what computes the cells
//! that those do not serve.
//!
//! Letters: x input, h output and state, c carry, z pre-activations, a gates, G gates of the cell.

mod backward;
mod forward;

pub(crate) use backward::{Upstream, backward};
pub(crate) use forward::forward;

use super::Cell;
use super::dropout::{Factors, runs};
use crate::real::Real;
use std::borrow::Cow;
use std::ops::Range;

/// One layer on one batch. Shapes as in [`Weights`](super::Weights) and
/// [`Sequence`](super::Sequence).
#[derive(Clone, Copy)]
pub(crate) struct Problem<'a, R> {
    pub cell: Cell,
    pub features: usize,
    pub units: usize,
    pub kernel: &'a [R],
    pub recurrent_kernel: &'a [R],
    pub bias: Option<&'a [R]>,
    pub x: &'a [R],
    pub batch: usize,
    pub time: usize,
    pub go_backwards: bool,
    pub initial_states: &'a [&'a [R]],
    pub mask: Option<&'a [bool]>,
    pub zero_output_for_mask: bool,
    pub input_factors: Option<Factors<'a, R>>,
    pub recurrent_factors: Option<Factors<'a, R>>,
}

impl<R: Real> Problem<'_, R> {
    /// Columns of the kernels.
    fn columns(&self) -> usize {
        self.cell.gates() * self.units
    }

    /// The time index read at step `step`.
    fn source(&self, step: usize) -> usize {
        if self.go_backwards { self.time - 1 - step } else { step }
    }

    /// Whether row `b` computes at step `step`.
    fn is_active(&self, step: usize, b: usize) -> bool {
        self.mask.is_none_or(|mask| mask[b * self.time + self.source(step)])
    }

    /// What the gates see of x and of h, on row `b`.
    fn dropout(&self, b: usize) -> [Dropout<'_, R>; 2] {
        [self.input_factors, self.recurrent_factors].map(|factors| Dropout { factors, row: b })
    }

    fn x_row(&self, step: usize, b: usize) -> &[R] {
        let start = (b * self.time + self.source(step)) * self.features;
        &self.x[start..start + self.features]
    }
}

/// Everything a forward pass computed; steps in processing order, step major.
#[derive(Debug)]
pub(crate) struct Trace<R> {
    /// `(time, batch, G units)`: what the activations were applied to.
    pub pre: Vec<R>,
    /// `(time, batch, G units)`: what they gave.
    pub gates: Vec<R>,
    /// `(time + 1, batch, units)`: the state before each step, and the last.
    pub h: Vec<R>,
    /// The same of the carry; empty unless LSTM.
    pub c: Vec<R>,
    /// `(time, batch, units)`: GRU alone: `h R_g + b'_g`, without `reset_after`: `r h`.
    pub inner: Vec<R>,
    /// `(batch, time, units)`: the outputs.
    pub sequence: Vec<R>,
    /// `(batch, units)`: the output of the last step.
    pub last_output: Vec<R>,
}

impl<R: Real> Trace<R> {
    /// The final state number `i` (h, then c).
    pub fn state(&self, i: usize, batch: usize, units: usize) -> &[R] {
        let all = if i == 0 { &self.h } else { &self.c };
        &all[all.len() - batch * units..]
    }
}

/// The factors of one row of the batch: those of x, or those of h.
#[derive(Clone, Copy)]
struct Dropout<'a, R> {
    factors: Option<Factors<'a, R>>,
    row: usize,
}

impl<R: Real> Dropout<'_, R> {
    /// What a gate sees of `x`.
    fn apply<'x>(&self, gate: usize, x: &'x [R]) -> Cow<'x, [R]> {
        match self.factors {
            None => x.into(),
            Some(factors) => {
                let factors = factors.row(gate, self.row);
                x.iter().zip(factors).map(|(&x, &factor)| x * factor).collect()
            }
        }
    }

    /// `y += x m`, for the columns of some gates, `units` each, of which `y` holds those.
    fn add_product(&self, y: &mut [R], x: &[R], m: &[R], stride: usize, gates: Range<usize>) {
        let units = y.len() / gates.len();
        for run in runs(self.factors, gates.clone()) {
            let y = &mut y[(run.start - gates.start) * units..(run.end - gates.start) * units];
            add_product(y, &self.apply(run.start, x), m, stride, run.start * units);
        }
    }

    /// The gradients of [`Dropout::add_product`]: `dx` of its `x`, `dm` of its matrix.
    #[allow(clippy::too_many_arguments)] // The letters of the equations.
    fn add_gradients(
        &self,
        dx: &mut [R],
        dm: &mut [R],
        dy: &[R],
        x: &[R],
        m: &[R],
        stride: usize,
        gates: Range<usize>,
    ) {
        let units = dy.len() / gates.len();
        for run in runs(self.factors, gates.clone()) {
            let dy = &dy[(run.start - gates.start) * units..(run.end - gates.start) * units];
            let mut through = vec![R::of(0.0); x.len()];
            add_product_transposed(&mut through, dy, m, stride, run.start * units);
            let through = self.apply(run.start, &through);
            dx.iter_mut().zip(through.iter()).for_each(|(dx, &d)| *dx += d);
            add_outer(dm, &self.apply(run.start, x), dy, stride, run.start * units);
        }
    }
}

/// `y += x m`, with `m` of `x.len()` rows of `stride` columns, from column `column` on.
fn add_product<R: Real>(y: &mut [R], x: &[R], m: &[R], stride: usize, column: usize) {
    for (k, &factor) in x.iter().enumerate() {
        let row = &m[k * stride + column..][..y.len()];
        y.iter_mut().zip(row).for_each(|(y, &m)| *y += factor * m);
    }
}

/// `x += m y`: the transpose of [`add_product`].
fn add_product_transposed<R: Real>(x: &mut [R], y: &[R], m: &[R], stride: usize, column: usize) {
    for (k, x) in x.iter_mut().enumerate() {
        let row = &m[k * stride + column..][..y.len()];
        *x += y.iter().zip(row).fold(R::of(0.0), |sum, (&y, &m)| sum + y * m);
    }
}

/// `m += x^T y`: the gradient of [`add_product`]'s matrix.
fn add_outer<R: Real>(m: &mut [R], x: &[R], y: &[R], stride: usize, column: usize) {
    for (k, &factor) in x.iter().enumerate() {
        let row = &mut m[k * stride + column..][..y.len()];
        row.iter_mut().zip(y).for_each(|(m, &y)| *m += factor * y);
    }
}
