//! Matrix products.

mod reference;

use crate::Float;

/// A matrix in someone's slice: element `(i, j)` is `data[i * row_stride + j * column_stride]`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// The elements, with whatever else the slice holds.
    pub data: &'a [Float],
    /// From one row to the next.
    pub row_stride: usize,
    /// From one column to the next.
    pub column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// A matrix of `columns` columns whose rows follow each other without gaps.
    pub fn row_major(data: &'a [Float], columns: usize) -> Self {
        Matrix { data, row_stride: columns, column_stride: 1 }
    }

    /// The transpose of a row-major matrix of `columns` columns: a matrix of `columns` *rows*.
    pub fn transposed(data: &'a [Float], columns: usize) -> Self {
        Matrix { data, row_stride: 1, column_stride: columns }
    }

    /// Panics unless a matrix of that size lies within the slice.
    fn assert_holds(&self, rows: usize, columns: usize, name: &str) {
        if rows == 0 || columns == 0 {
            return;
        }
        let last = (rows - 1) * self.row_stride + (columns - 1) * self.column_stride;
        assert!(
            last < self.data.len(),
            "gemm: {name} needs {} elements for {rows} x {columns}, its slice has {}",
            last + 1,
            self.data.len()
        );
    }

    fn at(&self, row: usize, column: usize) -> Float {
        self.data[row * self.row_stride + column * self.column_stride]
    }
}

/// `c = a b`, or `c += a b` if `accumulate`: `a` is `rows x depth`, `b` is `depth x columns`, `c`
/// is `rows x columns`, row-major without gaps.
pub fn gemm(
    rows: usize,
    columns: usize,
    depth: usize,
    a: Matrix<'_>,
    b: Matrix<'_>,
    c: &mut [Float],
    accumulate: bool,
) {
    a.assert_holds(rows, depth, "a");
    b.assert_holds(depth, columns, "b");
    assert_eq!(c.len(), rows * columns, "gemm: c is not {rows} x {columns}");
    if !accumulate {
        c.fill(0.0);
    }
    reference::gemm(rows, columns, depth, a, b, c);
}

/// A right-hand side that is multiplied often, such as the kernel of a layer: laid out once in the
/// order in which the product reads it.
#[derive(Clone, Debug)]
pub struct PackedMatrix {
    depth: usize,
    columns: usize,
    data: Vec<Float>,
}

impl PackedMatrix {
    /// Packs the `depth x columns` matrix `b`.
    pub fn new(depth: usize, columns: usize, b: Matrix<'_>) -> Self {
        b.assert_holds(depth, columns, "b");
        let element = |i| b.at(i / columns, i % columns);
        PackedMatrix { depth, columns, data: (0..depth * columns).map(element).collect() }
    }

    /// The rows of the matrix.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The matrix as it was, row by row.
    pub fn to_row_major(&self) -> Vec<Float> {
        self.data.clone()
    }

    /// The columns of the matrix.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// `c = a b + bias`: `a` is `rows x depth`, `b` is packed, `bias` holds one number per column, `c`
/// is `rows x columns`, row-major without gaps.
pub fn gemm_packed(
    rows: usize,
    a: Matrix<'_>,
    b: &PackedMatrix,
    bias: Option<&[Float]>,
    c: &mut [Float],
) {
    let (depth, columns) = (b.depth, b.columns);
    a.assert_holds(rows, depth, "a");
    assert_eq!(c.len(), rows * columns, "gemm: c is not {rows} x {columns}");
    match bias {
        Some(bias) => {
            assert_eq!(bias.len(), columns, "gemm: the bias has not one number per column");
            c.chunks_exact_mut(columns.max(1)).for_each(|row| row.copy_from_slice(bias));
        }
        None => c.fill(0.0),
    }
    reference::gemm(rows, columns, depth, a, Matrix::row_major(&b.data, columns), c);
}
