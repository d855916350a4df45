/* Attention: all scores of a token in one key head, their softmax, the weighted sum of values; keys and values of the
   prefix first, then of the row's own slot. Every sum runs in the order of its numbers, or of positions.

   Keys lie in blocks of 16 tokens, within a block number by number: (tokens / 16, dim, 16). So scores and weighted values
   are the same small product, of which 6 queries x 16 numbers, or 3 x 32, stay in registers. */

#include <math.h>
#include <string.h>

#include "step.h"

#define KEYS 64 /* of a prefix, seen by several queries one after the other; whole blocks */
#define MOST_TOGETHER 16 /* tokens */
#define TILE 6 /* queries */
#define MOST_LINES 256 /* of a row's own keys or values, for one small product */

/* Lines of the cache, to be fetched one by one while something else is computed: all at once, they would stop it. */
typedef struct {
    const float *at[MOST_LINES];
    int64_t count;
} Lines;

static inline void prefetch(const float *at) {
    __asm__ volatile("prefetcht1 %0" : : "m"(*at)); /* of loops of nothing but _mm_prefetch GCC thinks nothing */
}

/* sum (rows, 16 or 32) += a (rows, depth) * b (depth, 16), of b's rows `pitch` floats apart; for 32 numbers, the other 16
   are `other` floats further. */
static inline __attribute__((always_inline)) void add_product(const int rows, const int vectors, const float *const *a,
                                                              const float *b, int64_t other, int64_t pitch, int64_t depth,
                                                              const Lines *lines, v8 (*sum)[4]) {
    for (int64_t i = 0; i < depth; i++, b += pitch) {
        v8 y[4] = {load(b), load(b + 8)};
        if (vectors == 4) y[2] = load(b + other), y[3] = load(b + other + 8);
        if (i < lines->count) prefetch(lines->at[i]);
#pragma GCC unroll 6
        for (int r = 0; r < rows; r++) {
            v8 x = _mm256_broadcast_ss(a[r] + i);
#pragma GCC unroll 4
            for (int j = 0; j < vectors; j++) sum[r][j] = _mm256_fmadd_ps(x, y[j], sum[r][j]);
        }
    }
    for (int64_t i = depth; i < lines->count; i++) prefetch(lines->at[i]);
}

/* x (count) becomes e^(x - the largest); floats up to the next 8 are overwritten. Gives 1 / their sum. */
static float softmax(float *x, int64_t count) {
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
    return 1 / sum;
}

/* One token's attention in one key head: to tokens low..base of its prefix, then to its slot's from `skip` on. */
typedef struct {
    const float *query, *prefix_keys, *prefix_values, *keys, *values;
    int64_t low, base, skip, own; /* `own` of the slot's tokens are seen, counted with those skipped */
    float *scores, *out; /* (heads that read this key head, room), from token `low` on; (the same, dim) */
} Look;

/* What several tokens have in common. */
typedef struct {
    int64_t groups, dim, room; /* heads that read this key head */
    float scale;
} Sizes;

/* Some keys of a prefix or a slot, of which number i has its score at i + `shift`. While they are read, one after the other
   `parts` of what each token will read alone is fetched into the cache. */
typedef struct {
    const float *keys, *values;
    int64_t from, to, shift, parts;
} Seen;

/* Up to TILE of the queries of some tokens, one key head's heads of a token after the other. */
typedef struct {
    const float *query[TILE];
    float *scores[TILE], *out[TILE];
    const Look *begin, *end; /* tokens whose first query is among them */
} Tile;

static Tile tile_of(const Look *looks, const Sizes *of, int64_t begin, int64_t end) {
    Tile tile = {.begin = looks + (begin + of->groups - 1) / of->groups, .end = looks + (end + of->groups - 1) / of->groups};
    for (int64_t r = 0; r < end - begin; r++) {
        const Look *one = looks + (begin + r) / of->groups;
        int64_t head = (begin + r) % of->groups;
        tile.query[r] = one->query + head * of->dim;
        tile.scores[r] = one->scores + head * of->room;
        tile.out[r] = one->out + head * of->dim;
    }
    return tile;
}

