/*
 * suppress.h - overlaps of boxes, and greedy suppression: boxes in order of their scores; one that overlaps a kept one of
 * its class too much goes.
 */
#ifndef LP_KERNEL_SUPPRESS_H
#define LP_KERNEL_SUPPRESS_H

#include "../tensor/dtype.h"
#include "isa.h"

/* Numbers of a box: x1, y1, x2, y2, area. */
#define LP_SUPPRESS_BOX 5

/* Elements of float32 or float64 arrays. */
static inline double lp_suppress_get(lp_dtype dtype, const void *x, int64_t i) {
  return lp_dtype_is(dtype, LP_FLOAT64) ? ((const double *)x)[i] : (double)((const float *)x)[i];
}
static inline void lp_suppress_set(lp_dtype dtype, void *x, int64_t i, double value) {
  if (lp_dtype_is(dtype, LP_FLOAT64)) {
    ((double *)x)[i] = value;
  } else {
    ((float *)x)[i] = (float)value;
  }
}

/* The box of four coordinates, two corners or centre and size; rounded as its type is. The area of one with a negative side is 0. */
LP_INTERNAL void lp_suppress_corners(lp_dtype dtype, bool center, const void *x, void *box);

/* Boxes in rows, one row for each number, `room` apart: a multiple of this. */
#define LP_SUPPRESS_STEP 32
static inline int64_t lp_suppress_room(int64_t count) {
  return (count + LP_SUPPRESS_STEP - 1) / LP_SUPPRESS_STEP * LP_SUPPRESS_STEP;
}
/* y[i] = intersection / union of the box and the i-th in rows; 0 where they do not touch. The rows can be read, and y written, up to their room. */
LP_INTERNAL void lp_suppress_overlaps(lp_dtype dtype, const void *rows, int64_t room, const void *box,
                                      void *y, lp_isa isa);

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
