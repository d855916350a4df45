/* Attention: all scores of a token in one key head, their softmax, the weighted sum of values; keys and values of the
   prefix first, then of the row's own slot, always in the order of positions. */

#include <math.h>
#include <string.h>

#include "step.h"

#define KEYS 64 /* of a prefix, seen by several tokens one after the other */
#define MOST_TOGETHER 16 /* tokens */

/* The sums of eight vectors' parts, in one vector. */
static inline v8 totals(const v8 *x) {
    v8 a = _mm256_hadd_ps(_mm256_hadd_ps(x[0], x[1]), _mm256_hadd_ps(x[2], x[3]));
    v8 b = _mm256_hadd_ps(_mm256_hadd_ps(x[4], x[5]), _mm256_hadd_ps(x[6], x[7]));
    return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31));
}

/* scores[i] = scale * query . keys[i], for `count` keys; up to 7 floats behind the last are written too. */
static void score(const float *query, const float *keys, int64_t count, int64_t dim, float scale, float *scores) {
    for (int64_t i = 0; i < count; i += 8) {
        v8 sum[8];
        const float *key[8];
        for (int j = 0; j < 8; j++) sum[j] = all(0), key[j] = keys + (i + j < count ? i + j : count - 1) * dim;
        for (int64_t d = 0; d < dim; d += 8) {
            v8 q = load(query + d);
#pragma GCC unroll 8
            for (int j = 0; j < 8; j++) sum[j] = _mm256_fmadd_ps(q, load(key[j] + d), sum[j]);
        }
        store(scores + i, _mm256_mul_ps(totals(sum), all(scale)));
    }
}

/* out (dim) += weights (count) * values (count, dim), 64 floats of a value at a time. */
static void weigh(const float *weights, const float *values, int64_t count, int64_t dim, float *out) {
    int64_t d = 0;
    for (; d + 64 <= dim; d += 64) {
        v8 sum[8];
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) sum[j] = load(out + d + 8 * j);
        for (int64_t i = 0; i < count; i++) {
            v8 w = _mm256_broadcast_ss(weights + i);
#pragma GCC unroll 8
            for (int j = 0; j < 8; j++) sum[j] = _mm256_fmadd_ps(w, load(values + i * dim + d + 8 * j), sum[j]);
        }
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++) store(out + d + 8 * j, sum[j]);
    }
    for (; d < dim; d += 8) {
        v8 sum = load(out + d);
        for (int64_t i = 0; i < count; i++) sum = _mm256_fmadd_ps(all(weights[i]), load(values + i * dim + d), sum);
        store(out + d, sum);
    }
}

/* x (count) becomes its softmax; floats up to the next 8 are overwritten. */
static void softmax(float *x, int64_t count) {
    int64_t padded = (count + 7) / 8 * 8;
    for (int64_t i = count; i < padded; i++) x[i] = -INFINITY;
    v8 peak = all(-INFINITY), mass = all(0);
    for (int64_t i = 0; i < padded; i += 8) peak = _mm256_max_ps(peak, load(x + i));
    float most = -INFINITY, parts[8];
    store(parts, peak);
    for (int i = 0; i < 8; i++) most = parts[i] > most ? parts[i] : most;
    for (int64_t i = 0; i < padded; i += 8) {
        v8 y = exponential(_mm256_sub_ps(load(x + i), all(most)));
        store(x + i, y);
        if (i + 8 <= count) mass = _mm256_add_ps(mass, y);
    }
    float sum = total(mass);
    for (int64_t i = count / 8 * 8; i < count; i++) sum += x[i];
    for (int64_t i = 0; i < padded; i += 8) store(x + i, _mm256_div_ps(load(x + i), all(sum)));
}

/* One token's attention in one key head: to tokens low..base of its prefix, then to its slot's from there on. */
typedef struct {
    const float *query, *prefix_keys, *prefix_values, *keys, *values;
    int64_t low, base, shared, length; /* `shared` of the `length` tokens seen are in the prefix */
    float *scores, *out;               /* (heads that read this key head, room), (the same, dim) */
} Look;

/* Has one of `parts` of some floats on their way into the cache while something else is computed. */
static inline void fetch(const float *from, int64_t floats, int64_t part, int64_t parts) {
    const float *at = from + floats * part / parts, *end = from + floats * (part + 1) / parts;
    for (; at < end; at += 16) _mm_prefetch(at, _MM_HINT_T1);
}

