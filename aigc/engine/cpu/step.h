/* A step of a model is a list of operations on packed tokens, run one after the other by all threads (step.c). Python
   lays these structs out too (kernels.py). Numbers in memory are float32, rows one after the other. */

#ifndef STEP_H
#define STEP_H

#include "formats.h"
#include "team.h"
#include "vector.h"

enum { GATHER, NORM, MULTIPLY, ROTATE, ATTEND, SWISH, KEEP, WIDEN, QUANTISE, GELU, SCALE };

/* in (rows, depth) -> out (rows, columns). WIDEN makes panels of floats; QUANTISE makes rows of narrow numbers, which
   MULTIPLY reads. */
typedef struct {
    int64_t kind;
    const float *in;
    float *out;
    const void *weight; /* panels of `format` (MULTIPLY, GATHER, WIDEN), a norm's weight; ROTATE: the queries' norm, or none */
    const float *more;  /* MULTIPLY: bias, or none; ROTATE: the keys' norm, or none */
    int64_t format, columns, depth, add;
    int64_t narrow, pitch; /* MULTIPLY, QUANTISE: in which numbers `in` comes or out goes; floats to the next row of out */
    int64_t layer, window; /* ROTATE, ATTEND */
    int64_t table;         /* ROTATE: which of the step's cosines and sines */
    float factor;          /* SCALE */
} Op;

#define KEY_BLOCK 16 /* tokens whose keys lie together, number by number: (tokens / 16, dim, 16) */

/* What one row brings to a step; strides and layers are counted in floats. */
typedef struct {
    int64_t begin, count; /* its tokens in the step */
    int64_t base, start;  /* tokens it reads from the prefix, and tokens its slot had before */
    const float *prefix_keys, *prefix_values; /* of the first layer's first head */
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
    const float *cosine, *sine; /* (positions, tables, dim / 2) */
    float *scratch;             /* 16 + together * groups * (room + 1) floats for each thread */
    int64_t room, together;     /* the longest text and 16; tokens that a thread attends for at once */
    int64_t heads, kv_heads, dim, tables;
    float scale, eps;
} Step;

/* An operation on so many rows, as the threads share it: each does some of the rows, panels, or whatever it is made of. */
typedef struct {
    const Op *op;
    const Step *step;
    int64_t rows;
} Job;

#define MOST_ROWS 96 /* that share one pass over a panel */

typedef float Sums[PANEL]; /* of a row */

/* What `in` of a product was made by QUANTISE: its own 32-bit floats, whole numbers (whole.c), bfloat16 (bfloat16.c). */
enum { WIDE, INT8, BFLOAT16 };

void whole_pass(const Op *op, int64_t first, int64_t rows, const uint8_t *panel, Sums *sums);
void bfloat16_pass(const Op *op, int64_t first, int64_t rows, const uint8_t *panel, Sums *sums);

Work quantising(const Job *job);
Work rounding(const Job *job);
Work widening(const Job *job);
Work multiplying(const Job *job);
Work gathering(const Job *job);
Work attending(const Job *job);

/* Rows (columns, depth) of a format, as a file has them -> panels, with zeros for missing columns (pack.c). */
void aigc_repack(int64_t format, const uint8_t *rows, int64_t columns, int64_t depth, uint8_t *panels, int64_t threads);

#endif
