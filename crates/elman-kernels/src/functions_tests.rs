//! `functions` beside the library: tests apart, so that the file itself can be given away.

use super::functions::*;

/// A function, the library's, and the exponent (of two) of the largest argument.
type Case = (fn(f64) -> f64, fn(f64) -> f64, f64);

/// Against the library, over both signs and many orders of magnitude.
#[test]
fn errors_are_below_a_part_in_a_quadrillion() {
    let cases: [Case; 5] = [
        (exp, f64::exp, 6.5),
        (exp_m1, f64::exp_m1, 6.5),
        (tanh, f64::tanh, 4.0),
        (|x| ln(x.abs()), |x| x.abs().ln(), 120.0),
        (|x| ln_1p(x.abs()), |x| x.abs().ln_1p(), 120.0),
    ];
    for (number, (own, library, largest)) in cases.into_iter().enumerate() {
        let mut worst: f64 = 0.0;
        for i in 0..200_000 {
            let exponent = -60.0 + (largest + 60.0) * f64::from(i) / 200_000.0;
            for x in [2f64.powf(exponent), -2f64.powf(exponent)] {
                let (y, exact) = (own(x), library(x));
                worst = worst.max((y - exact).abs() / exact.abs().max(f64::MIN_POSITIVE));
            }
        }
        println!("function {number}: {worst:e}");
        assert!(worst < 1e-15, "function {number}: {worst:e}");
    }
}

#[test]
fn special_values() {
    for f in [exp, exp_m1, ln, ln_1p, tanh, erf] {
        assert!(f(f64::NAN).is_nan());
    }
    let infinity = f64::INFINITY;
    assert_eq!([exp(infinity), exp(-infinity), exp(0.0)], [infinity, 0.0, 1.0]);
    assert_eq!([exp_m1(infinity), exp_m1(-infinity), exp_m1(0.0)], [infinity, -1.0, 0.0]);
    assert_eq!([ln(infinity), ln(0.0), ln(1.0)], [infinity, -infinity, 0.0]);
    assert!(ln(-1.0).is_nan() && (ln(5e-324) - -744.440_071_921_381_2).abs() < 1e-12);
    assert_eq!([tanh(infinity), tanh(-infinity)], [1.0, -1.0]);
    assert_eq!(tanh(-0.0).to_bits(), (-0.0f64).to_bits());
}

#[test]
fn erf_matches_tabulated_values() {
    // From the C library's erf.
    let cases = [
        (0.0, 0.0),
        (1e-8, 1.128_379_167_095_512_6e-8),
        (0.5, 0.520_499_877_813_046_5),
        (1.0, 0.842_700_792_949_714_9),
        (2.0, 0.995_322_265_018_952_7),
        (2.999, 0.9999777698314002),
        (3.0, 0.999_977_909_503_001_4),
        (4.0, 0.999_999_984_582_742_1),
        (7.0, 1.0),
    ];
    for (x, y) in cases {
        assert!((erf(x) - y).abs() < 1e-15, "erf({x}) = {}", erf(x));
        assert_eq!(erf(-x), -erf(x));
    }
}
