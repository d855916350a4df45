/* Matrix products with weights in panels of 16 columns, panel by panel, every panel input by input.

   A weight is kept as 32-bit floats, or as it came from a GGUF file: whole numbers of 4 or 8 bits, in blocks of 32
   inputs that have a scale and an offset for each column. Such numbers are widened to the floats that they stand for
   (scale * number + offset, exactly) a moment before they are multiplied: the same products as with 32 bits, from a
   seventh or a quarter of the memory.

   A tile of up to 6 rows x 16 columns stays in registers. Sums run from the first input to the last, whatever the number
   of rows. */

#include <string.h>

#include "step.h"

#define PANEL 16
#define TILE 6
#define FEW 3     /* rows for which numbers are widened in registers; for more they are written to memory once */
#define DEPTH 512 /* inputs multiplied before moving to the next tile: 32 KB of a panel */
#define ROWS 96   /* that share one pass over a panel */
#define BLOCK 32  /* inputs that share scales and offsets */

/* A block of one panel: 16 scales and 16 offsets, float16, then 32 x 16 numbers. Of 4 bits, without a sign, column j is
   the lower and column j + 8 the upper half of byte j; of 8 bits, they have a sign. */
static inline int64_t block_bytes(int64_t bits) { return 4 * PANEL + BLOCK * PANEL * bits / 8; }

static inline int64_t panel_bytes(int64_t k, int64_t bits) {
    return bits == 32 ? k * PANEL * 4 : k / BLOCK * block_bytes(bits);
}

/* in (n, k) -> out, panels (ceil(n / 16), k, 16), zeros where n ends; some of the panels */
static void pack(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    int64_t n = op->columns, k = op->depth;
    (void)thread;
    for (int64_t p = begin; p < end; p++)
        for (int64_t j = 0; j < PANEL; j++)
            for (int64_t i = 0; i < k; i++)
                op->out[(p * k + i) * PANEL + j] = p * PANEL + j < n ? op->in[(p * PANEL + j) * k + i] : 0.0f;
}

/* The scales and offsets of a block's columns, 8 and 8. */
typedef struct {
    v8 scale[2], offset[2];
} Scales;

static inline Scales scales_of(const uint8_t *block) {
    const __m128i *halves = (const __m128i *)block;
    return (Scales){{_mm256_cvtph_ps(_mm_loadu_si128(halves)), _mm256_cvtph_ps(_mm_loadu_si128(halves + 1))},
                    {_mm256_cvtph_ps(_mm_loadu_si128(halves + 2)), _mm256_cvtph_ps(_mm_loadu_si128(halves + 3))}};
}

/* Input i of a block: 16 weights. A scale has 11 bits, so scale * number is exact, and the sum is rounded once. */
static inline __attribute__((always_inline)) void widen(const uint8_t *block, const int bits, int64_t i, const Scales *by,
                                                        v8 *out) {
    const uint8_t *at = block + 4 * PANEL + i * PANEL * bits / 8;
    __m256i low, high;
    if (bits == 4) {
        high = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)at));
        low = _mm256_and_si256(high, _mm256_set1_epi32(15));
        high = _mm256_srli_epi32(high, 4);
    } else {
        low = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)at));
        high = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(at + 8)));
    }
    out[0] = _mm256_fmadd_ps(by->scale[0], _mm256_cvtepi32_ps(low), by->offset[0]);
    out[1] = _mm256_fmadd_ps(by->scale[1], _mm256_cvtepi32_ps(high), by->offset[1]);
}

static inline __attribute__((always_inline)) void widen_blocks(const uint8_t *blocks, const int bits, int64_t depth,
                                                               float *out) {
    for (int64_t b = 0; b < depth / BLOCK; b++, blocks += block_bytes(bits)) {
        Scales by = scales_of(blocks);
        for (int64_t i = 0; i < BLOCK; i++, out += PANEL) {
            v8 w[2];
            widen(blocks, bits, i, &by, w);
            store(out, w[0]), store(out + 8, w[1]);
        }
    }
}

static void widen_some(const uint8_t *blocks, int64_t bits, int64_t depth, float *out) {
    if (bits == 4)
        widen_blocks(blocks, 4, depth, out);
    else
        widen_blocks(blocks, 8, depth, out);
}

/* Panels of 4 or 8 bits -> out, panels of floats; some of them */
static void widen_panels(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    const uint8_t *panels = op->weight;
    int64_t k = op->depth;
    (void)thread;
    for (int64_t p = begin; p < end; p++)
        widen_some(panels + p * panel_bytes(k, op->bits), op->bits, k, op->out + p * k * PANEL);
}

/* acc (rows, 16) += a (rows, depth) * panel (depth, 16), of `bits`, fetching `every` inputs a line of `next`. */
static inline __attribute__((always_inline)) void tile(const int rows, const int bits, const float *a, int64_t lda,
                                                       const uint8_t *panel, int64_t depth, v8 (*acc)[2],
                                                       const uint8_t *next, int64_t every) {
    v8 sum[TILE][2];
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++) sum[r][0] = acc[r][0], sum[r][1] = acc[r][1];
    int64_t until = every;
    for (int64_t b = 0; b < depth; b += BLOCK) {
        Scales by;
        if (bits != 32) by = scales_of(panel);
        int64_t end = depth - b < BLOCK ? depth - b : BLOCK;
        for (int64_t i = 0; i < end; i++) {
            v8 w[2];
            if (bits == 32)
                w[0] = load((const float *)panel + i * PANEL), w[1] = load((const float *)panel + i * PANEL + 8);
            else
                widen(panel, bits, i, &by, w);
#pragma GCC unroll 6
            for (int r = 0; r < rows; r++) {
                v8 x = _mm256_broadcast_ss(a + r * lda + b + i);
                sum[r][0] = _mm256_fmadd_ps(x, w[0], sum[r][0]);
                sum[r][1] = _mm256_fmadd_ps(x, w[1], sum[r][1]);
            }
            if (bits == 32 && b + i >= until) _mm_prefetch(next, _MM_HINT_T1), next += 64, until += every;
        }
        panel += bits == 32 ? BLOCK * PANEL * 4 : block_bytes(bits);
    }
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++) acc[r][0] = sum[r][0], acc[r][1] = sum[r][1];
}

