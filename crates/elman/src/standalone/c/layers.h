/* What the other layers compute at a step. */

/* y = x K + b of some rows */
static inline void elman_dense(const float *x, const float *kernel, const float *bias, float *y,
                               size_t rows, size_t depth, size_t columns) {
    size_t r;
    for (r = 0; r < rows; r++) {
        elman_start(y + r * columns, bias, columns);
        elman_add_product(0, x + r * depth, depth, kernel, columns, 0, y + r * columns, columns);
    }
}

/* An activation of the rows of `size` numbers. */
static inline void elman_apply(elman_row activation, float *y, size_t size, size_t width) {
    size_t i;
    for (i = 0; i < size; i += width) {
        activation(y + i, width);
    }
}

/* y = a sigmoid(b) of the halves of each row */
static inline void elman_glu(const float *x, float *y, size_t rows, size_t width) {
    size_t r, j, half = width / 2;
    for (r = 0; r < rows; r++) {
        for (j = 0; j < half; j++) {
            y[r * half + j] = x[r * width + j] * elman_sigmoid_of(x[r * width + half + j]);
        }
    }
}

/* A convolution of `width` features from `from` on with the steps before them, of which a ring holds
   the last; the oldest of them is number `oldest`. It gives `filters` numbers from `to` on. */
static inline void elman_convolve(const float *x, const float *kernel, const float *bias,
                                  const float *ring, const float *oldest, float *y, size_t from,
                                  size_t width, size_t to, size_t filters, size_t features,
                                  size_t kernel_size, size_t dilation, int several) {
    size_t k, j, span = (kernel_size - 1) * dilation;
    elman_start(y + to, bias, filters);
    for (k = 0; k < kernel_size; k++) {
        size_t ago = (kernel_size - 1 - k) * dilation;
        const float *step = x;
        if (ago) {
            step = ring + ((size_t)oldest[0] + span - ago) % span * features;
        }
        elman_add_product(0, step + from, width, kernel + k * width * filters, filters, 0, y + to,
                          filters);
    }
    for (j = 0; several && j < filters; j++) {
        y[to + j] += 0.0f; /* a zero without a sign */
    }
}

/* Puts a step into a ring, in place of the oldest. */
static inline void elman_push(const float *x, float *ring, float *oldest, size_t features,
                              size_t span) {
    size_t j, at = (size_t)oldest[0];
    for (j = 0; j < features; j++) {
        ring[at * features + j] = x[j];
    }
    oldest[0] = (float)((at + 1) % span);
}

/* Looks up vectors; 0 if a number is no index of one. */
static inline int elman_embed(const float *x, const float *table, float *y, size_t ids,
                              size_t count, size_t size) {
    size_t i, j;
    for (i = 0; i < ids; i++) {
        float id = x[i];
        if (!(id >= 0.0f && id < (float)count) || (float)(size_t)id != id) {
            return 0;
        }
        for (j = 0; j < size; j++) {
            y[i * size + j] = table[(size_t)id * size + j];
        }
    }
    return 1;
}

/* Divides rows by how far they spread, then scales and shifts them. */
static inline void elman_normalize_rows(float *y, const float *scale, const float *shift,
                                        size_t size, size_t width, int centred, double epsilon) {
    size_t i, j;
    for (i = 0; i < size; i += width) {
        double sum = -0.0, square = -0.0, mean, inverse;
        for (j = 0; j < width; j++) {
            sum += y[i + j];
        }
        mean = centred ? sum / (double)width : 0.0;
        for (j = 0; j < width; j++) {
            double distance = y[i + j] - mean;
            square += distance * distance;
        }
        inverse = 1.0 / elman_sqrt(square / (double)width + epsilon);
        for (j = 0; j < width; j++) {
            y[i + j] = (float)((y[i + j] - mean) * inverse);
            if (scale) {
                y[i + j] *= scale[j];
            }
            if (shift) {
                y[i + j] += shift[j];
            }
        }
    }
}

/* Normalizes by recorded means, one for each of `columns`, under which `side` numbers stand. */
static inline void elman_normalize_columns(const float *x, const double *mean,
                                           const double *inverse, const float *scale,
                                           const float *shift, float *y, size_t size,
                                           size_t columns, size_t side) {
    size_t i;
    for (i = 0; i < size; i++) {
        size_t j = i / side % columns;
        y[i] = (float)((x[i] - mean[j]) * inverse[j]);
        if (scale) {
            y[i] *= scale[j];
        }
        if (shift) {
            y[i] += shift[j];
        }
    }
}

