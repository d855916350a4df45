/* Matrix products with weights in panels of 16 columns, panel by panel, every panel input by input, in 32-bit floats.

   A weight is kept in its own numbers (formats.h). They are widened to the floats that they stand for, exactly as far as
   32 bits go, a moment before they are multiplied: the same products as with 32 bits, from a fraction of the memory.

   A tile of a few rows x 16 columns stays in registers. Sums run from the first input to the last, whatever the number
   of rows and however wide the vectors. */

#include <string.h>

#include "step.h"
#include "wide.h"

#if LANES == 16
#define TILE 12
#else
#define TILE 6
#endif
#define FEW 3     /* rows for which numbers are widened in registers; for more they are written to memory once */
#define DEPTH 512 /* inputs multiplied before moving to the next tile: 32 KB of a panel; whole blocks */

/* `depth` inputs of a panel -> out (depth, 16) */
INLINE void widen_blocks(const int64_t format, const uint8_t *block, int64_t depth, float *out) {
    const Format of = format_of(format);
    for (int64_t b = 0; b < depth; b += of.block, block += block_bytes(of)) {
        if (of.bits > 8) {
            for (int part = 0; part < PARTS; part++)
                for (int i = 0; i < 2; i++)
                    f_store(out + (b + i) * PANEL + part * LANES, of_pair(format, i_load(block + part * 32), i));
            continue;
        }
        for (int64_t o = 0; o < of.block / OCTET; o++)
            for (int part = 0; part < PARTS; part++) {
                Scales by;
#pragma GCC unroll 8
                for (int q = 0; q < 8; q++) {
                    if (4 * q % of.group == 0) by = scales_of(format, block, (o * OCTET + 4 * q) / of.group, part);
                    vi numbers = quad(format, octet_at(format, block, o), q, part);
#pragma GCC unroll 4
                    for (int i = 0; i < 4; i++)
                        f_store(out + (b + o * OCTET + 4 * q + i) * PANEL + part * LANES, stand_for(numbers, i, by));
                }
            }
    }
}

static void widen_some(int64_t format, const uint8_t *panel, int64_t depth, float *out) {
#define CASE(format) case format: widen_blocks(format, panel, depth, out); break;
    switch (format) { NARROW(CASE) default: memcpy(out, panel, depth * PANEL * sizeof(float)); }
#undef CASE
}

/* Panels -> out, panels of floats; some of them */
static void widen_panels(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    int64_t k = op->depth, bytes = panel_bytes(format_of(op->format), k);
    (void)thread;
    for (int64_t p = begin; p < end; p++)
        widen_some(op->format, (const uint8_t *)op->weight + p * bytes, k, op->out + p * k * PANEL);
}

/* sums (rows, 16) += a (rows, depth) * panel (depth, 16), of floats, fetching `every` inputs a line of `next`. */
INLINE void tile(const int rows, const float *a, int64_t lda, const float *panel, int64_t depth, Sums *sums,
                 const uint8_t *next, int64_t every) {
    vf sum[TILE][PARTS];
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) sum[r][part] = f_load(sums[r] + part * LANES);
    int64_t until = every;
    for (int64_t i = 0; i < depth; i++) {
        vf w[PARTS];
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) w[part] = f_load(panel + i * PANEL + part * LANES);
#pragma GCC unroll 12
        for (int r = 0; r < rows; r++) {
            vf x = f_all(a[r * lda + i]);
#pragma GCC unroll 2
            for (int part = 0; part < PARTS; part++) sum[r][part] = f_fma(x, w[part], sum[r][part]);
        }
        if (i >= until) _mm_prefetch(next, _MM_HINT_T0), next += 64, until += every;
    }
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) f_store(sums[r] + part * LANES, sum[r][part]);
}

/* The same, numbers of a format widened in registers. */
INLINE void few_tile(const int rows, const int64_t format, const float *a, int64_t lda, const uint8_t *panel,
                     int64_t depth, Sums *sums) {
    const Format of = format_of(format);
    vf sum[FEW][PARTS];
    for (int r = 0; r < rows; r++)
        for (int part = 0; part < PARTS; part++) sum[r][part] = f_load(sums[r] + part * LANES);
    for (int64_t b = 0; b < depth; b += of.block, panel += block_bytes(of)) {
        const int some = of.bits > 8 ? 2 : 4, count = of.bits > 8 ? 1 : 8; /* inputs of a pair or a quad; of those */
        for (int64_t o = 0; o < (of.block + OCTET - 1) / OCTET; o++) {
            fetch_ahead(format, panel, o);
            Scales by[PARTS];
#pragma GCC unroll 8
            for (int q = 0; q < count; q++) {
                vi numbers[PARTS];
#pragma GCC unroll 2
                for (int part = 0; part < PARTS; part++) {
                    if (of.bits <= 8 && 4 * q % of.group == 0)
                        by[part] = scales_of(format, panel, (o * OCTET + 4 * q) / of.group, part);
                    numbers[part] =
                        of.bits > 8 ? i_load(panel + part * 32) : quad(format, octet_at(format, panel, o), q, part);
                }
#pragma GCC unroll 4
                for (int i = 0; i < some; i++)
#pragma GCC unroll 2
                    for (int part = 0; part < PARTS; part++) {
                        vf w = of.bits > 8 ? of_pair(format, numbers[part], i) : stand_for(numbers[part], i, by[part]);
#pragma GCC unroll 3
                        for (int r = 0; r < rows; r++)
                            sum[r][part] = f_fma(f_all(a[r * lda + b + o * OCTET + some * q + i]), w, sum[r][part]);
                    }
            }
        }
    }
    for (int r = 0; r < rows; r++)
        for (int part = 0; part < PARTS; part++) f_store(sums[r] + part * LANES, sum[r][part]);
}

