/*
 * suppress.h - greedy suppression: boxes in order of their scores; one that overlaps a kept one of
 * its class too much goes.
 */
#ifndef LP_KERNEL_SUPPRESS_H
#define LP_KERNEL_SUPPRESS_H

#include "../tensor/dtype.h"
#include "isa.h"

/* Numbers of a box: x1, y1, x2, y2, area. */
#define LP_SUPPRESS_BOX 5

/*
 * Overlap of two boxes: with w and h of their intersection, each side longer by `margin` and at
 * least 0, w h / (area + area - w h). A box goes when it is greater than the threshold; NaN is not.
 */
typedef struct lp_suppress {
  lp_dtype dtype;     /* float32 or float64: what is computed in */
  const void *boxes;  /* count of LP_SUPPRESS_BOX numbers, best first */
  const int32_t *ids; /* classes; NULL: all of one */
  int64_t count;      /* at most LP_ORDER_MAX */
  int64_t most;       /* without classes: no more than so many are kept */
  double threshold;
  double margin;
} lp_suppress;

/* Bytes of scratch for so many boxes; SIZE_MAX on overflow. */
LP_INTERNAL size_t lp_suppress_scratch(lp_dtype dtype, int64_t count);
/* keep[i] becomes 1 for a kept box, else 0. Returns how many are kept. */
LP_INTERNAL int64_t lp_suppress_run(const lp_suppress *suppress, uint8_t *keep, void *scratch,
                                    lp_isa isa);

#endif
