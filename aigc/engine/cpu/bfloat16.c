/* Products of bfloat16 weights by activations rounded to bfloat16, two inputs in one instruction, where the processor has
   it (AVX-512 BF16). Sums are 32-bit floats and run pair after pair, whatever the number of rows; how an instruction
   rounds on the way is the processor's own (Intel, Architecture Instruction Set Extensions, VDPBF16PS). */

#include <string.h>

#include "step.h"
#include "wide.h"

#ifdef __AVX512BF16__
#define TILE 12 /* rows whose sums stay in registers */

int aigc_bfloat16(void) { return 1; }

/* Rows of in (m, k) -> out, (m, k) of 16 bits; k is even. */
static void round_some(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Op *op = ((const Job *)what)->op;
    int64_t k = op->depth;
    (void)thread;
    for (int64_t r = begin; r < end; r++)
        for (int64_t i = 0; i < k; i += 16) {
            __mmask16 some = k - i < 16 ? (__mmask16)((1 << (k - i)) - 1) : (__mmask16)0xFFFF;
            __m256bh rounded = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(some, op->in + r * k + i));
            _mm256_mask_storeu_epi16((uint16_t *)op->out + r * k + i, some, (__m256i)rounded);
        }
}

INLINE void tile(const int rows, const uint16_t *x, int64_t k, const uint8_t *panel, int fetch, Sums *sums) {
    vf sum[TILE];
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) sum[r] = f_load(sums[r]);
    for (int64_t i = 0; i < k; i += 2, panel += 64) {
        if (fetch) fetch_ahead(BF16, panel, 0);
        __m512bh w = (__m512bh)i_load(panel);
#pragma GCC unroll 12
        for (int r = 0; r < rows; r++) {
            int32_t two;
            memcpy(&two, x + r * k + i, 4);
            sum[r] = _mm512_dpbf16_ps(sum[r], w, (__m512bh)i_all(two));
        }
    }
#pragma GCC unroll 12
    for (int r = 0; r < rows; r++) f_store(sums[r], sum[r]);
}

void bfloat16_pass(const Op *op, int64_t first, int64_t rows, const uint8_t *panel, Sums *sums) {
    int64_t k = op->depth, tiles = (rows + TILE - 1) / TILE;
    const uint16_t *x = (const uint16_t *)op->in + first * k;
    for (int64_t t = 0, begin = 0; t < tiles; t++) {
        int64_t end = rows * (t + 1) / tiles;
#define CASE(rows) case rows: tile(rows, x + begin * k, k, panel, t == 0, sums + begin); break;
        switch (end - begin) {
            CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
        }
#undef CASE
        begin = end;
    }
}

Work rounding(const Job *job) { return (Work){round_some, job, job->rows, job->op->depth}; }
#else
int aigc_bfloat16(void) { return 0; }

void bfloat16_pass(const Op *op, int64_t first, int64_t rows, const uint8_t *panel, Sums *sums) {
    (void)op, (void)first, (void)rows, (void)panel, (void)sums; /* nobody asks for it: aigc_bfloat16 says no */
}

Work rounding(const Job *job) { return (Work){NULL, job, 0, 0}; }
#endif
