/*
 * threads.c - parallel loops by tickets.
 *
 * Every worker, the calling thread too, has a share of the chunks and a ticket,
 * a 64-bit atomic of (loop number << 32 | next chunk of the share). Whoever
 * wants work takes a chunk of its own share by compare-and-swap, then of the
 * others', so a loop never waits for a thread that has not woken up, only for
 * chunks that were taken; and what one loop writes, the next one mostly reads
 * on the same processor. A ticket whose low half is THREADS_IDLE means that no
 * loop is open; the fields of a loop are written only while all tickets say so.
 *
 * A forked child has only the thread that forked. Its pools notice by the count
 * of forks that their workers are gone, and start others. Locks are all taken
 * before a fork and given back on both sides, so what they guard is whole in
 * the child and nobody who has vanished holds one.
 */
#include "threads.h"

#include "cpu.h"
#include "float_mode.h"
#include "memory.h"
#include "os_threads.h"

/* ---- flags ----------------------------------------------------------------------- */

#if LP_HAVE_GNU
void lp_flag_write(lp_flag *flag, int value) {
  __atomic_store_n(&flag->value, value, __ATOMIC_RELAXED);
}
int lp_flag_read(const lp_flag *flag) { return __atomic_load_n(&flag->value, __ATOMIC_RELAXED); }
#else
/* An int that is read and written whole is all that a flag needs of a compiler. */
void lp_flag_write(lp_flag *flag, int value) { *(volatile int *)&flag->value = value; }
int lp_flag_read(const lp_flag *flag) { return *(const volatile int *)&flag->value; }
#endif

#if defined(LP_NO_THREADS)

struct lp_threads {
  unsigned count;
};

lp_status lp_threads_create(unsigned count, lp_threads **out) {
  (void)count;
  *out = NULL;
  return LP_OK;
}

void lp_threads_free(lp_threads *threads) { (void)threads; }

unsigned lp_threads_count(const lp_threads *threads) {
  (void)threads;
  return 1;
}

void lp_threads_run(lp_threads *threads, int64_t chunks, lp_loop_body body, void *context) {
  (void)threads;
  for (int64_t chunk = 0; chunk < chunks; chunk++) {
    body(context, chunk, 0);
  }
}

struct lp_lock {
  int unused;
};

lp_status lp_lock_create(lp_lock **out) {
  *out = NULL;
  return LP_OK;
}
void lp_lock_free(lp_lock *lock) { (void)lock; }
void lp_lock_take(lp_lock *lock) { (void)lock; }
void lp_lock_give(lp_lock *lock) { (void)lock; }

#else

#include <stdatomic.h>
#include <string.h>

/* ---- forks ----------------------------------------------------------------------- */

struct lp_lock {
  lp_mutex mutex;
  lp_lock *next;
  lp_lock *previous;
};

/* How many forks lie between this process and the one that loaded the library. */
static atomic_uint threads_forks;
static lp_mutex threads_list_mutex = LP_MUTEX_INITIAL;
static lp_lock *threads_list; /* every lock there is */

/* Nobody takes a second lock while holding one, so the order of the list will do. */
static void threads_before_fork(void) {
  lp_mutex_take(&threads_list_mutex);
  for (lp_lock *lock = threads_list; lock != NULL; lock = lock->next) {
    lp_mutex_take(&lock->mutex);
  }
}

static void threads_after_fork(void) {
  for (lp_lock *lock = threads_list; lock != NULL; lock = lock->next) {
    lp_mutex_give(&lock->mutex);
  }
  lp_mutex_give(&threads_list_mutex);
}

static void threads_after_fork_in_child(void) {
  atomic_fetch_add(&threads_forks, 1);
  threads_after_fork();
}

static lp_status threads_watch_forks(void) {
  static bool watching; /* under the mutex of the list */
  lp_mutex_take(&threads_list_mutex);
  watching = watching ||
             lp_forks_watch(threads_before_fork, threads_after_fork, threads_after_fork_in_child);
  const bool result = watching;
  lp_mutex_give(&threads_list_mutex);
  return result ? LP_OK : lp_fail(LP_ERROR_MEMORY, "the system will not tell of forks");
}

/* ---- pools ----------------------------------------------------------------------- */

#define THREADS_IDLE 0xffffffffu
#define THREADS_SPINS 2000

/* Tickets of two workers in one line of a cache would be fetched back and forth. */
#define THREADS_LINE 64

typedef struct threads_worker {
  _Alignas(THREADS_LINE) _Atomic uint64_t ticket;
  lp_threads *owner;
  lp_thread thread;
  unsigned index;
} threads_worker;

