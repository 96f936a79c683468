//! The penalty on rows or columns that are not orthogonal.

use serde_json::Value;

use crate::{Float, Tensor, ops};

/// What [`Regularizer::Orthogonal`](super::Regularizer::Orthogonal) compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrthogonalMode {
    /// The rows of the matrix.
    #[default]
    Rows,
    /// Its columns.
    Columns,
}

impl OrthogonalMode {
    /// Keras's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            OrthogonalMode::Rows => "rows",
            OrthogonalMode::Columns => "columns",
        }
    }

    pub(super) fn read(value: &Value) -> Option<OrthogonalMode> {
        let all = [OrthogonalMode::Rows, OrthogonalMode::Columns];
        all.into_iter().find(|mode| value.as_str() == Some(mode.name()))
    }

    /// Whether values of that shape make one pair or more.
    pub(super) fn can_compare(self, shape: &[usize]) -> bool {
        match (self, shape) {
            (OrthogonalMode::Rows, [count, _]) | (OrthogonalMode::Columns, [_, count]) => {
                *count >= 2
            }
            _ => false,
        }
    }
}

/// A shorter vector is not made one of length 1 (Keras's epsilon).
const EPSILON: Float = 1e-7;

/// The compared vectors as rows, made one long, and the factors that did it.
fn unit_rows(x: &Tensor, mode: OrthogonalMode) -> (Tensor, Vec<Float>) {
    let mut rows = match mode {
        OrthogonalMode::Rows => x.clone(),
        OrthogonalMode::Columns => transposed(x),
    };
    let width = rows.width().max(1);
    let mut factors = Vec::with_capacity(rows.len() / width);
    for row in rows.data_mut().chunks_mut(width) {
        let norm = row.iter().map(|v| v * v).sum::<Float>().sqrt();
        let factor = (1.0 / norm).min(1.0 / EPSILON);
        row.iter_mut().for_each(|v| *v *= factor);
        factors.push(factor);
    }
    (rows, factors)
}

fn transposed(x: &Tensor) -> Tensor {
    let (rows, columns) = (x.shape()[0], x.shape()[1]);
    let at = |i: usize| x.data()[(i % rows) * columns + i / rows];
    Tensor::from_parts([columns, rows], (0..x.len()).map(at).collect())
}

/// The cosines of all vectors with all others; 0 with themselves.
fn cosines(unit: &Tensor) -> Tensor {
    let count = unit.shape()[0];
    let mut products = ops::matmul_transposed(unit, unit.data(), count);
    for i in 0..count {
        products.data_mut()[i * count + i] = 0.0;
    }
    products
}

fn pairs(count: usize) -> f64 {
    count as f64 * (count as f64 - 1.0) / 2.0
}

/// The mean of `|cos|` over all pairs.
pub(super) fn value(x: &Tensor, mode: OrthogonalMode) -> f64 {
    let (unit, _) = unit_rows(x, mode);
    let twice: f64 = cosines(&unit).data().iter().map(|v| f64::from(v.abs())).sum();
    0.5 * twice / pairs(unit.shape()[0])
}

/// The gradient of `factor` times [`value`].
pub(super) fn gradient(x: &Tensor, mode: OrthogonalMode, factor: Float) -> Tensor {
    let (unit, factors) = unit_rows(x, mode);
    let (count, width) = (unit.shape()[0], unit.width());
    let mut signs = cosines(&unit);
    let scale = factor / pairs(count) as Float;
    signs.data_mut().iter_mut().for_each(|v| *v = scale * super::sign(*v));
    // Through the products, then through the division by the length: what points along the vector
    // changes nothing, unless the vector was too short to be divided by its length.
    let mut gradient = ops::matmul(&signs, unit.data(), width);
    let rows = gradient.data_mut().chunks_mut(width.max(1));
    for ((row, unit), factor) in rows.zip(unit.data().chunks(width.max(1))).zip(factors) {
        let along: Float = match factor < 1.0 / EPSILON {
            true => row.iter().zip(unit).map(|(g, u)| g * u).sum(),
            false => 0.0,
        };
        row.iter_mut().zip(unit).for_each(|(g, u)| *g = factor * (*g - along * u));
    }
    match mode {
        OrthogonalMode::Rows => gradient,
        OrthogonalMode::Columns => transposed(&gradient),
    }
}
