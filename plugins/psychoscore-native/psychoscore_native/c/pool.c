// Helper threads. A task is cut into chunks, and whoever is awake takes the next one: the caller never waits for a
// thread that sleeps, only for chunks that somebody has begun. Helpers look for work for a moment, then sleep.
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "native.h"

#define PATIENCE 2000  // looks, of some 50 ns, before a helper sleeps or a caller lets others run

struct Pool {
    pthread_mutex_t taken, sleep;
    pthread_cond_t wake;
    int helpers, threads;     // helpers started, threads of this step: the holder of `taken` changes them
    atomic_uint begun;        // steps begun
    atomic_int asleep;
    atomic_ullong ticket;     // task number << 36 | helpers that may take part << 32 | chunks << 16 | next chunk
    atomic_int done;          // chunks of this task
    Task task;                // these two are read by those who hold a chunk only
    void *context;
};

static Pool pool = {.taken = PTHREAD_MUTEX_INITIALIZER, .sleep = PTHREAD_MUTEX_INITIALIZER,
                    .wake = PTHREAD_COND_INITIALIZER};

static void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// Do one chunk of the task at hand; return whether there was one. A helper beyond the step's threads takes none: there
// is no work memory for it.
static int take_chunk(int thread) {
    unsigned long long ticket = atomic_load_explicit(&pool.ticket, memory_order_acquire);
    do {
        if ((ticket & 0xffff) >= (ticket >> 16 & 0xffff) || thread > (int)(ticket >> 32 & 0xf)) return 0;
    } while (!atomic_compare_exchange_weak_explicit(&pool.ticket, &ticket, ticket + 1, memory_order_acq_rel,
                                                    memory_order_acquire));
    pool.task(pool.context, ticket & 0xffff, thread);
    atomic_fetch_add_explicit(&pool.done, 1, memory_order_release);
    return 1;
}

static void *help(void *number) {
    unsigned seen = atomic_load(&pool.begun);
    for (;;) {
        for (int looks = 0; looks < PATIENCE; looks++) {
            if (take_chunk((int)(intptr_t)number)) looks = 0;
            relax();
        }
        pthread_mutex_lock(&pool.sleep);
        atomic_fetch_add(&pool.asleep, 1);
        while (atomic_load(&pool.begun) == seen) pthread_cond_wait(&pool.wake, &pool.sleep);
        seen = atomic_load(&pool.begun);
        atomic_fetch_sub(&pool.asleep, 1);
        pthread_mutex_unlock(&pool.sleep);
    }
    return NULL;
}

static void in_child(void) {  // of a fork: the helpers are not there, and locks may be held by nobody
    pool = (Pool){.taken = PTHREAD_MUTEX_INITIALIZER, .sleep = PTHREAD_MUTEX_INITIALIZER,
                  .wake = PTHREAD_COND_INITIALIZER};
}

static void at_fork(void) { pthread_atfork(NULL, NULL, in_child); }

static void hire(int wanted) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    sigset_t all, before;
    pthread_once(&once, at_fork);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the threads that Python knows
    for (pthread_t thread; pool.helpers < wanted && pool.helpers < MOST_HELPERS; pool.helpers++) {
        if (pthread_create(&thread, NULL, help, (void *)(intptr_t)(pool.helpers + 1))) break;  // fewer will do
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

Pool *pool_take(int threads, int wake) {
    if (threads < 2 || pthread_mutex_trylock(&pool.taken)) return NULL;
    if (pool.helpers < threads - 1) hire(threads - 1);
    pool.threads = threads;
    atomic_fetch_add(&pool.begun, 1);
    if (wake && atomic_load(&pool.asleep)) {
        pthread_mutex_lock(&pool.sleep);
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.sleep);
    }
    return &pool;
}

void pool_give(Pool *given) {
    if (given) pthread_mutex_unlock(&pool.taken);
}

void pool_run(Pool *given, Task task, void *context, int chunks) {
    if (!given || chunks < 2 || chunks > 0xffff) {
        for (int chunk = 0; chunk < chunks; chunk++) task(context, chunk, 0);
        return;
    }
    unsigned long long number = (atomic_load_explicit(&pool.ticket, memory_order_relaxed) >> 36) + 1;
    unsigned long long others = pool.threads - 1 < MOST_HELPERS ? pool.threads - 1 : MOST_HELPERS;
    pool.task = task, pool.context = context;
    atomic_store_explicit(&pool.done, 0, memory_order_relaxed);
    atomic_store_explicit(&pool.ticket, number << 36 | others << 32 | (unsigned long long)chunks << 16,
                          memory_order_release);
    while (take_chunk(0)) continue;
    for (int looks = 0; atomic_load_explicit(&pool.done, memory_order_acquire) < chunks; looks++)
        looks < PATIENCE ? relax() : (void)sched_yield();
}
