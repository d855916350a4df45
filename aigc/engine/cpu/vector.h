/* Vectors of eight floats, for every file of the kernels. */

#ifndef VECTOR_H
#define VECTOR_H

#include <immintrin.h>
#include <stdint.h>

typedef __m256 v8;

static inline v8 load(const float *x) { return _mm256_loadu_ps(x); }
static inline void store(float *x, v8 y) { _mm256_storeu_ps(x, y); }
static inline v8 all(float x) { return _mm256_set1_ps(x); }

static inline float total(v8 x) {
    __m128 y = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    y = _mm_add_ps(y, _mm_movehl_ps(y, y));
    return _mm_cvtss_f32(_mm_add_ss(y, _mm_shuffle_ps(y, y, 1)));
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

#endif
