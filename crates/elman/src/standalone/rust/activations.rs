//! Activations, each of a row in place. Those named `fast` are what recurrent layers compute in
//! vectors; the others what all layers compute number by number.

use super::arithmetic::{fma, sqrt};
use super::functions;

/// What a program knows activations as.
pub type Row = fn(&mut [f32]);

/// `exp(x)`, and so on: in `f64`, rounded.
pub fn exp_of(x: f32) -> f32 {
    functions::exp(f64::from(x)) as f32
}
/// `exp(x) - 1`.
pub fn exp_m1_of(x: f32) -> f32 {
    functions::exp_m1(f64::from(x)) as f32
}
/// `ln(1 + x)`.
pub fn ln_1p_of(x: f32) -> f32 {
    functions::ln_1p(f64::from(x)) as f32
}
fn tanh_of(x: f32) -> f32 {
    functions::tanh(f64::from(x)) as f32
}
/// `1 / (1 + exp(-x))`.
pub fn sigmoid_of(x: f32) -> f32 {
    1.0 / (1.0 + exp_of(-x))
}
/// The larger of two, and x if it is no number.
fn larger(x: f32, y: f32) -> f32 {
    if y > x { y } else { x }
}
fn clip(x: f32, low: f32, high: f32) -> f32 {
    let x = larger(x, low);
    if high < x { high } else { x }
}
fn softplus_of(x: f32) -> f32 {
    if x.is_nan() { x } else { larger(x, 0.0) + ln_1p_of(exp_of(-x.abs())) }
}
fn hard_sigmoid_of(x: f32) -> f32 {
    clip(x + 3.0, 0.0, 6.0) * ((1.0f64 / 6.0) as f32)
}

/// Adding and subtracting it rounds to an integer; the low bits of the sum are that integer.
const MAGIC: f32 = 12_582_912.0;
const Q: [f32; 5] = [0.499_999_94, 0.166_665_21, 0.041_668_389, 0.008_368_745_4, 0.001_381_454];

/// `n + MAGIC` and `exp(r) - 1` where `x = n ln 2 + r`.
fn reduce(x: f32) -> (f32, f32) {
    let t = fma(x, core::f32::consts::LOG2_E, MAGIC);
    let n = t - MAGIC;
    let r = fma(-n, 0.693_359_4, x);
    let r = fma(-n, -2.121_944_4e-4, r);
    let rr = r * r;
    let low = fma(Q[1], r, Q[0]);
    let high = fma(Q[3], r, Q[2]);
    let high = fma(Q[4], rr, high);
    (t, fma(rr, fma(high, rr, low), r))
}
/// `p 2^n` of `t = n + MAGIC`.
fn scale(p: f32, t: f32) -> f32 {
    f32::from_bits(p.to_bits().wrapping_add(t.to_bits() << 23))
}
fn fast_exp_of(x: f32) -> f32 {
    let x = if -104.0 > x { -104.0 } else { x };
    let x = if 89.0 < x { 89.0 } else { x };
    let (t, p) = reduce(x);
    let n = t - MAGIC;
    let half = fma(n, 0.5, MAGIC);
    let rest = (n - (half - MAGIC)) + MAGIC;
    scale(p + 1.0, half) * scale(1.0, rest)
}
fn fast_tanh_of(x: f32) -> f32 {
    let a = if 10.0 < x.abs() { 10.0 } else { x.abs() };
    let (t, p) = reduce(a * -2.0);
    let power = scale(1.0, t);
    let e = fma(power, p, power - 1.0);
    (e / (e + 2.0)).copysign(x)
}
fn fast_sigmoid_of(x: f32) -> f32 {
    let x = if -87.0 > x { -87.0 } else { x };
    let x = if 87.0 < x { 87.0 } else { x };
    let (t, p) = reduce(0.0 - x);
    let power = scale(1.0, t);
    1.0 / (1.0 + fma(power, p, power))
}

macro_rules! rows {
    ($($name:ident: |$x:ident| $value:expr;)*) => {$(
        /// The activation of this name, of each number.
        pub fn $name(row: &mut [f32]) {
            for v in row {
                let $x = *v;
                *v = $value;
            }
        }
    )*};
}

/// Nothing.
pub fn linear(_row: &mut [f32]) {}