/* Adds some of `parts` of what lies there. */
static inline void note(Lines *lines, const float *from, const float *to, int64_t part, int64_t some, int64_t parts) {
    const float *at = from + (to - from) * part / parts, *last = from + (to - from) * (part + some) / parts;
    for (; at < last && lines->count < MOST_LINES; at += 16) lines->at[lines->count++] = at;
}

static inline __attribute__((always_inline)) void score_some(const int rows, const int vectors, const Tile *tile,
                                                             const Seen *seen, const Sizes *of, int64_t block) {
    int64_t dim = of->dim;
    Lines lines;
    lines.count = 0;
    for (const Look *one = tile->begin; seen->parts && one < tile->end; one++)
        note(&lines, one->keys + one->skip / KEY_BLOCK * KEY_BLOCK * dim,
             one->keys + (one->own + KEY_BLOCK - 1) / KEY_BLOCK * KEY_BLOCK * dim, block / KEY_BLOCK, vectors / 2,
             seen->parts);
    v8 sum[TILE][4];
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++) sum[r][j] = all(0);
    add_product(rows, vectors, tile->query, seen->keys + block * dim, KEY_BLOCK * dim, KEY_BLOCK, dim, &lines, sum);
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++)
            store(tile->scores[r] + block + seen->shift + 8 * j, _mm256_mul_ps(sum[r][j], all(of->scale)));
}

/* scores = scale * query . key; up to 15 floats before and behind are written too. */
static inline __attribute__((always_inline)) void score(const int rows, const Tile *tile, const Seen *seen, const Sizes *of) {
    int64_t block = seen->from / KEY_BLOCK * KEY_BLOCK;
    for (; rows <= TILE / 2 && block + KEY_BLOCK < seen->to; block += 2 * KEY_BLOCK) score_some(rows, 4, tile, seen, of, block);
    for (; block < seen->to; block += KEY_BLOCK) score_some(rows, 2, tile, seen, of, block);
}

static inline __attribute__((always_inline)) void weigh_some(const int rows, const int vectors, const Tile *tile,
                                                             const Seen *seen, const Sizes *of, int64_t d) {
    int64_t dim = of->dim;
    Lines lines;
    lines.count = 0;
    for (const Look *one = tile->begin; seen->parts && one < tile->end; one++)
        note(&lines, one->values + one->skip * dim, one->values + one->own * dim, seen->from / KEYS * (dim / 16) + d / 16,
             vectors / 2, seen->parts * (dim / 16));
    const float *weights[TILE];
    v8 sum[TILE][4];
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++) {
        weights[r] = tile->scores[r] + seen->from + seen->shift;
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++) sum[r][j] = load(tile->out[r] + d + 8 * j);
    }
    add_product(rows, vectors, weights, seen->values + seen->from * dim + d, 16, dim, seen->to - seen->from, &lines, sum);
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++) store(tile->out[r] + d + 8 * j, sum[r][j]);
}

/* out += weight * value */
static inline __attribute__((always_inline)) void weigh(const int rows, const Tile *tile, const Seen *seen, const Sizes *of) {
    int64_t d = 0;
    for (; rows <= TILE / 2 && d + 32 <= of->dim; d += 32) weigh_some(rows, 4, tile, seen, of, d);
    for (; d < of->dim; d += 16) weigh_some(rows, 2, tile, seen, of, d);
}

/* Each number of rows has a loop of its own, whose sums stay in registers. */
#define CASE(what, rows) case rows: what(rows, &tile, seen, of); break;
#define FOR_ALL(what)                                                                                       \
    static void what##_all(const Look *looks, int64_t count, const Seen *seen, const Sizes *of) {           \
        int64_t queries = count * of->groups, tiles = (queries + TILE - 1) / TILE;                          \
        for (int64_t t = 0; t < tiles; t++) {                                                               \
            int64_t begin = queries * t / tiles, end = queries * (t + 1) / tiles;                           \
            Tile tile = tile_of(looks, of, begin, end);                                                     \
            switch (end - begin) { CASE(what, 1) CASE(what, 2) CASE(what, 3) CASE(what, 4) CASE(what, 5) CASE(what, 6) } \
        }                                                                                                   \
    }
