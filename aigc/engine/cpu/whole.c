/* Products of whole numbers: activations of 8 bits by weights as they came.

   Of 32 inputs of a row the largest is 127: the others are rounded to multiples of a 127th of it. A group of a column's
   weights (formats.h) is multiplied in whole numbers, exactly, and the sum then scaled in 32-bit floats:

       sum += float(numbers . x) * x's scale * scale,  then  sum += (sum of the group's x) * offset

   group after group, whatever the number of rows and whatever the processor's instructions: equal bits on all of them.
   VNNI adds four products of bytes in one instruction; where there is none, pairs are added in 16 bits, as many of them
   as cannot overflow, and then in 32. */

#include <math.h>
#include <string.h>

#include "step.h"
#include "wide.h"

#define UNIT 32   /* inputs of a row that share a scale */
#define LEAST 1e-30f /* of the largest of them: smaller ones count as nothing, since 127 / largest has to be a number */
#define DEPTH 512 /* inputs multiplied before moving to the next rows: some KB of a panel; whole blocks */
#ifdef __AVX512VNNI__
#define TILE 12 /* rows whose sums stay in registers */
#define FEW MOST_ROWS
#else
#define TILE (LANES / 2)
#define FEW 4 /* rows for which numbers are unpacked in registers; for more they are written to memory once */
#endif

/* A row of activations: its numbers, then for every 32 inputs the scale and the sum of what they stand for, for every 16
   their sum, and for every 32 the sum of the numbers themselves. */
typedef struct {
    const int8_t *numbers;
    const float *scales, *sums32, *sums16;
    const int32_t *totals;
} Row;

static inline int64_t row_bytes(int64_t k) { return (k + k / UNIT * 20 + 63) / 64 * 64; }

static inline Row row_at(const void *rows, int64_t r, int64_t k) {
    const int8_t *row = (const int8_t *)rows + r * row_bytes(k);
    const float *floats = (const float *)(row + k);
    int64_t units = k / UNIT;
    return (Row){row, floats, floats + units, floats + 2 * units, (const int32_t *)(floats + 4 * units)};
}

int64_t aigc_row_bytes(int64_t depth) { return row_bytes(depth); }

/* Rounds rows of in (m, k) to 8 bits; to the nearest, halves to the even. */
static void quantise(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    int64_t k = op->depth;
    (void)thread;
    for (int64_t r = begin; r < end; r++) {
        const float *x = op->in + r * k;
        Row row = row_at(op->out, r, k);
        for (int64_t u = 0; u < k / UNIT; u++, x += UNIT) {
            v8 part[4], most = all(0);
            for (int i = 0; i < 4; i++) {
                part[i] = load(x + 8 * i);
                most = _mm256_max_ps(most, _mm256_andnot_ps(all(-0.0f), part[i]));
            }
            __m128 four = _mm_max_ps(_mm256_castps256_ps128(most), _mm256_extractf128_ps(most, 1));
            four = _mm_max_ps(four, _mm_movehl_ps(four, four));
            float largest = _mm_cvtss_f32(_mm_max_ss(four, _mm_shuffle_ps(four, four, 1)));
            if (largest < LEAST) largest = 0;
            float scale = largest / 127.0f;
            v8 by = all(largest > 0 ? 127.0f / largest : 0.0f);
            __m256i n[4];
            for (int i = 0; i < 4; i++) n[i] = _mm256_cvtps_epi32(_mm256_mul_ps(part[i], by));
            __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(n[0], n[1]), _mm256_packs_epi32(n[2], n[3]));
            bytes = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
            _mm256_storeu_si256((__m256i *)(row.numbers + u * UNIT), bytes);
            int32_t total[2];
            for (int h = 0; h < 2; h++) {
                __m256i pair = _mm256_add_epi32(n[2 * h], n[2 * h + 1]);
                __m128i low = _mm_add_epi32(_mm256_castsi256_si128(pair), _mm256_extracti128_si256(pair, 1));
                low = _mm_add_epi32(low, _mm_shuffle_epi32(low, 0x4E));
                total[h] = _mm_cvtsi128_si32(_mm_add_epi32(low, _mm_shuffle_epi32(low, 0xB1)));
            }
            ((float *)row.scales)[u] = scale;
            ((float *)row.sums32)[u] = scale * (float)(total[0] + total[1]);
            ((float *)row.sums16)[2 * u] = scale * (float)total[0];
            ((float *)row.sums16)[2 * u + 1] = scale * (float)total[1];
            ((int32_t *)row.totals)[u] = total[0] + total[1];
        }
    }
}

/* How many quads' pairs are added in 16 bits: (2^bits - 1) * 127 * 2 for each; 0 where numbers are larger, and lose 128. */
INLINE int together_of(const int64_t format) {
    const int bits = format_of(format).bits;
    return bits == 8 || format == IQ4_NL ? 0 : bits == 6 ? 2 : bits == 5 ? 4 : 8;
}

