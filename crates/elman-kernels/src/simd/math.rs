//! `exp`, `tanh` and `sigmoid` in vectors.
//!
//! | function | method | error bound, over all finite f32 |
//! |---|---|---|
//! | `exp` | `2^n (1 + r + r^2 q(r))`, `r = x - n ln 2`, q of degree 4 | 1.5 ulp; results below 2^-126 are correctly rounded to subnormals within 1 unit |
//! | `tanh` | `-e / (2 + e)`, `e = exp(-2 abs(x)) - 1` computed without cancellation | 2.5 ulp |
//! | `sigmoid` | `1 / (1 + exp(-x))` | 2.5 ulp above -87; below, it stays at 1.6e-38 |
//!
//! q is a minimax fit of `(exp(r) - 1 - r) / r^2` on `abs(r) <= ln(2)/2`, weighted for the relative error
//! of the exponential, which it keeps below 3.1e-9. All three pass a NaN on. The tests of this
//! module measure the bounds. In the double precision build they are the library's functions.

use super::Simd;
use crate::Float;

/// Adding and subtracting it rounds to an integer; the low bits of the sum are that integer.
#[cfg(not(feature = "f64"))]
const MAGIC: Float = 12_582_912.0; // 1.5 2^23
#[cfg(not(feature = "f64"))]
const Q: [Float; 5] = [0.499_999_94, 0.166_665_21, 0.041_668_389, 0.008_368_745_4, 0.001_381_454];

/// The value of an expression for each of `N` vectors. What one of these functions computes waits
/// for itself most of the time, and a processor fills the gaps only with what stands close by: with
/// the same operation of the next vector, not with the next function.
#[cfg(not(feature = "f64"))]
macro_rules! each {
    ($s:ident, |$i:ident| $value:expr) => {{
        let mut vectors = [$s.splat(0.0); N];
        for $i in 0..N {
            vectors[$i] = $value;
        }
        vectors
    }};
}

/// `n` (as `n + MAGIC`) and `exp(r) - 1` where `x = n ln 2 + r`. For `|x| < 2^20`.
#[cfg(not(feature = "f64"))]
#[inline(always)]
fn reduce<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> ([S::V; N], [S::V; N]) {
    let t = each!(s, |i| s.fma(x[i], s.splat(std::f32::consts::LOG2_E), s.splat(MAGIC)));
    let n = each!(s, |i| s.sub(t[i], s.splat(MAGIC)));
    // ln 2 in two parts, the first with few enough bits that its product with n is exact.
    let r = each!(s, |i| s.fnma(n[i], s.splat(0.693_359_4), x[i]));
    let r = each!(s, |i| s.fnma(n[i], s.splat(-2.121_944_4e-4), r[i]));
    let rr = each!(s, |i| s.mul(r[i], r[i]));
    let low = each!(s, |i| s.fma(s.splat(Q[1]), r[i], s.splat(Q[0])));
    let high = each!(s, |i| s.fma(s.splat(Q[3]), r[i], s.splat(Q[2])));
    let high = each!(s, |i| s.fma(s.splat(Q[4]), rr[i], high[i]));
    let q = each!(s, |i| s.fma(high[i], rr[i], low[i]));
    (t, each!(s, |i| s.fma(rr[i], q[i], r[i])))
}

/// `exp(x)`.
#[cfg(not(feature = "f64"))]
#[inline(always)]
pub(crate) fn exp<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> [S::V; N] {
    let x = each!(s, |i| s.min(s.splat(89.0), s.max(s.splat(-104.0), x[i])));
    let (t, p) = reduce(s, x);
    // In two steps, because 2^n may lie outside of the normal numbers where the result does not.
    let n = each!(s, |i| s.sub(t[i], s.splat(MAGIC)));
    let half = each!(s, |i| s.fma(n[i], s.splat(0.5), s.splat(MAGIC)));
    let rest = each!(s, |i| s.sub(n[i], s.sub(half[i], s.splat(MAGIC))));
    let p = each!(s, |i| s.scale(s.add(p[i], s.splat(1.0)), half[i]));
    each!(s, |i| s.mul(p[i], s.scale(s.splat(1.0), s.add(rest[i], s.splat(MAGIC)))))
}

/// What the exponential is taken of for `tanh(x)`.
#[cfg(not(feature = "f64"))]
#[inline(always)]
fn tanh_exponent<S: Simd>(s: S, x: S::V) -> S::V {
    // tanh(9.02) rounds to 1.
    s.mul(s.min(s.splat(10.0), s.abs(x)), s.splat(-2.0))
}

