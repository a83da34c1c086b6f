// Rows in: their keys and values are stored and, where somebody waits for them, hidden states come out.
#include <math.h>
#include <string.h>

#include "native.h"

#define EPSILON 1e-6f  // what a norm adds to the mean square
#define STYLES 8

typedef struct {
    char *base;  // NULL: only count
    int64_t used;
} Arena;

// A piece of rows on its way through the layers.
typedef struct {
    Bench bench;
    const Model *model;
    State *state;
    int rows;
    int64_t wide, qkv_wide, hidden_wide;  // strides, padded
    float *x, *qkv, *mixed, *gates, *gated;
    float *scores, *found;  // of each thread
    int32_t *stream, *place, *entry;
    int layer, cross;  // what attend() is at
} Reading;

static void *carve(Arena *arena, int64_t bytes) {
    void *found = arena->base ? arena->base + arena->used : NULL;
    arena->used += (bytes + 63) / 64 * 64;
    return found;
}

static void lay_out(Reading *r, Arena *arena, int64_t rows, int threads, int64_t capacity) {
    const Model *m = r->model;
    int64_t group = m->heads / m->kv_heads;
    r->wide = padded(m->width), r->hidden_wide = padded(m->hidden);
    r->qkv_wide = padded(m->width + 2 * m->kv_heads * m->size);
    r->x = carve(arena, 4 * rows * r->wide);
    r->qkv = carve(arena, 4 * rows * r->qkv_wide);
    r->mixed = carve(arena, 4 * rows * r->wide);
    r->gates = carve(arena, 8 * rows * r->hidden_wide);
    r->gated = carve(arena, 4 * rows * r->hidden_wide);
    r->bench.bytes = carve(arena, rows * (r->wide > r->hidden_wide ? r->wide : r->hidden_wide));
    r->bench.scale = carve(arena, 4 * rows);
    r->stream = carve(arena, 4 * rows), r->place = carve(arena, 4 * rows), r->entry = carve(arena, 4 * rows);
    r->scores = carve(arena, 4 * threads * group * padded(capacity));
    r->found = carve(arena, 4 * threads * group * padded(m->size));
}

// Return the bytes of work memory, zeroed before its first use, in which so many rows can be read at once.
PUBLIC int64_t ps_work(const Model *m, int64_t rows, int threads, int64_t capacity) {
    Reading r = {.model = m};
    Arena arena = {0};
    lay_out(&r, &arena, rows, threads, capacity < STYLES ? STYLES : capacity);
    return arena.used;
}

static int64_t number_bytes(const Model *m) { return m->format == F32 ? 4 : 2; }

// Return the bytes of a stream's keys and values.
PUBLIC int64_t ps_cache(const Model *m, int64_t capacity) {
    return number_bytes(m) * m->layers * m->kv_heads * padded(capacity) * (m->size + padded(m->size));
}

// ---- Attention.

typedef struct {
    char *keys, *values;
    int64_t capacity;
} Block;

// Where a layer's keys and values of one kv head lie.
static Block block_of(const Model *m, void *cache, int64_t capacity, int layer, int head) {
    int64_t wide = padded(capacity), keys = wide * m->size, values = wide * padded(m->size);
    char *at = (char *)cache + number_bytes(m) * layer * m->kv_heads * (keys + values);
    return (Block){at + number_bytes(m) * head * keys,
                   at + number_bytes(m) * (m->kv_heads * keys + head * values), wide};
}

static void store(const Reading *r, const Block *b, int place, const float *key, const float *value) {
    const Model *m = r->model;
    int64_t key_at = (int64_t)(place / LANE * m->size) * LANE + place % LANE;
    if (m->format == F32) {
        for (int i = 0; i < m->size; i++) ((float *)b->keys)[key_at + (int64_t)i * LANE] = key[i];
        for (int i = 0; i < m->size; i++)
            ((float *)b->values)[(i / LANE * b->capacity + place) * LANE + i % LANE] = value[i];
        return;
    }
    uint16_t half[LANE];
    for (int first = 0; first < m->size; first += LANE) {
        int count = m->size - first < LANE ? m->size - first : LANE;
        m->ops->halves(key + first, count, half);
        for (int i = 0; i < count; i++) ((uint16_t *)b->keys)[key_at + (int64_t)(first + i) * LANE] = half[i];
        m->ops->halves(value + first, count, (uint16_t *)b->values + (first / LANE * b->capacity + place) * LANE);
    }
}

