/* One step of a model on an x86-64 CPU with AVX2, and what else the engine wants done quickly.

   Every number depends on its own row alone: sums run in one fixed order, by token and by absolute position, whatever
   else is in the batch and wherever a prompt is cut into a shared prefix and a row's own part. So a text is the same,
   to the bit, alone and in any company.

   Products are in multiply.c, whole.c and bfloat16.c, attention in attend.c, what comes after a step in sample.c, threads in team.c.
   Built three times, with what AVX2, AVX-512, and AVX-512 with VNNI and BF16 have (pyproject.toml). */

#include <math.h>
#include <string.h>

#include "step.h"

/* How the structs lie in memory, for a caller from another build to compare. */
int64_t aigc_layout(void) { return ((KEY_BLOCK * 1000 + sizeof(Op)) * 1000 + sizeof(Step)) * 1000 + sizeof(Span); }

/* Whether this processor has what this file was built for. */
int aigc_supported(void) {
    int fine = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
#ifdef __AVX512F__
    fine = fine && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
#ifdef __AVX512VNNI__
    fine = fine && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
#endif
    return fine;
}

static inline __attribute__((always_inline)) void norm_row(const float *x, const float *weight, int64_t k, float eps,
                                                           float *out, const int add) {
    v8 sum = all(0);
    for (int64_t i = 0; i < k; i += 8) sum = _mm256_fmadd_ps(load(x + i), load(x + i), sum);
    v8 scale = all(1.0f / sqrtf(total(sum) / k + eps));
    for (int64_t i = 0; i < k; i += 8) {
        v8 normed = _mm256_mul_ps(_mm256_mul_ps(load(x + i), scale), load(weight + i));
        store(out + i, add ? _mm256_add_ps(load(out + i), normed) : normed);
    }
}

/* Root-mean-square norm of every row of in (m, k), k a multiple of 8, written to out or added to it. */
static void norm_some(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Job *job = what;
    const Op *op = job->op;
    int64_t k = op->depth;
    (void)thread;
    for (int64_t r = begin; r < end; r++) {
        const float *x = op->in + r * k;
        if (op->add)
            norm_row(x, op->weight, k, job->step->eps, op->out + r * k, 1);
        else
            norm_row(x, op->weight, k, job->step->eps, op->out + r * k, 0);
    }
}

/* x / (1 + e^-x) */
static inline v8 swish(v8 x) { return _mm256_div_ps(x, _mm256_add_ps(all(1.0f), exponential(_mm256_sub_ps(all(0), x)))); }

/* x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), which is x / (1 + e^(-2 what the tanh is of)) */
static inline v8 gelu(v8 x) {
    v8 slope = _mm256_fmadd_ps(_mm256_mul_ps(x, x), all(-2 * 0.79788456f * 0.044715f), all(-2 * 0.79788456f));
    return _mm256_div_ps(x, _mm256_add_ps(all(1.0f), exponential(_mm256_mul_ps(x, slope))));
}

/* activation(gate) * up: in (m, 2 k), gates before ups -> out (m, k), k a multiple of 8; some of the rows. */
#define GATED(activation)                                                                                \
    static void activation##_some(const void *what, int64_t begin, int64_t end, int64_t thread) {        \
        const Op *op = ((const Job *)what)->op;                                                          \
        int64_t k = op->columns;                                                                         \
        (void)thread;                                                                                    \
        for (int64_t r = begin; r < end; r++)                                                            \
            for (int64_t i = 0; i < k; i += 8) {                                                         \
                v8 gate = load(op->in + r * 2 * k + i), up = load(op->in + r * 2 * k + k + i);           \
                store(op->out + r * k + i, _mm256_mul_ps(activation(gate), up));                         \
            }                                                                                            \
    }
GATED(swish)
GATED(gelu)

/* out (m, k) *= factor, k a multiple of 8. */
static void scale_some(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    int64_t k = op->columns;
    (void)thread;
    for (int64_t i = begin * k; i < end * k; i += 8) store(op->out + i, _mm256_mul_ps(load(op->out + i), all(op->factor)));
}