/* What several tokens see, block by block of their prefix: where they have one in common, it is fetched once. */
static void attend_some(const Look *looks, int64_t count, int64_t groups, int64_t dim, float scale, int64_t room) {
    int64_t longest = 0;
    for (const Look *one = looks; one < looks + count; one++) longest = one->base > longest ? one->base : longest;
    int64_t parts = (longest + KEYS - 1) / KEYS * groups;
    for (int64_t block = 0; block < longest; block += KEYS)
        for (const Look *one = looks; one < looks + count; one++) {
            int64_t from = one->low > block ? one->low : block, to = one->base < block + KEYS ? one->base : block + KEYS;
            for (int64_t g = 0; g < groups && from < to; g++) {
                fetch(one->keys, (one->length - one->shared) * dim, block / KEYS * groups + g, parts);
                score(one->query + g * dim, one->prefix_keys + from * dim, to - from, dim, scale,
                      one->scores + g * room + from - one->low);
            }
        }
    for (const Look *one = looks; one < looks + count; one++) {
        memset(one->out, 0, groups * dim * sizeof(float));
        for (int64_t g = 0; g < groups; g++) {
            float *scores = one->scores + g * room;
            score(one->query + g * dim, one->keys, one->length - one->shared, dim, scale, scores + one->shared);
            softmax(scores, one->length);
        }
    }
    for (int64_t block = 0; block < longest; block += KEYS)
        for (const Look *one = looks; one < looks + count; one++) {
            int64_t from = one->low > block ? one->low : block, to = one->base < block + KEYS ? one->base : block + KEYS;
            for (int64_t g = 0; g < groups && from < to; g++) {
                fetch(one->values, (one->length - one->shared) * dim, block / KEYS * groups + g, parts);
                weigh(one->scores + g * room + from - one->low, one->prefix_values + from * dim, to - from, dim,
                      one->out + g * dim);
            }
        }
    for (const Look *one = looks; one < looks + count; one++)
        for (int64_t g = 0; g < groups; g++)
            weigh(one->scores + g * room + one->shared, one->values, one->length - one->shared, dim, one->out + g * dim);
}

static inline int64_t lots_of(const Step *step, int64_t tokens) { return (tokens + step->together - 1) / step->together; }

/* Attention of every token to its prefix and slot, the last `window` tokens of them where that is not 0.
   q: tokens of (heads + 2 kv_heads) * dim floats, queries first; out (tokens, heads, dim). */
static void attend(const void *what, int64_t begin, int64_t last, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    const Step *step = ((const Job *)what)->step;
    const float *q = op->in;
    float *out = op->out;
    int64_t layer = op->layer, window = op->window, tokens = ((const Job *)what)->rows;
    const Span *spans = step->spans;
    int64_t heads = step->heads, kv_heads = step->kv_heads, dim = step->dim, groups = heads / kv_heads;
    int64_t pitch = (heads + 2 * kv_heads) * dim, together = step->together, lots = lots_of(step, tokens);
    for (int64_t task = begin; task < last; task++) {
        int64_t kv = task / lots, first = task % lots * together; /* tokens of one key head one after the other */
        Look looks[MOST_TOGETHER], *one = looks;
        const Span *span = spans;
        float *scores = step->scratch + thread * together * groups * step->room;
        for (int64_t t = first; t < first + together && t < tokens; t++, one++, scores += groups * step->room) {
            while (span->begin + span->count <= t) span++;
            int64_t here = span->base + span->start + t - span->begin;
            int64_t low = window && here >= window ? here - window + 1 : 0, skip = low > span->base ? low - span->base : 0;
            int64_t prefix = layer * span->prefix_layer + kv * span->prefix_stride;
            int64_t slot = layer * span->layer + kv * span->stride + skip * dim;
            *one = (Look){q + t * pitch + kv * groups * dim,
                          span->prefix_keys + prefix,
                          span->prefix_values + prefix,
                          span->keys + slot,
                          span->values + slot,
                          low,
                          span->base,
                          span->base > low ? span->base - low : 0,
                          here + 1 - low,
                          scores,
                          out + (t * heads + kv * groups) * dim};
        }
        attend_some(looks, one - looks, groups, dim, step->scale, step->room);
    }
}

Work attending(const Job *job) {
    const Step *step = job->step;
    int64_t seen = step->together * step->room * step->heads / step->kv_heads;
    return (Work){attend, job, lots_of(step, job->rows) * step->kv_heads, 2 * seen * step->dim};
}
