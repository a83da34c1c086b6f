// Products shared among threads, and the heads of a row: logits, or an id drawn, of one family after the other.
#include <math.h>
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
    void *drafts;  // of each thread
} Heads;

// The ids of the families before the one at hand; streams that differ in their conditions only share a row.
typedef struct {
    const int64_t *rows;
    int64_t stride;
    int count;
} Ids;

static int64_t id_of(const Ids *ids, int stream, int family) {
    return ids->rows[stream % ids->count * ids->stride + family];
}

static int64_t lay_out(const Model *m, int64_t streams, int threads, Heads *h, char *base) {
    int64_t widest = 0, wide = padded(m->width), used = 0;
    for (int f = 0; f < m->families; f++) widest = m->family[f] > widest ? m->family[f] : widest;
    int64_t bytes[] = {4 * streams * wide, 4 * streams * padded(widest), 4 * streams, streams * wide,
                       threads * draw_work(widest)};
    void *found[5] = {0};
    for (int i = 0; i < 5; i++) {
        found[i] = base ? base + used : NULL;
        used += (bytes[i] + 63) / 64 * 64;
    }
    h->gate = found[0], h->logits = found[1], h->bench.scale = found[2], h->bench.bytes = found[3];
    h->drafts = found[4];
    return used;
}

// Return the bytes of work memory, zeroed before its first use, for the heads of so many streams.
PUBLIC int64_t ps_heads_work(const Model *m, int64_t streams, int threads) {
    Heads h;
    return lay_out(m, streams, threads, &h, NULL);
}

// Make the state that family `f` is predicted from: of the one before and its ids, or of the first one and its ids.
static void go_on(const Model *m, State *s, Heads *h, int f, const Ids *ids) {
    int64_t wide = padded(m->width), all = wide * s->streams;
    int before = m->type_first ? 0 : f - 1;
    float *to = s->states + f * all;
    memcpy(to, s->states + before * all, 4 * all);
    for (int stream = 0; stream < s->streams; stream++) {
        int64_t id = id_of(ids, stream, before);
        const float *from = m->head[before + 1].table + id * m->width;
        for (int i = 0; i < m->width; i++) to[stream * wide + i] += from[i];
        s->ids[stream * m->families + before] = (int32_t)id;
    }
    multiply(&h->bench, &m->head[f].gate, to, wide, s->streams, 1, h->gate, wide, 0);
    m->ops->swish(h->gate, NULL, h->gate, (int)all);
    multiply(&h->bench, &m->head[f].out, h->gate, wide, s->streams, 0, to, wide, 1);
}

static int check_ids(const Model *m, State *s, int family, const Ids *ids) {
    if (family < 0 || family >= m->families) return fail(s->error, "there is no family %d", family);
    if (s->known < 1) return fail(s->error, "no row has been read whose next one could be asked for");
    for (int stream = 0; stream < ids->count; stream++)
        for (int f = 0; f < family; f++) {
            long long id = id_of(ids, stream, f);
            if (id < 0 || id >= m->family[f])
                return fail(s->error, "family %d has no id %lld: it has %d", f, id, (int)m->family[f]);
        }
    return 0;
}

// Return how many states are those of these ids.
static int unchanged(const Model *m, const State *s, int family, const Ids *ids) {
    for (int f = 1; f < s->known && f <= family; f++)
        for (int stream = 0; stream < s->streams; stream++)
            if (s->ids[stream * m->families + f - 1] != id_of(ids, stream, f - 1)) return f;
    return s->known;
}

// Make the logits (streams, padded family size) of a family; return their stride.
static int64_t predict(const Model *m, State *s, Heads *h, int family, const Ids *ids) {
    if (!m->type_first) s->known = unchanged(m, s, family, ids);
    else if (family) go_on(m, s, h, family, ids);  // on its own: families between may never be asked for
    for (; s->known <= family && !m->type_first; s->known++) go_on(m, s, h, s->known, ids);
    const Matrix *head = family ? &m->head[family].head : &m->first;
    int64_t wide = padded(m->width), columns = padded(head->outputs);
    const float *states = s->states + family * wide * s->streams;
    multiply(&h->bench, head, states, wide, s->streams, family > 0, h->logits, columns, 0);
    return columns;
}

// ---- The doors.

