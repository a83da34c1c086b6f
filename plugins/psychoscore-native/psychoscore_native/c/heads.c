// Products shared among threads, and the chained heads: the logits of one family after the other.
#include <string.h>

#include "native.h"

// ---- Products.

typedef struct {
    Bench *bench;
    const Matrix *matrix;
    const float *x;
    float *out;
    int64_t ldx, ldo;
    int rows, add, groups;  // groups: of a chunk, an even number
} Product;

static void multiply_part(void *product, int chunk, int thread) {
    (void)thread;
    const Product *p = product;
    const Model *m = p->bench->model;
    int all = groups_of(p->matrix->outputs), first = chunk * p->groups, inputs = p->matrix->inputs;
    int groups = all - first < p->groups ? all - first : p->groups;
    float *out = p->out + (int64_t)first * LANE;
    if (m->format == I8) {
        m->ops->bytes(p->matrix, first, groups, p->bench->bytes, padded(inputs), p->rows, p->bench->scale, out, p->ldo,
                      p->add);
    } else {
        int64_t step = (int64_t)inputs * LANE;
        const char *w = (const char *)p->matrix->weights + first * step * (m->format == F32 ? 4 : 2);
        m->ops->products[m->format](w, step, groups, inputs, p->x, p->ldx, p->rows, p->bench->scale, out, p->ldo,
                                    p->add);
    }
    if (!p->bench->gated) return;
    for (int row = 0; row < p->rows; row++)
        for (int g = 0; g < groups; g += 2) {
            const float *gate = out + row * p->ldo + g * LANE;
            m->ops->swish(gate, gate + LANE, p->bench->gated + row * p->ldo / 2 + (first + g) / 2 * LANE, LANE);
        }
}

void multiply(Bench *b, const Matrix *matrix, const float *x, int64_t ldx, int rows, int norm, float *out, int64_t ldo,
              int add) {
    Product p = {b, matrix, x, out, ldx, ldo, rows, add, 2};
    for (int row = 0; row < rows; row++) {
        b->scale[row] = norm ? length_scale(b->model, x + row * ldx) : 1;
        if (b->model->format == I8)
            b->scale[row] *= b->model->ops->rounded(x + row * ldx, matrix->inputs,
                                                    b->bytes + row * padded(matrix->inputs));
    }
    while (groups_of(matrix->outputs) > 4 * p.groups) p.groups += 2;  // chunks enough to share, worth their taking
    pool_run(b->pool, multiply_part, &p, (groups_of(matrix->outputs) + p.groups - 1) / p.groups);
}

// ---- Heads.

int state_enter(State *s) {
    if (__atomic_exchange_n(&s->busy, 1, __ATOMIC_ACQUIRE))
        return -2;  // s->error is the other thread's
    return 0;
}

void state_leave(State *s) { __atomic_store_n(&s->busy, 0, __ATOMIC_RELEASE); }

typedef struct {
    Bench bench;
    float *gate, *logits;
} Heads;

static int64_t lay_out(const Model *m, int64_t streams, Heads *h, char *base) {
    int64_t widest = 0, wide = padded(m->width), used = 0;
    for (int f = 0; f < m->families; f++) widest = m->family[f] > widest ? m->family[f] : widest;
    int64_t bytes[] = {4 * streams * wide, 4 * streams * padded(widest), 4 * streams, streams * wide};
    void *found[4] = {0};
    for (int i = 0; i < 4; i++) {
        found[i] = base ? base + used : NULL;
        used += (bytes[i] + 63) / 64 * 64;
    }
    h->gate = found[0], h->logits = found[1], h->bench.scale = found[2], h->bench.bytes = found[3];
    return used;
}

// Return the bytes of work memory, zeroed before its first use, for the heads of so many streams.
PUBLIC int64_t ps_heads_work(const Model *m, int64_t streams) {
    Heads h;
    return lay_out(m, streams, &h, NULL);
}

// Make the state that family `f` is predicted from of the one before and its ids.
static void go_on(const Model *m, State *s, Heads *h, int f, const int64_t *ids, int64_t stride) {
    int64_t wide = padded(m->width), all = wide * s->streams;
    float *to = s->states + f * all;
    memcpy(to, to - all, 4 * all);
    for (int stream = 0; stream < s->streams; stream++) {
        int64_t id = ids[stream * stride + f - 1];
        const float *from = m->head[f].table + id * m->width;
        for (int i = 0; i < m->width; i++) to[stream * wide + i] += from[i];
        s->ids[stream * m->families + f - 1] = (int32_t)id;
    }
    multiply(&h->bench, &m->head[f].gate, to, wide, s->streams, 1, h->gate, wide, 0);
    m->ops->swish(h->gate, NULL, h->gate, (int)all);
    multiply(&h->bench, &m->head[f].out, h->gate, wide, s->streams, 0, to, wide, 1);
}

static int check_ids(const Model *m, State *s, int family, const int64_t *ids) {
    for (int64_t i = 0; i < (int64_t)s->streams * family; i++)
        if (ids[i] < 0 || ids[i] >= m->family[i % family])
            return fail(s->error, "family %d has no id %lld: it has %d", (int)(i % family), (long long)ids[i],
                        (int)m->family[i % family]);
    return 0;
}

// Return how many states are those of these ids.
static int unchanged(const Model *m, const State *s, int family, const int64_t *ids) {
    for (int f = 1; f < s->known && f <= family; f++)
        for (int stream = 0; stream < s->streams; stream++)
            if (s->ids[stream * m->families + f - 1] != ids[stream * family + f - 1]) return f;
    return s->known;
}

// Write the logits (streams, family size) of a family of the row after the one just read, given the ids (streams,
// family) of the families before it. Returns 0, -1 with s->error, or -2 as ps_read does.
PUBLIC int ps_logits(const Model *m, State *s, int family, const int64_t *ids, float *out, void *work, int threads) {
    int problem = state_enter(s);
    if (problem) return problem;
    if (family < 0 || family >= m->families) problem = fail(s->error, "there is no family %d", family);
    else if (s->known < 1) problem = fail(s->error, "no row has been read whose next one could be asked for");
    else problem = check_ids(m, s, family, ids);
    if (problem) return state_leave(s), problem;
    Heads h = {.bench = {.model = m, .pool = pool_take(threads, 0)}};
    lay_out(m, s->streams, &h, work);
    s->known = unchanged(m, s, family, ids);
    for (; s->known <= family; s->known++) go_on(m, s, &h, s->known, ids, family);
    const Matrix *head = family ? &m->head[family].head : &m->first;
    int64_t wide = padded(m->width), columns = padded(head->outputs);
    multiply(&h.bench, head, s->states + family * wide * s->streams, wide, s->streams, family > 0, h.logits, columns, 0);
    for (int stream = 0; stream < s->streams; stream++)
        memcpy(out + (int64_t)stream * head->outputs, h.logits + stream * columns, 4 * head->outputs);
    pool_give(h.bench.pool);
    state_leave(s);
    return 0;
}
