//! What `core` has not: multiplications and additions that round once, and roots.

/// `a b + c`, rounded once.
#[cfg(feature = "std")]
#[inline]
pub fn fma(a: f32, b: f32, c: f32) -> f32 {
    a.mul_add(b, c)
}

/// `a b + c`, rounded once.
///
/// The product is exact in `f64`. The sum is rounded there to odd: if it isn't exact, to the
/// neighbour whose last bit is 1, which the second rounding never takes for a number halfway.
#[cfg(not(feature = "std"))]
#[inline]
pub fn fma(a: f32, b: f32, c: f32) -> f32 {
    let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let sum = product + c;
    let of_c = sum - product;
    let error = (product - (sum - of_c)) + (c - of_c);
    let bits = sum.to_bits();
    let is_exact_or_nan = error == 0.0 || error.is_nan();
    if is_exact_or_nan || bits & 1 == 1 {
        return sum as f32;
    }
    let away_from_zero = (error > 0.0) == (sum > 0.0);
    f64::from_bits(if away_from_zero { bits + 1 } else { bits - 1 }) as f32
}

/// `a b + c`, rounded once or twice.
#[inline]
pub fn multiply_add(fused: bool, a: f32, b: f32, c: f32) -> f32 {
    if fused { fma(a, b, c) } else { a * b + c }
}

/// The square root.
#[cfg(feature = "std")]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// The square root, to the nearest number: bit by bit, with what remains deciding the last one.
#[cfg(not(feature = "std"))]
pub fn sqrt(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 || x == f64::INFINITY {
        return x;
    }
    // Subnormal numbers, too, are m 2^n with m from 1 to 2.
    let (x, shift) =
        if x < f64::MIN_POSITIVE { (x * 18_014_398_509_481_984.0, 54) } else { (x, 0) };
    let mut exponent = (x.to_bits() >> 52) as i64 - 1023;
    let mut m = (x.to_bits() & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    if exponent % 2 != 0 {
        m <<= 1;
        exponent -= 1;
    }
    // 54 bits of the root of m 2^54: one more than fit.
    let (mut root, mut rest) = (0u64, 0u64);
    for i in (0..54).rev() {
        let next = if i >= 27 { (m >> (2 * (i - 27))) & 3 } else { 0 };
        rest = (rest << 2) | next;
        let trial = (root << 2) | 1;
        root <<= 1;
        if rest >= trial {
            rest -= trial;
            root |= 1;
        }
    }
    let up = root & 1 == 1 && (rest != 0 || root & 2 == 2);
    let root = (root >> 1) + u64::from(up);
    let exponent = exponent / 2 - shift / 2 + 1023;
    f64::from_bits(((exponent as u64) << 52) + (root - 0x0010_0000_0000_0000))
}