// What the queries of one row that share a kv head find in its keys and values.
static void attend(void *reading, int chunk, int thread) {
    const Reading *r = reading;
    const Model *m = r->model;
    int row = chunk / m->kv_heads, head = chunk % m->kv_heads, group = m->heads / m->kv_heads;
    int stream = r->stream[row], length = r->cross ? STYLES : r->place[row] + 1, halves = m->format != F32;
    void *cache = (r->cross ? r->state->styles : r->state->caches)[stream];
    Block b = block_of(m, cache, r->cross ? STYLES : r->state->capacity, r->layer, head);
    int64_t wide = padded(m->size), room = padded(r->state->capacity);
    float *scores = r->scores + thread * group * room, *found = r->found + thread * group * wide, scale[128];
    for (int i = 0; i < 128; i++) scale[i] = 1;
    m->ops->products[halves](b.keys, (int64_t)m->size * LANE, groups_of(length), m->size,
                             r->qkv + row * r->qkv_wide + head * group * m->size, m->size, group, scale, scores, room, 0);
    for (int i = 0; i < group; i++) scale[i] = 1 / m->ops->exps(scores + i * room, length);
    m->ops->products[halves](b.values, b.capacity * LANE, groups_of(m->size), length, scores, room, group, scale,
                             found, wide, 0);
    for (int i = 0; i < group; i++)
        memcpy(r->mixed + row * r->wide + (head * group + i) * m->size, found + i * wide, 4 * m->size);
}

// Turn queries and keys by their position, in neighbouring pairs, and store keys and values.
static void turn_and_store(const Reading *r, int row) {
    const Model *m = r->model;
    float *qkv = r->qkv + row * r->qkv_wide;
    const float *turns = r->state->turns + (int64_t)r->place[row] * m->size;
    for (int head = 0; head < m->heads + m->kv_heads; head++)
        for (int i = 0; i < m->size; i += 2) {
            float *pair = qkv + head * m->size + i, a = pair[0], b = pair[1];
            pair[0] = a * turns[i] - b * turns[i + 1];
            pair[1] = a * turns[i + 1] + b * turns[i];
        }
    const float *keys = qkv + m->width, *values = keys + m->kv_heads * m->size;
    for (int head = 0; head < m->kv_heads; head++) {
        Block b = block_of(m, r->state->caches[r->stream[row]], r->state->capacity, r->layer, head);
        store(r, &b, r->place[row], keys + head * m->size, values + head * m->size);
    }
}

// ---- The way through the layers.

static void embed(const Reading *r, int row, const int64_t *ids) {
    const Model *m = r->model;
    const float *table = m->embeddings;
    float *x = r->x + row * r->wide;
    memset(x, 0, 4 * r->wide);
    for (int f = 0; f < m->families; f++) {
        for (int i = 0; i < m->width; i++) x[i] += table[ids[f] * m->width + i];
        table += (int64_t)m->family[f] * m->width;
    }
}

static void add_condition(const Reading *r, int row) {
    const Model *m = r->model;
    const float *from = r->state->tables[r->stream[row]] + ((int64_t)r->entry[row] * m->layers + r->layer) * m->width;
    float *x = r->x + row * r->wide;
    for (int i = 0; i < m->width; i++) x[i] += from[i];
}

static void pass_layer(Reading *r, int stored_is_enough) {
    const Model *m = r->model;
    const Layer *layer = &m->layer[r->layer];
    for (int row = 0; row < r->rows; row++) add_condition(r, row);
    multiply(&r->bench, &layer->qkv, r->x, r->wide, r->rows, 1, r->qkv, r->qkv_wide, 0);
    for (int row = 0; row < r->rows; row++) turn_and_store(r, row);
    if (stored_is_enough) return;
    pool_run(r->bench.pool, attend, r, r->rows * m->kv_heads);
    multiply(&r->bench, &layer->out, r->mixed, r->wide, r->rows, 0, r->x, r->wide, 1);
    if (m->cross) {
        multiply(&r->bench, &layer->cross_q, r->x, r->wide, r->rows, 1, r->qkv, r->qkv_wide, 0);
        r->cross = 1;
        pool_run(r->bench.pool, attend, r, r->rows * m->kv_heads);
        r->cross = 0;
        multiply(&r->bench, &layer->cross_out, r->mixed, r->wide, r->rows, 0, r->x, r->wide, 1);
    }
    r->bench.gated = r->gated;
    multiply(&r->bench, &layer->up, r->x, r->wide, r->rows, 1, r->gates, 2 * r->hidden_wide, 0);
    r->bench.gated = NULL;
    multiply(&r->bench, &layer->down, r->gated, r->hidden_wide, r->rows, 0, r->x, r->wide, 1);
}

