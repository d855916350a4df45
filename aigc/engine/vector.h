/* Vectors of eight floats, for every file of the kernels. */

#include <immintrin.h>
#include <stdint.h>

typedef __m256 v8;

static inline v8 load(const float *x) { return _mm256_loadu_ps(x); }
static inline void store(float *x, v8 y) { _mm256_storeu_ps(x, y); }
static inline v8 all(float x) { return _mm256_set1_ps(x); }
