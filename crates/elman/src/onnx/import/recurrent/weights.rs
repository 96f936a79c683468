//! The weights of recurrent operators, in Keras's order and shapes.

use crate::activations::Activation;
use crate::onnx::import::arithmetic::floats;
use crate::onnx::import::graph::Importer;
use crate::onnx::import::node::Reading;
use crate::{Float, Result, Tensor};

/// The weights of one direction, as arrays of Keras's shapes.
pub(super) struct Direction {
    pub(super) kernel: Tensor,
    pub(super) recurrent: Tensor,
    /// One or, of a GRU that resets after its product, two.
    pub(super) bias: Option<Tensor>,
    /// Of i, o and f.
    pub(super) peepholes: Option<Vec<Float>>,
    pub(super) activations: Vec<Activation>,
}

impl Importer<'_> {
    pub(super) fn weights_of(
        &self,
        reading: Reading,
        directions: usize,
    ) -> Result<(Vec<Direction>, usize)> {
        let op = &*reading.node.op;
        // Where each of Keras's gates is among ONNX's.
        let order: &[usize] = match op {
            "LSTM" => &[0, 2, 3, 1],
            "GRU" => &[0, 1, 2],
            _ => &[0],
        };
        let gates = order.len();
        let given = |index: usize, word: &str| {
            let array = self.constant(reading, index)?;
            array.ok_or_else(|| reading.refuse(format!("it has no {word}")))
        };
        let (w, r) = (given(1, "W")?, given(2, "R")?);
        let units = r.shape.last().copied().unwrap_or_default();
        let rows = gates.checked_mul(units).filter(|rows| rows.checked_mul(2).is_some());
        let rows = rows.ok_or_else(|| reading.refuse("it has too many units"))?;
        let features = w.shape.last().copied().unwrap_or_default();
        let hidden = reading.int("hidden_size", units as i64)?;
        if w.shape != [directions, rows, features]
            || r.shape != [directions, rows, units]
            || units == 0
            || features == 0
            || usize::try_from(hidden) != Ok(units)
        {
            let (w, r) = (&w.shape, &r.shape);
            return Err(reading.refuse(format!("W of shape {w:?} and R of {r:?} don't fit")));
        }
        let sized = |index: usize, word: &str, length: usize| -> Result<Option<Vec<Float>>> {
            let Some(array) = self.constant(reading, index)? else { return Ok(None) };
            if array.shape != [directions, length] {
                let shape = &array.shape;
                return Err(reading.refuse(format!("{word} of shape {shape:?} doesn't fit")));
            }
            Ok(Some(floats(&array)))
        };
        let b = sized(3, "B", 2 * rows)?;
        let p = if op == "LSTM" { sized(7, "P", 3 * units)? } else { None };
        let (w, r) = (floats(&w), floats(&r));
        let activations = self.activations_of(reading, directions)?;
        let mut all = Vec::new();
        for (d, activations) in activations.into_iter().enumerate() {
            let part = |values: &[Float], len: usize| values[d * len..(d + 1) * len].to_vec();
            let matrix = |values: &[Float], width: usize| {
                let values = part(values, rows * width);
                let mut columns = vec![0.0; values.len()];
                for (gate, from) in order.iter().enumerate() {
                    for unit in 0..units {
                        for row in 0..width {
                            columns[row * rows + gate * units + unit] =
                                values[(from * units + unit) * width + row];
                        }
                    }
                }
                Tensor::new([width, rows], columns)
            };
            let bias = b.as_ref().map(|b| self.bias(&part(b, 2 * rows), order, units, reading));
            let peepholes = p.as_ref().map(|p| part(p, 3 * units));
            let peepholes = peepholes.filter(|p| p.iter().any(|v| *v != 0.0));
            all.push(Direction {
                kernel: matrix(&w, features)?,
                recurrent: matrix(&r, units)?,
                bias: bias.transpose()?,
                peepholes,
                activations,
            });
        }
        Ok((all, units))
    }

    /// The biases of input and state: one for both, unless a GRU keeps them apart.
    fn bias(&self, b: &[Float], order: &[usize], units: usize, reading: Reading) -> Result<Tensor> {
        let rows = order.len() * units;
        let (of_input, of_state) = b.split_at(rows);
        let ordered = |values: &[Float]| -> Vec<Float> {
            order
                .iter()
                .flat_map(|gate| values[gate * units..(gate + 1) * units].to_vec())
                .collect()
        };
        let (of_input, of_state) = (ordered(of_input), ordered(of_state));
        if reading.node.op == "GRU" && reading.int("linear_before_reset", 0)? != 0 {
            return Tensor::new([2, rows], [of_input, of_state].concat());
        }
        let sums = of_input.iter().zip(&of_state).map(|(a, b)| a + b).collect();
        Tensor::new([rows], sums)
    }
}

impl Direction {
    pub(super) fn weights(&self) -> Vec<Tensor> {
        let mut weights = vec![self.kernel.clone(), self.recurrent.clone()];
        weights.extend(self.bias.clone());
        if let Some(peepholes) = &self.peepholes {
            let units = peepholes.len() / 3;
            let part = |gate: usize| peepholes[gate * units..(gate + 1) * units].to_vec();
            // In Keras's order: i, f, o.
            weights.extend([0, 2, 1].map(|gate| Tensor::from_parts([units], part(gate))));
        }
        weights
    }
}
