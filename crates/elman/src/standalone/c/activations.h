/* Activations, each of a row in place. Those named fast are what recurrent layers compute in
   vectors; the others what all layers compute number by number. */
typedef void (*elman_row)(float *row, size_t width);

static inline float elman_exp_of(float x) { return (float)elman_exp(x); }
static inline float elman_exp_m1_of(float x) { return (float)elman_exp_m1(x); }
static inline float elman_ln_1p_of(float x) { return (float)elman_ln_1p(x); }
static inline float elman_tanh_of(float x) { return (float)elman_tanh_double(x); }
static inline float elman_sigmoid_of(float x) { return 1.0f / (1.0f + elman_exp_of(-x)); }
static inline float elman_larger(float x, float y) { return y > x ? y : x; }

static inline float elman_clip(float x, float low, float high) {
    x = elman_larger(x, low);
    return high < x ? high : x;
}

static inline float elman_softplus_of(float x) {
    return x != x ? x : elman_larger(x, 0.0f) + elman_ln_1p_of(elman_exp_of(-elman_abs(x)));
}

static inline float elman_hard_sigmoid_of(float x) {
    return elman_clip(x + 3.0f, 0.0f, 6.0f) * (float)(1.0 / 6.0);
}

/* Adding and subtracting it rounds to an integer; the low bits of the sum are that integer. */
#define ELMAN_MAGIC 12582912.0f

/* n + MAGIC in t, and exp(r) - 1, where x = n ln 2 + r. */
static inline float elman_reduce(float x, float *t) {
    float n, r, rr, low, high;
    *t = elman_fma(x, 1.44269504f, ELMAN_MAGIC);
    n = *t - ELMAN_MAGIC;
    r = elman_fma(-n, 0.6933594f, x);
    r = elman_fma(-n, -2.1219444e-4f, r);
    rr = r * r;
    low = elman_fma(0.16666521f, r, 0.49999994f);
    high = elman_fma(0.0083687454f, r, 0.041668389f);
    high = elman_fma(0.001381454f, rr, high);
    return elman_fma(rr, elman_fma(high, rr, low), r);
}

/* p 2^n of t = n + MAGIC. */
static inline float elman_scale(float p, float t) {
    elman_float a, b;
    a.number = p;
    b.number = t;
    a.bits += b.bits << 23;
    return a.number;
}

static inline float elman_fast_exp_of(float x) {
    float t, p, n, half, rest;
    x = -104.0f > x ? -104.0f : x;
    x = 89.0f < x ? 89.0f : x;
    p = elman_reduce(x, &t);
    n = t - ELMAN_MAGIC;
    half = elman_fma(n, 0.5f, ELMAN_MAGIC);
    rest = (n - (half - ELMAN_MAGIC)) + ELMAN_MAGIC;
    return elman_scale(p + 1.0f, half) * elman_scale(1.0f, rest);
}

static inline float elman_fast_tanh_of(float x) {
    float a = 10.0f < elman_abs(x) ? 10.0f : elman_abs(x);
    float t, p = elman_reduce(a * -2.0f, &t), power = elman_scale(1.0f, t);
    float e = elman_fma(power, p, power - 1.0f);
    return (float)elman_copysign(e / (e + 2.0f), x);
}

static inline float elman_fast_sigmoid_of(float x) {
    float t, p, power;
    x = -87.0f > x ? -87.0f : x;
    x = 87.0f < x ? 87.0f : x;
    p = elman_reduce(0.0f - x, &t);
    power = elman_scale(1.0f, t);
    return 1.0f / (1.0f + elman_fma(power, p, power));
}

#define ELMAN_ROWS(name, value)                                    \
    static inline void elman_##name(float *row, size_t width) {    \
        size_t i;                                                  \
        for (i = 0; i < width; i++) {                              \
            float x = row[i];                                      \
            row[i] = (value);                                      \
        }                                                          \
    }

ELMAN_ROWS(linear, x)
ELMAN_ROWS(relu, elman_larger(x, 0.0f))
ELMAN_ROWS(relu6, elman_clip(x, 0.0f, 6.0f))
ELMAN_ROWS(leaky_relu, x < 0.0f ? (float)0.2 * x : x)
ELMAN_ROWS(elu, x < 0.0f ? elman_exp_m1_of(x) : x)
ELMAN_ROWS(celu, x < 0.0f ? elman_exp_m1_of(x) : x)
ELMAN_ROWS(selu, x < 0.0f ? (float)(1.0507009873554805 * 1.6732632423543772) * elman_exp_m1_of(x)
                          : (float)1.0507009873554805 * x)
