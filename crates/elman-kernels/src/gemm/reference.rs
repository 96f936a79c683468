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
    let mut add = |row: usize, k: usize| {
        let factor = a.at(row, k);
        for column in 0..columns {
            c[row * columns + column] += factor * b.at(k, column);
        }
    };
    if columns < FEW_COLUMNS {
        // Row by row, each sum would wait for itself.
        (0..depth).for_each(|k| (0..rows).for_each(|row| add(row, k)));
    } else {
        (0..rows).for_each(|row| (0..depth).for_each(|k| add(row, k)));
    }
}