// Write the logits (streams, family size) of a family of the row after the one just read, given the ids (streams,
// family) of the families before it. Returns 0, -1 with s->error, or -2 as ps_read does.
PUBLIC int ps_logits(const Model *m, State *s, int family, const int64_t *rows, float *out, void *work, int threads) {
    if (state_enter(s)) return -2;
    Ids ids = {rows, family, s->streams};
    if (check_ids(m, s, family, &ids)) return state_leave(s), -1;
    Heads h = {.bench = {.model = m, .pool = pool_take(threads, 0)}};
    lay_out(m, s->streams, threads, &h, work);
    int64_t columns = predict(m, s, &h, family, &ids), size = m->family[family];
    for (int stream = 0; stream < s->streams; stream++)
        memcpy(out + stream * size, h.logits + stream * columns, 4 * size);
    pool_give(h.bench.pool);
    state_leave(s);
    return 0;
}

typedef struct {
    const Draw *draw;
    const Heads *heads;
    int64_t columns;
    int size;
} Drawing;

static void draw_chunk(void *drawing, int chunk, int thread) {
    const Drawing *d = drawing;
    int32_t *id = &d->draw->ids[chunk];
    if (*id != DRAW_MANY) return;
    char *work = (char *)d->heads->drafts + thread * draw_work(d->size);
    *id = draw_one(&d->draw->rule, &d->draw->choices[chunk], d->heads->logits + chunk * d->columns,
                   d->draw->count * d->columns, d->size, work);
}

// Write down the ids that are forced; return how many are not, or -1 where the model or a mask cannot be drawn from.
static int draw_what_is_forced(State *s, const Draw *draw, int size) {
    int open = 0, ghosts = draw->rule.ghosts;
    if (ghosts < 0 || ghosts > 2 || draw->count < 1 || (int64_t)draw->count * (1 + ghosts) != s->streams)
        return fail(s->error, "%d draws with %d ghosts do not fit %d streams", draw->count, ghosts, (int)s->streams);
    for (int i = 0; i < draw->count; i++) {
        const Choice *c = &draw->choices[i];
        int32_t id = draw->ids[i] = c->allowed ? draw_forced(c, size) : DRAW_NONE;
        if (c->allowed && id == DRAW_NONE)
            return fail(s->error, "no id of family %d is allowed in stream %d", (int)draw->family, i);
        if (c->allowed && !(c->temperature > 0 && c->temperature < INFINITY))
            return fail(s->error, "a temperature must be a finite number above 0, not %g", c->temperature);
        open += id == DRAW_MANY;
    }
    return open;
}

// What the model's owner changes about its logits: ids that are impossible, and what all are divided by.
static void change(const Rule *rule, Heads *h, int64_t columns, int size, int streams) {
    for (int stream = 0; stream < streams; stream++) {
        float *logits = h->logits + stream * columns;
        for (int i = 0; i < rule->lost_count; i++)
            if (rule->lost[i] >= 0 && rule->lost[i] < size) logits[rule->lost[i]] = -INFINITY;
        for (int id = 0; rule->divisor != 1 && id < size; id++) logits[id] /= rule->divisor;
    }
}

// Draw: for each stream an id, or DRAW_IMPOSSIBLE, or DRAW_NONE where its choice has no `allowed`. Where every id is
// forced the model is not asked. Returns as ps_logits does.
PUBLIC int ps_draw(const Model *m, State *s, const Draw *draw) {
    if (state_enter(s)) return -2;
    Ids ids = {draw->rows, m->families, draw->count};
    int problem = check_ids(m, s, draw->family, &ids), size = problem ? 0 : m->family[draw->family];
    int open = problem ? problem : draw_what_is_forced(s, draw, size);
    if (open <= 0) return state_leave(s), open;
    Heads h = {.bench = {.model = m, .pool = pool_take(draw->threads, 0)}};
    lay_out(m, s->streams, draw->threads, &h, draw->work);
    Drawing drawing = {draw, &h, predict(m, s, &h, draw->family, &ids), size};
    change(&draw->rule, &h, drawing.columns, size, s->streams);
    pool_run(h.bench.pool, draw_chunk, &drawing, draw->count);
    pool_give(h.bench.pool);
    state_leave(s);
    return 0;
}
