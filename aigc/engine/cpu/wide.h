/* Vectors as wide as the processor has them, for products: 16 lanes with AVX-512, else 8. A lane is a column of a panel,
   so what it holds is the same on either. */

#ifndef WIDE_H
#define WIDE_H

#include "formats.h"
#include "vector.h"

#define INLINE static inline __attribute__((always_inline))

#ifdef __AVX512F__
#define LANES 16
typedef __m512 vf;
typedef __m512i vi;
INLINE vf f_load(const float *x) { return _mm512_loadu_ps(x); }
INLINE void f_store(float *x, vf y) { _mm512_storeu_ps(x, y); }
INLINE vf f_all(float x) { return _mm512_set1_ps(x); }
INLINE vf f_add(vf x, vf y) { return _mm512_add_ps(x, y); }
INLINE vf f_mul(vf x, vf y) { return _mm512_mul_ps(x, y); }
INLINE vf f_fma(vf x, vf y, vf z) { return _mm512_fmadd_ps(x, y, z); }
INLINE vf f_from(vi x) { return _mm512_cvtepi32_ps(x); }
INLINE vf f_bits(vi x) { return _mm512_castsi512_ps(x); }
INLINE vf f_halves(const void *x) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)x)); }
INLINE vi i_load(const void *x) { return _mm512_loadu_si512(x); }
INLINE void i_store(void *x, vi y) { _mm512_storeu_si512(x, y); }
INLINE vi i_all(int32_t x) { return _mm512_set1_epi32(x); }
INLINE vi i_bytes(int x) { return _mm512_set1_epi8((char)x); }
INLINE vi i_signed(const void *x) { return _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)x)); }
INLINE vi i_and(vi x, vi y) { return _mm512_and_si512(x, y); }
INLINE vi i_or(vi x, vi y) { return _mm512_or_si512(x, y); }
INLINE vi i_xor(vi x, vi y) { return _mm512_xor_si512(x, y); }
INLINE vi i_add(vi x, vi y) { return _mm512_add_epi32(x, y); }
INLINE vi i_right(vi x, int by) { return _mm512_srli_epi32(x, by); }
INLINE vi i_left(vi x, int by) { return _mm512_slli_epi32(x, by); }
INLINE vi i_look_up(const uint8_t *table, vi x) {
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table)), x);
}
INLINE vi i_pairs(vi u, vi s) { return _mm512_maddubs_epi16(u, s); }
INLINE vi i_add16(vi x, vi y) { return _mm512_add_epi16(x, y); }
INLINE vi i_fours(vi x) { return _mm512_madd_epi16(x, _mm512_set1_epi16(1)); }
INLINE vi i_magnitude(vi x) { return _mm512_abs_epi8(x); }
INLINE vi i_signs(vi x, vi of) { /* x where `of` is positive, -x where it is negative */
    return _mm512_mask_sub_epi8(x, _mm512_movepi8_mask(of), _mm512_setzero_si512(), x);
}
#else
#define LANES 8
typedef __m256 vf;
typedef __m256i vi;
INLINE vf f_load(const float *x) { return _mm256_loadu_ps(x); }
INLINE void f_store(float *x, vf y) { _mm256_storeu_ps(x, y); }
INLINE vf f_all(float x) { return _mm256_set1_ps(x); }
INLINE vf f_add(vf x, vf y) { return _mm256_add_ps(x, y); }
INLINE vf f_mul(vf x, vf y) { return _mm256_mul_ps(x, y); }
INLINE vf f_fma(vf x, vf y, vf z) { return _mm256_fmadd_ps(x, y, z); }
INLINE vf f_from(vi x) { return _mm256_cvtepi32_ps(x); }
INLINE vf f_bits(vi x) { return _mm256_castsi256_ps(x); }
INLINE vf f_halves(const void *x) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)x)); }
INLINE vi i_load(const void *x) { return _mm256_loadu_si256((const __m256i *)x); }
INLINE void i_store(void *x, vi y) { _mm256_storeu_si256((__m256i *)x, y); }
INLINE vi i_all(int32_t x) { return _mm256_set1_epi32(x); }
INLINE vi i_bytes(int x) { return _mm256_set1_epi8((char)x); }
INLINE vi i_signed(const void *x) { return _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)x)); }
INLINE vi i_and(vi x, vi y) { return _mm256_and_si256(x, y); }
INLINE vi i_or(vi x, vi y) { return _mm256_or_si256(x, y); }
INLINE vi i_xor(vi x, vi y) { return _mm256_xor_si256(x, y); }
INLINE vi i_add(vi x, vi y) { return _mm256_add_epi32(x, y); }
INLINE vi i_right(vi x, int by) { return _mm256_srli_epi32(x, by); }
INLINE vi i_left(vi x, int by) { return _mm256_slli_epi32(x, by); }
INLINE vi i_look_up(const uint8_t *table, vi x) {
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table)), x);
}
INLINE vi i_pairs(vi u, vi s) { return _mm256_maddubs_epi16(u, s); }
INLINE vi i_add16(vi x, vi y) { return _mm256_add_epi16(x, y); }
INLINE vi i_fours(vi x) { return _mm256_madd_epi16(x, _mm256_set1_epi16(1)); }
INLINE vi i_magnitude(vi x) { return _mm256_abs_epi8(x); }
INLINE vi i_signs(vi x, vi of) { return _mm256_sign_epi8(x, of); }
#endif