/* whole (rows): what a group's sums begin with, at input `at` of x: what numbers lose where there is no VNNI. */
INLINE void begin_group(const int rows, const int64_t format, const Row *x, int64_t at, vi *whole) {
#ifdef __AVX512VNNI__
    const int lost = 0;
#else
    const int lost = together_of(format) ? 0 : 128;
#endif
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) whole[r] = lost ? i_all(lost * x[r].totals[at / UNIT]) : i_all(0);
}

/* whole (rows) += quad q of a group by x from input `at` of a row on. Where there is no VNNI, sums in 16 bits wait in
   `pairs`. */
INLINE void add_quad(const int rows, const int64_t format, const int q, vi u, const Row *x, int64_t at, vi *pairs, vi *whole) {
#ifndef __AVX512VNNI__
    const int together = together_of(format), last = format_of(format).group / 4 - 1;
    vi size = u;
    if (!together) u = i_xor(u, i_bytes(128)), size = i_magnitude(u);
#endif
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
        int32_t four;
        memcpy(&four, x[r].numbers + at + 4 * q, 4);
#ifdef __AVX512VNNI__
        (void)format, (void)pairs;
        whole[r] = _mm512_dpbusd_epi32(whole[r], u, i_all(four));
#else
        vi two = i_pairs(size, together ? i_all(four) : i_signs(i_all(four), u));
        if (together > 1) {
            pairs[r] = q % together ? i_add16(pairs[r], two) : two;
            if (q % together == together - 1 || q == last) whole[r] = i_add(whole[r], i_fours(pairs[r]));
        } else {
            whole[r] = i_add(whole[r], i_fours(two));
        }
#endif
    }
}

/* sum (rows) += a group's products, from input `at` of x on; whole (rows) are those of its numbers. */
INLINE void end_group(const int rows, const int64_t format, Scales by, const Row *x, int64_t at, const vi *whole, vf *sum) {
    const Format of = format_of(format);
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) {
        sum[r] = f_fma(f_mul(f_from(whole[r]), f_all(x[r].scales[at / UNIT])), by.scale, sum[r]);
        sum[r] = f_fma(f_all(of.group == 32 ? x[r].sums32[at / 32] : x[r].sums16[at / 16]), by.offset, sum[r]);
    }
}

/* sums (rows, 16) += x (rows, depth) * panel, its numbers unpacked in registers, from input `at` of x on. */
INLINE void few_tile(const int rows, const int64_t format, const uint8_t *panel, const Row *x, int64_t at, int64_t depth,
                     int fetch, Sums *sums) {
    const Format of = format_of(format);
    const int quads = of.group / 4;
    for (int part = 0; part < PARTS; part++) {
        const uint8_t *block = panel;
        vf sum[TILE];
        vi whole[TILE], pairs[TILE];
#pragma GCC unroll 12
        for (int r = 0; r < rows; r++) sum[r] = f_load(sums[r] + part * LANES);
        for (int64_t b = 0; b < depth; b += of.block, block += block_bytes(of))
            for (int64_t o = 0; o < of.block / OCTET; o++) {
                if (fetch) fetch_ahead(format, block, o);
#pragma GCC unroll 2
                for (int g = 0; g < OCTET / of.group; g++) {
                    int64_t here = at + b + o * OCTET + g * of.group;
                    begin_group(rows, format, x, here, whole);
#pragma GCC unroll 8
                    for (int q = 0; q < quads; q++) {
                        vi numbers = quad(format, octet_at(format, block, o), g * quads + q, part);
                        add_quad(rows, format, q, numbers, x, here, pairs, whole);
                    }
                    Scales by = scales_of(format, block, o * (OCTET / of.group) + g, part);
                    end_group(rows, format, by, x, here, whole, sum);
                }
            }
#pragma GCC unroll 12
        for (int r = 0; r < rows; r++) f_store(sums[r] + part * LANES, sum[r]);
    }
}

/* Each format and number of rows has a loop of its own. */
static void any_few(int64_t rows, int64_t format, const uint8_t *panel, const Row *x, int64_t at, int64_t depth, int fetch,
                    Sums *sums) {
#define ONE(rows, format) case format * 16 + rows: few_tile(rows, format, panel, x, at, depth, fetch, sums); break;
#if TILE == 12
#define CASE(format)                                                                                     \
    ONE(1, format) ONE(2, format) ONE(3, format) ONE(4, format) ONE(5, format) ONE(6, format)            \
    ONE(7, format) ONE(8, format) ONE(9, format) ONE(10, format) ONE(11, format) ONE(12, format)
#else
#define CASE(format) ONE(1, format) ONE(2, format) ONE(3, format) ONE(4, format)
#endif
    switch (format * 16 + rows) { WHOLE(CASE) }
#undef CASE
#undef ONE
}

static void few(int64_t rows, int64_t format, const uint8_t *panel, const Row *x, int64_t at, int64_t depth, Sums *sums) {
    int64_t tiles = (rows + TILE - 1) / TILE, begin = 0;
    for (int64_t t = 0; t < tiles; t++) {
        int64_t end = rows * (t + 1) / tiles;
        any_few(end - begin, format, panel, x + begin, at, depth, t == 0, sums + begin);
        begin = end;
    }
}

