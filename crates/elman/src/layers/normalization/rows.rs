//! Rows divided by how far they spread: the arithmetic of `LayerNormalization` and
//! `RmsNormalization`.

use crate::layers::Layer;
use crate::onnx::{Edge, Exporter};
use crate::parameters::Parameter;
use crate::streaming::{Argument::*, Description, Flow, StreamBuilder};
use crate::{Float, Result, Tensor, ops};

/// From what a row's spread is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Centre {
    /// Its mean, which is subtracted.
    Mean,
    /// Zero.
    Zero,
}

/// What `backward` needs of one call.
pub(super) struct Saved {
    /// The rows, divided by their spread.
    normalized: Tensor,
    /// What each row was multiplied by.
    inverses: Vec<Float>,
    shape: Vec<usize>,
    order: Vec<usize>,
}

/// Divides the parts of `x` along `axes` by the root of their mean square distance from `centre`
/// plus `epsilon`, then scales and shifts them. `scale` and `shift` hold one value for each element
/// of a part, or none.
pub(super) fn forward(
    x: &Tensor,
    axes: &[usize],
    centre: Centre,
    epsilon: f64,
    scale: &[Float],
    shift: &[Float],
) -> (Tensor, Saved) {
    let order = ops::bring_last(x.ndim(), axes);
    let mut rows = ops::permute(x, &order);
    let shape = rows.shape().to_vec();
    let width: usize = axes.iter().map(|axis| x.shape()[*axis]).product();
    let mut inverses = Vec::with_capacity(x.len() / width.max(1));
    for row in rows.data_mut().chunks_exact_mut(width.max(1)) {
        inverses.push(normalize(row, centre, epsilon));
    }
    let mut y = rows.clone();
    for row in y.data_mut().chunks_exact_mut(width.max(1)) {
        weigh(row, scale, shift);
    }
    let y = ops::permute(&y, &ops::inverse(&order));
    (y, Saved { normalized: rows, inverses, shape, order })
}

/// Divides a row by its spread, and gives back what it was multiplied by.
fn normalize(row: &mut [Float], centre: Centre, epsilon: f64) -> Float {
    let width = row.len() as f64;
    // Sums in f64: the square of what is left of large values must not be rounding.
    let mean = match centre {
        Centre::Mean => row.iter().map(|v| f64::from(*v)).sum::<f64>() / width,
        Centre::Zero => 0.0,
    };
    let square = row.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>();
    let inverse = (square / width + epsilon).sqrt().recip();
    row.iter_mut().for_each(|v| *v = ((f64::from(*v) - mean) * inverse) as Float);
    inverse as Float
}

fn weigh(row: &mut [Float], scale: &[Float], shift: &[Float]) {
    row.iter_mut().zip(scale).for_each(|(v, scale)| *v *= scale);
    row.iter_mut().zip(shift).for_each(|(v, shift)| *v += shift);
}

/// [`forward`] of parts that are rows as they stand, step by step.
pub(super) fn stream(
    layer: &dyn Layer,
    inputs: &[Flow],
    builder: &mut StreamBuilder,
    (axes, centre, epsilon): (&[usize], Centre, f64),
    [scale, shift]: [Parameter; 2],
) -> Result<Vec<Flow>> {
    let width = inputs[0].last_axes(layer, axes)?;
    let (scale, shift) = (builder.values(scale), builder.values(shift));
    let size = inputs[0].step_size();
    let weights = [&scale, &shift].map(|numbers| Numbers(numbers.clone()));
    let arguments = std::iter::once(Output(0)).chain(weights).chain([size, width].map(Count));
    let how = [Flag(centre == Centre::Mean), Double(epsilon)];
    let description = Description::default()
        .call("copy", [Input(0), Output(0), Count(size)])
        .call("normalize_rows", arguments.chain(how));
    builder.push_described(layer, inputs, description, move |x, y| {
        y.copy_from_slice(x);
        for row in y.chunks_exact_mut(width) {
            normalize(row, centre, epsilon);
            weigh(row, &scale, &shift);
        }
    })
}

/// [`forward`] in ONNX, from primitive operators: those of its own came at different times.
pub(super) fn onnx(
    layer: &dyn Layer,
    inputs: &[Edge],
    exporter: &mut Exporter,
    (axes, centre, epsilon): (&[usize], Centre, f64),
    [scale, shift]: [Parameter; 2],
) -> Result<Vec<Edge>> {
    let (x, e) = (&inputs[0], exporter);
    let along: Vec<i64> = axes.iter().map(|axis| *axis as i64).collect();
    let mut centred = x.name.clone();
    if centre == Centre::Mean {
        let mean = e.reduce("ReduceMean", &x.name, &along, true);
        centred = e.binary("Sub", &x.name, &mean);
    }
    let square = e.binary("Mul", &centred, &centred);
    let variance = e.reduce("ReduceMean", &square, &along, true);
    let above = e.plus(&variance, epsilon);
    let deviation = e.unary("Sqrt", &above);
    let mut y = e.binary("Div", &centred, &deviation);
    let mut shape = vec![1; x.ndim()];
    for axis in axes {
        shape[*axis] = x.shape.dims()[*axis].unwrap_or(1);
    }
    for (op, word, weight) in [("Mul", "scale", scale), ("Add", "shift", shift)] {
        if weight.exists() {
            let values = e.values(weight);
            let values = e.floats(word, shape.clone(), values);
            y = e.binary(op, &y, &values);
        }
    }
    e.output(layer, inputs, y)
}

/// The gradient of `x`; those of `scale` and `shift`, where they exist, are added to.
pub(super) fn backward(
    saved: Saved,
    dy: &Tensor,
    centre: Centre,
    scale: &[Float],
    [of_scale, of_shift]: [&mut [Float]; 2],
) -> Tensor {
    let Saved { normalized, inverses, shape, order } = saved;
    let mut dx = ops::permute(dy, &order);
    debug_assert_eq!(dx.shape(), shape);
    let width = (normalized.len() / inverses.len().max(1)).max(1);
    let rows = dx.data_mut().chunks_exact_mut(width).zip(normalized.data().chunks_exact(width));
    for ((d, n), inverse) in rows.zip(inverses) {
        of_shift.iter_mut().zip(&*d).for_each(|(sum, d)| *sum += d);
        of_scale.iter_mut().zip(d.iter().zip(n)).for_each(|(sum, (d, n))| *sum += d * n);
        d.iter_mut().zip(scale).for_each(|(d, scale)| *d *= scale);
        let mean = match centre {
            Centre::Mean => d.iter().sum::<Float>() / width as Float,
            Centre::Zero => 0.0,
        };
        let along = d.iter().zip(n).map(|(d, n)| d * n).sum::<Float>() / width as Float;
        d.iter_mut().zip(n).for_each(|(d, n)| *d = inverse * (*d - mean - n * along));
    }
    ops::permute(&dx, &ops::inverse(&order))
}
