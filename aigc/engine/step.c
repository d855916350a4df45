/* One step of a model on an x86-64 CPU with AVX2, and what else the engine wants done quickly.

   Every number depends on its own row alone: sums run in one fixed order, by token and by absolute position, whatever
   else is in the batch and wherever a prompt is cut into a shared prefix and a row's own part. So a text is the same,
   to the bit, alone and in any company.

   Products are in multiply.c, attention in attend.c. Built with -mavx2 -mfma -mf16c -fopenmp and loaded by kernels.py,
   which has torch's own OpenMP threads resolved first. */

#include <math.h>
#include <string.h>

#include "step.h"

int aigc_supported(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

static inline void norm_row(const float *x, const float *weight, int64_t k, float eps, float *out) {
    v8 sum = all(0);
    for (int64_t i = 0; i < k; i += 8) sum = _mm256_fmadd_ps(load(x + i), load(x + i), sum);
    v8 scale = all(1.0f / sqrtf(total(sum) / k + eps));
    for (int64_t i = 0; i < k; i += 8) store(out + i, _mm256_mul_ps(_mm256_mul_ps(load(x + i), scale), load(weight + i)));
}

/* Root-mean-square norm of every row of x (m, k), k a multiple of 8. */
static void norm(const float *x, int64_t m, int64_t k, const float *weight, float eps, float *out) {
#pragma omp for
    for (int64_t r = 0; r < m; r++) norm_row(x + r * k, weight, k, eps, out + r * k);
}

/* swish(gate) * up: x (m, 2 k), gates before ups -> out (m, k), k a multiple of 8. */
static void swish(const float *x, int64_t m, int64_t k, float *out) {
#pragma omp for
    for (int64_t r = 0; r < m; r++)
        for (int64_t i = 0; i < k; i += 8) {
            v8 gate = load(x + r * 2 * k + i), up = load(x + r * 2 * k + k + i);
            v8 one = _mm256_add_ps(all(1.0f), exponential(_mm256_sub_ps(all(0), gate)));
            store(out + r * k + i, _mm256_mul_ps(_mm256_div_ps(gate, one), up));
        }
}

static inline void rotate(float *x, const float *cosine, const float *sine, int64_t dim) {
    int64_t half = dim / 2;
    for (int64_t i = 0; i < half; i += 8) {
        v8 a = load(x + i), b = load(x + half + i), c = load(cosine + i), s = load(sine + i);
        store(x + i, _mm256_fmsub_ps(a, c, _mm256_mul_ps(b, s)));
        store(x + half + i, _mm256_fmadd_ps(b, c, _mm256_mul_ps(a, s)));
    }
}

/* Queries and keys of x (tokens, heads + 2 kv_heads, dim) are normed, where there are norms, and rotated in place; keys
   and values are written to the slots. */
static void rotate_and_keep(float *x, const Step *step, int64_t layer, const float *query_norm, const float *key_norm) {
    int64_t heads = step->heads, kv_heads = step->kv_heads, dim = step->dim;
#pragma omp for schedule(dynamic, 4)
    for (int64_t s = 0; s < step->count; s++) {
        const Span *one = step->spans + s;
        for (int64_t t = 0; t < one->count; t++) {
            float *row = x + (one->begin + t) * (heads + 2 * kv_heads) * dim;
            int64_t place = (one->base + one->start + t) * dim / 2;
            for (int64_t h = 0; h < heads + kv_heads; h++) {
                const float *weight = h < heads ? query_norm : key_norm;
                if (weight) norm_row(row + h * dim, weight, dim, step->eps, row + h * dim);
                rotate(row + h * dim, step->cosine + place, step->sine + place, dim);
            }
            for (int64_t h = 0; h < kv_heads; h++) {
                int64_t to = layer * one->layer + h * one->stride + (one->start + t) * dim;
                memcpy(one->keys + to, row + (heads + h) * dim, dim * sizeof(float));
                memcpy(one->values + to, row + (heads + kv_heads + h) * dim, dim * sizeof(float));
            }
        }
    }
}

/* Moves the rows that are kept to the front. */
static void keep(float *x, const Step *step, int64_t depth) {
#pragma omp single
    for (int64_t r = 0; r < step->kept; r++) memmove(x + r * depth, x + step->keep[r] * depth, depth * sizeof(float));
}

/* Runs operations on `rows` rows each, and after KEEP on those that are kept. */
void aigc_run(const Op *ops, int64_t count, const Step *step, int64_t rows) {
#pragma omp parallel firstprivate(rows)
    for (const Op *op = ops; op < ops + count; op++) switch (op->kind) {
        case GATHER: gather(op->weight, op->columns, op->bits, step->ids, rows, op->out); break;
        case NORM: norm(op->in, rows, op->depth, op->weight, step->eps, op->out); break;
        case MULTIPLY:
            multiply(op->in, rows, op->depth, op->weight, op->bits, op->columns, op->more, op->out, op->add);
            break;
        case ROTATE: rotate_and_keep(op->out, step, op->layer, op->weight, op->more); break;
        case ATTEND: attend(op->in, step, op->layer, op->window, op->out); break;
        case SWISH: swish(op->in, rows, op->columns, op->out); break;
        case KEEP: keep(op->out, step, op->columns), rows = step->kept; break;
        }
}

/* Of every row of x (m, n), rows `pitch` floats apart: the largest of each 64 numbers, peaks (m, ceil(n / 64)), and the
   log of the sum of all e^x. */
void aigc_survey(const float *x, int64_t m, int64_t n, int64_t pitch, float *peaks, float *total_of) {
    int64_t blocks = (n + 63) / 64;
#pragma omp parallel for
    for (int64_t r = 0; r < m; r++) {
        const float *row = x + r * pitch;
        float most = -INFINITY, rest = 0;
        for (int64_t b = 0; b < blocks; b++) {
            int64_t i = b * 64, end = i + 64 < n ? i + 64 : n;
            v8 peak = all(-INFINITY);
            for (; i + 8 <= end; i += 8) peak = _mm256_max_ps(peak, load(row + i));
            float parts[8], top = -INFINITY;
            store(parts, peak);
            for (int j = 0; j < 8; j++) top = parts[j] > top ? parts[j] : top;
            for (; i < end; i++) top = row[i] > top ? row[i] : top;
            peaks[r * blocks + b] = top;
            most = top > most ? top : most;
        }
        v8 mass = all(0);
        int64_t i = 0;
        for (; i + 8 <= n; i += 8) mass = _mm256_add_ps(mass, exponential(_mm256_sub_ps(load(row + i), all(most))));
        for (; i < n; i++) rest += expf(row[i] - most);
        total_of[r] = most + logf(total(mass) + rest);
    }
}
