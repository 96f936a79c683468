//! One step of recurrent layers. Letters: x input, h state and output, c carry, z what the gates
//! are activations of.

use super::activations::{Row, exp_of, ln_1p_of};
use super::arithmetic::{fma, multiply_add};

/// `y += x m`, where m has rows of `columns` numbers and y is as wide as those from `first` on.
fn add_product(fused: bool, x: &[f32], m: &[f32], columns: usize, first: usize, y: &mut [f32]) {
    for (k, factor) in x.iter().enumerate() {
        let row = &m[k * columns + first..][..y.len()];
        for (y, m) in y.iter_mut().zip(row) {
            *y = multiply_add(fused, *factor, *m, *y);
        }
    }
}

/// The bias, or zeros if there is none.
fn start(z: &mut [f32], bias: &[f32]) {
    for (i, z) in z.iter_mut().enumerate() {
        *z = if bias.is_empty() { 0.0 } else { bias[i] };
    }
}

/// `h' = f(x K + h R + b)`.
#[allow(clippy::too_many_arguments)]
pub fn simple_rnn(
    x: &[f32],
    kernel: &[f32],
    recurrent: &[f32],
    bias: &[f32],
    h: &mut [f32],
    y: &mut [f32],
    z: &mut [f32],
    features: usize,
    units: usize,
    activation: Row,
) {
    let z = &mut z[..units];
    start(z, bias);
    add_product(true, &x[..features], kernel, units, 0, z);
    add_product(true, h, recurrent, units, 0, z);
    activation(z);
    h.copy_from_slice(z);
    y.copy_from_slice(z);
}

/// `i, f, g, o = s, s, p, s (x K + h R + b)`, `c' = f c + i g`, `h' = o p(c')`.
#[allow(clippy::too_many_arguments)]
pub fn lstm(
    x: &[f32],
    kernel: &[f32],
    recurrent: &[f32],
    bias: &[f32],
    h: &mut [f32],
    c: &mut [f32],
    y: &mut [f32],
    z: &mut [f32],
    features: usize,
    units: usize,
    activation: Row,
    gate: Row,
) {
    let z = &mut z[..4 * units];
    start(z, bias);
    add_product(true, &x[..features], kernel, 4 * units, 0, z);
    add_product(true, h, recurrent, 4 * units, 0, z);
    lstm_gates(true, z, h, c, y, activation, gate);
}

/// The gates of an LSTM and what they make of its states.
fn lstm_gates(
    fused: bool,
    z: &mut [f32],
    h: &mut [f32],
    c: &mut [f32],
    y: &mut [f32],
    activation: Row,
    gate: Row,
) {
    let units = h.len();
    gate(&mut z[..units]);
    gate(&mut z[units..2 * units]);
    activation(&mut z[2 * units..3 * units]);
    gate(&mut z[3 * units..]);
    for j in 0..units {
        c[j] = multiply_add(fused, z[units + j], c[j], z[j] * z[2 * units + j]);
        y[j] = c[j];
    }
    activation(&mut y[..units]);
    for j in 0..units {
        h[j] = z[3 * units + j] * y[j];
        y[j] = h[j];
    }
}

/// `z, r = s(x K + h R + b)`, `h' = z h + (1 - z) g`, with `g = p(x K + b + r (h R + b'))` if
/// `reset_after`, else `g = p(x K + b + (r h) R)`. All sums are fused.
#[allow(clippy::too_many_arguments)]
pub fn gru(
    x: &[f32],
    kernel: &[f32],
    recurrent: &[f32],
    bias: &[f32],
    h: &mut [f32],
    y: &mut [f32],
    z: &mut [f32],
    features: usize,
    units: usize,
    reset_after: bool,
    activation: Row,
    gate: Row,
) {
    let columns = 3 * units;
    let (z, inner) = z[..4 * units].split_at_mut(columns);
    start(z, bias);
    start(inner, if reset_after && !bias.is_empty() { &bias[columns + 2 * units..] } else { &[] });
    if reset_after && !bias.is_empty() {
        for j in 0..2 * units {
            z[j] += bias[columns + j];
        }
    }
    add_product(true, &x[..features], kernel, columns, 0, z);
    let (gates, candidate) = z.split_at_mut(2 * units);
    add_product(true, h, recurrent, columns, 0, gates);
    gate(&mut gates[..units]);
    gate(&mut gates[units..]);
    if reset_after {
        add_product(true, h, recurrent, columns, 2 * units, inner);
        for j in 0..units {
            candidate[j] = fma(gates[units + j], inner[j], candidate[j]);
        }
    } else {
        for j in 0..units {
            inner[j] = gates[units + j] * h[j];
        }
        add_product(true, inner, recurrent, columns, 2 * units, candidate);
    }
    activation(candidate);
    for j in 0..units {
        h[j] = fma(gates[j], h[j] - candidate[j], candidate[j]);
        y[j] = h[j];
    }
}

/// What layers with activations that the vectors don't have add up: `x K` and `h R` by themselves, in
/// sums that round twice.
fn plain_products(
    x: &[f32],
    kernel: &[f32],
    recurrent: &[f32],
    h: &[f32],
    z: &mut [f32],
    inner: &mut [f32],
) {
    start(z, &[]);
    start(inner, &[]);
    add_product(false, x, kernel, z.len(), 0, z);
    add_product(false, h, recurrent, z.len(), 0, inner);
}