struct lp_threads {
  unsigned count;   /* the calling thread included */
  unsigned started; /* workers that run */
  unsigned forks;   /* threads_forks when the workers, mutex and wake were made */
  bool tried;       /* starting was tried */
  atomic_bool stop;
  uint64_t loops; /* opened so far */
  _Atomic uint32_t done;
  _Atomic uint32_t sleepers;
  _Atomic uint32_t chunks;
  _Atomic uint32_t float_mode; /* of the thread that opened the loop */
  _Atomic(lp_loop_body) body;
  _Atomic(void *) context;
  lp_mutex mutex;
  lp_condition wake;
  threads_worker workers[]; /* count; the first is the calling thread */
};

static void threads_pause(void) {
#if LP_HAVE_GNU && (defined(__x86_64__) || defined(__i386__))
  __asm__ volatile("pause");
#elif LP_HAVE_GNU && (defined(__aarch64__) || (defined(__ARM_ARCH) && __ARM_ARCH >= 7))
  __asm__ volatile("yield");
#endif
}

/* The first chunk of a worker's share; that of worker `count` is the end. */
static uint32_t threads_share(const lp_threads *threads, uint32_t chunks, unsigned worker) {
  return (uint32_t)((uint64_t)chunks * worker / threads->count);
}

/* The next chunk of a share, by its ticket; THREADS_IDLE: none is left, or no loop is open. */
static uint32_t threads_next(lp_threads *threads, unsigned share, uint64_t *ticket) {
  *ticket = atomic_load(&threads->workers[share].ticket);
  const uint32_t chunk = (uint32_t)*ticket;
  const uint32_t chunks = atomic_load(&threads->chunks);
  return chunk == THREADS_IDLE || chunk >= threads_share(threads, chunks, share + 1) ? THREADS_IDLE
                                                                                     : chunk;
}

/* Takes and does chunks of a share until none is left; false if there was none at all. */
static bool threads_work_share(lp_threads *threads, unsigned share, unsigned worker) {
  bool worked = false;
  for (;;) {
    uint64_t ticket;
    const uint32_t chunk = threads_next(threads, share, &ticket);
    if (chunk == THREADS_IDLE) {
      return worked;
    }
    lp_loop_body body = atomic_load(&threads->body);
    void *context = atomic_load(&threads->context);
    uint32_t float_mode = atomic_load(&threads->float_mode);
    if (atomic_compare_exchange_weak(&threads->workers[share].ticket, &ticket, ticket + 1)) {
      lp_float_mode_enter(float_mode);
      body(context, (int64_t)chunk, worker);
      atomic_fetch_add(&threads->done, 1);
      worked = true;
    }
  }
}

/* Its own share, then the others' rest. */
static bool threads_work(lp_threads *threads, unsigned worker) {
  bool worked = false;
  for (unsigned i = 0; i < threads->count; i++) {
    const unsigned share = worker + i < threads->count ? worker + i : worker + i - threads->count;
    worked = threads_work_share(threads, share, worker) || worked;
  }
  return worked;
}

static bool threads_open(lp_threads *threads) {
  for (unsigned share = 0; share < threads->count; share++) {
    uint64_t ticket;
    if (threads_next(threads, share, &ticket) != THREADS_IDLE) {
      return true;
    }
  }
  return false;
}

/* No loop is open. */
static void threads_close(lp_threads *threads) {
  for (unsigned i = 0; i < threads->count; i++) {
    atomic_store(&threads->workers[i].ticket, threads->loops << 32 | THREADS_IDLE);
  }
}

static void threads_main(void *argument) {
  threads_worker *self = argument;
  lp_threads *threads = self->owner;
  int idle = 0;
  while (!atomic_load(&threads->stop)) {
    if (threads_work(threads, self->index)) {
      idle = 0;
      continue;
    }
    if (idle++ < THREADS_SPINS) {
      threads_pause();
      continue;
    }
    idle = 0;
    lp_mutex_take(&threads->mutex);
    atomic_fetch_add(&threads->sleepers, 1);
    while (!threads_open(threads) && !atomic_load(&threads->stop)) {
      lp_condition_wait(&threads->wake, &threads->mutex);
    }
    atomic_fetch_sub(&threads->sleepers, 1);
    lp_mutex_give(&threads->mutex);
  }
}

/* Makes mutex and condition variable, for workers that are still to be started. */
static lp_status threads_prepare(lp_threads *threads) {
  threads->started = 0;
  threads->tried = false;
  atomic_store(&threads->sleepers, 0);
  threads_close(threads);
  LP_TRY(lp_mutex_create(&threads->mutex));
  lp_status status = lp_condition_create(&threads->wake);
  if (status != LP_OK) {
    lp_mutex_destroy(&threads->mutex);
    return status;
  }
  threads->forks = atomic_load(&threads_forks);
  return LP_OK;
}

/* Whether this is a process in which the workers never were. */
static bool threads_orphaned(const lp_threads *threads) {
  return threads->forks != atomic_load_explicit(&threads_forks, memory_order_relaxed);
}

static size_t threads_bytes(unsigned count) {
  return sizeof(lp_threads) + (size_t)count * sizeof(threads_worker);
}

