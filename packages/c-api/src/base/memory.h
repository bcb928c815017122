/*
 * memory.h - all memory of the library.
 *
 * lp_allocate/lp_release go through the program's allocator (LPSetAllocator).
 * A pool hands out small pieces that live and die together: a model's graph,
 * a predictor's plan. Freeing the pool frees them all, so that an error path
 * has one thing to free.
 */
#ifndef LP_BASE_MEMORY_H
#define LP_BASE_MEMORY_H

#include "status.h"

/* LP_ALIGNMENT-aligned memory, or NULL (no error text is set). A size of 0 is treated as 1. */
LP_INTERNAL void *lp_allocate(size_t size);
/* `size` is the size that was asked for. NULL is a no-op. */
LP_INTERNAL void lp_release(void *memory, size_t size);
LP_INTERNAL lp_status lp_memory_set_allocator(LPAllocateFunction allocate,
                                              LPReleaseFunction release, void *user);

typedef struct lp_pool_chunk lp_pool_chunk;
typedef struct lp_pool {
  lp_pool_chunk *chunks; /* newest first */
  size_t bytes;          /* taken from the allocator by all chunks */
} lp_pool;

/* Zeroed memory aligned to 16 bytes; NULL when out of memory (error text set). A size of 0 is treated as 1. */
LP_INTERNAL void *lp_pool_take(lp_pool *pool, size_t size);
/* count * size bytes, zeroed; NULL and an error when that overflows or is not to be had. */
LP_INTERNAL void *lp_pool_array(lp_pool *pool, size_t count, size_t size);
/* Copy of a string of `length` bytes, NUL-terminated. */
LP_INTERNAL char *lp_pool_string(lp_pool *pool, const char *text, size_t length);
/* Text made as by snprintf. */
LP_INTERNAL char *lp_pool_format(lp_pool *pool, const char *format, ...) LP_PRINTF(2, 3);
/* Frees everything and leaves an empty pool. */
LP_INTERNAL void lp_pool_free(lp_pool *pool);

/* Checked arithmetic on sizes: false on overflow. */
static inline bool lp_size_multiply(size_t a, size_t b, size_t *product) {
  if (b != 0 && a > SIZE_MAX / b) {
    return false;
  }
  *product = a * b;
  return true;
}
static inline bool lp_size_add(size_t a, size_t b, size_t *sum) {
  if (a > SIZE_MAX - b) {
    return false;
  }
  *sum = a + b;
  return true;
}

#endif
