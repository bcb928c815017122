/* resize.h - images resized between pixels: rows along their columns first, then two rows together. */
#ifndef LP_KERNEL_RESIZE_H
#define LP_KERNEL_RESIZE_H

#include "../tensor/dtype.h"
#include "isa.h"

/* Where an output place reads: (1 - part) x[first] + part x[second]. */
typedef struct lp_resize_place {
  int64_t first; /* places, times a step */
  int64_t second;
  float part;
} lp_resize_place;
/* The places of an axis, computed in float32 as the reference does. */
LP_INTERNAL void lp_resize_places(int64_t in, int64_t out, bool align_corners, int64_t step,
                                  lp_resize_place *places);

typedef struct lp_resize_kernels {
  /* `count` pixels of a row; a pixel is as many elements as lanes. */
  void (*columns)(const lp_resize_place *places, int64_t count, const void *x, void *y);
  /* y[i] = (1 - part) first[i] + part second[i]. */
  void (*rows)(const void *first, const void *second, float part, int64_t count, void *y);
} lp_resize_kernels;
/* lanes: 1, or floats as many as lp_cpu_block of the level. */
LP_INTERNAL lp_resize_kernels lp_resize_find(lp_dtype dtype, int lanes, lp_isa isa);

#endif
