//! Weights gate by gate, and back: libraries order and lay them out differently.

use crate::{Arrays, Workload};

/// What belongs to one gate.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// `(inputs, units)`.
    pub kernel: Vec<f32>,
    /// `(units, units)`.
    pub recurrent_kernel: Vec<f32>,
    /// `(units)`.
    pub bias: Vec<f32>,
    /// `(units)`: zeros where there is one bias.
    pub recurrent_bias: Vec<f32>,
}

impl Arrays {
    /// The gates in Keras's order: i f c o, and z r h.
    pub fn gates(&self, work: &Workload) -> Vec<Gate> {
        let units = work.units;
        let gates = self.kernel.len() / (work.inputs * units);
        let columns = |matrix: &[f32], gate: usize| {
            let rows = matrix.chunks(gates * units);
            rows.flat_map(|row| row[gate * units..][..units].to_vec()).collect()
        };
        let of = |gate| Gate {
            kernel: columns(&self.kernel, gate),
            recurrent_kernel: columns(&self.recurrent_kernel, gate),
            bias: self.bias[gate * units..][..units].to_vec(),
            recurrent_bias: match self.bias.get((gates + gate) * units..) {
                Some(rest) if !rest.is_empty() => rest[..units].to_vec(),
                _ => vec![0.0; units],
            },
        };
        (0..gates).map(of).collect()
    }
}

/// Gradients as a peer returns them: kernel, recurrent kernel and bias as Keras lays them out, from
/// those of the gates in Keras's order.
pub fn joined(work: &Workload, gates: &[Gate]) -> Vec<f32> {
    let units = work.units;
    let mut all = Vec::new();
    let matrices: [fn(&Gate) -> &[f32]; 2] = [|gate| &gate.kernel, |gate| &gate.recurrent_kernel];
    for (rows, matrix) in [work.inputs, units].into_iter().zip(matrices) {
        for row in 0..rows {
            for gate in gates {
                all.extend_from_slice(&matrix(gate)[row * units..][..units]);
            }
        }
    }
    gates.iter().for_each(|gate| all.extend_from_slice(&gate.bias));
    if work.cell == "gru" {
        gates.iter().for_each(|gate| all.extend_from_slice(&gate.recurrent_bias));
    }
    all
}

/// A matrix `(rows, columns)` as `(columns, rows)`.
pub fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| matrix.iter().skip(column).step_by(columns).copied()).collect()
}

/// An array `(a, b, c)` as `(b, a, c)`: batch first to time first, and back.
pub fn swapped(array: &[f32], [a, b, c]: [usize; 3]) -> Vec<f32> {
    let rows = (0..b).flat_map(|j| (0..a).map(move |i| i * b + j));
    rows.flat_map(|row| array[row * c..][..c].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_join_to_what_they_were_cut_from() {
        for (cell, count, biases) in [("rnn", 1, 1), ("lstm", 4, 1), ("gru", 3, 2)] {
            let (inputs, units) = (3, 2);
            let work = Workload {
                kind: "TRAIN".into(),
                cell: cell.into(),
                batch: 1,
                time: 1,
                inputs,
                units,
            };
            let numbers =
                |n: usize, from: usize| (from..from + n).map(|i| i as f32).collect::<Vec<_>>();
            let columns = count * units;
            let arrays = Arrays {
                kernel: numbers(inputs * columns, 0),
                recurrent_kernel: numbers(units * columns, 100),
                bias: numbers(biases * columns, 200),
                ..Arrays::default()
            };
            let whole = [&arrays.kernel[..], &arrays.recurrent_kernel, &arrays.bias].concat();
            let gates = arrays.gates(&work);
            assert_eq!(gates.len(), count);
            assert_eq!(joined(&work, &gates), whole, "{cell}");
        }
    }

    #[test]
    fn axes_are_swapped() {
        assert_eq!(transposed(&[1., 2., 3., 4., 5., 6.], 3), [1., 4., 2., 5., 3., 6.]);
        let array: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let swapped_once = swapped(&array, [2, 3, 2]);
        assert_eq!(swapped_once, [0., 1., 6., 7., 2., 3., 8., 9., 4., 5., 10., 11.]);
        assert_eq!(swapped(&swapped_once, [3, 2, 2]), array);
    }
}
