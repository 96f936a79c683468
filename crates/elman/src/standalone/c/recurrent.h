/* One step of recurrent layers. Letters: x input, h state and output, c carry, z what the gates are
   activations of. */

/* y += x m of `depth` numbers, where m has rows of `columns` numbers and y is `width` wide, as those
   from `first` on. */
static inline void elman_add_product(int fused, const float *x, size_t depth, const float *m,
                                     size_t columns, size_t first, float *y, size_t width) {
    size_t k, j;
    for (k = 0; k < depth; k++) {
        for (j = 0; j < width; j++) {
            y[j] = elman_multiply_add(fused, x[k], m[k * columns + first + j], y[j]);
        }
    }
}

/* The bias, or zeros if there is none. */
static inline void elman_start(float *z, const float *bias, size_t width) {
    size_t j;
    for (j = 0; j < width; j++) {
        z[j] = bias ? bias[j] : 0.0f;
    }
}

/* Copies the new state to where it is wanted. */
static inline void elman_show(const float *from, float *h, float *y, size_t units) {
    size_t j;
    for (j = 0; j < units; j++) {
        h[j] = from[j];
        y[j] = from[j];
    }
}

/* h' = f(x K + h R + b) */
static inline void elman_simple_rnn(const float *x, const float *kernel, const float *recurrent,
                                    const float *bias, float *h, float *y, float *z,
                                    size_t features, size_t units, elman_row activation) {
    elman_start(z, bias, units);
    elman_add_product(1, x, features, kernel, units, 0, z, units);
    elman_add_product(1, h, units, recurrent, units, 0, z, units);
    activation(z, units);
    elman_show(z, h, y, units);
}

/* The gates of an LSTM and what they make of its states. */
static inline void elman_lstm_gates(int fused, float *z, float *h, float *c, float *y, size_t units,
                                    elman_row activation, elman_row gate) {
    size_t j;
    gate(z, units);
    gate(z + units, units);
    activation(z + 2 * units, units);
    gate(z + 3 * units, units);
    for (j = 0; j < units; j++) {
        c[j] = elman_multiply_add(fused, z[units + j], c[j], z[j] * z[2 * units + j]);
        y[j] = c[j];
    }
    activation(y, units);
    for (j = 0; j < units; j++) {
        h[j] = z[3 * units + j] * y[j];
        y[j] = h[j];
    }
}

/* i, f, g, o = s, s, p, s (x K + h R + b), c' = f c + i g, h' = o p(c') */
static inline void elman_lstm(const float *x, const float *kernel, const float *recurrent,
                              const float *bias, float *h, float *c, float *y, float *z,
                              size_t features, size_t units, elman_row activation,
                              elman_row gate) {
    elman_start(z, bias, 4 * units);
    elman_add_product(1, x, features, kernel, 4 * units, 0, z, 4 * units);
    elman_add_product(1, h, units, recurrent, 4 * units, 0, z, 4 * units);
    elman_lstm_gates(1, z, h, c, y, units, activation, gate);
}

/* z, r = s(x K + h R + b), h' = z h + (1 - z) g, with g = p(x K + b + r (h R + b')) if reset_after,
   else g = p(x K + b + (r h) R). All sums are fused. */
static inline void elman_gru(const float *x, const float *kernel, const float *recurrent,
                             const float *bias, float *h, float *y, float *z, size_t features,
                             size_t units, int reset_after, elman_row activation, elman_row gate) {
    size_t j, columns = 3 * units;
    float *r = z + units, *candidate = z + 2 * units, *inner = z + 3 * units;
    const float *second = reset_after && bias ? bias + columns : 0;
    elman_start(z, bias, columns);
    elman_start(inner, second ? second + 2 * units : 0, units);
    for (j = 0; second && j < 2 * units; j++) {
        z[j] += second[j];
    }
    elman_add_product(1, x, features, kernel, columns, 0, z, columns);
    elman_add_product(1, h, units, recurrent, columns, 0, z, 2 * units);
    gate(z, units);
    gate(r, units);
    if (reset_after) {
        elman_add_product(1, h, units, recurrent, columns, 2 * units, inner, units);
        for (j = 0; j < units; j++) {
            candidate[j] = elman_fma(r[j], inner[j], candidate[j]);
        }
    } else {
        for (j = 0; j < units; j++) {
            inner[j] = r[j] * h[j];
        }
        elman_add_product(1, inner, units, recurrent, columns, 2 * units, candidate, units);
    }
    activation(candidate, units);
    for (j = 0; j < units; j++) {
        h[j] = elman_fma(z[j], h[j] - candidate[j], candidate[j]);
        y[j] = h[j];
    }
}

/* What layers with activations that the vectors don't have add up: x K and h R by themselves, in
   sums that round twice. */