ELMAN_ROWS(gelu, 0.5f * x * (1.0f + (float)elman_erf(x * (float)0.7071067811865476)))
ELMAN_ROWS(sigmoid, elman_sigmoid_of(x))
ELMAN_ROWS(hard_sigmoid, elman_hard_sigmoid_of(x))
ELMAN_ROWS(hard_sigmoid_keras2, elman_clip((float)0.2 * x + 0.5f, 0.0f, 1.0f))
ELMAN_ROWS(log_sigmoid, -elman_softplus_of(-x))
ELMAN_ROWS(silu, x *elman_sigmoid_of(x))
ELMAN_ROWS(hard_silu, x *elman_hard_sigmoid_of(x))
ELMAN_ROWS(tanh, elman_tanh_of(x))
ELMAN_ROWS(hard_tanh, elman_clip(x, -1.0f, 1.0f))
ELMAN_ROWS(tanh_shrink, x - elman_tanh_of(x))
ELMAN_ROWS(soft_shrink, x > 0.5f ? x - 0.5f : x < -0.5f ? x + 0.5f : 0.0f * x)
ELMAN_ROWS(hard_shrink, elman_abs(x) <= 0.5f ? 0.0f : x)
ELMAN_ROWS(softplus, elman_softplus_of(x))
ELMAN_ROWS(softsign, x / (1.0f + elman_abs(x)))
ELMAN_ROWS(mish, x *elman_tanh_of(elman_softplus_of(x)))
ELMAN_ROWS(exponential, elman_exp_of(x))
ELMAN_ROWS(squareplus, 0.5f * (x + (float)elman_sqrt(x * x + 4.0f)))
ELMAN_ROWS(sparse_plus, x <= -1.0f ? 0.0f : x < 1.0f ? 0.25f * (x + 1.0f) * (x + 1.0f) : x)
ELMAN_ROWS(sparse_sigmoid, elman_clip(0.5f * (x + 1.0f), 0.0f, 1.0f))
ELMAN_ROWS(fast_sigmoid, elman_fast_sigmoid_of(x))
ELMAN_ROWS(fast_tanh, elman_fast_tanh_of(x))
ELMAN_ROWS(fast_exponential, elman_fast_exp_of(x))

static inline float elman_maximum_of(const float *row, size_t width) {
    float max = row[0];
    size_t i;
    for (i = 0; i < width; i++) {
        max = elman_larger(max, row[i]);
    }
    return max;
}

static inline void elman_softmax(float *row, size_t width) {
    float max = elman_maximum_of(row, width), sum = 0.0f, scale;
    size_t i;
    for (i = 0; i < width; i++) {
        row[i] = elman_exp_of(row[i] - max);
        sum += row[i];
    }
    scale = 1.0f / sum;
    for (i = 0; i < width; i++) {
        row[i] *= scale;
    }
}

static inline void elman_log_softmax(float *row, size_t width) {
    float max = elman_maximum_of(row, width), sum = 0.0f, log;
    size_t i;
    for (i = 0; i < width; i++) {
        sum += elman_exp_of(row[i] - max);
    }
    log = max + (float)elman_ln(sum);
    for (i = 0; i < width; i++) {
        row[i] -= log;
    }
}

/* Sparsemax, as Keras computes it. The values are passed from the largest down. */
static inline void elman_sparsemax(float *row, size_t width) {
    float sum = 0.0f, sum_of_sums = 0.0f, below = ELMAN_INFINITY, threshold;
    size_t i, k = 0;
    int going = 1;
    while (going && k < width) {
        float value = -ELMAN_INFINITY;
        size_t times = 0;
        for (i = 0; i < width; i++) {
            int is_next = row[i] < below || (k == 0 && row[i] == below);
            if (is_next && row[i] > value) {
                value = row[i];
                times = 1;
            } else if (is_next && row[i] == value) {
                times++;
            }
        }
        going = times > 0;
        for (; going && times > 0; times--) {
            sum += value;
            if (value - (sum - 1.0f) / (float)(k + 1) > 0.0f) {
                k++;
                sum_of_sums += sum;
            } else {
                going = 0;
            }
        }
        below = value;
    }
    threshold = (sum_of_sums - 1.0f) / (float)k;
    for (i = 0; i < width; i++) {
        row[i] = elman_larger(row[i] - threshold, 0.0f);
    }
}
