// The kernels for one instruction set: SET its name, LANES floats in its vectors, ROWS the most rows of a tile, WHOLES
// what dot() adds to, and BIAS what it leaves added to the bytes of rows. Included once for each by kernels.c.
//
// Every sum runs in an order that depends on neither threads nor batch: over a matrix's inputs one after the other,
// over a vector in 16 lanes that are added up pairwise. So the same music comes out alone, in a batch, on any threads.

#define VECTORS (LANE / LANES)  // vectors in a group
#define vf NAME(vf)
#define vi NAME(vi)
#define vu NAME(vu)
#define vfu NAME(vfu)
#define viu NAME(viu)
#define load NAME(load)
#define load_half NAME(load_half)
#define store_half NAME(store_half)
#define dot NAME(dot)

typedef float vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));
typedef uint32_t vu __attribute__((vector_size(4 * LANES)));
typedef float vfu __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t viu __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

INLINE vf load(const float *p) { return *(const vfu *)p; }

#ifndef IN_HARDWARE
typedef uint16_t NAME(short_halves) __attribute__((vector_size(2 * LANES), aligned(2), may_alias));

INLINE vf load_half(const uint16_t *p) {  // a weight is never infinite: a half is a float with another exponent
    vi half = __builtin_convertvector(*(const NAME(short_halves) *)p, vi);
    return (vf)((vi)((vf)((half & 0x7fff) << 13) * 0x1p112f) | (half & 0x8000) << 16);
}
INLINE void store_half(uint16_t *p, vf x) {
    for (int i = 0; i < LANES; i++) p[i] = half_of(x[i]);
}
INLINE vi dot(vi sum, int32_t x, const int8_t *w) {
    for (int i = 0; i < LANES; i++)
        for (int k = 0; k < 4; k++) sum[i] += ((x >> 8 * k & 255) - 128) * w[4 * i + k];
    return sum;
}
#endif

// ---- Products with matrices of floats and halves.

INLINE vf NAME(weight)(const void *w, int64_t at, const int half) {
    if (half) return (vf)load_half((const uint16_t *)w + at);
    return load((const float *)w + at);
}

// A tile: `rows`, `groups` and `half` are constants wherever this is inlined, and the sums stay in registers.
INLINE void NAME(tile)(const void *w, const int half, int64_t step, const int groups, int inputs, const float *x,
                       int64_t ldx, const int rows, const float *scale, float *out, int64_t ldo, int add) {
    vf sum[ROWS][2 * VECTORS];
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int v = 0; v < groups * VECTORS; v++) sum[r][v] = (vf){0};
    for (int k = 0; k < inputs; k++) {
#pragma GCC unroll 2
        for (int g = 0; g < groups; g++)
            __builtin_prefetch((const char *)w + (g * step + (int64_t)k * LANE) * (half ? 2 : 4) + AHEAD);
#pragma GCC unroll 16
        for (int v = 0; v < groups * VECTORS; v++) {
            vf weight = NAME(weight)(w, v / VECTORS * step + (int64_t)k * LANE + v % VECTORS * LANES, half);
#pragma GCC unroll 8
            for (int r = 0; r < rows; r++) sum[r][v] += weight * x[r * ldx + k];
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int v = 0; v < groups * VECTORS; v++) {
            vfu *to = (vfu *)(out + r * ldo + v * LANES);
            *to = (add ? (vf)*to : (vf){0}) + sum[r][v] * scale[r];
        }
}

// Few rows take two groups at once, so that enough sums are under way; many rows share each weight that was loaded.
#define TAKE(R, G)                \
    for (; rows - r >= R; r += R) \
    NAME(tile)(at, half, step, G, inputs, x + r * ldx, ldx, R, scale + r, out + r * ldo + g * LANE, ldo, add)

INLINE void NAME(products)(const void *w, const int half, int64_t step, int groups, int inputs, const float *x,
                           int64_t ldx, int rows, const float *scale, float *out, int64_t ldo, int add) {
    for (int g = 0, two; g < groups; g += 1 + two) {
        const char *at = (const char *)w + g * step * (half ? 2 : 4);
        int r = 0;
        two = groups - g >= 2 && 2 * rows <= ROWS;
#if ROWS >= 2
        if (two) {
            TAKE(ROWS / 2, 2);
            TAKE(1, 2);
            continue;
        }
        TAKE(ROWS, 1);
        TAKE(2, 1);
#endif
        TAKE(1, 1);
    }
}
#undef TAKE

static void NAME(products_f32)(const void *w, int64_t step, int groups, int inputs, const float *x, int64_t ldx,
                               int rows, const float *scale, float *out, int64_t ldo, int add) {
    NAME(products)(w, 0, step, groups, inputs, x, ldx, rows, scale, out, ldo, add);
}

static void NAME(products_f16)(const void *w, int64_t step, int groups, int inputs, const float *x, int64_t ldx,
                               int rows, const float *scale, float *out, int64_t ldo, int add) {
    NAME(products)(w, 1, step, groups, inputs, x, ldx, rows, scale, out, ldo, add);
}

// ---- Products with matrices of bytes: whole numbers, so that their order does not matter.