rows! {
    relu: |x| larger(x, 0.0);
    relu6: |x| clip(x, 0.0, 6.0);
    leaky_relu: |x| if x < 0.0 { (0.2f64 as f32) * x } else { x };
    elu: |x| if x < 0.0 { exp_m1_of(x) } else { x };
    celu: |x| if x < 0.0 { exp_m1_of(x) } else { x };
    selu: |x| if x < 0.0 {
        ((1.050_700_987_355_480_5f64 * 1.673_263_242_354_377_2) as f32) * exp_m1_of(x)
    } else {
        (1.050_700_987_355_480_5f64 as f32) * x
    };
    gelu: |x| 0.5 * x * (1.0 + functions::erf(f64::from(x * core::f32::consts::FRAC_1_SQRT_2)) as f32);
    sigmoid: |x| sigmoid_of(x);
    hard_sigmoid: |x| hard_sigmoid_of(x);
    hard_sigmoid_keras2: |x| clip((0.2f64 as f32) * x + 0.5, 0.0, 1.0);
    log_sigmoid: |x| -softplus_of(-x);
    silu: |x| x * sigmoid_of(x);
    hard_silu: |x| x * hard_sigmoid_of(x);
    tanh: |x| tanh_of(x);
    hard_tanh: |x| clip(x, -1.0, 1.0);
    tanh_shrink: |x| x - tanh_of(x);
    soft_shrink: |x| if x > 0.5 { x - 0.5 } else if x < -0.5 { x + 0.5 } else { 0.0 * x };
    hard_shrink: |x| if x.abs() <= 0.5 { 0.0 } else { x };
    softplus: |x| softplus_of(x);
    softsign: |x| x / (1.0 + x.abs());
    mish: |x| x * tanh_of(softplus_of(x));
    exponential: |x| exp_of(x);
    squareplus: |x| 0.5 * (x + sqrt(f64::from(x * x + 4.0)) as f32);
    sparse_plus: |x| if x <= -1.0 {
        0.0
    } else if x < 1.0 {
        0.25 * (x + 1.0) * (x + 1.0)
    } else {
        x
    };
    sparse_sigmoid: |x| clip(0.5 * (x + 1.0), 0.0, 1.0);
    fast_sigmoid: |x| fast_sigmoid_of(x);
    fast_tanh: |x| fast_tanh_of(x);
    fast_exponential: |x| fast_exp_of(x);
}

fn maximum_of(row: &[f32]) -> f32 {
    let mut max = row[0];
    for v in row {
        max = larger(max, *v);
    }
    max
}

/// `exp(x) / sum(exp(x))`.
pub fn softmax(row: &mut [f32]) {
    let max = maximum_of(row);
    let mut sum = 0.0;
    for v in row.iter_mut() {
        *v = exp_of(*v - max);
        sum += *v;
    }
    let scale = 1.0 / sum;
    for v in row {
        *v *= scale;
    }
}

/// The logarithm of softmax.
pub fn log_softmax(row: &mut [f32]) {
    let max = maximum_of(row);
    let mut sum = 0.0;
    for v in row.iter() {
        sum += exp_of(*v - max);
    }
    let log = max + functions::ln(f64::from(sum)) as f32;
    for v in row {
        *v -= log;
    }
}

/// Sparsemax, as Keras computes it. The values are passed from the largest down.
pub fn sparsemax(row: &mut [f32]) {
    let (mut sum, mut sum_of_sums, mut k) = (0.0, 0.0, 0);
    let mut below = f32::INFINITY;
    'values: while k < row.len() {
        let (mut value, mut times) = (f32::NEG_INFINITY, 0);
        for v in row.iter() {
            let is_next = *v < below || (k == 0 && *v == below);
            if is_next && *v > value {
                (value, times) = (*v, 1);
            } else if is_next && *v == value {
                times += 1;
            }
        }
        if times == 0 {
            break;
        }
        for _ in 0..times {
            sum += value;
            if value - (sum - 1.0) / (k + 1) as f32 > 0.0 {
                k += 1;
                sum_of_sums += sum;
            } else {
                break 'values;
            }
        }
        below = value;
    }
    let threshold = (sum_of_sums - 1.0) / k as f32;
    for v in row {
        *v = larger(*v - threshold, 0.0);
    }
}
