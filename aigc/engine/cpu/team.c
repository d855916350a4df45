/* Two things make this different from OpenMP's loops, where every thread has to arrive at the end of each. A thread that
   is not running, because some other program has its core, holds up the others only if it is amid a piece: they take the
   rest, and when it comes back it finds its place in the list. And a thread without work waits a moment before it
   sleeps, not longer.

   A ticket says which run it is of. So a thread that slept through the end of a run takes nothing of the next one. */

#include "team.h"

#include <immintrin.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#define MOST_THREADS 256
#define PIECE 262144     /* multiplications that are worth taking a ticket */
#define PATIENCE 2000    /* looks before a thread lets others run: some tens of microseconds */
#define TURNS 2000       /* times it lets others run before it sleeps: half a millisecond, if nobody else wants to */

typedef struct {
    _Alignas(64) _Atomic uint64_t next; /* the run, and in the lower half how many pieces are taken */
    _Atomic int64_t done;
    _Atomic int64_t pieces; /* looked at by threads that are late, too */
    int64_t large, many, each; /* first some large pieces of so many things, then of each so many */
} Ticket;

static Work works[MOST_WORKS];
static Ticket tickets[MOST_WORKS];
static _Atomic uint64_t current; /* the run; what it is about is written before */
static _Atomic int64_t length, wanted, asleep;
static int64_t started = 1; /* threads, with the one that calls */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER, bed = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bell = PTHREAD_COND_INITIALIZER;

static inline void wait_a_little(int64_t looks) {
    if (looks < PATIENCE)
        _mm_pause();
    else
        sched_yield();
}

static void take_part(uint64_t run, int64_t thread) {
    for (int64_t i = 0; i < atomic_load(&length); i++) {
        Ticket *ticket = tickets + i;
        uint64_t word = atomic_load(&ticket->next);
        int64_t pieces = atomic_load_explicit(&ticket->pieces, memory_order_relaxed), mine = 0;
        while (word >> 32 == run && (int64_t)(word & UINT32_MAX) < pieces) {
            if (!atomic_compare_exchange_weak(&ticket->next, &word, word + 1)) continue;
            const Work *work = works + i;
            int64_t number = word & UINT32_MAX, small = number - ticket->large;
            int64_t begin = small < 0 ? number * ticket->many : ticket->large * ticket->many + small * ticket->each;
            int64_t end = begin + (small < 0 ? ticket->many : ticket->each);
            work->some(work->what, begin, end < work->total ? end : work->total, thread);
            mine++;
            word = atomic_load(&ticket->next);
        }
        if (mine) atomic_fetch_add(&ticket->done, mine);
        for (int64_t looks = 0; atomic_load(&ticket->done) < pieces; looks++) {
            if (atomic_load(&current) != run) return;
            wait_a_little(looks);
        }
    }
}

static uint64_t run_after(uint64_t seen) {
    for (int64_t looks = 0; looks < PATIENCE + TURNS; looks++) {
        if (atomic_load(&current) != seen) return atomic_load(&current);
        wait_a_little(looks);
    }
    pthread_mutex_lock(&bed);
    atomic_fetch_add(&asleep, 1);
    while (atomic_load(&current) == seen) pthread_cond_wait(&bell, &bed);
    atomic_fetch_sub(&asleep, 1);
    pthread_mutex_unlock(&bed);
    return atomic_load(&current);
}

static void *help(void *number) {
    for (uint64_t run = 0;;) {
        run = run_after(run);
        if ((int64_t)number < atomic_load(&wanted)) take_part(run, (int64_t)number);
    }
    return NULL;
}

/* A process that was forked has none of its parent's threads. */
static void begin_alone(void) {
    started = 1;
    atomic_store(&asleep, 0);
    atomic_store(&current, 0);
    pthread_mutex_init(&turn, NULL);
    pthread_mutex_init(&bed, NULL);
    pthread_cond_init(&bell, NULL);
}

static void start_until(int64_t threads) {
    static int told;
    if (!told++) pthread_atfork(NULL, NULL, begin_alone);
    sigset_t none, before;
    sigfillset(&none);
    sigdelset(&none, SIGSEGV), sigdelset(&none, SIGBUS), sigdelset(&none, SIGFPE), sigdelset(&none, SIGILL);
    pthread_sigmask(SIG_SETMASK, &none, &before); /* signals are for the threads of the program, but for its faults */
    for (pthread_t thread; started < threads; started++) {
        if (pthread_create(&thread, NULL, help, (void *)started)) break;
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void run_some(const Work *some, int64_t count, int64_t threads) {
    static uint64_t last;
    uint64_t run = ++last & UINT32_MAX;
    for (int64_t i = 0; i < count; i++) {
        int64_t total = some[i].total, many = total * 3 / 4 / threads, rest = total - many * threads;
        int64_t each = PIECE / (some[i].cost + 1) + 1, most = (rest + threads - 1) / threads, large = many ? threads : 0;
        each = each < most ? each : most > 1 ? most : 1;
        atomic_store(&tickets[i].next, run << 32 | UINT32_MAX); /* shut before anything else of it changes */
        works[i] = some[i];
        tickets[i].large = large, tickets[i].many = many, tickets[i].each = each;
        atomic_store_explicit(&tickets[i].pieces, large + (rest + each - 1) / each, memory_order_relaxed);
        atomic_store_explicit(&tickets[i].done, 0, memory_order_relaxed);
        atomic_store_explicit(&tickets[i].next, run << 32, memory_order_release);
    }
    atomic_store(&length, count);
    atomic_store(&wanted, threads);
    atomic_store(&current, run);
    if (atomic_load(&asleep)) {
        pthread_mutex_lock(&bed);
        pthread_cond_broadcast(&bell);
        pthread_mutex_unlock(&bed);
    }
    take_part(run, 0);
}

void share_out(const Work *some, int64_t count, int64_t threads) {
    pthread_mutex_lock(&turn);
    threads = threads < 1 ? 1 : threads < MOST_THREADS ? threads : MOST_THREADS;
    if (started < threads) start_until(threads);
    threads = started < threads ? started : threads;
    run_some(some, count, threads);
    pthread_mutex_unlock(&turn);
}