FOR_ALL(score)
FOR_ALL(weigh)

/* How many of the tokens see the same part of the same prefix as the first. */
static int64_t alike(const Look *looks, const Look *end) {
    const Look *one = looks;
    while (one < end && one->prefix_keys == looks->prefix_keys && one->low == looks->low && one->base == looks->base) one++;
    return one - looks;
}

/* Some keys of the prefix after others, each by all tokens that see them. */
static void look_at_prefixes(const Look *looks, const Look *end, const Sizes *of,
                             void (*all_of)(const Look *, int64_t, const Seen *, const Sizes *), int64_t parts_of) {
    for (int64_t count; looks < end; looks += count) {
        count = alike(looks, end);
        int64_t base = looks->base, parts = (base + parts_of - 1) / parts_of;
        for (int64_t from = looks->low, to; from < base; from = to) {
            to = (from / KEYS + 1) * KEYS < base ? (from / KEYS + 1) * KEYS : base;
            all_of(looks, count, &(Seen){looks->prefix_keys, looks->prefix_values, from, to, -looks->low, parts}, of);
        }
    }
}

static inline Seen own_of(const Look *one) {
    return (Seen){one->keys, one->values, one->skip, one->own, one->base - one->low, 0};
}

static void attend_some(const Look *looks, const Look *end, const Sizes *of, float *masses) {
    look_at_prefixes(looks, end, of, score_all, KEY_BLOCK);
    float *mass = masses;
    for (const Look *one = looks; one < end; one++) {
        Seen own = own_of(one);
        score_all(one, 1, &own, of);
        for (int64_t g = 0; g < of->groups; g++)
            *mass++ = softmax(one->scores + g * of->room, one->base + one->own - one->low);
        memset(one->out, 0, of->groups * of->dim * sizeof(float));
    }
    look_at_prefixes(looks, end, of, weigh_all, KEYS);
    mass = masses;
    for (const Look *one = looks; one < end; one++) {
        Seen own = own_of(one);
        weigh_all(one, 1, &own, of);
        for (int64_t g = 0; g < of->groups; g++, mass++)
            for (int64_t d = g * of->dim; d < (g + 1) * of->dim; d += 8)
                store(one->out + d, _mm256_mul_ps(load(one->out + d), all(*mass)));
    }
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
    Sizes of = {groups, dim, step->room, step->scale};
    float *scratch = step->scratch + thread * (together * groups * (step->room + 1) + KEY_BLOCK) + KEY_BLOCK;
    for (int64_t task = begin; task < last; task++) {
        int64_t kv = task / lots, first = task % lots * together; /* tokens of one key head one after the other */
        Look looks[MOST_TOGETHER], *one = looks;
        const Span *span = spans;
        float *scores = scratch;
        for (int64_t t = first; t < first + together && t < tokens; t++, one++, scores += groups * step->room) {
            while (span->begin + span->count <= t) span++;
            int64_t own = span->start + t - span->begin + 1, here = span->base + own - 1;
            int64_t low = window && here >= window ? here - window + 1 : 0;
            int64_t prefix = layer * span->prefix_layer + kv * span->prefix_stride;
            int64_t slot = layer * span->layer + kv * span->stride;
            *one = (Look){q + t * pitch + kv * groups * dim,
                          span->prefix_keys + prefix,
                          span->prefix_values + prefix,
                          span->keys + slot,
                          span->values + slot,
                          low,
                          span->base,
                          low > span->base ? low - span->base : 0,
                          own,
                          scores,
                          out + (t * heads + kv * groups) * dim};
        }
        attend_some(looks, one, &of, scratch + together * groups * step->room);
    }
}

Work attending(const Job *job) {
    const Step *step = job->step;
    int64_t seen = step->together * step->room * step->heads / step->kv_heads;
    return (Work){attend, job, lots_of(step, job->rows) * step->kv_heads, 2 * seen * step->dim};
}
