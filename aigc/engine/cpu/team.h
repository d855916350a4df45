/* Threads that take work piece by piece: whoever comes first, so that nobody waits for a thread that has not begun. */

#ifndef TEAM_H
#define TEAM_H

#include <stdint.h>

typedef struct {
    void (*some)(const void *what, int64_t begin, int64_t end, int64_t thread); /* does those of `total` things */
    const void *what;
    int64_t total, cost; /* a thing's cost is in multiplications, roughly */
} Work;

#define MOST_WORKS 256

/* Does each of up to MOST_WORKS works, whole, before the next, on up to `threads` threads, numbered from 0. */
void share_out(const Work *works, int64_t count, int64_t threads);

#endif
