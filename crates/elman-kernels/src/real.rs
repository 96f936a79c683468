//! The few scalar operations the plain code needs, so that one source serves `f32` and, as the
//! oracle of the tests, `f64`.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use crate::functions;

/// A real number: `f32` or `f64`.
pub(crate) trait Real:
    Copy
    + PartialOrd
    + Debug
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
{
    fn of(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn exp(self) -> Self;
    fn exp_m1(self) -> Self;
    fn ln(self) -> Self;
    fn ln_1p(self) -> Self;
    fn tanh(self) -> Self;
    fn sqrt(self) -> Self;
    fn abs(self) -> Self;

    fn erf(self) -> Self {
        Self::of(functions::erf(self.to_f64()))
    }
    fn larger(self, other: Self) -> Self {
        if other > self { other } else { self }
    }
    fn smaller(self, other: Self) -> Self {
        if other < self { other } else { self }
    }
}

/// `exp` and its like are functions of `f64`.
macro_rules! real {
    ($float:ty, $exp:path, $exp_m1:path, $ln:path, $ln_1p:path, $tanh:path) => {
        impl Real for $float {
            fn of(value: f64) -> Self {
                value as $float
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn exp(self) -> Self {
                Self::of($exp(self.to_f64()))
            }
            fn exp_m1(self) -> Self {
                Self::of($exp_m1(self.to_f64()))
            }
            fn ln(self) -> Self {
                Self::of($ln(self.to_f64()))
            }
            fn ln_1p(self) -> Self {
                Self::of($ln_1p(self.to_f64()))
            }
            fn tanh(self) -> Self {
                Self::of($tanh(self.to_f64()))
            }
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            fn abs(self) -> Self {
                self.abs()
            }
        }
    };
}

real!(f32, functions::exp, functions::exp_m1, functions::ln, functions::ln_1p, functions::tanh);
real!(f64, f64::exp, f64::exp_m1, f64::ln, f64::ln_1p, f64::tanh);
