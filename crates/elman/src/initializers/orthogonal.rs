//! Random orthogonal matrices.

use crate::Float;
use crate::random::Stream;

/// A `rows` × `columns` matrix whose shorter side is orthonormal, times `gain`.
///
/// Keras takes Q of the QR decomposition of a normal matrix, with the signs that make R's diagonal
/// positive. Gram–Schmidt gives exactly that Q. Each vector is cleaned twice, which keeps them
/// orthogonal to rounding error for any size.
pub(super) fn matrix(rows: usize, columns: usize, gain: f64, stream: &mut Stream) -> Vec<Float> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    while basis.len() < count {
        let mut vector: Vec<f64> = (0..length).map(|_| stream.normal()).collect();
        for _ in 0..2 {
            for other in &basis {
                let along = dot(&vector, other);
                for (v, o) in vector.iter_mut().zip(other) {
                    *v -= along * o;
                }
            }
        }
        let norm = dot(&vector, &vector).sqrt();
        // A vector that lies in the span of the others is drawn again; with normal numbers that
        // does not happen, but a division by zero must not either.
        if norm > 1e-9 {
            vector.iter_mut().for_each(|v| *v /= norm);
            basis.push(vector);
        }
    }
    let at = |r: usize, c: usize| if rows >= columns { basis[c][r] } else { basis[r][c] };
    (0..rows * columns).map(|i| (gain * at(i / columns, i % columns)) as Float).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_side_is_orthonormal() {
        for (rows, columns) in [(1, 1), (4, 4), (3, 12), (20, 6), (64, 256)] {
            let m = matrix(rows, columns, 2.0, &mut Stream::new(5, "test"));
            let at = |r: usize, c: usize| f64::from(m[r * columns + c]);
            let (count, length) = (rows.min(columns), rows.max(columns));
            for i in 0..count {
                for j in 0..count {
                    let product: f64 = (0..length)
                        .map(|k| {
                            if rows >= columns { at(k, i) * at(k, j) } else { at(i, k) * at(j, k) }
                        })
                        .sum();
                    let expected = if i == j { 4.0 } else { 0.0 };
                    assert!(
                        (product - expected).abs() < 1e-5,
                        "{rows}x{columns} {i} {j} {product}"
                    );
                }
            }
        }
    }
}
