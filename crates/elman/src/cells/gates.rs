//! Products with the kernels of a cell, gate by gate where dropout has a mask for each.

use std::ops::Range;

use elman_kernels::{Matrix, gemm};

use crate::{Float, Tensor, ops};

/// The columns of some gates within a kernel, which holds `units` columns for each gate.
#[derive(Clone, Copy)]
pub(super) struct Gates<'a> {
    kernel: &'a [Float],
    /// The columns of the whole kernel.
    columns: usize,
    units: usize,
    first: usize,
    count: usize,
}

impl<'a> Gates<'a> {
    /// All gates of a kernel.
    pub fn all(kernel: &'a [Float], units: usize, count: usize) -> Gates<'a> {
        Gates { kernel, columns: units * count, units, first: 0, count }
    }

    /// These of the gates.
    pub fn part(self, gates: Range<usize>) -> Gates<'a> {
        Gates { first: self.first + gates.start, count: gates.len(), ..self }
    }

    fn matrix(&self) -> Matrix<'a> {
        // An empty kernel is that of an input without features.
        let data = self.kernel.get(self.first * self.units..).unwrap_or_default();
        Matrix { data, row_stride: self.columns, column_stride: 1 }
    }

    fn transposed(&self) -> Matrix<'a> {
        Matrix { row_stride: 1, column_stride: self.columns, ..self.matrix() }
    }

    /// `x @ kernel` for these gates, `x` multiplied by the only mask, or for each gate by its own:
    /// that which has the gate's number in the whole kernel.
    pub fn product(&self, x: &Tensor, masks: &[Tensor]) -> Tensor {
        match masks {
            [] => self.times(x),
            [mask] => self.times(&ops::multiply(x, mask)),
            masks => {
                let masked = |i: usize| ops::multiply(x, &masks[self.first + i]);
                let gate = |i: usize| self.part(i..i + 1).times(&masked(i));
                let parts: Vec<Tensor> = (0..self.count).map(gate).collect();
                ops::concatenate(&parts.iter().collect::<Vec<_>>())
            }
        }
    }

    /// The gradient of `x` in [`Gates::product`] from that of the product. Adds that of the kernel
    /// to `gradient`, which is laid out like the whole kernel.
    pub fn backward(
        &self,
        x: &Tensor,
        masks: &[Tensor],
        dy: &Tensor,
        gradient: &mut [Float],
    ) -> Tensor {
        match masks {
            [] => {
                self.accumulate(x, dy, gradient);
                self.times_transposed(dy, x)
            }
            [mask] => {
                self.accumulate(&ops::multiply(x, mask), dy, gradient);
                ops::multiply(&self.times_transposed(dy, x), mask)
            }
            masks => {
                let mut dx = Tensor::zeros(x.shape());
                for (i, mask) in masks[self.first..][..self.count].iter().enumerate() {
                    let gate = self.part(i..i + 1);
                    let dy = ops::columns(dy, i * self.units, self.units);
                    gate.accumulate(&ops::multiply(x, mask), &dy, gradient);
                    dx.add_assign(&ops::multiply(&gate.times_transposed(&dy, x), mask));
                }
                dx
            }
        }
    }

    fn width(&self) -> usize {
        self.count * self.units
    }

    fn times(&self, x: &Tensor) -> Tensor {
        let (rows, depth) = (x.shape()[0], x.width());
        let mut y = Tensor::zeros([rows, self.width()]);
        let x = Matrix::row_major(x.data(), depth);
        gemm(rows, self.width(), depth, x, self.matrix(), y.data_mut(), false);
        y
    }

    fn times_transposed(&self, dy: &Tensor, x: &Tensor) -> Tensor {
        let (rows, columns) = (x.shape()[0], x.width());
        let mut dx = Tensor::zeros(x.shape());
        let dy = Matrix::row_major(dy.data(), self.width());
        gemm(rows, columns, self.width(), dy, self.transposed(), dx.data_mut(), false);
        dx
    }

    fn accumulate(&self, x: &Tensor, dy: &Tensor, gradient: &mut [Float]) {
        if self.width() == self.columns {
            return ops::accumulate_outer(x, dy, gradient);
        }
        let mut part = vec![0.0; x.width() * self.width()];
        ops::accumulate_outer(x, dy, &mut part);
        let rows = gradient.chunks_exact_mut(self.columns.max(1));
        for (row, part) in rows.zip(part.chunks_exact(self.width().max(1))) {
            let own = &mut row[self.first * self.units..][..self.width()];
            own.iter_mut().zip(part).for_each(|(g, d)| *g += d);
        }
    }
}
