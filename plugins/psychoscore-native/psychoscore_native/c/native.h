// A decode step of the bundled transformer, on packed weights: what the other files share.
//
//   pack.c     a pack of bytes becomes a model, or an error
//   kernels.h  products and everything else that is vectors, once for each instruction set (kernels.c)
//   pool.c     helper threads that sleep when idle
//   read.c     rows in: keys, values, hidden states
//   heads.c    hidden states in: logits, or an id, of one family after the other
//   draw.c     logits in: an id
//   product.c  one matrix by itself
//
// Nothing here allocates but ps_open (one Model); all other memory comes from the caller.
#ifndef NATIVE_H
#define NATIVE_H

#include <stddef.h>
#include <stdint.h>

#define LANE 32  // outputs in a group of a matrix; a group is read from its first input to its last
#define MOST_FAMILIES 32
#define MOST_LAYERS 64
#define MOST_HELPERS 15
#define ERROR_BYTES 192

#if defined(_WIN32)
#define PUBLIC __declspec(dllexport)
#else
#define PUBLIC __attribute__((visibility("default")))
#endif

enum { F32, F16, I8 };  // how weights are kept; keys and values are float32 beside F32, float16 beside the others

// A matrix of `inputs` x `outputs`, in groups of 32 outputs: [group][input][32], or of four inputs a byte each with I8:
// [group][input / 4][32][4], where a whole number q stands for q * scale[output], and sum[output] is the sum of its q.
typedef struct {
    int32_t inputs, outputs;
    const void *weights;
    const float *scale;
    const int32_t *sum;
} Matrix;

typedef struct {
    Matrix qkv, out, cross_q, cross_out, up, down;  // up: groups of gates and of values in turn
} Layer;

typedef struct {
    const float *table;  // (size of the family before, width); NULL where that is heard by nobody
    Matrix gate, out, head;
} Head;

struct Ops;

typedef struct {
    const struct Ops *ops;
    int32_t format, families, layers, width, heads, kv_heads, hidden, cross, size;  // size: of one head
    int32_t type_first;  // families are predicted from the first one alone, not from all before them
    int32_t family[MOST_FAMILIES];
    const float *embeddings, *norm;
    Layer layer[MOST_LAYERS];
    Matrix first;
    Head head[MOST_FAMILIES];
} Model;

// A batch of streams (state.py has the same structure). Keys and values of a stream lie in one block, [layer]:
// keys [kv head][position / 32][size][32], values [kv head][size / 32][position][32].
typedef struct {
    int32_t streams, capacity;  // capacity: rows a stream may hold; blocks are made for it rounded up to 32
    int32_t *lengths;           // (streams,) rows read
    void **caches;              // (streams,)
    void **styles;              // (streams,) the same for 8 styles, capacity 32; unused without cross-attention
    const float **tables;       // (streams,) (counts + 2, layers, width): what is added in each bar, beyond, in none
    int32_t *counts;            // (streams,)
    const float *turns;         // (capacity, size / 2, 2) cosines and sines
    float *states;              // (families, streams, padded width) what the heads read
    int32_t *ids;               // (streams, families) what the states were made from
    int32_t known;              // states that are made
    int32_t busy;               // a thread is at work on this state
    char error[ERROR_BYTES];
} State;

// numpy/random/bitgen.h: what a NumPy generator's random numbers come from.
typedef struct {
    void *state;
    uint64_t (*next_uint64)(void *);
    uint32_t (*next_uint32)(void *);
    double (*next_double)(void *);
    uint64_t (*next_raw)(void *);
} Random;

// What one stream may take of a family (state.py has the same structures).
typedef struct {
    const uint8_t *allowed;  // (family size,); NULL: nothing is to be drawn
    const double *weights;   // (family size,) added to logits / temperature; or NULL
    const double *costs;     // (family size,) taken from logits; or NULL
    double temperature;
    Random *random;
} Choice;

// What holds for a family in all streams. Behind the streams stand their ghosts, without condition, then without plan.
typedef struct {
    double guidance, plan_guidance, min_p, top_p;
    int64_t top_k;
    const int32_t *lost;  // (lost_count,) ids that have a logit of -inf
    int32_t lost_count, ghosts;
    float divisor;        // of logits
} Rule;

// What is to be drawn: an id of a family for each of `count` streams, behind which stand their ghosts.
typedef struct {
    const int64_t *rows;    // (count, families), whose ids before the family are drawn
    int32_t *ids;           // (count,) what is drawn
    void *work;             // from ps_heads_work for so many threads
    const Choice *choices;  // (count,)
    Rule rule;
    int32_t family, count, threads;
} Draw;

enum { DRAW_MANY = -1, DRAW_NONE = -2, DRAW_IMPOSSIBLE = -3 };  // instead of an id

int64_t draw_work(int64_t size);
int32_t draw_forced(const Choice *c, int size);
int32_t draw_one(const Rule *rule, const Choice *c, const float *logits, int64_t stride, int size, void *work);

static inline int64_t padded(int64_t n) { return (n + LANE - 1) / LANE * LANE; }
static inline int32_t groups_of(int32_t n) { return (n + LANE - 1) / LANE; }

// What differs between instruction sets. x has row stride ldx, out has ldo; all are padded to whole groups.
typedef struct Ops {
    const char *name;
    // out[r, 32 g + o] = (add ? itself : 0) + scale[r] * sum over k of x[r, k] * w[g * step + 32 k + o]
    void (*products[2])(const void *w, int64_t step, int groups, int inputs, const float *x, int64_t ldx, int rows,
                        const float *scale, float *out, int64_t ldo, int add);
    // The same for a matrix of bytes and rows from `rounded`, from its group `first` on.
    void (*bytes)(const Matrix *m, int first, int groups, const uint8_t *x, int64_t ldx, int rows, const float *scale,
                  float *out, int64_t ldo, int add);
    float (*squares)(const float *x, int n);                 // the sum of squares
    float (*rounded)(const float *x, int n, uint8_t *bytes);  // x = (bytes - 128) * what it returns
    float (*exps)(float *x, int n);                          // x = exp(x - max x); returns the sum
    void (*swish)(const float *gate, const float *value, float *out, int n);  // silu(2 gate) * (value or 1)
    void (*halves)(const float *x, int n, uint16_t *out);
} Ops;

const Ops *best_ops(const char *name);  // the best here, or that with this name if it runs here, or NULL

typedef void (*Task)(void *context, int chunk, int thread);
typedef struct Pool Pool;
Pool *pool_take(int threads, int wake);  // NULL: work alone; one step at a time has the helpers
void pool_run(Pool *pool, Task task, void *context, int chunks);
void pool_give(Pool *pool);

// A product of many rows with a matrix, shared among threads.
typedef struct {
    const Model *model;
    Pool *pool;
    uint8_t *bytes;  // (rows, inputs padded), for I8
    float *scale;    // (rows,)
    float *gated;    // not NULL: what gates and values, the groups of the product in turn, become
} Bench;

// out (rows, ldo) = or += x (rows, ldx) m; with `norm`, of rows divided by their length.
void multiply(Bench *b, const Matrix *m, const float *x, int64_t ldx, int rows, int norm, float *out, int64_t ldo,
              int add);
float length_scale(const Model *m, const float *x);  // 1 / |x|
int fail(char *error, const char *format, ...);      // returns -1
int state_enter(State *s);  // returns -2 where another thread is at work on it
void state_leave(State *s);

#endif
