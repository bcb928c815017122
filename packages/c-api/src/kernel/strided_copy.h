/*
 * strided_copy.h - moves elements between two arrays that are walked with strides.
 *
 * All data movement of the operators comes down to it: transposition, slices
 * with steps, concatenation, repetition (stride 0), reversal (negative strides).
 */
#ifndef LP_KERNEL_STRIDED_COPY_H
#define LP_KERNEL_STRIDED_COPY_H

#include "../base/threads.h"
#include "../tensor/shape.h"

#define LP_STRIDED_COPY_MAX (2 * LP_MAX_NDIM + 1)

/* Loops from the outermost to the innermost; strides in elements. No two iterations write one element. */
typedef struct lp_strided_copy {
  int ndim;
  int64_t size[LP_STRIDED_COPY_MAX];
  int64_t from[LP_STRIDED_COPY_MAX];
  int64_t to[LP_STRIDED_COPY_MAX];
} lp_strided_copy;

static inline void lp_strided_copy_begin(lp_strided_copy *copy) { copy->ndim = 0; }

/* Adds a loop inside those there are; at most LP_STRIDED_COPY_MAX. */
static inline void lp_strided_copy_add(lp_strided_copy *copy, int64_t size, int64_t from,
                                       int64_t to) {
  copy->size[copy->ndim] = size;
  copy->from[copy->ndim] = from;
  copy->to[copy->ndim] = to;
  copy->ndim++;
}

/*
 * Runs the loops; `from` and `to` point at the elements of iteration zero.
 * element_size is 1, 2, 4 or 8. What is read is not written. The loops may be
 * reordered; the result does not depend on the threads (NULL: this one).
 */
LP_INTERNAL void lp_strided_copy_run(const lp_strided_copy *copy, const void *from, void *to,
                                     size_t element_size, lp_threads *threads);

#endif
