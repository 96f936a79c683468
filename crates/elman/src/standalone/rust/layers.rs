//! What the other layers compute at a step.

use super::activations::{Row, exp_m1_of, sigmoid_of};
use super::arithmetic::sqrt;

/// `y = x K + b` of some rows.
pub fn dense(
    x: &[f32],
    kernel: &[f32],
    bias: &[f32],
    y: &mut [f32],
    rows: usize,
    depth: usize,
    columns: usize,
) {
    for r in 0..rows {
        let y = &mut y[r * columns..][..columns];
        for (j, y) in y.iter_mut().enumerate() {
            *y = if bias.is_empty() { 0.0 } else { bias[j] };
        }
        for k in 0..depth {
            let factor = x[r * depth + k];
            for (y, m) in y.iter_mut().zip(&kernel[k * columns..]) {
                *y += factor * m;
            }
        }
    }
}

/// An activation of the rows of `size` numbers.
pub fn apply(activation: Row, y: &mut [f32], size: usize, width: usize) {
    for row in y[..size].chunks_exact_mut(width) {
        activation(row);
    }
}

/// `y = a sigmoid(b)` of the halves of each row.
pub fn glu(x: &[f32], y: &mut [f32], rows: usize, width: usize) {
    let half = width / 2;
    for r in 0..rows {
        for j in 0..half {
            y[r * half + j] = x[r * width + j] * sigmoid_of(x[r * width + half + j]);
        }
    }
}

/// A convolution of `width` features from `from` on with the steps before them, of which a ring
/// holds the last; the oldest of them is number `oldest`. It gives `filters` numbers from `to` on.
#[allow(clippy::too_many_arguments)]
pub fn convolve(
    x: &[f32],
    kernel: &[f32],
    bias: &[f32],
    ring: &[f32],
    oldest: &[f32],
    y: &mut [f32],
    from: usize,
    width: usize,
    to: usize,
    filters: usize,
    features: usize,
    kernel_size: usize,
    dilation: usize,
    several: bool,
) {
    let span = (kernel_size - 1) * dilation;
    let y = &mut y[to..to + filters];
    for (j, y) in y.iter_mut().enumerate() {
        *y = if bias.is_empty() { 0.0 } else { bias[j] };
    }
    for k in 0..kernel_size {
        let ago = (kernel_size - 1 - k) * dilation;
        let step = match ago {
            0 => x,
            _ => &ring[(oldest[0] as usize + span - ago) % span * features..],
        };
        for i in 0..width {
            let factor = step[from + i];
            for (y, m) in y.iter_mut().zip(&kernel[(k * width + i) * filters..]) {
                *y += factor * m;
            }
        }
    }
    if several {
        for y in y {
            *y += 0.0; // a zero without a sign
        }
    }
}

/// Puts a step into a ring, in place of the oldest.
pub fn push(x: &[f32], ring: &mut [f32], oldest: &mut [f32], features: usize, span: usize) {
    let at = oldest[0] as usize;
    ring[at * features..][..features].copy_from_slice(&x[..features]);
    oldest[0] = ((at + 1) % span) as f32;
}

/// Looks up vectors; false if a number is no index of one.
pub fn embed(
    x: &[f32],
    table: &[f32],
    y: &mut [f32],
    ids: usize,
    count: usize,
    size: usize,
) -> bool {
    for i in 0..ids {
        let id = x[i];
        let is_index = id >= 0.0 && id < count as f32 && id as usize as f32 == id;
        if !is_index {
            return false;
        }
        y[i * size..][..size].copy_from_slice(&table[id as usize * size..][..size]);
    }
    true
}

/// Divides rows by how far they spread, then scales and shifts them.
pub fn normalize_rows(
    y: &mut [f32],
    scale: &[f32],
    shift: &[f32],
    size: usize,
    width: usize,
    centred: bool,
    epsilon: f64,
) {
    for row in y[..size].chunks_exact_mut(width) {
        let mut sum = -0.0;
        for v in row.iter() {
            sum += f64::from(*v);
        }
        let mean = if centred { sum / width as f64 } else { 0.0 };
        let mut square = -0.0;
        for v in row.iter() {
            let distance = f64::from(*v) - mean;
            square += distance * distance;
        }
        let inverse = 1.0 / sqrt(square / width as f64 + epsilon);
        for (j, v) in row.iter_mut().enumerate() {
            *v = ((f64::from(*v) - mean) * inverse) as f32;
            if !scale.is_empty() {
                *v *= scale[j];
            }
            if !shift.is_empty() {
                *v += shift[j];
            }
        }
    }
}

/// Normalizes by recorded means, one for each of `columns`, under which `side` numbers stand.
#[allow(clippy::too_many_arguments)]
pub fn normalize_columns(
    x: &[f32],
    mean: &[f64],
    inverse: &[f64],
    scale: &[f32],
    shift: &[f32],
    y: &mut [f32],
    size: usize,
    columns: usize,
    side: usize,
) {
    for i in 0..size {
        let j = i / side % columns;
        y[i] = ((f64::from(x[i]) - mean[j]) * inverse[j]) as f32;
        if !scale.is_empty() {
            y[i] *= scale[j];
        }
        if !shift.is_empty() {
            y[i] += shift[j];
        }
    }
}