/* Each number of rows has a loop of its own, whose sums stay in registers. */
#define CASE(rows, bits) \
    case rows * 100 + bits: tile(rows, bits, a, lda, panel, depth, acc, next, every); break;

static void any_tile(int64_t rows, int64_t bits, const float *a, int64_t lda, const uint8_t *panel, int64_t depth,
                     v8 (*acc)[2], const uint8_t *next, int64_t every) {
    switch (rows * 100 + bits) {
        CASE(1, 4) CASE(2, 4) CASE(3, 4) CASE(1, 8) CASE(2, 8) CASE(3, 8)
        CASE(1, 32) CASE(2, 32) CASE(3, 32) CASE(4, 32) CASE(5, 32) CASE(6, 32)
    }
}

/* Rows of one pass: acc (rows, 16) = a (rows, k) * panel. */
static void pass(const float *a, int64_t rows, int64_t k, const uint8_t *panel, int64_t bits, v8 (*acc)[2]) {
    float wide[DEPTH * PANEL] __attribute__((aligned(32)));
    int64_t few = bits != 32 && rows <= FEW, tiles = few ? 1 : (rows + TILE - 1) / TILE;
    memset(acc, 0, sizeof(v8) * 2 * rows);
    for (int64_t at = 0; at < k; at += DEPTH) {
        int64_t depth = k - at < DEPTH ? k - at : DEPTH;
        const uint8_t *here = panel, *next = panel += panel_bytes(depth, bits); /* next: the following bytes in memory */
        int64_t lines = panel_bytes(depth, bits) / 64 / tiles, begin = 0, kind = few ? bits : 32;
        if (bits != 32 && !few) widen_some(here, bits, depth, wide), here = (const uint8_t *)wide;
        for (int64_t t = 0; t < tiles; t++) {
            int64_t end = rows * (t + 1) / tiles;
            any_tile(end - begin, kind, a + begin * k + at, k, here, depth, acc + begin, next + t * lines * 64,
                     tiles > 1 && lines ? depth / lines : depth);
            begin = end;
        }
    }
}

/* out (m, n) = in (m, k) * weight' + more, or += where `add`; some of the panels. */
static void multiply(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    int64_t m = ((const Job *)what)->rows, k = op->depth, n = op->columns, passes = (m + ROWS - 1) / ROWS;
    (void)thread;
    for (int64_t p = begin; p < end; p++)
        for (int64_t one = 0; one < passes; one++) { /* the panel stays in the cache */
            int64_t first = m * one / passes, rows = m * (one + 1) / passes - first;
            int64_t wide = n - p * PANEL < PANEL ? n - p * PANEL : PANEL;
            const uint8_t *panel = (const uint8_t *)op->weight + p * panel_bytes(k, op->bits);
            v8 acc[ROWS][2];
            pass(op->in + first * k, rows, k, panel, op->bits, acc);
            for (int64_t r = 0; r < rows; r++) {
                float line[PANEL], *to = op->out + (first + r) * n + p * PANEL;
                store(line, acc[r][0]), store(line + 8, acc[r][1]);
                for (int64_t j = 0; j < wide; j++)
                    to[j] = line[j] + (op->more ? op->more[p * PANEL + j] : 0.0f) + (op->add ? to[j] : 0.0f);
            }
        }
}

static inline int64_t panels_of(const Op *op) { return (op->columns + PANEL - 1) / PANEL; }

/* The columns that `ids` name, (m, k): a tied embedding read back from the head. */
static void gather(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    const int64_t *ids = ((const Job *)what)->step->ids, k = op->depth, bits = op->bits;
    (void)thread;
    for (int64_t r = begin; r < end; r++) {
        const uint8_t *panel = (const uint8_t *)op->weight + ids[r] / PANEL * panel_bytes(k, bits);
        for (int64_t at = 0; at < k; at += BLOCK) {
            float wide[BLOCK * PANEL];
            int64_t depth = k - at < BLOCK ? k - at : BLOCK;
            const float *from = bits == 32 ? (const float *)panel : wide;
            if (bits != 32) widen_some(panel, bits, depth, wide);
            for (int64_t i = 0; i < depth; i++) op->out[r * k + at + i] = from[i * PANEL + ids[r] % PANEL];
            panel += panel_bytes(depth, bits);
        }
    }
}

Work packing(const Job *job) { return (Work){pack, job, panels_of(job->op), PANEL * job->op->depth}; }

Work widening(const Job *job) { return (Work){widen_panels, job, panels_of(job->op), PANEL * job->op->depth}; }

Work multiplying(const Job *job) {
    return (Work){multiply, job, panels_of(job->op), job->rows * job->op->depth * PANEL};
}

Work gathering(const Job *job) { return (Work){gather, job, job->rows, PANEL * job->op->depth}; }
