/* Lays the weights of a file out in panels: the blocks of a GGUF (ggml-org/ggml, ggml-common.h has them), or floats.

   A block is taken apart into scales, codes and numbers of a byte each, for the 16 columns of a panel; then every part
   is written as formats.h says. Nothing is rounded: panels stand for the same numbers. */

#include <string.h>

#include "formats.h"
#include "step.h"

#define MOST_CODES 32

/* One column's block. */
typedef struct {
    uint16_t scale, minimum; /* float16 */
    uint8_t codes[MOST_CODES]; /* group by group */
    uint8_t numbers[256];
} Block;

static inline uint16_t half_at(const uint8_t *x) { return (uint16_t)(x[0] | x[1] << 8); }

/* 32 numbers: 16 in the lower and 16 in the upper halves of bytes, and a fifth bit each where there are `high` ones; eight
   at once. */
static inline void read_halves(const uint8_t *low, const uint8_t *high, uint8_t *numbers) {
    for (int i = 0; i < 4; i++) {
        uint64_t x;
        memcpy(&x, low + i % 2 * 8, 8);
        x = x >> i / 2 * 4 & 0x0f0f0f0f0f0f0f0f;
        if (high) { /* a bit to a byte: each byte keeps one bit of the eight, and any bit carries into the uppermost */
            uint64_t bits = high[i] * 0x0101010101010101 & 0x8040201008040201;
            x |= (bits + 0x7f7f7f7f7f7f7f7f) >> 3 & 0x1010101010101010;
        }
        memcpy(numbers + 8 * i, &x, 8);
    }
}

/* 256 numbers of 2 bits, 128 in four layers of 32 bytes, and a third bit each where there are `high` ones. */
static inline void read_quarters(const uint8_t *restrict low, const uint8_t *restrict high, uint8_t *restrict numbers) {
    for (int half = 0; half < 2; half++)
        for (int layer = 0; layer < 4; layer++, numbers += 32)
            for (int i = 0; i < 32; i++) {
                numbers[i] = low[32 * half + i] >> 2 * layer & 3;
                if (high) numbers[i] |= (high[i] >> (4 * half + layer) & 1) << 2;
            }
}

/* 256 numbers of 4 bits, 64 in two layers of 32 bytes, and a fifth bit each where there are `high` ones. */
static inline void read_eighths(const uint8_t *restrict low, const uint8_t *restrict high, uint8_t *restrict numbers) {
    for (int layer = 0; layer < 8; layer++, numbers += 32)
        for (int i = 0; i < 32; i++) {
            numbers[i] = low[layer / 2 * 32 + i] >> layer % 2 * 4 & 15;
            if (high) numbers[i] |= (high[i] >> layer & 1) << 4;
        }
}

/* 256 numbers of 6 bits: 4 bits of 128 in two layers of 64 bytes, 2 bits of 128 in four layers of 32 bytes. */
static inline void read_sixes(const uint8_t *restrict low, const uint8_t *restrict high, uint8_t *restrict numbers) {
    for (int half = 0; half < 2; half++)
        for (int layer = 0; layer < 4; layer++, numbers += 32)
            for (int i = 0; i < 32; i++)
                numbers[i] = (low[64 * half + layer % 2 * 32 + i] >> layer / 2 * 4 & 15) |
                             (high[32 * half + i] >> 2 * layer & 3) << 4;
}

/* Eight scales' codes and eight minimums', 6 bits each: four of both in a byte each, whose upper two bits are the others'. */
static inline void read_pairs(const uint8_t *x, uint8_t *codes) {
    for (int i = 0; i < 4; i++) {
        codes[2 * i] = x[i] & 63, codes[2 * i + 1] = x[i + 4] & 63;
        codes[2 * i + 8] = (x[i + 8] & 15) | x[i] >> 6 << 4, codes[2 * i + 9] = x[i + 8] >> 4 | x[i + 4] >> 6 << 4;
    }
}

/* Sixteen codes of 6 bits, 32 more than they stand for. */
static inline void read_signed(const uint8_t *x, uint8_t *codes) {
    for (int i = 0; i < 16; i++)
        codes[i] = (uint8_t)(((x[i % 8] >> i / 8 * 4 & 15) | (x[8 + i % 4] >> i / 4 * 2 & 3) << 4) - 32);
}

static inline __attribute__((always_inline)) void read_block(const int64_t format, const uint8_t *x, Block *to) {
    switch (format) {
        case Q4_0: case IQ4_NL: to->scale = half_at(x), read_halves(x + 2, NULL, to->numbers); break;
        case Q4_1: to->scale = half_at(x), to->minimum = half_at(x + 2), read_halves(x + 4, NULL, to->numbers); break;
        case Q5_0: to->scale = half_at(x), read_halves(x + 6, x + 2, to->numbers); break;
        case Q5_1: to->scale = half_at(x), to->minimum = half_at(x + 2), read_halves(x + 8, x + 4, to->numbers); break;
        case Q8_0:
            to->scale = half_at(x);
            for (int i = 0; i < 32; i++) to->numbers[i] = x[2 + i] ^ 128;
            break;
        case Q2_K:
            to->scale = half_at(x + 80), to->minimum = half_at(x + 82);
            memcpy(to->codes, x, 16), read_quarters(x + 16, NULL, to->numbers);
            break;
        case Q3_K:
            to->scale = half_at(x + 108), read_signed(x + 96, to->codes), read_quarters(x + 32, x, to->numbers);
            break;
        case Q4_K:
            to->scale = half_at(x), to->minimum = half_at(x + 2);
            read_pairs(x + 4, to->codes), read_eighths(x + 16, NULL, to->numbers);
            break;
        case Q5_K:
            to->scale = half_at(x), to->minimum = half_at(x + 2);
            read_pairs(x + 4, to->codes), read_eighths(x + 48, x + 16, to->numbers);
            break;
        case Q6_K:
            to->scale = half_at(x + 208), memcpy(to->codes, x + 192, 16), read_sixes(x, x + 128, to->numbers);
            break;
    }
}

