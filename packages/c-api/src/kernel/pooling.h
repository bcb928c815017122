/* pooling.h - maxima, sums and averages of windows. One- and two-dimensional data have sizes of 1 in front. */
#ifndef LP_KERNEL_POOLING_H
#define LP_KERNEL_POOLING_H

#include "isa.h"

typedef enum lp_pooling_kind {
  LP_POOLING_MAX, /* NaN never wins */
  LP_POOLING_AVERAGE,
  LP_POOLING_SUM,
  LP_POOLING_ROOT /* (sum x^power)^(1/power) for power 1, 2, 3; no absolute values */
} lp_pooling_kind;

/* The inputs that one output sees along one axis. */
typedef struct lp_pooling_window {
  int64_t begin; /* within the data; begin == end: none */
  int64_t end;
  int64_t cells;   /* those in the padding included; 0 or less: none */
  int64_t divisor; /* this axis' factor in the average's divisor, at least 1 */
} lp_pooling_window;

typedef struct lp_pooling {
  lp_pooling_kind kind;
  int power;
  bool zero_padding; /* maxima see the padding as zeros, otherwise not at all */
  double nothing;    /* the maximum of no values */
  int64_t in[3];     /* depth, height, width */
  int64_t out[3];
  int64_t step; /* from window to window along the width */
  int64_t first; /* the outputs [first, last) along the width have whole windows */
  int64_t last;
  bool left;  /* whole windows have 3 columns, and output first - 1 is one of them but for the first column */
  bool right; /* and output `last` but for the last column */
  const lp_pooling_window *windows[3]; /* out[axis] each */
} lp_pooling;

/* Elements of `row` beyond in[2]. */
#define LP_POOLING_ROW_SPARE 16
/* One channel. `row` is room for in[2] + LP_POOLING_ROW_SPARE elements. */
LP_INTERNAL void lp_pooling_floats(const lp_pooling *pooling, const float *x, float *y, float *row,
                                   lp_isa isa);
LP_INTERNAL void lp_pooling_doubles(const lp_pooling *pooling, const double *x, double *y,
                                    double *row);
/*
 * The rows [from, to) of the out[0] * out[1] rows of outputs of one block of channels in a blocked
 * layout: the pixels are `block` floats, lp_cpu_block of the level. x and y are the block's images.
 */
LP_INTERNAL void lp_pooling_blocked(const lp_pooling *pooling, const float *x, float *y,
                                    int64_t from, int64_t to, lp_isa isa);

#endif
