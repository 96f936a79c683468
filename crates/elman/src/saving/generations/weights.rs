//! Layouts of weights that older layers had.

use crate::layers::Layer;
use crate::{Float, Tensor};

/// The weights of a layer of another time, as the layer here has them. What is laid out as today,
/// or in no known way, comes back as it is.
///
/// - A `CuDNNLSTM`'s bias has a part for the input and one for the state, 8 units; a `CuDNNGRU`'s,
///   6 units in a row. Both have each gate's kernels transposed.
/// - Keras 1 kept each gate's kernel, recurrent kernel and bias: 12 arrays of an LSTM, in the order
///   i, c, f, o; 9 of a GRU, in the order z, r, h.
pub(in crate::saving) fn convert(layer: &dyn Layer, weights: Vec<Tensor>) -> Vec<Tensor> {
    let class = layer.class_name();
    match class {
        "Bidirectional" => {
            let half = weights.len() / 2;
            let mut first = weights;
            let second = first.split_off(half);
            let inner = layer.config();
            let class = inner["layer"]["class_name"].as_str().unwrap_or_default();
            let parts = [first, second].map(|weights| convert_recurrent(class, weights));
            parts.into_iter().flatten().collect()
        }
        class => convert_recurrent(class, weights),
    }
}

fn convert_recurrent(class: &str, weights: Vec<Tensor>) -> Vec<Tensor> {
    let shapes: Vec<&[usize]> = weights.iter().map(Tensor::shape).collect();
    match (class, &shapes[..]) {
        ("LSTM", [[_, _], [units, _], [bias]]) if *bias == 8 * units => {
            let (kernels, bias) = from_cudnn(&weights, 4);
            let (input, state) = bias.split_at(4 * units);
            let sum = input.iter().zip(state).map(|(a, b)| a + b).collect();
            with_bias(kernels, vec![4 * units], sum)
        }
        ("GRU", [[_, _], [units, _], [bias]]) if *bias == 6 * units => {
            let (kernels, bias) = from_cudnn(&weights, 3);
            with_bias(kernels, vec![2, 3 * units], bias)
        }
        ("LSTM", [_, _, _, _, _, _, _, _, _, _, _, _]) => join_gates(&weights, &[0, 2, 1, 3]),
        ("GRU", [_, _, _, _, _, _, _, _, _]) => join_gates(&weights, &[0, 1, 2]),
        _ => None,
    }
    .unwrap_or(weights)
}

fn with_bias(
    kernels: Option<[Tensor; 2]>,
    shape: Vec<usize>,
    bias: Vec<Float>,
) -> Option<Vec<Tensor>> {
    let [kernel, recurrent] = kernels?;
    Some(vec![kernel, recurrent, Tensor::new(shape, bias).ok()?])
}

/// The two kernels with their gates transposed, and the bias.
fn from_cudnn(weights: &[Tensor], gates: usize) -> (Option<[Tensor; 2]>, Vec<Float>) {
    // A gate's kernel (rows, columns) is stored as its transpose, the rows of which follow each
    // other; in the recurrent kernel, which is square, that is the transpose as such.
    let kernel = by_gate(&weights[0], gates, |[rows, _], row, column| row + rows * column);
    let recurrent = by_gate(&weights[1], gates, |[_, columns], row, column| column * columns + row);
    let kernels = kernel.zip(recurrent).map(|(kernel, recurrent)| [kernel, recurrent]);
    (kernels, weights[2].data().to_vec())
}

/// A kernel whose gates, side by side, are each filled anew: `place` says where in the gate, read
/// row by row, the value for a row and column lies.
fn by_gate(
    kernel: &Tensor,
    gates: usize,
    place: impl Fn([usize; 2], usize, usize) -> usize,
) -> Option<Tensor> {
    let &[rows, width] = kernel.shape() else { return None };
    let columns = width / gates;
    if columns * gates != width {
        return None;
    }
    let mut values = Vec::with_capacity(rows * width);
    for (row, g) in (0..rows).flat_map(|row| (0..gates).map(move |g| (row, g))) {
        for column in 0..columns {
            let at = place([rows, columns], row, column);
            let (row, column) = (at.checked_div(columns)?, at.checked_rem(columns)?);
            values.push(*kernel.data().get(row * width + g * columns + column)?);
        }
    }
    Tensor::new([rows, width], values).ok()
}

/// Kernel, recurrent kernel and bias of each gate, one after the other, joined in that order.
fn join_gates(weights: &[Tensor], order: &[usize]) -> Option<Vec<Tensor>> {
    let part = |part: usize| {
        let parts: Vec<&Tensor> = order.iter().map(|gate| &weights[3 * gate + part]).collect();
        side_by_side(&parts)
    };
    (0..3).map(part).collect()
}

/// Arrays of equally many rows (or vectors), next to each other.
fn side_by_side(parts: &[&Tensor]) -> Option<Tensor> {
    let shape = parts.first()?.shape().to_vec();
    let rows = shape[..shape.len().checked_sub(1)?].iter().product::<usize>();
    if parts.iter().any(|part| part.shape() != shape) {
        return None;
    }
    let columns = *shape.last()?;
    let row = |r: usize| parts.iter().flat_map(move |p| &p.data()[r * columns..(r + 1) * columns]);
    let values: Vec<Float> = (0..rows).flat_map(row).copied().collect();
    let mut joined = shape;
    *joined.last_mut()? = columns * parts.len();
    Tensor::new(joined, values).ok()
}
