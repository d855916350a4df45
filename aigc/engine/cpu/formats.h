/* How a weight's numbers are written, and how they lie in a panel of 16 columns; formats.py says the same.

   Formats are GGUF's (ggml-org/ggml, docs/gguf.md; ggml-common.h has the blocks). A whole number u, without a sign, stands
   for scale * u + offset, where `group` inputs of a column share both. `block` inputs share a float16 scale, and maybe a
   float16 minimum; in the K formats a group has whole-number codes by which those are multiplied.

   A block of a panel:

       16 scales, float16; 16 minimums, float16, where there are any
       codes: K formats only, byte by byte, group by group the scales' 16; then, for Q4_K and Q5_K, the minimums' likewise;
              Q2_K has both in one byte, the scale's in the lower half
       numbers: 32 inputs after 32, of each planes of 4, 2 and 1 bits, of which they are put together, or of 8 bits

   Four inputs of the 16 columns are a quad of 64 numbers, a column's four side by side, columns one after the other. In a
   line of 64 bytes a plane of b bits has 8 / b quads, the first in the lowest bits of each byte; eight quads are an octet
   of 32 inputs, whose planes follow each other, so that a panel is read from its first byte to its last. Float weights: F32 lies
   input by input, 16 columns each; F16 and BF16 two inputs by two, a column's two side by side. */

#ifndef FORMATS_H
#define FORMATS_H

#include <stdint.h>

#define PANEL 16

enum { F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K };

typedef struct {
    int bits, block, group; /* of a number; inputs; inputs */
    int minimums;           /* whether offsets come from minimums, else from a zero: -zero * scale */
    int zero;
    int codes; /* bytes of codes for a group */
    int bytes; /* of a block of one column in a GGUF */
} Format;

static inline __attribute__((always_inline)) Format format_of(int64_t format) {
    switch (format) {
        case Q4_0: return (Format){4, 32, 32, 0, 8, 0, 18};
        case Q4_1: return (Format){4, 32, 32, 1, 0, 0, 20};
        case Q5_0: return (Format){5, 32, 32, 0, 16, 0, 22};
        case Q5_1: return (Format){5, 32, 32, 1, 0, 0, 24};
        case Q8_0: return (Format){8, 32, 32, 0, 128, 0, 34};
        case IQ4_NL: return (Format){4, 32, 32, 0, 128, 0, 18}; /* the numbers name eight bits of a table */
        case Q2_K: return (Format){2, 256, 16, 1, 0, 1, 84};
        case Q3_K: return (Format){3, 256, 16, 0, 4, 1, 110};
        case Q4_K: return (Format){4, 256, 32, 1, 0, 2, 144};
        case Q5_K: return (Format){5, 256, 32, 1, 0, 2, 176};
        case Q6_K: return (Format){6, 256, 16, 0, 32, 1, 210};
        case F32: return (Format){32, 1, 1, 0, 0, 0, 4};
        default: return (Format){16, 2, 2, 0, 0, 0, 4}; /* F16, BF16: two inputs */
    }
}

static inline __attribute__((always_inline)) int64_t header_bytes(Format of) {
    return of.bits > 8 ? 0 : 2 * PANEL * (1 + of.minimums) + of.block / of.group * of.codes * PANEL;
}

/* Of a block of a panel. */
static inline __attribute__((always_inline)) int64_t block_bytes(Format of) {
    return header_bytes(of) + (int64_t)of.block * PANEL * of.bits / 8;
}

/* Of `depth` inputs of a panel, whole blocks. */
static inline int64_t panel_bytes(Format of, int64_t depth) { return depth / of.block * block_bytes(of); }

#endif