#define OCTET 32 /* inputs of eight quads */
#define AHEAD 8192 /* bytes from what is read to what is fetched meanwhile */
#define PARTS (PANEL / LANES) /* vectors that a panel is wide */

/* The numbers of GGUF's IQ4_NL (ggml-common.h, kvalues_iq4nl), each 128 more. */
static const uint8_t TABLE[16] = {1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241};

/* A plane's part of quad q, a constant, of the eight whose lines begin at `lines`. */
INLINE vi plane(const uint8_t *lines, const int bits, const int q, int part) {
    const int quads = 8 / bits;
    vi line = i_load(lines + q / quads * 64 + part * 32);
    return i_and(i_right(line, q % quads * bits), i_bytes((1 << bits) - 1));
}

/* Quad q, a constant, of an octet, as bytes without a sign: of `part` of the panel's columns. */
INLINE vi quad(const int64_t format, const uint8_t *octet, const int q, int part) {
    const uint8_t *second = octet + OCTET * PANEL * (format_of(format).bits < 4 ? 2 : 4) / 8;
    switch (format_of(format).bits) {
        case 2: return plane(octet, 2, q, part);
        case 3: return i_or(plane(octet, 2, q, part), i_left(plane(second, 1, q, part), 2));
        case 5: return i_or(plane(octet, 4, q, part), i_left(plane(second, 1, q, part), 4));
        case 6: return i_or(plane(octet, 4, q, part), i_left(plane(second, 2, q, part), 4));
        case 8: return i_load(octet + q * 64 + part * 32);
        default: {
            vi small = plane(octet, 4, q, part);
            return format == IQ4_NL ? i_look_up(TABLE, small) : small;
        }
    }
}

/* An octet of a block. */
INLINE const uint8_t *octet_at(const int64_t format, const uint8_t *block, int64_t octet) {
    const Format of = format_of(format);
    return block + header_bytes(of) + octet * OCTET * PANEL * of.bits / 8;
}

/* Fetches an octet's share of the block that lies AHEAD: left alone, processors read such a stream at half of the
   memory's rate. Past a weight's end it does nothing. */
INLINE void fetch_ahead(const int64_t format, const uint8_t *block, int64_t octet) {
    const Format of = format_of(format);
    const int64_t octets = of.bits > 8 ? 1 : of.block / OCTET, lines = (block_bytes(of) + octets * 64 - 1) / (octets * 64);
#pragma GCC unroll 18
    for (int64_t i = 0; i < lines; i++) _mm_prefetch(block + AHEAD + (octet * lines + i) * 64, _MM_HINT_T0);
}

typedef struct {
    vf scale, offset;
} Scales;

/* Of a group of a block. Products of a float16 and a code are exact in 32 bits. */
INLINE Scales scales_of(const int64_t format, const uint8_t *block, int64_t group, int part) {
    const Format of = format_of(format);
    const uint8_t *minimums = block + 2 * PANEL, *codes = block + 2 * PANEL * (1 + of.minimums);
    vf scale = f_halves(block + 2 * LANES * part), minimum = f_all(0);
    if (of.minimums) minimum = f_halves(minimums + 2 * LANES * part);
    if (of.codes) {
        const uint8_t *code = codes + group * of.codes * PANEL + part * LANES;
        vi first = i_signed(code);
        if (format == Q2_K) {
            minimum = f_mul(minimum, f_from(i_and(i_right(first, 4), i_all(15))));
            first = i_and(first, i_all(15));
        } else if (of.minimums) {
            minimum = f_mul(minimum, f_from(i_signed(code + PANEL)));
        }
        scale = f_mul(scale, f_from(first));
        if (of.minimums) minimum = f_mul(minimum, f_all(-1));
    }
    return (Scales){scale, of.minimums ? minimum : f_mul(scale, f_all(-of.zero))};
}

/* Input i of a quad: what the numbers stand for. */
INLINE vf stand_for(vi numbers, int i, Scales by) {
    return f_fma(by.scale, f_from(i_and(i_right(numbers, 8 * i), i_all(255))), by.offset);
}

/* Input i of a pair of float weights of 16 bits. */
INLINE vf of_pair(const int64_t format, vi pair, int i) {
    if (format == BF16) return f_bits(i ? i_and(pair, i_all((int32_t)0xFFFF0000)) : i_left(pair, 16));
#ifdef __AVX512F__
    return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(i ? i_right(pair, 16) : pair));
#else
    vi half = i_and(i ? i_right(pair, 16) : pair, i_all(0xFFFF)); /* packed lane by lane of 128 bits */
    half = _mm256_permute4x64_epi64(_mm256_packus_epi32(half, half), 0x08);
    return _mm256_cvtph_ps(_mm256_castsi256_si128(half));
#endif
}

/* Calls what(format) with a constant, for formats whose numbers are not 32-bit floats. */
#define WHOLE(what) what(Q4_0) what(Q4_1) what(Q5_0) what(Q5_1) what(Q8_0) what(IQ4_NL) \
    what(Q2_K) what(Q3_K) what(Q4_K) what(Q5_K) what(Q6_K)
#define NARROW(what) what(F16) what(BF16) WHOLE(what)

#endif