/// What the exponential is taken of for `sigmoid(x)`.
#[cfg(not(feature = "f64"))]
#[inline(always)]
fn sigmoid_exponent<S: Simd>(s: S, x: S::V) -> S::V {
    // Within these bounds 2^n and the result are normal numbers.
    s.sub(s.splat(0.0), s.min(s.splat(87.0), s.max(s.splat(-87.0), x)))
}

/// `tanh(x)`.
#[cfg(not(feature = "f64"))]
#[inline(always)]
pub(crate) fn tanh<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> [S::V; N] {
    let (t, p) = reduce(s, each!(s, |i| tanh_exponent(s, x[i])));
    let power = each!(s, |i| s.scale(s.splat(1.0), t[i]));
    let e = each!(s, |i| s.fma(power[i], p[i], s.sub(power[i], s.splat(1.0))));
    let y = each!(s, |i| s.div(e[i], s.add(e[i], s.splat(2.0))));
    each!(s, |i| s.copysign(y[i], x[i]))
}

/// `1 / (1 + exp(-x))`.
#[cfg(not(feature = "f64"))]
#[inline(always)]
pub(crate) fn sigmoid<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> [S::V; N] {
    let (t, p) = reduce(s, each!(s, |i| sigmoid_exponent(s, x[i])));
    let power = each!(s, |i| s.scale(s.splat(1.0), t[i]));
    let e = each!(s, |i| s.fma(power[i], p[i], power[i]));
    each!(s, |i| s.div(s.splat(1.0), s.add(s.splat(1.0), e[i])))
}

/// The gates of an LSTM: `sigmoid` of the first two and the last, and `tanh` of the third.
#[cfg(not(feature = "f64"))]
#[inline(always)]
pub(crate) fn lstm_gates<S: Simd>(s: S, [i, f, g, o]: [S::V; 4]) -> [S::V; 4] {
    let exponents = [
        sigmoid_exponent(s, i),
        sigmoid_exponent(s, f),
        tanh_exponent(s, g),
        sigmoid_exponent(s, o),
    ];
    let (t, p) = reduce(s, exponents);
    const N: usize = 4;
    let power = each!(s, |k| s.scale(s.splat(1.0), t[k]));
    let one = s.splat(1.0);
    let less = s.sub(power[2], one);
    let added = [power[0], power[1], less, power[3]];
    let e = each!(s, |k| s.fma(power[k], p[k], added[k]));
    let below = [s.add(one, e[0]), s.add(one, e[1]), s.add(e[2], s.splat(2.0)), s.add(one, e[3])];
    let above = [one, one, e[2], one];
    let [i, f, y, o] = each!(s, |k| s.div(above[k], below[k]));
    [i, f, s.copysign(y, g), o]
}

/// `exp(x)`.
#[cfg(feature = "f64")]
pub(crate) fn exp<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> [S::V; N] {
    x.map(|x| s.map(x, Float::exp))
}

/// `tanh(x)`.
#[cfg(feature = "f64")]
pub(crate) fn tanh<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> [S::V; N] {
    x.map(|x| s.map(x, Float::tanh))
}

/// `1 / (1 + exp(-x))`.
#[cfg(feature = "f64")]
pub(crate) fn sigmoid<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> [S::V; N] {
    x.map(|x| s.map(x, |x| 1.0 / (1.0 + (-x).exp())))
}

/// The gates of an LSTM: `sigmoid` of the first two and the last, and `tanh` of the third.
#[cfg(feature = "f64")]
pub(crate) fn lstm_gates<S: Simd>(s: S, [i, f, g, o]: [S::V; 4]) -> [S::V; 4] {
    let [i, f, o] = sigmoid(s, [i, f, o]);
    let [g] = tanh(s, [g]);
    [i, f, g, o]
}

#[cfg(all(test, not(feature = "f64")))]
mod tests {
    use super::*;
    use crate::Isa;
    use crate::simd::{Task, available, dispatch};

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Function {
        Exp,
        Tanh,
        Sigmoid,
    }
    use Function::*;

    impl Function {
        fn exact(self, x: f64) -> f64 {
            match self {
                Exp => x.exp(),
                Tanh => x.tanh(),
                Sigmoid => 1.0 / (1.0 + (-x).exp()),
            }
        }
    }