lp_status lp_threads_create(unsigned count, lp_threads **out) {
  *out = NULL;
  if (count <= 1) {
    return LP_OK;
  }
  LP_TRY(threads_watch_forks());
  lp_threads *threads = lp_allocate(threads_bytes(count));
  if (threads == NULL) {
    return lp_fail_memory("a thread pool", threads_bytes(count));
  }
  memset(threads, 0, threads_bytes(count));
  threads->count = count;
  lp_status status = threads_prepare(threads);
  if (status != LP_OK) {
    lp_release(threads, threads_bytes(count));
    return status;
  }
  *out = threads;
  return LP_OK;
}

/* Fewer threads than asked for are no error: the loops just run on those there are. */
static void threads_start(lp_threads *threads) {
  threads->tried = true;
  for (unsigned i = 1; i < threads->count; i++) {
    threads_worker *worker = &threads->workers[i];
    worker->owner = threads;
    worker->index = i;
    if (!lp_thread_start(&worker->thread, threads_main, worker)) {
      break;
    }
    threads->started++;
  }
}

void lp_threads_free(lp_threads *threads) {
  if (threads == NULL) {
    return;
  }
  if (threads_orphaned(threads)) {
    /* Nobody to join, and to destroy what vanished threads wait for would wait for them. */
    lp_release(threads, threads_bytes(threads->count));
    return;
  }
  lp_mutex_take(&threads->mutex);
  atomic_store(&threads->stop, true);
  lp_condition_wake_all(&threads->wake);
  lp_mutex_give(&threads->mutex);
  for (unsigned i = 0; i < threads->started; i++) {
    lp_thread_join(&threads->workers[i + 1].thread);
  }
  lp_condition_destroy(&threads->wake);
  lp_mutex_destroy(&threads->mutex);
  lp_release(threads, threads_bytes(threads->count));
}

unsigned lp_threads_count(const lp_threads *threads) {
  return threads == NULL ? 1u : threads->count;
}

void lp_threads_run(lp_threads *threads, int64_t chunks, lp_loop_body body, void *context) {
  if (threads == NULL || chunks <= 1 || chunks >= (int64_t)THREADS_IDLE) {
    for (int64_t chunk = 0; chunk < chunks; chunk++) {
      body(context, chunk, 0);
    }
    return;
  }
  if (threads_orphaned(threads) && threads_prepare(threads) != LP_OK) {
    lp_threads_run(NULL, chunks, body, context);
    return;
  }
  if (!threads->tried) {
    threads_start(threads);
  }
  threads->loops++;
  atomic_store(&threads->body, body);
  atomic_store(&threads->context, context);
  atomic_store(&threads->chunks, (uint32_t)chunks);
  atomic_store(&threads->float_mode, lp_float_mode_get());
  atomic_store(&threads->done, 0);
  for (unsigned i = 0; i < threads->count; i++) {
    atomic_store(&threads->workers[i].ticket,
                 threads->loops << 32 | threads_share(threads, (uint32_t)chunks, i));
  }
  if (atomic_load(&threads->sleepers) != 0) {
    lp_mutex_take(&threads->mutex);
    lp_condition_wake_all(&threads->wake);
    lp_mutex_give(&threads->mutex);
  }
  (void)threads_work(threads, 0);
  for (int spins = 0; atomic_load(&threads->done) != (uint32_t)chunks; spins++) {
    if (spins < THREADS_SPINS) {
      threads_pause();
    } else {
      lp_thread_yield();
    }
  }
  threads_close(threads);
}

/* ---- locks ----------------------------------------------------------------------- */

lp_status lp_lock_create(lp_lock **out) {
  *out = NULL;
  LP_TRY(threads_watch_forks());
  lp_lock *lock = lp_allocate(sizeof *lock);
  if (lock == NULL) {
    return lp_fail_memory("a lock", sizeof *lock);
  }
  lp_status status = lp_mutex_create(&lock->mutex);
  if (status != LP_OK) {
    lp_release(lock, sizeof *lock);
    return status;
  }
  lp_mutex_take(&threads_list_mutex);
  lock->previous = NULL;
  lock->next = threads_list;
  if (threads_list != NULL) {
    threads_list->previous = lock;
  }
  threads_list = lock;
  lp_mutex_give(&threads_list_mutex);
  *out = lock;
  return LP_OK;
}

void lp_lock_free(lp_lock *lock) {
  if (lock == NULL) {
    return;
  }
  lp_mutex_take(&threads_list_mutex);
  if (lock->previous != NULL) {
    lock->previous->next = lock->next;
  } else {
    threads_list = lock->next;
  }
  if (lock->next != NULL) {
    lock->next->previous = lock->previous;
  }
  lp_mutex_give(&threads_list_mutex);
  lp_mutex_destroy(&lock->mutex);
  lp_release(lock, sizeof *lock);
}

void lp_lock_take(lp_lock *lock) { lp_mutex_take(&lock->mutex); }

void lp_lock_give(lp_lock *lock) { lp_mutex_give(&lock->mutex); }

#endif