/* (x - mean) / deviation, or back */
static inline void elman_standardize(const float *x, const float *mean, const float *deviation,
                                     float *y, size_t size, size_t columns, int invert) {
    size_t i;
    for (i = 0; i < size; i++) {
        float m = mean[i % columns], d = deviation[i % columns];
        y[i] = invert ? m + x[i] * d : (x[i] - m) / d;
    }
}

/* x scale + offset */
static inline void elman_rescale(const float *x, const float *scale, const float *offset, float *y,
                                 size_t size, size_t columns) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = x[i] * scale[i % columns] + offset[i % columns];
    }
}

/* ReLU with a slope below a threshold, and a greatest value */
static inline void elman_relu_layer(const float *x, float *y, size_t size, float slope,
                                    float threshold, float greatest) {
    size_t i;
    for (i = 0; i < size; i++) {
        if (x[i] <= threshold) {
            y[i] = slope == 0.0f ? 0.0f : slope * (x[i] - threshold);
        } else {
            y[i] = x[i] > greatest ? greatest : x[i];
        }
    }
}

static inline void elman_elu_layer(const float *x, float *y, size_t size, float alpha) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = x[i] > 0.0f ? x[i] : alpha * elman_exp_m1_of(x[i]);
    }
}

static inline void elman_leaky_relu_layer(const float *x, float *y, size_t size, float slope) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = x[i] * (x[i] > 0.0f ? 1.0f : slope);
    }
}

static inline void elman_prelu(const float *x, const float *alpha, float *y, size_t size) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = x[i] > 0.0f ? x[i] : alpha[i] * x[i];
    }
}

static inline void elman_copy(const float *x, float *y, size_t size) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = x[i];
    }
}

static inline void elman_copy_if(int used, const float *x, float *y, size_t size) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = used ? x[i] : 0.0f;
    }
}

static inline void elman_fill(float *y, float value, size_t size) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = value;
    }
}

/* For each number of y, that of x at its place. */
static inline void elman_spread(const float *x, const uint32_t *places, float *y, size_t size) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = x[places[i]];
    }
}

#define ELMAN_PAIRS(name, value)                                              \
    static inline void elman_##name(const float *from, float *to, size_t size) { \
        size_t i;                                                             \
        for (i = 0; i < size; i++) {                                          \
            float x = from[i], y = to[i];                                     \
            to[i] = (value);                                                  \
        }                                                                     \
    }

ELMAN_PAIRS(add, y + x)
ELMAN_PAIRS(subtract, y - x)
ELMAN_PAIRS(multiply, y *x)
ELMAN_PAIRS(maximum, x > y ? x : y)
ELMAN_PAIRS(minimum, x < y ? x : y)

static inline void elman_divide(float *y, float value, size_t size) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] /= value;
    }
}

/* Puts rows of `part` numbers into rows of `width`, from `start` on. */
static inline void elman_place(const float *x, float *y, size_t rows, size_t part, size_t width,
                               size_t start) {
    size_t r, j;
    for (r = 0; r < rows; r++) {
        for (j = 0; j < part; j++) {
            y[r * width + start + j] = x[r * part + j];
        }
    }
}

/* Whether any number differs from a value. */
static inline int elman_differs(const float *x, float value, size_t size) {
    size_t i;
    for (i = 0; i < size; i++) {
        if (x[i] != value) {
            return 1;
        }
    }
    return 0;
}

static inline int elman_either(int a, int b) { return a || b; }

/* Which numbers equal a value, or which don't. */
static inline void elman_compare(const float *x, float *y, size_t size, float value, int equal) {
    size_t i;
    for (i = 0; i < size; i++) {
        y[i] = (x[i] == value) == equal ? 1.0f : 0.0f;
    }
}

/* Whether every, or any, of `length` numbers that are `inner` apart is true. */
static inline void elman_join(const float *x, float *y, size_t size, size_t length, size_t inner,
                              int every) {
    size_t i, k;
    for (i = 0; i < size; i++) {
        size_t start = i / inner * length * inner + i % inner;
        int truth = every;
        for (k = 0; k < length; k++) {
            int v = x[start + k * inner] != 0.0f;
            truth = every ? truth && v : truth || v;
        }
        y[i] = truth ? 1.0f : 0.0f;
    }
}

/* Whether both, or one, of two numbers are true. */
static inline void elman_logic(const float *a, const float *b, float *y, size_t size, int both) {
    size_t i;
    for (i = 0; i < size; i++) {
        int p = a[i] != 0.0f, q = b[i] != 0.0f;
        y[i] = (both ? p && q : p || q) ? 1.0f : 0.0f;
    }
}
