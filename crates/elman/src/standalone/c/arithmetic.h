/* Numbers must be what they say: no excess precision, no contraction, no shortcuts. */
#if defined(__FAST_MATH__)
#error "-ffast-math changes what this header computes"
#endif
#if FLT_EVAL_METHOD != 0
#error "float must be computed as float: on 32-bit x86 use -msse2 -mfpmath=sse"
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#endif

typedef union { double number; uint64_t bits; } elman_double;
typedef union { float number; uint32_t bits; } elman_float;

#define ELMAN_INFINITY (elman_infinity())

static inline float elman_infinity(void) {
    elman_float f;
    f.bits = 0x7f800000u;
    return f.number;
}

static inline double elman_from_bits(uint64_t bits) {
    elman_double d;
    d.bits = bits;
    return d.number;
}

static inline uint64_t elman_bits(double x) {
    elman_double d;
    d.number = x;
    return d.bits;
}

static inline float elman_abs(float x) {
    elman_float f;
    f.number = x;
    f.bits &= 0x7fffffffu;
    return f.number;
}

static inline double elman_abs_double(double x) {
    return elman_from_bits(elman_bits(x) & 0x7fffffffffffffffull);
}

static inline double elman_copysign(double magnitude, double sign) {
    uint64_t top = 0x8000000000000000ull;
    return elman_from_bits((elman_bits(magnitude) & ~top) | (elman_bits(sign) & top));
}

/* a b + c, rounded once. Where there is no instruction for it: the product is exact in double, and
   the sum is rounded there to odd (if it isn't exact, to the neighbour whose last bit is 1), which
   the second rounding never takes for a number halfway. */
static inline float elman_fma(float a, float b, float c) {
#if defined(__FP_FAST_FMAF)
    return __builtin_fmaf(a, b, c);
#else
    double product = (double)a * (double)b;
    double addend = c;
    double sum = product + addend;
    double of_c = sum - product;
    double error = (product - (sum - of_c)) + (addend - of_c);
    uint64_t bits = elman_bits(sum);
    if (!(error < 0.0 || error > 0.0) || (bits & 1)) {
        return (float)sum;
    }
    return (float)elman_from_bits((error > 0.0) == (sum > 0.0) ? bits + 1 : bits - 1);
#endif
}

/* a b + c, rounded once or twice. */
static inline float elman_multiply_add(int fused, float a, float b, float c) {
    return fused ? elman_fma(a, b, c) : a * b + c;
}

/* The square root, to the nearest number: bit by bit, with what remains deciding the last one. */
static inline double elman_sqrt(double x) {
    int64_t shift = 0, exponent;
    uint64_t m, root = 0, rest = 0;
    int i;
    if (!(x >= 0.0)) {
        return (x - x) / (x - x);
    }
    if (x == 0.0 || x - x != 0.0) {
        return x;
    }
    if (x < 2.2250738585072014e-308) {
        x *= 18014398509481984.0;
        shift = 54;
    }
    exponent = (int64_t)(elman_bits(x) >> 52) - 1023;
    m = (elman_bits(x) & 0x000fffffffffffffull) | 0x0010000000000000ull;
    if (exponent % 2 != 0) {
        m <<= 1;
        exponent -= 1;
    }
    for (i = 53; i >= 0; i--) {
        uint64_t next = i >= 27 ? (m >> (2 * (i - 27))) & 3 : 0;
        uint64_t trial = (root << 2) | 1;
        rest = (rest << 2) | next;
        root <<= 1;
        if (rest >= trial) {
            rest -= trial;
            root |= 1;
        }
    }
    root = (root >> 1) + ((root & 1) && (rest != 0 || (root & 2)) ? 1 : 0);
    exponent = exponent / 2 - shift / 2 + 1023;
    return elman_from_bits(((uint64_t)exponent << 52) + (root - 0x0010000000000000ull));
}

/* exp(r) - 1 near zero, by its series; by pairs of pairs. */
static inline double elman_exp_m1_near_zero(double r) {
    static const double c[13] = {
        1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40320.0,
        1.0 / 362880.0, 1.0 / 3628800.0, 1.0 / 39916800.0, 1.0 / 479001600.0, 1.0 / 6227020800.0,
        1.0 / 87178291200.0,
    };
    double r2 = r * r, r4 = (r * r) * (r * r);
    double a = (c[0] + c[1] * r) + (c[2] + c[3] * r) * r2;
    double b = (c[4] + c[5] * r) + (c[6] + c[7] * r) * r2;
    double d = (c[8] + c[9] * r) + (c[10] + c[11] * r) * r2;
    return r + r2 * (a + r4 * (b + r4 * (d + r4 * c[12])));
}

static inline double elman_exp(double x) {
    double half = x < 0.0 ? -0.5 : 0.5, r;
    int64_t n;
    if (x != x) {
        return x;
    }
    if (x >= 709.0) {
        return ELMAN_INFINITY;
    }
    if (x <= -700.0) {
        return 0.0;
    }
    n = (int64_t)(x * 1.4426950408889634 + half);
    r = x - (double)n * 6.931471803691238e-1 - (double)n * 1.9082149292705877e-10;
    return elman_from_bits((uint64_t)(n + 1023) << 52) * (1.0 + elman_exp_m1_near_zero(r));
}

static inline double elman_exp_m1(double x) {
    return x > -0.35 && x < 0.35 ? elman_exp_m1_near_zero(x) : elman_exp(x) - 1.0;
}

static inline double elman_two_atanh(double s) {
    double z = s * s, sum = 0.0, k = 23.0;
    while (k > 1.0) {
        sum = (sum + 1.0 / k) * z;
        k -= 2.0;
    }
    return 2.0 * s + 2.0 * s * sum;
}

static inline double elman_ln(double x) {
    int64_t shift = 0, n;
    double m;
    if (!(x >= 0.0)) {
        return (x - x) / (x - x);
    }
    if (x == 0.0) {
        return -ELMAN_INFINITY;
    }
    if (x - x != 0.0) {
        return x;
    }
    if (x < 2.2250738585072014e-308) {
        x *= 18014398509481984.0;
        shift = 54;
    }
    n = (int64_t)(elman_bits(x) >> 52) - 1023 - shift;
    m = elman_from_bits((elman_bits(x) & 0x000fffffffffffffull) | 0x3ff0000000000000ull);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        n += 1;
    }
    return (double)n * 6.931471803691238e-1
        + (elman_two_atanh((m - 1.0) / (m + 1.0)) + (double)n * 1.9082149292705877e-10);
}

static inline double elman_ln_1p(double x) {
    return x > -0.29 && x < 0.41 ? elman_two_atanh(x / (2.0 + x)) : elman_ln(1.0 + x);
}

static inline double elman_tanh_double(double x) {
    double e = elman_exp_m1(-2.0 * elman_abs_double(x));
    return elman_copysign(-e / (2.0 + e), x);
}

static inline double elman_erf(double x) {
    double a = elman_abs_double(x), tail, n;
    if (a != a) {
        return x;
    }
    if (a >= 6.0) {
        return elman_copysign(1.0, x);
    }
    if (a < 3.0) {
        double term = x, sum = x;
        n = 0.0;
        while (elman_abs_double(term) > elman_abs_double(sum) * 1e-17) {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        return 1.1283791670955126 * elman_exp(-x * x) * sum;
    }
    tail = a;
    for (n = 60.0; n > 0.0; n -= 1.0) {
        tail = a + n / 2.0 / tail;
    }
    return elman_copysign(1.0 - elman_exp(-a * a) / tail * (1.1283791670955126 / 2.0), x);
}