static void keep_hidden(const Reading *r) {
    const Model *m = r->model;
    for (int row = 0; row < r->rows; row++) {
        const float *x = r->x + row * r->wide, scale = length_scale(m, x);
        float *to = r->state->states + r->stream[row] * r->wide;
        for (int i = 0; i < m->width; i++) to[i] = x[i] * scale * m->norm[i];
    }
}

float length_scale(const Model *m, const float *x) {
    return 1 / sqrtf(m->ops->squares(x, m->width) + EPSILON * (float)m->width);
}

static void read_piece(Reading *r, const int64_t *ids, const int32_t *streams, const int64_t *bars, int hidden) {
    const Model *m = r->model;
    State *s = r->state;
    for (int row = 0; row < r->rows; row++) {
        int stream = r->stream[row] = streams[row], known = s->counts[stream];
        r->place[row] = s->lengths[stream]++;
        r->entry[row] = bars[row] < 0 ? known + 1 : bars[row] < known ? (int32_t)bars[row] : known;
        embed(r, row, ids + (int64_t)row * m->families);
    }
    for (r->layer = 0; r->layer < m->layers; r->layer++) pass_layer(r, !hidden && r->layer == m->layers - 1);
    if (hidden) keep_hidden(r);
}

// ---- The door.

static int check_rows(const Model *m, State *s, const int64_t *ids, const int32_t *streams, int64_t rows) {
    for (int64_t row = 0; row < rows; row++) {
        if (streams[row] < 0 || streams[row] >= s->streams) return fail(s->error, "there is no such stream");
        for (int f = 0; f < m->families; f++) {
            long long id = ids[row * m->families + f];
            if (id < 0 || id >= m->family[f])
                return fail(s->error, "family %d has no id %lld: it has %d", f, id, (int)m->family[f]);
        }
    }
    return 0;
}

// Count the rows of each stream in `lengths`, and take them back where one has no room.
static int check_room(State *s, const int32_t *streams, int64_t rows) {
    for (int64_t row = 0; row < rows; row++)
        if (s->lengths[streams[row]]++ >= s->capacity) {
            for (; row >= 0; row--) s->lengths[streams[row]]--;
            return fail(s->error, "the state is full: it holds %d rows", (int)s->capacity);
        }
    for (int64_t row = 0; row < rows; row++) s->lengths[streams[row]]--;
    return 0;
}

// Read rows: ids (rows, families), the stream of each, rows of one stream in their order, and its bar, below 0 in none.
// work: from ps_work for `at_once` rows and so many threads. hidden: every stream has one row, and logits will be asked
// for. Returns 0, or -1 with s->error, or -2 where another thread is at it; then nothing was read.
PUBLIC int ps_read(const Model *m, State *s, const int64_t *ids, const int32_t *streams, const int64_t *bars,
                   int64_t rows, void *work, int64_t at_once, int threads, int hidden) {
    if (state_enter(s)) return -2;
    if (check_rows(m, s, ids, streams, rows) || check_room(s, streams, rows)) return state_leave(s), -1;
    Reading r = {.model = m, .state = s, .bench = {.model = m, .pool = pool_take(threads, 1)}};
    Arena arena = {.base = work};
    lay_out(&r, &arena, at_once, threads, s->capacity);
    for (int64_t first = 0; first < rows; first += r.rows) {
        r.rows = (int)(rows - first < at_once ? rows - first : at_once);
        read_piece(&r, ids + first * m->families, streams + first, bars + first, hidden);
    }
    pool_give(r.bench.pool);
    s->known = hidden ? 1 : 0;
    state_leave(s);
    return 0;
}
