//! `exp`, `ln`, `tanh` and `erf` in nothing but additions, multiplications, divisions and bits: the
//! same numbers on every platform, whose libraries differ in their last bits. They are for `f32`,
//! computed in `f64`: relative errors stay below 1e-15, so that rounded to `f32` all but a few in a
//! hundred million results are the nearest ones.
//!
//! This file uses `core` alone, and programs that elman writes hold it as it stands.

/// From here on down `exp` is zero: far below the least `f32`, and above where `f64` ends.
const LOWEST: f64 = -700.0;
/// From here on up it is infinite.
const HIGHEST: f64 = 709.0;

/// `1 / k!` for k = 2, 3, ….
const EXP: [f64; 13] = [
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
    1.0 / 87_178_291_200.0,
];

/// `exp(r) - 1` for `|r| < 0.36`, by its series.
fn exp_m1_near_zero(r: f64) -> f64 {
    let c = &EXP;
    // By pairs of pairs: the terms don't wait for each other.
    let (r2, r4) = (r * r, (r * r) * (r * r));
    let a = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2;
    let b = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2;
    let d = (c[8] + c[9] * r) + (c[10] + c[11] * r) * r2;
    r + r2 * (a + r4 * (b + r4 * (d + r4 * c[12])))
}

/// `2^n` of an n that gives a normal number.
fn power_of_two(n: i64) -> f64 {
    f64::from_bits(((n + 1023) as u64) << 52)
}

/// `exp(x)`.
pub fn exp(x: f64) -> f64 {
    if x.is_nan() || x >= HIGHEST {
        return if x.is_nan() { x } else { f64::INFINITY };
    }
    if x <= LOWEST {
        return 0.0;
    }
    // x = n ln 2 + r, where ln 2 is in two parts and n times the first is exact.
    let half = if x < 0.0 { -0.5 } else { 0.5 };
    let n = (x * core::f64::consts::LOG2_E + half) as i64;
    let r = x - n as f64 * 6.931_471_803_691_238e-1 - n as f64 * 1.908_214_929_270_587_7e-10;
    power_of_two(n) * (1.0 + exp_m1_near_zero(r))
}

/// `exp(x) - 1`, also where that is small.
pub fn exp_m1(x: f64) -> f64 {
    if x > -0.35 && x < 0.35 { exp_m1_near_zero(x) } else { exp(x) - 1.0 }
}

/// `ln((1 + s) / (1 - s))` for `|s| < 0.18`, by its series.
fn two_atanh(s: f64) -> f64 {
    let z = s * s;
    let mut sum = 0.0;
    let mut k = 23.0;
    while k > 1.0 {
        sum = (sum + 1.0 / k) * z;
        k -= 2.0;
    }
    2.0 * s + 2.0 * s * sum
}

/// The natural logarithm; of a negative number, NaN.
pub fn ln(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 || x == f64::INFINITY {
        return if x == 0.0 { f64::NEG_INFINITY } else { x };
    }
    // Subnormal numbers, too, are m 2^n with m from 1 to 2.
    let (x, shift) =
        if x < f64::MIN_POSITIVE { (x * 18_014_398_509_481_984.0, 54) } else { (x, 0) };
    let mut n = (x.to_bits() >> 52) as i64 - 1023 - shift;
    let mut m = f64::from_bits((x.to_bits() & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if m > core::f64::consts::SQRT_2 {
        m *= 0.5;
        n += 1;
    }
    let n = n as f64;
    n * 6.931_471_803_691_238e-1
        + (two_atanh((m - 1.0) / (m + 1.0)) + n * 1.908_214_929_270_587_7e-10)
}

/// `ln(1 + x)`, also where that is small.
pub fn ln_1p(x: f64) -> f64 {
    if x > -0.29 && x < 0.41 { two_atanh(x / (2.0 + x)) } else { ln(1.0 + x) }
}

/// The hyperbolic tangent.
pub fn tanh(x: f64) -> f64 {
    let e = exp_m1(-2.0 * x.abs());
    (-e / (2.0 + e)).copysign(x)
}

/// The error function. Below 3 the series `2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!`,
/// whose terms all have one sign, above it the continued fraction of `erfc`; error below 1e-15.
pub fn erf(x: f64) -> f64 {
    let a = x.abs();
    if a.is_nan() || a >= 6.0 {
        return if a.is_nan() { x } else { 1f64.copysign(x) };
    }
    if a < 3.0 {
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term.abs() > sum.abs() * 1e-17 {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        return core::f64::consts::FRAC_2_SQRT_PI * exp(-x * x) * sum;
    }
    // erfc(a) = exp(-a^2)/sqrt(pi) / (a + (1/2)/(a + 1/(a + (3/2)/(a + ...)))), from the inside out.
    let (mut tail, mut n) = (a, 60.0);
    while n > 0.0 {
        tail = a + n / 2.0 / tail;
        n -= 1.0;
    }
    let erfc = exp(-a * a) / tail * (core::f64::consts::FRAC_2_SQRT_PI / 2.0);
    (1.0 - erfc).copysign(x)
}
