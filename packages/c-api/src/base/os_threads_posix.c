/* os_threads_posix.c - POSIX threads; see os_threads.h. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "os_threads.h"

#if !defined(LP_NO_THREADS) && !defined(_WIN32)

#include <sched.h>
#include <signal.h>
#include <unistd.h>

lp_status lp_mutex_create(lp_mutex *mutex) {
  return pthread_mutex_init(mutex, NULL) == 0
             ? LP_OK
             : lp_fail(LP_ERROR_MEMORY, "a mutex cannot be made");
}
void lp_mutex_destroy(lp_mutex *mutex) { pthread_mutex_destroy(mutex); }
void lp_mutex_take(lp_mutex *mutex) { pthread_mutex_lock(mutex); }
void lp_mutex_give(lp_mutex *mutex) { pthread_mutex_unlock(mutex); }

lp_status lp_condition_create(lp_condition *condition) {
  return pthread_cond_init(condition, NULL) == 0
             ? LP_OK
             : lp_fail(LP_ERROR_MEMORY, "a condition variable cannot be made");
}
void lp_condition_destroy(lp_condition *condition) { pthread_cond_destroy(condition); }
void lp_condition_wait(lp_condition *condition, lp_mutex *mutex) {
  pthread_cond_wait(condition, mutex);
}
void lp_condition_wake_all(lp_condition *condition) { pthread_cond_broadcast(condition); }

static void *os_threads_main(void *given) {
  const lp_thread *thread = given;
  thread->body(thread->argument);
  return NULL;
}

/*
 * A thread leaves the program's signals to the program's threads: one that blocks a signal and
 * waits for it would else be ended by it, for a thread started earlier does not block it. What a
 * thread does to itself (a fault) must reach the program's handler, so that stays open.
 */
static bool os_threads_block_signals(sigset_t *old) {
  static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF};
  sigset_t all;
  sigfillset(&all);
  for (size_t i = 0; i < LP_COUNT(own); i++) {
    sigdelset(&all, own[i]);
  }
  return pthread_sigmask(SIG_BLOCK, &all, old) == 0;
}

bool lp_thread_start(lp_thread *thread, void (*body)(void *argument), void *argument) {
  thread->body = body;
  thread->argument = argument;
  sigset_t old;
  const bool blocked = os_threads_block_signals(&old);
  const bool started = pthread_create(&thread->id, NULL, os_threads_main, thread) == 0;
  if (blocked) {
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
  }
  return started;
}

void lp_thread_join(lp_thread *thread) { pthread_join(thread->id, NULL); }

void lp_thread_yield(void) { sched_yield(); }

bool lp_forks_watch(void (*before)(void), void (*parent)(void), void (*child)(void)) {
  return pthread_atfork(before, parent, child) == 0;
}

unsigned lp_processors_allowed(void) {
  long count = 0;
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    count = CPU_COUNT(&set);
  }
#endif
#if defined(_SC_NPROCESSORS_ONLN)
  if (count < 1) { /* also a machine with more processors than a cpu_set_t holds */
    count = sysconf(_SC_NPROCESSORS_ONLN);
  }
#endif
  return count < 1 ? 0 : (unsigned)count;
}

#endif
