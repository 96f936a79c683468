//! The orthogonalisation of Muon.

use elman_kernels::{Matrix, PackedMatrix, gemm_packed};

use super::sums::sum_of_squares;
use crate::Float;

/// Moves the singular values of a matrix towards 1, its singular vectors staying as they are: a
/// number of steps of `x = a x + (b x xᵀ + c (x xᵀ)²) x`, after a division by the norm.
///
/// `x` has that many rows and columns, row-major; the steps work on its transpose if it is taller
/// than wide, where the products are smaller.
pub(super) fn orthogonalise(
    mut x: Vec<Float>,
    (rows, columns): (usize, usize),
    [a, b, c]: [Float; 3],
    steps: u32,
) -> Vec<Float> {
    let is_tall = rows > columns;
    let (height, width) = if is_tall { (columns, rows) } else { (rows, columns) };
    if is_tall {
        x = transposed(&x, rows, columns);
    }
    let norm = sum_of_squares(&x).sqrt() as Float + 1e-7;
    x.iter_mut().for_each(|v| *v /= norm);
    let (mut squared, mut polynomial) = (vec![0.0; height * height], vec![0.0; height * height]);
    let mut product = vec![0.0; height * width];
    for _ in 0..steps {
        let right = PackedMatrix::new(width, height, Matrix::transposed(&x, width));
        gemm_packed(height, Matrix::row_major(&x, width), &right, None, &mut squared);
        let right = PackedMatrix::new(height, height, Matrix::row_major(&squared, height));
        let scaled: Vec<Float> = squared.iter().map(|v| c * v).collect();
        gemm_packed(height, Matrix::row_major(&scaled, height), &right, None, &mut polynomial);
        polynomial.iter_mut().zip(&squared).for_each(|(p, s)| *p += b * s);
        let right = PackedMatrix::new(height, width, Matrix::row_major(&x, width));
        gemm_packed(height, Matrix::row_major(&polynomial, height), &right, None, &mut product);
        x.iter_mut().zip(&product).for_each(|(x, p)| *x = a * *x + p);
    }
    if is_tall { transposed(&x, height, width) } else { x }
}

/// The transpose of a matrix of that many rows and columns.
fn transposed(x: &[Float], rows: usize, columns: usize) -> Vec<Float> {
    (0..columns).flat_map(|j| (0..rows).map(move |i| x[i * columns + j])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers for which each step is Newton's own and converges: x (15 - 10 x² + 3 x⁴) / 8.
    const CONVERGING: [Float; 3] = [1.875, -1.25, 0.375];

    #[test]
    fn rows_or_columns_become_orthonormal() {
        for (rows, columns) in [(3, 5), (5, 3), (4, 4), (1, 6), (6, 1), (17, 9)] {
            let x = (0..rows * columns).map(|i| ((i * i + 1) as Float).sin()).collect();
            let y = orthogonalise(x, (rows, columns), CONVERGING, 60);
            // Of a wide matrix the rows, of a tall one the columns.
            let (count, len) = (rows.min(columns), rows.max(columns));
            let at = |vector: usize, i: usize| match rows <= columns {
                true => y[vector * columns + i],
                false => y[i * columns + vector],
            };
            for a in 0..count {
                for b in 0..count {
                    let dot: Float = (0..len).map(|i| at(a, i) * at(b, i)).sum();
                    let expected = if a == b { 1.0 } else { 0.0 };
                    assert!((dot - expected).abs() < 1e-5, "{rows}x{columns}: {a}·{b} = {dot}");
                }
            }
        }
    }
}
