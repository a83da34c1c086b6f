// One id of one family for each stream: guidance, masks, weights, temperature, truncation and the draw, on the logits
// of heads.c. What counts as right is psychoscore_sampler's draw.py; only exp() may differ in its last bit.
#include <math.h>
#include <string.h>

#include "native.h"

#define HUGE_LOGIT 1e30  // what an infinite logit counts as

typedef struct {
    double *scores, *sorted;
    int32_t *ids;  // those that the scores are of
    int count;
} Draft;

// Return the bytes of work memory of a draw from a family of this size.
int64_t draw_work(int64_t size) { return (2 * 8 * size + 4 * size + 63) / 64 * 64; }

// ---- Scores.

static double mixed(const Rule *rule, double with, double without, double profile) {
    if (rule->ghosts == 0) return with;
    if (rule->ghosts == 1) return isfinite(without) ? without + rule->guidance * (with - without) : with;
    double sum = without + rule->guidance * (profile - without);
    sum += rule->plan_guidance * (with - profile);
    return isfinite(sum) ? sum : with;
}

static void score(const Rule *rule, const float *logits, int64_t stride, Draft *d) {
    const float *without = rule->ghosts > 0 ? logits + stride : logits;
    const float *profile = rule->ghosts > 1 ? without + stride : logits;
    for (int i = 0; i < d->count; i++) {
        int id = d->ids[i];
        d->scores[i] = mixed(rule, logits[id], without[id], profile[id]);
    }
}

static void weigh(const Choice *c, Draft *d) {
    double most = -INFINITY;
    if (c->costs)
        for (int i = 0; i < d->count; i++) d->scores[i] -= c->costs[d->ids[i]];
    if (!c->weights) return;
    for (int i = 0; i < d->count; i++)
        if (c->weights[d->ids[i]] > most) most = c->weights[d->ids[i]];
    if (most == -INFINITY) return;  // what no allowed id satisfies is not asked for
    for (int i = 0; i < d->count; i++) d->scores[i] += c->temperature * c->weights[d->ids[i]];
}

// Scores become chances, the largest 1; return whether any id is possible.
static int to_chances(double temperature, Draft *d) {
    double top = -INFINITY;
    for (int i = 0; i < d->count; i++) {
        if (isnan(d->scores[i])) d->scores[i] = -INFINITY;
        if (d->scores[i] == INFINITY) d->scores[i] = HUGE_LOGIT;
        if (d->scores[i] > top) top = d->scores[i];
    }
    if (top == -INFINITY) return 0;
    for (int i = 0; i < d->count; i++) d->scores[i] = exp((d->scores[i] - top) / temperature);
    return 1;
}

// ---- Truncation.

static void keep_from(Draft *d, double floor) {
    int kept = 0;
    for (int i = 0; i < d->count; i++)
        if (d->scores[i] >= floor) d->scores[kept] = d->scores[i], d->ids[kept++] = d->ids[i];
    d->count = kept;
}

static void sink(double *heap, int count, int at) {
    double value = heap[at];
    for (int child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1] > heap[child]) child++;
        if (heap[child] <= value) break;
        heap[at] = heap[child];
    }
    heap[at] = value;
}

static void make_heap(double *heap, int count) {
    for (int at = count / 2 - 1; at >= 0; at--) sink(heap, count, at);
}

static double take_largest(double *heap, int *count) {
    double largest = heap[0];
    heap[0] = heap[--*count];
    sink(heap, *count, 0);
    return largest;
}

static double kth_largest(Draft *d, int64_t k) {
    int left = d->count;
    double found = 0;
    memcpy(d->sorted, d->scores, 8 * (size_t)left);
    make_heap(d->sorted, left);
    while (k-- > 0) found = take_largest(d->sorted, &left);
    return found;
}

// Keep the fewest largest chances that reach a share of the sum, and those that tie with the last of them.
static void keep_nucleus(Draft *d, double mass) {
    int large = 0;
    double total = 0, sum = 0, last = 0;
    for (int i = 0; i < d->count; i++) total += d->scores[i];
    double floor = (1 - mass) * total / d->count;  // all below it add up to less than what may go
    for (int i = 0; i < d->count; i++)
        if (d->scores[i] >= floor) d->sorted[large++] = d->scores[i];
    make_heap(d->sorted, large);
    while (large && sum < mass * total) sum += last = take_largest(d->sorted, &large);
    keep_from(d, last);
}

static void truncate_to(const Rule *rule, Draft *d) {
    double floor = rule->min_p;
    if (0 < rule->top_k && rule->top_k < d->count) {
        double last = kth_largest(d, rule->top_k);
        floor = last > floor ? last : floor;
    }
    if (floor > 0) keep_from(d, floor < 1 ? floor : 1);  // the likeliest stays
    if (rule->top_p < 1) keep_nucleus(d, rule->top_p);
}

static int32_t drawn(Draft *d, Random *random) {
    double sum = 0;
    for (int i = 0; i < d->count; i++) d->scores[i] = sum += d->scores[i];
    double at = random->next_double(random->state) * sum;
    for (int i = 0; i < d->count - 1; i++)
        if (d->scores[i] > at) return d->ids[i];
    return d->ids[d->count - 1];
}

// ---- The door.

static int allowed_ids(const Choice *c, int size, int32_t *ids) {
    int count = 0;
    for (int id = 0; id < size; id++) {
        ids[count] = id;
        count += c->allowed[id] != 0;
    }
    return count;
}

// Return the only id that is allowed, DRAW_NONE where none is, or DRAW_MANY.
int32_t draw_forced(const Choice *c, int size) {
    int32_t found = DRAW_NONE;
    for (int id = 0; id < size; id++)
        if (c->allowed[id]) {
            if (found != DRAW_NONE) return DRAW_MANY;
            found = id;
        }
    return found;
}

// Return an id drawn from logits (1 + ghosts, size), rows `stride` apart, or DRAW_IMPOSSIBLE where the logits leave
// none; then no random number was taken.
int32_t draw_one(const Rule *rule, const Choice *c, const float *logits, int64_t stride, int size, void *work) {
    Draft d = {.scores = work, .sorted = (double *)work + size};
    d.ids = (int32_t *)(d.sorted + size);
    d.count = allowed_ids(c, size, d.ids);
    score(rule, logits, stride, &d);
    weigh(c, &d);
    if (!to_chances(c->temperature, &d)) return DRAW_IMPOSSIBLE;
    truncate_to(rule, &d);
    return drawn(&d, c->random);
}
