/* What the sampler asks of logits (m, n), rows `pitch` floats apart: a survey of them, and a draw. */

#include <math.h>

#include "team.h"
#include "vector.h"

#define TOKENS 64 /* that have a peak in common */
#define GOLDEN 0x9E3779B97F4A7C15u

/* The largest of `count` numbers. */
static inline float peak_of(const float *x, int64_t count) {
    v8 peak = all(-INFINITY);
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) peak = _mm256_max_ps(peak, load(x + i));
    float parts[8], most = -INFINITY;
    store(parts, peak);
    for (int j = 0; j < 8; j++) most = parts[j] > most ? parts[j] : most;
    for (; i < count; i++) most = x[i] > most ? x[i] : most;
    return most;
}

typedef struct {
    const float *x;
    int64_t n, pitch;
    float *peaks, *total_of;
} Survey;

static void survey_some(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Survey *all_of = what;
    int64_t n = all_of->n, blocks = (n + TOKENS - 1) / TOKENS;
    (void)thread;
    for (int64_t r = begin; r < end; r++) {
        const float *row = all_of->x + r * all_of->pitch;
        float most = -INFINITY, rest = 0;
        for (int64_t b = 0; b < blocks; b++) {
            float top = peak_of(row + b * TOKENS, n - b * TOKENS < TOKENS ? n - b * TOKENS : TOKENS);
            all_of->peaks[r * blocks + b] = top;
            most = top > most ? top : most;
        }
        v8 mass = all(0);
        int64_t i = 0;
        for (; i + 8 <= n; i += 8) mass = _mm256_add_ps(mass, exponential(_mm256_sub_ps(load(row + i), all(most))));
        for (; i < n; i++) rest += expf(row[i] - most);
        all_of->total_of[r] = most + logf(total(mass) + rest);
    }
}

/* Of every row of x (m, n), rows `pitch` floats apart: the largest of each 64 numbers, peaks (m, ceil(n / 64)), and the
   log of the sum of all e^x. */
void aigc_survey(const float *x, int64_t m, int64_t n, int64_t pitch, float *peaks, float *total_of, int64_t threads) {
    Survey what = {x, n, pitch, peaks, total_of};
    share_out(&(Work){survey_some, &what, m, 8 * n}, 1, threads);
}

typedef struct {
    const float *x;
    int64_t n, pitch;
    const uint64_t *keys;
    const float *heat, *floor;
    int64_t *chosen;
} Draw;

/* A number in (0, 1) for a key and a token: 24 bits of splitmix64's finaliser, as sampler.py has them. */
static inline double uniform(uint64_t key, uint64_t token) {
    uint64_t bits = key + token * GOLDEN;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    return ((double)((bits ^ (bits >> 31)) >> 40) + 0.5) / (1 << 24);
}

typedef struct {
    double most;
    int64_t token;
} Best;

/* Tokens of one block. No logarithm is taken where the uniform number says that the token cannot win: that of
   -log(-log u) > need if u > e^-e^-need, where need is what the block's largest score lacks. */
static void draw_block(const Draw *of, int64_t r, int64_t begin, float peak, Best *best) {
    const float *row = of->x + r * of->pitch;
    int64_t end = begin + TOKENS < of->n ? begin + TOKENS : of->n;
    double least = exp(-exp((double)(peak / of->heat[r]) - best->most)) * (1 - 1e-9);
    for (int64_t i = begin; i < end; i++) {
        double u = uniform(of->keys[r], i);
        if (u < least || !(row[i] >= of->floor[r])) continue;
        double noisy = (double)(row[i] / of->heat[r]) - log(-log(u));
        if (noisy > best->most || (noisy == best->most && i < best->token)) *best = (Best){noisy, i};
    }
}

static void draw_some(const void *what, int64_t begin, int64_t end, int64_t thread) {
    const Draw *of = what;
    (void)thread;
    for (int64_t r = begin; r < end; r++) {
        const float *row = of->x + r * of->pitch;
        int64_t first = 0;
        float most = -INFINITY;
        for (int64_t i = 0; i < of->n; i += TOKENS) { /* where the likeliest is, so that few others come close */
            float peak = peak_of(row + i, of->n - i < TOKENS ? of->n - i : TOKENS);
            if (peak > most) most = peak, first = i;
        }
        Best best = {-INFINITY, 0};
        draw_block(of, r, first, most, &best);
        for (int64_t i = 0; i < of->n; i += TOKENS) {
            float peak = i == first ? -INFINITY : peak_of(row + i, of->n - i < TOKENS ? of->n - i : TOKENS);
            if (peak >= of->floor[r] && peak > -INFINITY) draw_block(of, r, i, peak, &best);
        }
        of->chosen[r] = best.token;
    }
}

/* Of every row the token with the largest x / heat + Gumbel noise, of those not below the floor; the first of equals. */
void aigc_draw(const float *x, int64_t m, int64_t n, int64_t pitch, const uint64_t *keys, const float *heat,
               const float *floor, int64_t *chosen, int64_t threads) {
    Draw what = {x, n, pitch, keys, heat, floor, chosen};
    share_out(&(Work){draw_some, &what, m, 8 * n}, 1, threads);
}