static inline void rotate(float *x, const float *cosine, const float *sine, int64_t dim) {
    int64_t half = dim / 2;
    for (int64_t i = 0; i < half; i += 8) {
        v8 a = load(x + i), b = load(x + half + i), c = load(cosine + i), s = load(sine + i);
        store(x + i, _mm256_fmsub_ps(a, c, _mm256_mul_ps(b, s)));
        store(x + half + i, _mm256_fmadd_ps(b, c, _mm256_mul_ps(a, s)));
    }
}

/* Queries and keys of out (tokens, heads + 2 kv_heads, dim) are normed, where there are norms, and rotated in place; keys
   and values are written to the slots. */
static void rotate_and_keep(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    const Step *step = ((const Job *)what)->step;
    const Span *one = step->spans;
    int64_t heads = step->heads, kv_heads = step->kv_heads, dim = step->dim;
    (void)thread;
    for (int64_t t = begin; t < end; t++) {
        while (one->begin + one->count <= t) one++;
        int64_t here = one->start + t - one->begin;
        int64_t place = ((one->base + here) * step->tables + op->table) * dim / 2;
        float *row = op->out + t * (heads + 2 * kv_heads) * dim;
        for (int64_t h = 0; h < heads + kv_heads; h++) {
            const float *weight = h < heads ? op->weight : op->more;
            if (weight) norm_row(row + h * dim, weight, dim, step->eps, row + h * dim, 0);
            rotate(row + h * dim, step->cosine + place, step->sine + place, dim);
        }
        for (int64_t h = 0; h < kv_heads; h++) {
            int64_t to = op->layer * one->layer + h * one->stride;
            float *keys = one->keys + to + here / KEY_BLOCK * KEY_BLOCK * dim + here % KEY_BLOCK;
            for (int64_t d = 0; d < dim; d++) keys[d * KEY_BLOCK] = row[(heads + h) * dim + d];
            memcpy(one->values + to + here * dim, row + (heads + kv_heads + h) * dim, dim * sizeof(float));
        }
    }
}

/* Moves the rows that are kept to the front. */
static void keep(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    const Step *step = ((const Job *)what)->step;
    int64_t k = op->columns;
    (void)begin, (void)end, (void)thread; /* all of them, one after the other */
    for (int64_t r = 0; r < step->kept; r++) memmove(op->out + r * k, op->out + step->keep[r] * k, k * sizeof(float));
}

static Work work_of(const Job *job) {
    const Op *op = job->op;
    const Step *step = job->step;
    switch (op->kind) {
        case GATHER: return gathering(job);
        case NORM: return (Work){norm_some, job, job->rows, 2 * op->depth};
        case MULTIPLY: return multiplying(job);
        case ROTATE: return (Work){rotate_and_keep, job, job->rows, 4 * (step->heads + step->kv_heads) * step->dim};
        case ATTEND: return attending(job);
        case WIDEN: return widening(job);
        case QUANTISE: return op->narrow == INT8 ? quantising(job) : rounding(job);
        case SWISH: return (Work){swish_some, job, job->rows, 16 * op->columns};
        case GELU: return (Work){gelu_some, job, job->rows, 16 * op->columns};
        case SCALE: return (Work){scale_some, job, job->rows, op->columns};
        default: return (Work){keep, job, 1, step->kept * op->columns};
    }
}

/* Runs operations on `rows` rows each, and after KEEP on those that are kept. */
void aigc_do(const Op *ops, int64_t count, const Step *step, int64_t rows, int64_t threads) {
    Job jobs[MOST_WORKS];
    Work works[MOST_WORKS];
    while (count) {
        int64_t some = count < MOST_WORKS ? count : MOST_WORKS;
        for (int64_t i = 0; i < some; i++, ops++) {
            jobs[i] = (Job){ops, step, rows};
            works[i] = work_of(jobs + i);
            if (ops->kind == KEEP) rows = step->kept;
        }
        share_out(works, some, threads);
        count -= some;
    }
}
