//! The plain product, the oracle of the packed one.

use super::Matrix;
use crate::Float;

/// Columns that are too few for the loop over them to be worth its start.
const FEW_COLUMNS: usize = 4;

/// `c += a b`, each element a sum in ascending order of the depth.
pub(super) fn gemm(
    rows: usize,
    columns: usize,
    depth: usize,
    a: Matrix<'_>,
    b: Matrix<'_>,
    c: &mut [Float],
) {
    if columns < FEW_COLUMNS {
        // Row by row, each sum would wait for itself.
        for k in 0..depth {
            for row in 0..rows {
                let factor = a.at(row, k);
                for column in 0..columns {
                    c[row * columns + column] += factor * b.at(k, column);
                }
            }
        }
        return;
    }
    for row in 0..rows {
        for k in 0..depth {
            let factor = a.at(row, k);
            for column in 0..columns {
                c[row * columns + column] += factor * b.at(k, column);
            }
        }
    }
}