INLINE void NAME(byte_tile)(const Matrix *m, int first, const int groups, const uint8_t *x, int64_t ldx,
                            const int rows, const float *scale, float *out, int64_t ldo, int add) {
    vi sum[ROWS][2 * VECTORS];
    int fours = (m->inputs + 3) / 4;
    const int8_t *w = (const int8_t *)m->weights + (int64_t)first * fours * 4 * LANE;
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int v = 0; v < groups * VECTORS; v++) sum[r][v] = (vi){0};
    for (int k = 0; k < fours; k++) {
#pragma GCC unroll 4
        for (int line = 0; line < 2 * groups; line++)
            __builtin_prefetch(w + ((int64_t)(line / 2 * fours + k) * 2 + line % 2) * 64 + AHEAD);
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
            int32_t four;
            memcpy(&four, x + r * ldx + 4 * k, 4);
#pragma GCC unroll 16
            for (int v = 0; v < groups * VECTORS; v++)
                sum[r][v] = (vi)dot((WHOLES)sum[r][v], four,
                                    w + ((int64_t)(v / VECTORS * fours + k) * LANE + v % VECTORS * LANES) * 4);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int v = 0; v < groups * VECTORS; v++) {
            int64_t at = (int64_t)first * LANE + v * LANES;
            vu biased = (vu)(*(const viu *)(m->sum + at)) * BIAS;  // damaged sums may wrap around
            vi whole = (vi)((vu)sum[r][v] - biased);
            vfu *to = (vfu *)(out + r * ldo + v * LANES);
            *to = (add ? (vf)*to : (vf){0}) + __builtin_convertvector(whole, vf) * (load(m->scale + at) * scale[r]);
        }
}

#define TAKE(R, G)                \
    for (; rows - r >= R; r += R) \
    NAME(byte_tile)(m, first + g, G, x + r * ldx, ldx, R, scale + r, out + r * ldo + g * LANE, ldo, add)

static void NAME(bytes)(const Matrix *m, int first, int groups, const uint8_t *x, int64_t ldx, int rows,
                        const float *scale, float *out, int64_t ldo, int add) {
    for (int g = 0, two; g < groups; g += 1 + two) {
        int r = 0;
        two = groups - g >= 2 && 2 * rows <= ROWS;
#if ROWS >= 2
        if (two) {
            TAKE(ROWS / 2, 2);
            TAKE(1, 2);
            continue;
        }
        TAKE(ROWS, 1);
        TAKE(2, 1);
#endif
        TAKE(1, 1);
    }
}
#undef TAKE

// ---- Vectors; all but halves() read and write up to the next multiple of 16.

INLINE vf NAME(larger)(vf a, vf b) {
    vi first = a > b;
    return (vf)((first & (vi)a) | (~first & (vi)b));
}

INLINE float NAME(total)(const vf *lanes) {
    float x[16];
    memcpy(x, lanes, sizeof x);
    for (int half = 8; half; half /= 2)
        for (int i = 0; i < half; i++) x[i] += x[i + half];
    return x[0];
}

// exp(x) for x up to 88, within two units of the last place: 2^n times a polynomial in |r| <= ln 2 / 2 (Cephes).
INLINE vf NAME(exp)(vf x) {
    x = NAME(larger)(x, (vf){0} - 87.0f);
    vf shifted = x * 1.44269504f + 12582912.0f, n = shifted - 12582912.0f;
    vf r = x - n * 0.693359375f + n * 2.12194440e-4f;
    vf p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    return (vf)((vi)p + ((vi)shifted << 23));
}

static float NAME(squares)(const float *x, int n) {
    vf sum[16 / LANES] = {{0}};
    for (int i = 0; i < n; i += 16)
        for (int v = 0; v < 16 / LANES; v++) {
            vf part = load(x + i + v * LANES);
            sum[v] += part * part;
        }
    return NAME(total)(sum);
}

static float NAME(rounded)(const float *x, int n, uint8_t *bytes) {
    float most = 0;
    for (int i = 0; i < n; i++) most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    float times = most > 0 ? 127 / most : 0;
    for (int i = 0; i < (n + 15) / 16 * 16; i++) {
        union { float value; uint32_t bits; } f = {.value = x[i] * times + 12582912.0f};  // rounds
        bytes[i] = (uint8_t)(f.bits + 128);
    }
    return most / 127;
}

static float NAME(exps)(float *x, int n) {
    float top = x[0];
    vf sum[16 / LANES] = {{0}};
    for (int i = 1; i < n; i++) top = x[i] > top ? x[i] : top;
    for (int i = n; i % 16; i++) x[i] = -INFINITY;
    for (int i = 0; i < n; i += 16)
        for (int v = 0; v < 16 / LANES; v++) {
            vf part = NAME(exp)(load(x + i + v * LANES) - top);
            *(vfu *)(x + i + v * LANES) = part;
            sum[v] += part;
        }
    return NAME(total)(sum);
}

static void NAME(swish)(const float *gate, const float *value, float *out, int n) {
    for (int i = 0; i < n; i += LANES) {
        vf twice = load(gate + i) * 2;
        vf gated = twice / (NAME(exp)((vf){0} - NAME(larger)(twice, (vf){0} - 80.0f)) + 1.0f);
        *(vfu *)(out + i) = value ? gated * load(value + i) : gated;
    }
}

static void NAME(halves)(const float *x, int n, uint16_t *out) {
    int i = 0;
    for (; i + LANES <= n; i += LANES) {  // beyond the range of halves: its ends
        vf kept = NAME(larger)(load(x + i), (vf){0} - 65504.0f);
        store_half(out + i, (vf){0} - NAME(larger)((vf){0} - kept, (vf){0} - 65504.0f));
    }
    for (; i < n; i++) out[i] = half_of(x[i] > 65504 ? 65504 : x[i] < -65504 ? -65504 : x[i]);
}

static const Ops NAME(ops) = {
    TEXT(SET), {NAME(products_f32), NAME(products_f16)}, NAME(bytes), NAME(squares), NAME(rounded), NAME(exps),
    NAME(swish), NAME(halves),
};

#undef VECTORS
#undef vf
#undef vi
#undef vu
#undef vfu
#undef viu
#undef load
#undef load_half
#undef store_half
#undef dot
#undef SET
#undef WHOLES
#undef LANES
#undef ROWS
#undef BIAS
