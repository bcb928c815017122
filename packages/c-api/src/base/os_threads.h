/*
 * os_threads.h - threads, mutexes and processors as the system has them.
 *
 * os_threads_posix.c and os_threads_win32.c each define all of it for their
 * systems. Nothing of it exists with LP_NO_THREADS.
 */
#ifndef LP_BASE_OS_THREADS_H
#define LP_BASE_OS_THREADS_H

#include "status.h"

#if !defined(LP_NO_THREADS)

#if defined(_WIN32)
/* SRWLOCK, CONDITION_VARIABLE and HANDLE are one pointer each; windows.h stays out of headers. */
typedef struct lp_mutex {
  void *state;
} lp_mutex;
typedef struct lp_condition {
  void *state;
} lp_condition;
typedef void *lp_thread_id;
#define LP_MUTEX_INITIAL \
  { NULL }
#else
#include <pthread.h>
typedef pthread_mutex_t lp_mutex;
typedef pthread_cond_t lp_condition;
typedef pthread_t lp_thread_id;
#define LP_MUTEX_INITIAL PTHREAD_MUTEX_INITIALIZER
#endif

LP_INTERNAL lp_status lp_mutex_create(lp_mutex *mutex);
LP_INTERNAL void lp_mutex_destroy(lp_mutex *mutex);
LP_INTERNAL void lp_mutex_take(lp_mutex *mutex);
LP_INTERNAL void lp_mutex_give(lp_mutex *mutex);

LP_INTERNAL lp_status lp_condition_create(lp_condition *condition);
LP_INTERNAL void lp_condition_destroy(lp_condition *condition);
/* Gives the mutex while it waits; may return without a wake. */
LP_INTERNAL void lp_condition_wait(lp_condition *condition, lp_mutex *mutex);
LP_INTERNAL void lp_condition_wake_all(lp_condition *condition);

/* A thread that was started; stays where it is until it has been joined. */
typedef struct lp_thread {
  lp_thread_id id;
  void (*body)(void *argument);
  void *argument;
} lp_thread;

/* Starts `body` on a thread that leaves the program's signals alone. False: there is no thread more. */
LP_INTERNAL bool lp_thread_start(lp_thread *thread, void (*body)(void *argument), void *argument);
LP_INTERNAL void lp_thread_join(lp_thread *thread);
/* Lets another thread run. */
LP_INTERNAL void lp_thread_yield(void);

/* Has these called around every fork from now on: before it, and after it in the parent and in the child. False: the system refuses. Nothing to do where there are no forks. */
LP_INTERNAL bool lp_forks_watch(void (*before)(void), void (*parent)(void), void (*child)(void));

/* Processors that the calling thread may run on; 0: unknown. */
LP_INTERNAL unsigned lp_processors_allowed(void);

#endif

#endif
