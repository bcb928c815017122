/* fully_connected.h - products of images with rows of weights, both as stored: y[image][row] = epilogue(sum over k of x[image][k] * w[row][k]). */
#ifndef LP_KERNEL_FULLY_CONNECTED_H
#define LP_KERNEL_FULLY_CONNECTED_H

#include "linear.h"

typedef struct lp_fully_connected {
  int64_t images, rows, depth;
  const void *x; /* [images][depth] */
  const void *w; /* [rows][depth]; packed: panels */
  const void *bias;            /* of the rows, or NULL */
  const float *added;          /* laid out as y, or NULL; may be y */
  const lp_epilogue *epilogue; /* float32 only */
  void *y;                     /* [images][rows] */
  void *scratch;
  lp_threads *threads;
  lp_isa isa;
} lp_fully_connected;

/* Bytes; SIZE_MAX on overflow. */
LP_INTERNAL size_t lp_fully_connected_scratch(int64_t rows, unsigned threads);
LP_INTERNAL void lp_fully_connected_f32(const lp_fully_connected *job);
/* The weights in panels: [panel][depth][gemm_columns of the level], rows beyond the last 0. SIZE_MAX: overflow. */
LP_INTERNAL size_t lp_fully_connected_packed(int64_t rows, int64_t depth, lp_isa isa);
LP_INTERNAL void lp_fully_connected_pack(int64_t rows, int64_t depth, lp_isa isa, const float *w,
                                         float *packed);
LP_INTERNAL void lp_fully_connected_unpack(int64_t rows, int64_t depth, lp_isa isa,
                                           const float *packed, float *w);
/* lp_fully_connected_f32 with packed weights. Scratch: bytes; SIZE_MAX on overflow. */
LP_INTERNAL size_t lp_fully_connected_panels_scratch(int64_t images, int64_t rows, int64_t depth);
LP_INTERNAL void lp_fully_connected_panels(const lp_fully_connected *job);
LP_INTERNAL void lp_fully_connected_f64(const lp_fully_connected *job);

#endif