static inline void elman_plain_products(const float *x, size_t features, const float *kernel,
                                        const float *recurrent, const float *h, size_t units,
                                        float *z, float *inner, size_t columns) {
    elman_start(z, 0, columns);
    elman_start(inner, 0, columns);
    elman_add_product(0, x, features, kernel, columns, 0, z, columns);
    elman_add_product(0, h, units, recurrent, columns, 0, inner, columns);
}

static inline void elman_add_to(float *y, const float *x, size_t width) {
    size_t j;
    for (j = 0; x && j < width; j++) {
        y[j] += x[j];
    }
}

static inline void elman_plain_simple_rnn(const float *x, const float *kernel,
                                          const float *recurrent, const float *bias, float *h,
                                          float *y, float *z, size_t features, size_t units,
                                          elman_row activation) {
    elman_plain_products(x, features, kernel, recurrent, h, units, z, z + units, units);
    elman_add_to(z, bias, units);
    elman_add_to(z, z + units, units);
    activation(z, units);
    elman_show(z, h, y, units);
}

static inline void elman_plain_lstm(const float *x, const float *kernel, const float *recurrent,
                                    const float *bias, float *h, float *c, float *y, float *z,
                                    size_t features, size_t units, elman_row activation,
                                    elman_row gate) {
    size_t columns = 4 * units;
    elman_plain_products(x, features, kernel, recurrent, h, units, z, z + columns, columns);
    elman_add_to(z, z + columns, columns);
    elman_add_to(z, bias, columns);
    elman_lstm_gates(0, z, h, c, y, units, activation, gate);
}

static inline void elman_plain_gru(const float *x, const float *kernel, const float *recurrent,
                                   const float *bias, float *h, float *y, float *z,
                                   size_t features, size_t units, int reset_after,
                                   elman_row activation, elman_row gate) {
    size_t j, columns = 3 * units;
    float *r = z + units, *candidate = z + 2 * units, *inner = z + columns;
    float *last = inner + 2 * units;
    elman_plain_products(x, features, kernel, recurrent, h, units, z, inner, columns);
    elman_add_to(z, bias, columns);
    elman_add_to(inner, reset_after && bias ? bias + columns : 0, columns);
    elman_add_to(z, inner, 2 * units);
    gate(z, units);
    gate(r, units);
    for (j = 0; j < units; j++) {
        inner[j] = r[j] * (reset_after ? last[j] : h[j]);
    }
    if (!reset_after) {
        elman_start(last, 0, units);
        elman_add_product(0, inner, units, recurrent, columns, 2 * units, last, units);
        inner = last;
    }
    elman_add_to(candidate, inner, units);
    activation(candidate, units);
    for (j = 0; j < units; j++) {
        h[j] = candidate[j] + z[j] * (h[j] - candidate[j]);
        y[j] = h[j];
    }
}

/* 1 / (1 + exp(-v)), with the exponential of what isn't positive alone. */
static inline float elman_stable_sigmoid(float v) {
    float small = elman_exp_of(-elman_abs(v));
    return v >= 0.0f ? 1.0f / (1.0f + small) : small / (1.0f + small);
}

static inline float elman_log_1p_exp(float v) {
    return (v > 0.0f ? v : 0.0f) + elman_ln_1p_of(elman_exp_of(-elman_abs(v)));
}

/* h' = kept h + written, with one gate or two. */
static inline void elman_minimal(const float *x, const float *kernel, const float *bias, float *h,
                                 float *y, float *z, size_t features, size_t units, int positive,
                                 size_t gates) {
    size_t j, columns = (gates + 1) * units;
    elman_start(z, 0, columns);
    elman_add_product(0, x, features, kernel, columns, 0, z, columns);
    for (j = 0; bias && j < columns; j++) {
        z[j] += bias[j];
    }
    for (j = 0; j < units; j++) {
        float v = z[gates * units + j], candidate = v, d;
        if (positive) {
            candidate = v >= 0.0f ? v + 0.5f : elman_stable_sigmoid(v);
        }
        d = gates == 1 ? -z[j] : elman_log_1p_exp(-z[units + j]) - elman_log_1p_exp(-z[j]);
        h[j] = elman_stable_sigmoid(d) * h[j] + elman_stable_sigmoid(-d) * candidate;
        y[j] = h[j];
    }
}

static inline void elman_min_gru(const float *x, const float *kernel, const float *bias, float *h,
                                 float *y, float *z, size_t features, size_t units, int positive) {
    elman_minimal(x, kernel, bias, h, y, z, features, units, positive, 1);
}

static inline void elman_min_lstm(const float *x, const float *kernel, const float *bias, float *h,
                                  float *y, float *z, size_t features, size_t units,
                                  int positive) {
    elman_minimal(x, kernel, bias, h, y, z, features, units, positive, 2);
}
