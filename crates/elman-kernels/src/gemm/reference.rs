//! The plain product, the oracle of the packed one.

use super::Matrix;
use crate::Float;

/// `c += a b`.
pub(super) fn gemm(
    rows: usize,
    columns: usize,
    depth: usize,
    a: Matrix<'_>,
    b: Matrix<'_>,
    c: &mut [Float],
) {
    for row in 0..rows {
        for k in 0..depth {
            let factor = a.at(row, k);
            for column in 0..columns {
                c[row * columns + column] += factor * b.at(k, column);
            }
        }
    }
}
