//! One matrix product for each sample: `(batch, rows, columns)`.

use elman_kernels::{Matrix, gemm};

use crate::{Float, Tensor};

/// A matrix of every sample, as it stands or transposed.
#[derive(Clone, Copy)]
struct Operand<'a> {
    x: &'a Tensor,
    transposed: bool,
}

impl<'a> Operand<'a> {
    /// Rows and columns as the product sees them.
    fn size(self) -> (usize, usize) {
        let (rows, columns) = (self.x.shape()[1], self.x.shape()[2]);
        if self.transposed { (columns, rows) } else { (rows, columns) }
    }

    fn matrix(self, sample: usize) -> Matrix<'a> {
        let (rows, columns) = (self.x.shape()[1], self.x.shape()[2]);
        let data: &[Float] = &self.x.data()[sample * rows * columns..(sample + 1) * rows * columns];
        match self.transposed {
            true => Matrix::transposed(data, columns),
            false => Matrix::row_major(data, columns),
        }
    }
}

fn multiply(a: Operand, b: Operand) -> Tensor {
    let ((rows, depth), (depth_of_b, columns)) = (a.size(), b.size());
    debug_assert_eq!(depth, depth_of_b);
    let batch = a.x.shape()[0];
    let mut c = Tensor::zeros([batch, rows, columns]);
    let samples = c.data_mut().chunks_exact_mut((rows * columns).max(1)).enumerate();
    for (sample, c) in samples {
        gemm(rows, columns, depth, a.matrix(sample), b.matrix(sample), c, false);
    }
    c
}

/// `a @ b` for `(batch, m, k)` and `(batch, k, n)`.
pub fn batch_matmul(a: &Tensor, b: &Tensor) -> Tensor {
    multiply(Operand { x: a, transposed: false }, Operand { x: b, transposed: false })
}

/// `a @ bᵀ` for `(batch, m, k)` and `(batch, n, k)`.
pub fn batch_matmul_nt(a: &Tensor, b: &Tensor) -> Tensor {
    multiply(Operand { x: a, transposed: false }, Operand { x: b, transposed: true })
}

/// `aᵀ @ b` for `(batch, k, m)` and `(batch, k, n)`.
pub fn batch_matmul_tn(a: &Tensor, b: &Tensor) -> Tensor {
    multiply(Operand { x: a, transposed: true }, Operand { x: b, transposed: false })
}
