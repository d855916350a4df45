/* A step of a model is a list of operations on packed tokens, run one after the other by all threads (step.c). Python
   lays these structs out too (kernels.py). Numbers in memory are float32, rows one after the other. */

#ifndef STEP_H
#define STEP_H

#include "vector.h"

enum { GATHER, NORM, MULTIPLY, ROTATE, ATTEND, SWISH, KEEP };

/* in (rows, depth) -> out (rows, columns) */
typedef struct {
    int64_t kind;
    const float *in;
    float *out;
    const void *weight; /* panels of `bits` (MULTIPLY, GATHER), a norm's weight; ROTATE: the queries' norm, or none */
    const float *more;  /* MULTIPLY: bias, or none; ROTATE: the keys' norm, or none */
    int64_t bits, columns, depth, add;
    int64_t layer, window; /* ROTATE, ATTEND */
} Op;

/* What one row brings to a step; strides and layers are counted in floats. */
typedef struct {
    int64_t begin, count; /* its tokens in the step */
    int64_t base, start;  /* tokens it reads from the prefix, and tokens its slot had before */
    const float *prefix_keys, *prefix_values; /* of the first layer's first head: (tokens, dim) */
    int64_t prefix_stride, prefix_layer;      /* to the next head, to the next layer */
    float *keys, *values;                     /* of the slot, likewise */
    int64_t stride, layer;
} Span;

typedef struct {
    const int64_t *ids; /* of the tokens */
    const Span *spans;
    int64_t count; /* of spans */
    const int64_t *keep; /* ascending; the only tokens that are left after KEEP */
    int64_t kept;
    const float *cosine, *sine; /* (positions, dim / 2) */
    float *scratch;             /* together * groups * room floats for each thread */
    int64_t room, together;     /* the longest text and 8; tokens that a thread attends for at once */
    int64_t heads, kv_heads, dim;
    float scale, eps;
} Step;

/* Called by all threads of a parallel region together; they return when all have done their part. */
void multiply(const float *a, int64_t m, int64_t k, const uint8_t *panels, int64_t bits, int64_t n, const float *bias,
              float *out, int64_t add);
void gather(const uint8_t *panels, int64_t k, int64_t bits, const int64_t *ids, int64_t m, float *out);
void attend(const float *q, const Step *step, int64_t layer, int64_t window, float *out);

#endif