/// `(x - mean) / deviation`, or back.
pub fn standardize(
    x: &[f32],
    mean: &[f32],
    deviation: &[f32],
    y: &mut [f32],
    size: usize,
    columns: usize,
    invert: bool,
) {
    for i in 0..size {
        let (mean, deviation) = (mean[i % columns], deviation[i % columns]);
        y[i] = if invert { mean + x[i] * deviation } else { (x[i] - mean) / deviation };
    }
}

/// `x scale + offset`.
pub fn rescale(
    x: &[f32],
    scale: &[f32],
    offset: &[f32],
    y: &mut [f32],
    size: usize,
    columns: usize,
) {
    for i in 0..size {
        y[i] = x[i] * scale[i % columns] + offset[i % columns];
    }
}

/// ReLU with a slope below a threshold, and a greatest value.
pub fn relu_layer(
    x: &[f32],
    y: &mut [f32],
    size: usize,
    slope: f32,
    threshold: f32,
    greatest: f32,
) {
    for i in 0..size {
        y[i] = match x[i] {
            x if x <= threshold && slope == 0.0 => 0.0,
            x if x <= threshold => slope * (x - threshold),
            x if x > greatest => greatest,
            x => x,
        };
    }
}

/// `alpha (exp(x) - 1)` below zero.
pub fn elu_layer(x: &[f32], y: &mut [f32], size: usize, alpha: f32) {
    for i in 0..size {
        y[i] = if x[i] > 0.0 { x[i] } else { alpha * exp_m1_of(x[i]) };
    }
}

/// `slope x` below zero.
pub fn leaky_relu_layer(x: &[f32], y: &mut [f32], size: usize, slope: f32) {
    for i in 0..size {
        y[i] = x[i] * if x[i] > 0.0 { 1.0 } else { slope };
    }
}

/// `alpha x` below zero, each with a slope of its own.
pub fn prelu(x: &[f32], alpha: &[f32], y: &mut [f32], size: usize) {
    for i in 0..size {
        y[i] = if x[i] > 0.0 { x[i] } else { alpha[i] * x[i] };
    }
}

/// `y = x`.
pub fn copy(x: &[f32], y: &mut [f32], size: usize) {
    y[..size].copy_from_slice(&x[..size]);
}

/// `y = x` where it counts, else zeros.
pub fn copy_if(used: bool, x: &[f32], y: &mut [f32], size: usize) {
    for i in 0..size {
        y[i] = if used { x[i] } else { 0.0 };
    }
}

/// `y = value`.
pub fn fill(y: &mut [f32], value: f32, size: usize) {
    y[..size].fill(value);
}

/// For each number of y, that of x at its place.
pub fn spread(x: &[f32], places: &[u32], y: &mut [f32], size: usize) {
    for i in 0..size {
        y[i] = x[places[i] as usize];
    }
}

macro_rules! pairs {
    ($($name:ident: |$x:ident, $y:ident| $value:expr;)*) => {$(
        /// Brings the numbers of x into those of y.
        pub fn $name(x: &[f32], y: &mut [f32], size: usize) {
            for i in 0..size {
                let ($x, $y) = (x[i], y[i]);
                y[i] = $value;
            }
        }
    )*};
}

pairs! {
    add: |x, y| y + x;
    subtract: |x, y| y - x;
    multiply: |x, y| y * x;
    maximum: |x, y| if x > y { x } else { y };
    minimum: |x, y| if x < y { x } else { y };
}

/// `y / value`.
pub fn divide(y: &mut [f32], value: f32, size: usize) {
    for y in &mut y[..size] {
        *y /= value;
    }
}

/// Puts rows of `part` numbers into rows of `width`, from `start` on.
pub fn place(x: &[f32], y: &mut [f32], rows: usize, part: usize, width: usize, start: usize) {
    for r in 0..rows {
        y[r * width + start..][..part].copy_from_slice(&x[r * part..][..part]);
    }
}

/// Whether any number differs from a value.
pub fn differs(x: &[f32], value: f32, size: usize) -> bool {
    x[..size].iter().any(|v| *v != value)
}

/// Whether one or the other.
pub fn either(a: bool, b: bool) -> bool {
    a || b
}

fn truth(value: bool) -> f32 {
    if value { 1.0 } else { 0.0 }
}

/// Which numbers equal a value, or which don't.
pub fn compare(x: &[f32], y: &mut [f32], size: usize, value: f32, equal: bool) {
    for i in 0..size {
        y[i] = truth((x[i] == value) == equal);
    }
}

/// Whether every, or any, of `length` numbers that are `inner` apart is true.
pub fn join(x: &[f32], y: &mut [f32], size: usize, length: usize, inner: usize, every: bool) {
    for i in 0..size {
        let start = i / inner * length * inner + i % inner;
        let mut along = (0..length).map(|k| x[start + k * inner] != 0.0);
        y[i] = truth(if every { along.all(|v| v) } else { along.any(|v| v) });
    }
}

/// Whether both, or one, of two numbers are true.
pub fn logic(a: &[f32], b: &[f32], y: &mut [f32], size: usize, both: bool) {
    for i in 0..size {
        let (a, b) = (a[i] != 0.0, b[i] != 0.0);
        y[i] = truth(if both { a && b } else { a || b });
    }
}
