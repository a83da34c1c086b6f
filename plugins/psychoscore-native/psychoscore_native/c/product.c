// One matrix by itself, for engines that go their own way through a model and want only the products.
#include "native.h"

#define MOST_SIZE (1 << 20)  // inputs, outputs and rows

static int within(int64_t value) { return 1 <= value && value <= MOST_SIZE; }

// Return the bytes of work memory of ps_product.
PUBLIC int64_t ps_product_work(int64_t rows, int64_t inputs) { return rows * (4 + padded(inputs)); }

// out (rows, padded outputs) = x (rows, padded inputs) times a matrix in the form of native.h; x is zero where it is
// padded. scale, sum: of a matrix of bytes. set: of kernels, "" = the best. Returns -1 for sizes or kernels that are not.
PUBLIC int ps_product(const char *set, int format, const void *weights, const float *scale, const int32_t *sum,
                      int64_t inputs, int64_t outputs, const float *x, int64_t rows, float *out, void *work,
                      int threads) {
    const Ops *ops = best_ops(set);
    if (!ops || format < F32 || format > I8 || !within(inputs) || !within(outputs) || !within(rows)) return -1;
    Model model;  // a product asks for no more of one
    model.ops = ops, model.format = format;
    Matrix m = {.inputs = (int32_t)inputs, .outputs = (int32_t)outputs, .weights = weights, .scale = scale, .sum = sum};
    Bench bench = {.model = &model, .pool = pool_take(threads, 1), .scale = work, .bytes = (uint8_t *)work + 4 * rows};
    multiply(&bench, &m, x, padded(inputs), (int)rows, 0, out, padded(outputs), 0);
    pool_give(bench.pool);
    return 0;
}