/* A plane of `bits` bits, from bit `low` of every number, of the 32 inputs from `begin` on. Four inputs of a column are
   one word. */
static inline __attribute__((always_inline)) uint8_t *write_plane(const Block *blocks, const int low, const int bits,
                                                                  const int begin, uint8_t *out) {
    uint32_t mask = 0x01010101u * ((1u << bits) - 1);
    for (int at = begin; at < begin + 32; at += 32 / bits)
        for (int j = 0; j < PANEL; j++, out += 4) {
            uint32_t word = 0, quad;
            for (int i = 0; i < 8 / bits; i++) {
                memcpy(&quad, blocks[j].numbers + at + 4 * i, 4);
                word |= (quad >> low & mask) << bits * i;
            }
            memcpy(out, &word, 4);
        }
    return out;
}

static inline __attribute__((always_inline)) void write_block(const Format of, const Block *blocks, uint8_t *out) {
    for (int j = 0; j < PANEL; j++, out += 2) memcpy(out, &blocks[j].scale, 2);
    for (int j = 0; j < PANEL && of.minimums; j++, out += 2) memcpy(out, &blocks[j].minimum, 2);
    for (int i = 0; i < of.block / of.group * of.codes; i++)
        for (int j = 0; j < PANEL; j++) *out++ = blocks[j].codes[i];
    for (int at = 0; at < of.block; at += 32) {
        int low = 0; /* bits written */
        if (of.bits & 8) out = write_plane(blocks, low, 8, at, out);
        if (of.bits & 4) out = write_plane(blocks, low, 4, at, out), low += 4;
        if (of.bits & 2) out = write_plane(blocks, low, 2, at, out), low += 2;
        if (of.bits & 1) out = write_plane(blocks, low, 1, at, out);
    }
}

typedef struct {
    int64_t format, columns, depth;
    const uint8_t *rows;
    uint8_t *panels;
} Layout;

/* Some of the panels, of whole numbers. */
static inline __attribute__((always_inline)) void repack_blocks(const Layout *what, const int64_t format, int64_t begin,
                                                                int64_t end) {
    const Format of = format_of(format);
    int64_t count = what->depth / of.block, row = count * of.bytes;
    for (int64_t p = begin; p < end; p++) {
        uint8_t *out = what->panels + p * panel_bytes(of, what->depth);
        int64_t wide = what->columns - p * PANEL < PANEL ? what->columns - p * PANEL : PANEL;
        Block blocks[PANEL] = {0}; /* columns that are not there stay zeros */
        for (int64_t b = 0; b < count; b++, out += block_bytes(of)) {
            const uint8_t *first = what->rows + p * PANEL * row + b * of.bytes;
            for (int64_t j = 0; j < wide; j++) read_block(format, first + j * row, blocks + j);
            write_block(of, blocks, out);
        }
    }
}

/* Some of the panels, of floats: an F32, or two inputs of F16 or BF16, are one word. */
static void repack_words(const Layout *what, int64_t begin, int64_t end) {
    int64_t words = what->depth / format_of(what->format).block;
    for (int64_t p = begin; p < end; p++) {
        uint8_t *out = what->panels + p * words * PANEL * 4;
        int64_t wide = what->columns - p * PANEL < PANEL ? what->columns - p * PANEL : PANEL;
        if (wide < PANEL) memset(out, 0, words * PANEL * 4);
        for (int64_t at = 0; at < words; at += 16) /* a line of each column */
            for (int64_t j = 0; j < wide; j++)
                for (int64_t i = at; i < at + 16 && i < words; i++)
                    memcpy(out + (i * PANEL + j) * 4, what->rows + ((p * PANEL + j) * words + i) * 4, 4);
    }
}

#define CASE(format) case format: repack_blocks(what, format, begin, end); break;

static void repack_some(const void *given, int64_t begin, int64_t end, int64_t thread) {
    const Layout *what = given;
    (void)thread;
    switch (what->format) {
        CASE(Q4_0) CASE(Q4_1) CASE(Q5_0) CASE(Q5_1) CASE(Q8_0) CASE(IQ4_NL)
        CASE(Q2_K) CASE(Q3_K) CASE(Q4_K) CASE(Q5_K) CASE(Q6_K)
        default: repack_words(what, begin, end);
    }
}

void aigc_repack(int64_t format, const uint8_t *rows, int64_t columns, int64_t depth, uint8_t *panels, int64_t threads) {
    Layout what = {format, columns, depth, rows, panels};
    Work work = {repack_some, &what, (columns + PANEL - 1) / PANEL, PANEL * depth};
    share_out(&work, 1, threads);
}
