// A pack of bytes becomes a model. Nothing of it is believed: every size is bounded, and all of them together must
// account for every byte.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"

#define MAGIC 0x4e435350  // "PSCN", so that other byte orders do not match either
#define VERSION 2
#define ALIGNED 64

typedef struct {
    int32_t magic, version, format, layers, width, heads, kv_heads, hidden, cross, type_first, families;
    int32_t family[MOST_FAMILIES];
} Header;

typedef struct {
    const char *at;
    int64_t left;  // below 0: the pack is too short
    int format;
} Reader;

int fail(char *error, const char *format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(error, ERROR_BYTES, format, values);
    va_end(values);
    return -1;
}

static const void *section(Reader *r, int64_t bytes) {
    const char *found = r->at;
    bytes = (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
    r->left = r->left < bytes ? -1 : r->left - bytes;
    if (r->left >= 0) r->at += bytes;
    return r->left < 0 ? NULL : found;
}

static const float *floats(Reader *r, int64_t count) { return section(r, 4 * count); }

static Matrix matrix(Reader *r, int32_t inputs, int32_t outputs) {
    Matrix m = {.inputs = inputs, .outputs = outputs};
    int64_t wide = padded(outputs);
    if (r->format != I8) {
        m.weights = section(r, wide * inputs * (r->format == F32 ? 4 : 2));
        return m;
    }
    m.weights = section(r, wide * ((inputs + 3) / 4 * 4));
    m.scale = floats(r, wide);
    m.sum = section(r, 4 * wide);
    return m;
}

static int within(int32_t value, int32_t low, int32_t high) { return low <= value && value <= high; }

static int sound(const Header *h) {
    if (!within(h->format, F32, I8) || !within(h->layers, 1, MOST_LAYERS) || !within(h->width, 8, 8192)) return 0;
    if (!within(h->heads, 1, 128) || !within(h->kv_heads, 1, 128) || !within(h->hidden, 8, 32768)) return 0;
    if (!within(h->cross, 0, 1) || !within(h->type_first, 0, 1) || !within(h->families, 1, MOST_FAMILIES)) return 0;
    for (int f = 0; f < h->families; f++)
        if (!within(h->family[f], 1, 1 << 20)) return 0;
    return h->width % h->heads == 0 && h->width / h->heads % 2 == 0 && h->heads % h->kv_heads == 0;
}

static void read_layer(Reader *r, const Model *m, Layer *layer) {
    layer->qkv = matrix(r, m->width, m->width + 2 * m->kv_heads * m->size);
    layer->out = matrix(r, m->width, m->width);
    if (m->cross) {
        layer->cross_q = matrix(r, m->width, m->width);
        layer->cross_out = matrix(r, m->width, m->width);
    }
    layer->up = matrix(r, m->width, (int32_t)(2 * padded(m->hidden)));
    layer->down = matrix(r, m->hidden, m->width);
}

static void read_model(Reader *r, Model *m) {
    int64_t tokens = 0;
    for (int f = 0; f < m->families; f++) tokens += m->family[f];
    m->embeddings = floats(r, tokens * m->width);
    for (int layer = 0; layer < m->layers; layer++) read_layer(r, m, &m->layer[layer]);
    m->norm = floats(r, m->width);
    m->first = matrix(r, m->width, m->family[0]);
    for (int f = 1; f < m->families; f++) {
        if (f == 1 || !m->type_first) m->head[f].table = floats(r, (int64_t)m->family[f - 1] * m->width);
        m->head[f].gate = matrix(r, m->width, m->width);
        m->head[f].out = matrix(r, m->width, m->width);
        m->head[f].head = matrix(r, m->width, m->family[f]);
    }
}

// Return a model that reads from this pack, which must outlive it, or NULL and why. set: of kernels, "" = the best.
PUBLIC Model *ps_open(const void *pack, int64_t bytes, const char *set, char *error) {
    Reader r = {.at = pack, .left = bytes};
    const Header *h = section(&r, sizeof(Header));
    if (!h || h->magic != MAGIC) return fail(error, "not a pack of weights"), NULL;
    if (h->version != VERSION)
        return fail(error, "a pack of version %d, not %d", (int)h->version, VERSION), NULL;
    if (!sound(h)) return fail(error, "the pack's sizes are out of range"), NULL;
    const Ops *ops = best_ops(set);
    if (!ops) return fail(error, "this machine has no kernels named '%.40s'", set), NULL;
    Model *m = calloc(1, sizeof *m);
    if (!m) return fail(error, "no memory for a model"), NULL;
    *m = (Model){.ops = ops, .format = h->format, .families = h->families, .layers = h->layers, .width = h->width,
                 .heads = h->heads, .kv_heads = h->kv_heads, .hidden = h->hidden, .cross = h->cross,
                 .type_first = h->type_first,
                 .size = h->width / h->heads};
    memcpy(m->family, h->family, sizeof m->family);
    r.format = h->format;
    read_model(&r, m);
    if (r.left == 0) return m;
    fail(error, r.left < 0 ? "the pack is cut short" : "the pack is longer than its sizes say");
    free(m);
    return NULL;
}

PUBLIC void ps_close(Model *m) { free(m); }

// Return the name of the kernels in use.
PUBLIC const char *ps_kernels(const Model *m) { return (m ? m->ops : best_ops(""))->name; }
