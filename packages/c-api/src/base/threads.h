/*
 * threads.h - parallel loops over a small pool of threads, and locks.
 *
 * A pool belongs to one predictor and runs one loop at a time. With
 * LP_NO_THREADS or one thread, loops run on the calling thread.
 */
#ifndef LP_BASE_THREADS_H
#define LP_BASE_THREADS_H

#include "status.h"

typedef struct lp_threads lp_threads;

/* `count` threads, the calling one included. Starts none until the first loop that has work for them. */
LP_INTERNAL lp_status lp_threads_create(unsigned count, lp_threads **out);
LP_INTERNAL void lp_threads_free(lp_threads *threads);
/* Threads that a loop may use; 1 for NULL. Scratch memory per thread is indexed by the body's `worker`. */
LP_INTERNAL unsigned lp_threads_count(const lp_threads *threads);

/* Body of a loop: does chunk `chunk` of 0..chunks-1; `worker` is in 0..count-1, and no two bodies with one worker run at once. */
typedef void (*lp_loop_body)(void *context, int64_t chunk, unsigned worker);
/* Runs the body once for every chunk and returns when all are done. NULL pool: on this thread. */
LP_INTERNAL void lp_threads_run(lp_threads *threads, int64_t chunks, lp_loop_body body,
                                void *context);

/* A mark that one thread sets for another to see; begins as zeros. */
typedef struct lp_flag {
  int value;
} lp_flag;
LP_INTERNAL void lp_flag_write(lp_flag *flag, int value);
LP_INTERNAL int lp_flag_read(const lp_flag *flag);

/* A lock for what predictors share. Empty with LP_NO_THREADS. */
typedef struct lp_lock lp_lock;
LP_INTERNAL lp_status lp_lock_create(lp_lock **out);
LP_INTERNAL void lp_lock_free(lp_lock *lock);
LP_INTERNAL void lp_lock_take(lp_lock *lock);
LP_INTERNAL void lp_lock_give(lp_lock *lock);

#endif