    struct Run<'a>(Function, &'a mut [f32]);

    impl Task for Run<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self, s: S) {
            for chunk in self.1.chunks_exact_mut(S::LANES) {
                // SAFETY: a chunk holds a vector.
                unsafe {
                    let x = [s.load(chunk.as_ptr())];
                    let [y] = match self.0 {
                        Exp => exp(s, x),
                        Tanh => tanh(s, x),
                        Sigmoid => sigmoid(s, x),
                    };
                    s.store(chunk.as_mut_ptr(), y);
                }
            }
        }
    }

    fn ulps(found: f32, exact: f64) -> f64 {
        if f64::from(found) == exact || (exact > f64::from(f32::MAX) && found == f32::INFINITY) {
            return 0.0;
        }
        let exponent = exact.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
        (f64::from(found) - exact).abs() / 2f64.powf(exponent - 23.0)
    }

    /// The largest error, in units of the last place, over every `step`-th finite number.
    fn worst(isa: Isa, function: Function, step: usize, low: f32) -> (f64, f32) {
        let mut worst = (0.0, 0.0);
        let mut bits = (0..=u32::MAX).step_by(step);
        loop {
            let x: Vec<f32> = bits
                .by_ref()
                .take(4096)
                .map(|b| f32::from_bits(b.wrapping_mul(if step > 1 { 2_654_435_761 } else { 1 })))
                .map(|x| if x.is_finite() { x } else { 0.5 })
                .collect();
            if x.len() < 4096 {
                return worst;
            }
            let mut y = x.clone();
            dispatch(isa, Run(function, &mut y));
            for (&x, &y) in x.iter().zip(&y) {
                let error = ulps(y, function.exact(f64::from(x)));
                if x >= low && (error > worst.0 || error.is_nan()) {
                    worst = (error, x);
                }
            }
        }
    }

    const BOUNDS: [(Function, f64, f32); 3] =
        [(Exp, 1.5, f32::MIN), (Tanh, 2.5, f32::MIN), (Sigmoid, 2.5, -87.0)];

    fn check(step: usize) {
        for isa in available() {
            // Without a fused multiplication the reduction loses a little.
            let slack = if isa == Isa::Portable { 1.0 } else { 0.0 };
            for (function, bound, low) in BOUNDS {
                let (error, x) = worst(isa, function, step, low);
                println!("{isa:?} {function:?}: {error:.3} ulp at {x:e}");
                assert!(error <= bound + slack, "{isa:?} {function:?}({x:e}): {error} ulp");
            }
        }
    }

    #[test]
    fn errors_are_bounded_on_a_sample() {
        check(4999);
    }

    #[test]
    #[ignore = "some minutes: every f32"]
    fn errors_are_bounded_everywhere() {
        check(1);
    }

    #[test]
    fn special_values() {
        let cases = [
            (Exp, f32::INFINITY, f32::INFINITY),
            (Exp, f32::NEG_INFINITY, 0.0),
            (Exp, 0.0, 1.0),
            (Tanh, f32::INFINITY, 1.0),
            (Tanh, f32::NEG_INFINITY, -1.0),
            (Tanh, 0.0, 0.0),
            (Sigmoid, 0.0, 0.5),
            (Sigmoid, f32::INFINITY, 1.0),
            (Sigmoid, f32::NEG_INFINITY, 1.645_811_4e-38),
        ];
        for isa in available() {
            for (function, x, expected) in cases {
                let mut y = [x; 16];
                dispatch(isa, Run(function, &mut y));
                assert_eq!(y, [expected; 16], "{isa:?} {function:?}({x})");
            }
            for function in [Exp, Tanh, Sigmoid] {
                let mut y = [f32::NAN; 16];
                dispatch(isa, Run(function, &mut y));
                assert!(y.iter().all(|y| y.is_nan()), "{isa:?} {function:?}(NaN)");
            }
            let mut y = [-0.0; 16];
            dispatch(isa, Run(Tanh, &mut y));
            assert!(y.iter().all(|y| y.to_bits() == (-0f32).to_bits()), "{isa:?} tanh(-0)");
        }
    }

    #[test]
    fn instruction_sets_agree_bitwise() {
        let fused: Vec<Isa> = available().into_iter().filter(|&isa| isa != Isa::Portable).collect();
        for function in [Exp, Tanh, Sigmoid] {
            let x: Vec<f32> = (0..1 << 16).map(|i| (i - (1 << 15)) as f32 * 0.0031).collect();
            let of = |isa| {
                let mut y = x.clone();
                dispatch(isa, Run(function, &mut y));
                y.iter().map(|y| y.to_bits()).collect::<Vec<_>>()
            };
            for pair in fused.windows(2) {
                assert!(of(pair[0]) == of(pair[1]), "{function:?} differs between {pair:?}");
            }
        }
    }
}