/* Each number of rows has a loop of its own, whose sums stay in registers. */
static void any_tile(int64_t rows, const float *a, int64_t lda, const float *panel, int64_t depth, Sums *sums,
                     const uint8_t *next, int64_t every) {
#define CASE(rows) case rows: tile(rows, a, lda, panel, depth, sums, next, every); break;
    switch (rows) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#if TILE == 12
        CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#endif
    }
#undef CASE
}

static void any_few(int64_t rows, int64_t format, const float *a, int64_t lda, const uint8_t *panel, int64_t depth,
                    Sums *sums) {
#define CASE(format)                                                                \
    case format * 4 + 1: few_tile(1, format, a, lda, panel, depth, sums); break;    \
    case format * 4 + 2: few_tile(2, format, a, lda, panel, depth, sums); break;    \
    case format * 4 + 3: few_tile(3, format, a, lda, panel, depth, sums); break;
    switch (format * 4 + rows) { NARROW(CASE) }
#undef CASE
}

/* Rows of one pass: sums (rows, 16) = a (rows, k) * panel. */
static void pass(const float *a, int64_t rows, int64_t k, const uint8_t *panel, int64_t format, Sums *sums) {
    float wide[DEPTH * PANEL] __attribute__((aligned(64)));
    const Format of = format_of(format);
    int64_t tiles = (rows + TILE - 1) / TILE;
    for (int64_t at = 0; at < k; at += DEPTH) {
        int64_t depth = k - at < DEPTH ? k - at : DEPTH, bytes = panel_bytes(of, depth);
        if (format != F32 && rows <= FEW) {
            any_few(rows, format, a + at, k, panel, depth, sums);
            panel += bytes;
            continue;
        }
        const float *here = (const float *)panel;
        if (format != F32) widen_some(format, panel, depth, wide), here = wide;
        const uint8_t *next = panel += bytes; /* the following bytes in memory */
        int64_t lines = bytes / 64 / tiles, begin = 0;
        for (int64_t t = 0; t < tiles; t++) {
            int64_t end = rows * (t + 1) / tiles;
            any_tile(end - begin, a + begin * k + at, k, here, depth, sums + begin, next + t * lines * 64,
                     lines ? depth / lines : depth);
            begin = end;
        }
    }
}

/* to (wide) = sums + more, or += where `add`. */
INLINE void put(const float *sums, const float *more, int64_t wide, int64_t add, float *to) {
    if (wide == PANEL)
        for (int i = 0; i < PANEL; i += LANES) {
            vf sum = f_add(f_load(sums + i), more ? f_load(more + i) : f_all(0));
            f_store(to + i, f_add(sum, add ? f_load(to + i) : f_all(0)));
        }
    else
        for (int64_t i = 0; i < wide; i++) to[i] = sums[i] + (more ? more[i] : 0.0f) + (add ? to[i] : 0.0f);
}

/* out (m, n), rows `pitch` floats apart, = in (m, k) * weight' + more, or += where `add`; some of the panels. */
static void multiply(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    int64_t m = ((const Job *)what)->rows, k = op->depth, n = op->columns, passes = (m + MOST_ROWS - 1) / MOST_ROWS;
    int64_t bytes = panel_bytes(format_of(op->format), k);
    (void)thread;
    for (int64_t p = begin; p < end; p++)
        for (int64_t one = 0; one < passes; one++) { /* the panel stays in the cache */
            int64_t first = m * one / passes, rows = m * (one + 1) / passes - first;
            const uint8_t *panel = (const uint8_t *)op->weight + p * bytes;
            Sums sums[MOST_ROWS] __attribute__((aligned(64)));
            memset(sums, 0, rows * sizeof(Sums));
            if (op->narrow == INT8)
                whole_pass(op, first, rows, panel, sums);
            else if (op->narrow == BFLOAT16)
                bfloat16_pass(op, first, rows, panel, sums);
            else
                pass(op->in + first * k, rows, k, panel, op->format, sums);
            int64_t wide = n - p * PANEL < PANEL ? n - p * PANEL : PANEL;
            const float *more = op->more ? op->more + p * PANEL : NULL;
            float *out = op->out + first * op->pitch + p * PANEL;
            for (int64_t r = 0; r < rows; r++) put(sums[r], more, wide, op->add, out + r * op->pitch);
        }
}

static inline int64_t panels_of(const Op *op) { return (op->columns + PANEL - 1) / PANEL; }

/* The columns that `ids` name, (m, k): an embedding, which may be the head. */
static void gather(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    const int64_t *ids = ((const Job *)what)->step->ids, k = op->depth;
    const Format of = format_of(op->format);
    float wide[DEPTH * PANEL];
    (void)thread;
    for (int64_t r = begin; r < end; r++) {
        const uint8_t *panel = (const uint8_t *)op->weight + ids[r] / PANEL * panel_bytes(of, k);
        for (int64_t at = 0; at < k; at += DEPTH) {
            int64_t depth = k - at < DEPTH ? k - at : DEPTH;
            widen_some(op->format, panel, depth, wide);
            for (int64_t i = 0; i < depth; i++) op->out[r * k + at + i] = wide[i * PANEL + ids[r] % PANEL];
            panel += panel_bytes(of, depth);
        }
    }
}

Work widening(const Job *job) { return (Work){widen_panels, job, panels_of(job->op), PANEL * job->op->depth}; }

Work multiplying(const Job *job) {
    return (Work){multiply, job, panels_of(job->op), job->rows * job->op->depth * PANEL};
}

Work gathering(const Job *job) { return (Work){gather, job, job->rows, PANEL * job->op->depth}; }