#if FEW < MOST_ROWS
/* Some inputs of a panel: quads of bytes without a sign, and each group's scales and offsets. */
typedef struct {
    uint8_t numbers[DEPTH * PANEL];
    float scales[DEPTH / 16 * PANEL], offsets[DEPTH / 16 * PANEL];
} Unpacked;

INLINE void unpack_blocks(const int64_t format, const uint8_t *block, int64_t depth, Unpacked *to) {
    const Format of = format_of(format);
    uint8_t *numbers = to->numbers;
    float *scales = to->scales, *offsets = to->offsets;
    for (int64_t b = 0; b < depth; b += of.block, block += block_bytes(of)) {
        for (int64_t g = 0; g < of.block / of.group; g++, scales += PANEL, offsets += PANEL)
            for (int part = 0; part < PARTS; part++) {
                Scales by = scales_of(format, block, g, part);
                f_store(scales + part * LANES, by.scale), f_store(offsets + part * LANES, by.offset);
            }
        for (int64_t o = 0; o < of.block / OCTET; o++, numbers += OCTET * PANEL) {
            fetch_ahead(format, block, o);
            for (int part = 0; part < PARTS; part++)
#pragma GCC unroll 8
                for (int q = 0; q < 8; q++)
                    i_store(numbers + q * 64 + part * 32, quad(format, octet_at(format, block, o), q, part));
        }
    }
}

static void unpack(int64_t format, const uint8_t *panel, int64_t depth, Unpacked *to) {
#define CASE(format) case format: unpack_blocks(format, panel, depth, to); break;
    switch (format) { WHOLE(CASE) }
#undef CASE
}

/* sums (rows, 16) += x (rows, depth) * w, from input `at` of x on. */
INLINE void tile(const int rows, const int64_t format, const Unpacked *w, const Row *x, int64_t at, int64_t depth, Sums *sums) {
    const int group = format_of(format).group;
    for (int part = 0; part < PARTS; part++) {
        vf sum[TILE];
        vi whole[TILE], pairs[TILE];
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) sum[r] = f_load(sums[r] + part * LANES);
        for (int64_t g = 0; g < depth / group; g++) {
            const uint8_t *numbers = w->numbers + g * group * PANEL + part * 32;
            begin_group(rows, format, x, at + g * group, whole);
#pragma GCC unroll 8
            for (int q = 0; q < group / 4; q++)
                add_quad(rows, format, q, i_load(numbers + q * 64), x, at + g * group, pairs, whole);
            Scales by = {f_load(w->scales + g * PANEL + part * LANES), f_load(w->offsets + g * PANEL + part * LANES)};
            end_group(rows, format, by, x, at + g * group, whole, sum);
        }
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) f_store(sums[r] + part * LANES, sum[r]);
    }
}

static void any_tile(int64_t rows, int64_t format, const Unpacked *w, const Row *x, int64_t at, int64_t depth, Sums *sums) {
#define ONE(rows, format) case format * 16 + rows: tile(rows, format, w, x, at, depth, sums); break;
#if TILE == 8
#define CASE(format)                                                                                     \
    ONE(1, format) ONE(2, format) ONE(3, format) ONE(4, format)                                          \
    ONE(5, format) ONE(6, format) ONE(7, format) ONE(8, format)
#else
#define CASE(format) ONE(1, format) ONE(2, format) ONE(3, format) ONE(4, format)
#endif
    switch (format * 16 + rows) { WHOLE(CASE) }
#undef CASE
#undef ONE
}

static void many(int64_t rows, int64_t format, const uint8_t *panel, const Row *x, int64_t at, int64_t depth, Sums *sums) {
    Unpacked w __attribute__((aligned(64)));
    int64_t tiles = (rows + TILE - 1) / TILE, begin = 0;
    unpack(format, panel, depth, &w);
    for (int64_t t = 0; t < tiles; t++) {
        int64_t end = rows * (t + 1) / tiles;
        any_tile(end - begin, format, &w, x + begin, at, depth, sums + begin);
        begin = end;
    }
}
#else
#define many few
#endif

/* Rows of one pass, up to MOST_ROWS: sums (rows, 16) += rows of the quantised in (m, k), from `first` on, * panel. */
void whole_pass(const Op *op, int64_t first, int64_t rows, const uint8_t *panel, Sums *sums) {
    Row x[MOST_ROWS];
    int64_t k = op->depth;
    for (int64_t r = 0; r < rows; r++) x[r] = row_at(op->in, first + r, k);
    for (int64_t at = 0; at < k; at += DEPTH) {
        int64_t depth = k - at < DEPTH ? k - at : DEPTH;
        if (rows <= FEW)
            few(rows, op->format, panel, x, at, depth, sums);
        else
            many(rows, op->format, panel, x, at, depth, sums);
        panel += panel_bytes(format_of(op->format), depth);
    }
}

Work quantising(const Job *job) { return (Work){quantise, job, job->rows, 4 * job->op->depth}; }
