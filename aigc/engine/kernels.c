/* The inner loops of one forward on an x86-64 CPU with AVX2: float32, row-major, all pointers to contiguous memory.

   Every number depends on its own row alone: sums run in one fixed order, by token and by absolute position, whatever
   else is in the batch and wherever a prompt is cut into a shared prefix and a row's own part. So a text is the same,
   to the bit, alone and in any company.

   products    in multiply.c
   attend      per row and key head: all scores, softmax, weighted sum of values; keys of the prefix, then of the slot
   The rest    root-mean-square norms, rotary positions with the write to the cache, swish(gate) * up

   Built with -mavx2 -mfma -mf16c -fopenmp and loaded by kernels.py, which has torch's own OpenMP threads resolved
   first. */

#include <math.h>
#include <omp.h>
#include <string.h>

#include "vector.h"

#define KEYS 64 /* of a prefix, seen by several tokens one after the other */
#define MOST_TOGETHER 16 /* tokens */

int aigc_supported(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

static inline float total(v8 x) {
    __m128 y = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    y = _mm_add_ps(y, _mm_movehl_ps(y, y));
    return _mm_cvtss_f32(_mm_add_ss(y, _mm_shuffle_ps(y, y, 1)));
}

static inline void norm_row(const float *x, const float *weight, int64_t k, float eps, float *out) {
    v8 sum = all(0);
    for (int64_t i = 0; i < k; i += 8) sum = _mm256_fmadd_ps(load(x + i), load(x + i), sum);
    v8 scale = all(1.0f / sqrtf(total(sum) / k + eps));
    for (int64_t i = 0; i < k; i += 8) store(out + i, _mm256_mul_ps(_mm256_mul_ps(load(x + i), scale), load(weight + i)));
}

/* Root-mean-square norm of every row of x (m, k), k a multiple of 8. */
void aigc_norm(const float *x, int64_t m, int64_t k, const float *weight, float eps, float *out) {
#pragma omp parallel for if (m > 4)
    for (int64_t r = 0; r < m; r++) norm_row(x + r * k, weight, k, eps, out + r * k);
}

/* e^x to about 1e-7, relative: 2^n times a polynomial in what is left (Cephes' coefficients). */
static inline v8 exponential(v8 x) {
    x = _mm256_max_ps(_mm256_min_ps(x, all(88.0f)), all(-87.0f));
    v8 n = _mm256_round_ps(_mm256_mul_ps(x, all(1.44269504f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    x = _mm256_fnmadd_ps(n, all(0.693359375f), x);
    x = _mm256_fnmadd_ps(n, all(-2.12194440e-4f), x);
    v8 y = all(1.9875691500e-4f);
    y = _mm256_fmadd_ps(y, x, all(1.3981999507e-3f));
    y = _mm256_fmadd_ps(y, x, all(8.3334519073e-3f));
    y = _mm256_fmadd_ps(y, x, all(4.1665795894e-2f));
    y = _mm256_fmadd_ps(y, x, all(1.6666665459e-1f));
    y = _mm256_fmadd_ps(y, x, all(5.0000001201e-1f));
    y = _mm256_fmadd_ps(_mm256_mul_ps(y, x), x, _mm256_add_ps(x, all(1.0f)));
    __m256i power = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(y, _mm256_castsi256_ps(power));
}

/* swish(gate) * up: x (m, 2 k), gates before ups -> out (m, k), k a multiple of 8. */
void aigc_swish(const float *x, int64_t m, int64_t k, float *out) {
#pragma omp parallel for if (m > 1)
    for (int64_t r = 0; r < m; r++)
        for (int64_t i = 0; i < k; i += 8) {
            v8 gate = load(x + r * 2 * k + i), up = load(x + r * 2 * k + k + i);
            v8 one = _mm256_add_ps(all(1.0f), exponential(_mm256_sub_ps(all(0), gate)));
            store(out + r * k + i, _mm256_mul_ps(_mm256_div_ps(gate, one), up));
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

static inline void rotate(float *x, const float *cosine, const float *sine, int64_t dim) {
    int64_t half = dim / 2;
    for (int64_t i = 0; i < half; i += 8) {
        v8 a = load(x + i), b = load(x + half + i);
        store(x + i, _mm256_fmsub_ps(a, load(cosine + i), _mm256_mul_ps(b, load(sine + i))));
        store(x + half + i, _mm256_fmadd_ps(b, load(cosine + half + i), _mm256_mul_ps(a, load(sine + half + i))));
    }
}

/* What one row brings to a step; strides and layers are counted in floats. */
typedef struct {
    int64_t begin, count; /* its tokens in the step */
    int64_t base, start;  /* tokens it reads from the prefix, and tokens its slot had before */
    const float *prefix_keys, *prefix_values; /* of the first layer's first head: (tokens, dim) */
    int64_t prefix_stride, prefix_layer;      /* to the next head, to the next layer */
    float *keys, *values;                     /* of the slot, likewise */
    int64_t stride, layer;
} Span;

/* Queries and keys of x (tokens, heads + 2 kv_heads, dim) are normed, where there are norms, and rotated in place; keys
   and values are written to the slots. */
void aigc_rotate_and_keep(float *x, const Span *spans, int64_t count, int64_t layer, int64_t heads, int64_t kv_heads,
                          int64_t dim, const float *cosine, const float *sine, const float *query_norm,
                          const float *key_norm, float eps) {
#pragma omp parallel for schedule(dynamic, 4) if (count > 1)
    for (int64_t s = 0; s < count; s++) {
        const Span *one = spans + s;
        for (int64_t t = 0; t < one->count; t++) {
            float *row = x + (one->begin + t) * (heads + 2 * kv_heads) * dim;
            const float *c = cosine + (one->begin + t) * dim, *i = sine + (one->begin + t) * dim;
            for (int64_t h = 0; h < heads + kv_heads; h++) {
                const float *norm = h < heads ? query_norm : key_norm;
                if (norm) norm_row(row + h * dim, norm, dim, eps, row + h * dim);
                rotate(row + h * dim, c, i, dim);
            }
            for (int64_t h = 0; h < kv_heads; h++) {
                int64_t to = layer * one->layer + h * one->stride + (one->start + t) * dim;
                memcpy(one->keys + to, row + (heads + h) * dim, dim * sizeof(float));
                memcpy(one->values + to, row + (heads + kv_heads + h) * dim, dim * sizeof(float));
            }
        }
    }
}

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

/* What several tokens see, block by block of their prefix: where they have one in common, it is fetched once. */
static void attend_some(const Look *looks, int64_t count, int64_t groups, int64_t dim, float scale, int64_t room) {
    int64_t longest = 0;
    for (const Look *one = looks; one < looks + count; one++) longest = one->base > longest ? one->base : longest;
    for (int64_t block = 0; block < longest; block += KEYS)
        for (const Look *one = looks; one < looks + count; one++) {
            int64_t from = one->low > block ? one->low : block, to = one->base < block + KEYS ? one->base : block + KEYS;
            for (int64_t g = 0; g < groups && from < to; g++)
                score(one->query + g * dim, one->prefix_keys + from * dim, to - from, dim, scale,
                      one->scores + g * room + from - one->low);
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
            for (int64_t g = 0; g < groups && from < to; g++)
                weigh(one->scores + g * room + from - one->low, one->prefix_values + from * dim, to - from, dim,
                      one->out + g * dim);
        }
    for (const Look *one = looks; one < looks + count; one++)
        for (int64_t g = 0; g < groups; g++)
            weigh(one->scores + g * room + one->shared, one->values, one->length - one->shared, dim, one->out + g * dim);
}

/* Attention of every token of every span to its prefix and slot, the last `window` tokens of them where it is not 0.
   q: tokens of `pitch` floats, queries first; out (tokens, heads, dim). A thread works on `together` tokens at a time;
   scratch: together * groups * room floats for each thread; room: the longest text and 8. */
void aigc_attend(const float *q, int64_t pitch, const Span *spans, int64_t count, int64_t layer, int64_t heads,
                 int64_t kv_heads, int64_t dim, float scale, int64_t window, float *scratch, int64_t room,
                 int64_t together, float *out) {
    int64_t groups = heads / kv_heads, tokens = spans[count - 1].begin + spans[count - 1].count;
    int64_t lots = (tokens + together - 1) / together;
#pragma omp parallel for schedule(dynamic)
    for (int64_t task = 0; task < lots * kv_heads; task++) {
        int64_t kv = task / lots, first = task % lots * together; /* tokens of one key head one after the other */
        Look looks[MOST_TOGETHER], *one = looks;
        const Span *span = spans;
        float *scores = scratch + omp_get_thread_num() * together * groups * room;
        for (int64_t t = first; t < first + together && t < tokens; t++, one++, scores += groups * room) {
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
        attend_some(looks, one - looks, groups, dim, scale, room);
    }
}