fn add_to(y: &mut [f32], x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += x;
    }
}

/// As [`simple_rnn`], in plain sums.
#[allow(clippy::too_many_arguments)]
pub fn plain_simple_rnn(
    x: &[f32],
    kernel: &[f32],
    recurrent: &[f32],
    bias: &[f32],
    h: &mut [f32],
    y: &mut [f32],
    z: &mut [f32],
    features: usize,
    units: usize,
    activation: Row,
) {
    let (z, inner) = z[..2 * units].split_at_mut(units);
    plain_products(&x[..features], kernel, recurrent, h, z, inner);
    add_to(z, bias);
    add_to(z, inner);
    activation(z);
    h.copy_from_slice(z);
    y.copy_from_slice(z);
}

/// As [`lstm`], in plain sums.
#[allow(clippy::too_many_arguments)]
pub fn plain_lstm(
    x: &[f32],
    kernel: &[f32],
    recurrent: &[f32],
    bias: &[f32],
    h: &mut [f32],
    c: &mut [f32],
    y: &mut [f32],
    z: &mut [f32],
    features: usize,
    units: usize,
    activation: Row,
    gate: Row,
) {
    let (z, inner) = z[..8 * units].split_at_mut(4 * units);
    plain_products(&x[..features], kernel, recurrent, h, z, inner);
    add_to(z, inner);
    add_to(z, bias);
    lstm_gates(false, z, h, c, y, activation, gate);
}

/// As [`gru`], in plain sums.
#[allow(clippy::too_many_arguments)]
pub fn plain_gru(
    x: &[f32],
    kernel: &[f32],
    recurrent: &[f32],
    bias: &[f32],
    h: &mut [f32],
    y: &mut [f32],
    z: &mut [f32],
    features: usize,
    units: usize,
    reset_after: bool,
    activation: Row,
    gate: Row,
) {
    let columns = 3 * units;
    let (z, inner) = z[..2 * columns].split_at_mut(columns);
    plain_products(&x[..features], kernel, recurrent, h, z, inner);
    add_to(z, &bias[..bias.len().min(columns)]);
    if reset_after && !bias.is_empty() {
        add_to(inner, &bias[columns..]);
    }
    let (gates, candidate) = z.split_at_mut(2 * units);
    add_to(gates, inner);
    gate(&mut gates[..units]);
    gate(&mut gates[units..]);
    let (first, last) = inner.split_at_mut(2 * units);
    for j in 0..units {
        let reset = if reset_after { last[j] } else { h[j] };
        first[j] = gates[units + j] * reset;
    }
    if !reset_after {
        start(last, &[]);
        add_product(false, &first[..units], recurrent, columns, 2 * units, last);
        first[..units].copy_from_slice(last);
    }
    add_to(candidate, &first[..units]);
    activation(candidate);
    for j in 0..units {
        h[j] = candidate[j] + gates[j] * (h[j] - candidate[j]);
        y[j] = h[j];
    }
}

/// `1 / (1 + exp(-v))`, with the exponential of what isn't positive alone.
fn stable_sigmoid(v: f32) -> f32 {
    let small = exp_of(-v.abs());
    if v >= 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) }
}

fn log_1p_exp(v: f32) -> f32 {
    (if v > 0.0 { v } else { 0.0 }) + ln_1p_of(exp_of(-v.abs()))
}

/// `h' = kept h + written` of z, whose last `units` numbers are candidates.
fn mix(z: &[f32], h: &mut [f32], y: &mut [f32], positive: bool, logit: impl Fn(usize) -> f32) {
    let units = h.len();
    for j in 0..units {
        let v = z[z.len() - units + j];
        let candidate = match positive {
            true if v >= 0.0 => v + 0.5,
            true => stable_sigmoid(v),
            false => v,
        };
        let d = logit(j);
        h[j] = stable_sigmoid(d) * h[j] + stable_sigmoid(-d) * candidate;
        y[j] = h[j];
    }
}

fn minimal(x: &[f32], kernel: &[f32], bias: &[f32], z: &mut [f32]) {
    start(z, &[]);
    add_product(false, x, kernel, z.len(), 0, z);
    for (z, bias) in z.iter_mut().zip(bias) {
        *z += bias;
    }
}

/// The minimal GRU: `h' = (1 - s(z)) h + s(z) g` of `z, g = x K + b`.
#[allow(clippy::too_many_arguments)]
pub fn min_gru(
    x: &[f32],
    kernel: &[f32],
    bias: &[f32],
    h: &mut [f32],
    y: &mut [f32],
    z: &mut [f32],
    features: usize,
    units: usize,
    positive: bool,
) {
    let z = &mut z[..2 * units];
    minimal(&x[..features], kernel, bias, z);
    mix(z, h, y, positive, |j| -z[j]);
}

/// The minimal LSTM: as [`min_gru`], with two gates that are made to add up to 1.
#[allow(clippy::too_many_arguments)]
pub fn min_lstm(
    x: &[f32],
    kernel: &[f32],
    bias: &[f32],
    h: &mut [f32],
    y: &mut [f32],
    z: &mut [f32],
    features: usize,
    units: usize,
    positive: bool,
) {
    let z = &mut z[..3 * units];
    minimal(&x[..features], kernel, bias, z);
    mix(z, h, y, positive, |j| log_1p_exp(-z[units + j]) - log_1p_exp(-z[j]));
}
