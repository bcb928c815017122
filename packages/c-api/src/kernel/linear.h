/*
 * linear.h - float32 inner kernels of convolution and matrix products, one set per instruction-set level.
 *
 * They see raw pointers and sizes. Drivers (conv_*.c, fully_connected.c)
 * cut the work into these pieces; the pieces hold the register blocking.
 */
#ifndef LP_KERNEL_LINEAR_H
#define LP_KERNEL_LINEAR_H

#include "../op/op.h"

/* What is done to a sum before it is stored; the arrays are indexed by output channel and padded to a multiple of LP_MAX_BLOCK. */
typedef struct lp_linear_epilogue {
  const float *scale; /* NULL: 1 */
  const float *shift; /* NULL: 0 */
  lp_activation activation;
} lp_linear_epilogue;

/* c[row][column] = epilogue(sum over k of a[row][k] * b[k][column]); a row is an output channel. */
typedef struct lp_gemm {
  int64_t rows, columns, depth;
  const float *a;
  int64_t a_row, a_depth; /* floats from one row, one k, to the next */
  const float *b;         /* rows of b are readable up to columns rounded up to gemm_columns; */
  int64_t b_depth;        /* what stands there does not matter */
  float *c;
  int64_t c_row;
  const float *added; /* laid out as c, or NULL; may be c */
  const lp_linear_epilogue *epilogue; /* NULL: plain product */
  int64_t channel;                    /* of row 0 */
  bool accumulate;                    /* without epilogue: add to what stands in c */
} lp_gemm;

/*
 * y[image][column] = epilogue(sum over k of x[image][k] * w[k][column]) for one panel of
 * gemm_columns weights; a column is an output channel.
 */
typedef struct lp_panel {
  int64_t images, columns, depth; /* images at most LP_PANEL_IMAGES; columns at most gemm_columns */
  const float *x;
  int64_t x_image;
  const float *w; /* [depth][gemm_columns]: columns beyond the last are 0 */
  float *y;
  int64_t y_image;
  const float *added; /* laid out as y, or NULL; may be y */
  const lp_linear_epilogue *epilogue;
  int64_t channel; /* of column 0 */
} lp_panel;
#define LP_PANEL_IMAGES 64

/* sum[image][row] (+)= sum over k of w[row][k] * x[image][k]. */
typedef struct lp_dot {
  int64_t rows, images, depth;
  const float *w;
  int64_t w_row;
  const float *x;
  int64_t x_image;
  float *sum;
  int64_t sum_image;
  bool accumulate; /* add to what stands in sum */
} lp_dot;

/*
 * A run of neighbouring pixels of one or two blocks of output channels.
 * Weights: [input block][tap][input channel in the block][output channel].
 * Blocked: pixel p, tap t, channel i of input block k is x[k * x_block +
 * taps[t] + i + p * block]; channels beyond `channels` are not read.
 * Planar: every number that a pixel meets is a tap of its own, in the order of
 * the weights; for pixel p it is x[taps[t] + p * x_pixel].
 */
typedef struct lp_tile_run {
  const float *x;
  int64_t x_block; /* blocked */
  int64_t x_pixel; /* planar */
  bool panels; /* blocked, one tap: the pixels of a tile stand together, block by block; x_block is what a pixel has in all blocks */
  const int64_t *taps;
  int64_t num_taps;
  int64_t channels; /* of input; blocked */
  const float *w;
  const float *next, *next_end; /* weights to bring near meanwhile; next moves on, and is NULL when all are asked for */
  int out_blocks;               /* 1 or 2 */
  int64_t pixels;
  float *out; /* pixel 0, first block; pixels are `block` floats apart */
  int64_t out_block;
  const float *added; /* laid out as out, or NULL; may be out */
  bool accumulate;                    /* begin with the sums that stand in out */
  const lp_linear_epilogue *epilogue; /* NULL: the sums themselves */
  int64_t channel;                    /* of output, the first */
} lp_tile_run;

/* Rows of output pixels of one block of channels of a depthwise convolution. */
typedef struct lp_depthwise_band {
  const float *x; /* the block's image */
  int64_t height, width;
  const float *w; /* [kernel_height][kernel_width][block] */
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width, dilate_height, dilate_width;
  int64_t top, left; /* padding before; negative: windows begin inside */
  int64_t first, rows, pixels;
  float *out; /* pixel 0 of row `first` */
  const float *added; /* laid out as out, or NULL; may be out */
  const lp_linear_epilogue *epilogue;
  int64_t channel;
} lp_depthwise_band;

typedef struct lp_linear_kernels {
  int block;        /* lanes */
  int gemm_columns; /* columns that gemm takes at once */
  int tile_pixels;  /* pixels that a tile takes at most; 0 without tiles */
  void (*gemm)(const lp_gemm *gemm);
  void (*dot)(const lp_dot *dot);
  void (*panel)(const lp_panel *panel);
  void (*tile_blocked)(lp_tile_run *run); /* NULL where there are no blocked layouts */
  void (*tile_planar)(lp_tile_run *run);
  void (*depthwise)(const lp_depthwise_band *band);
  /* Brings `pixels` pixels of `blocks` blocks, x_block floats apart, into panels. */
  void (*panels)(const float *x, int64_t x_block, int64_t blocks, int64_t pixels, float *panels);
  /* y = epilogue(sums) for `count` pixels of the block of channels that begins with `channel`. */
  void (*finish)(const lp_linear_epilogue *epilogue, int64_t channel, const float *sums,
                 const float *added, float *out, int64_t count);
} lp_linear_kernels;

LP_INTERNAL const lp_linear_kernels *lp_linear_find(lp_isa isa);
/* The epilogue on one value: for shapes too small for vectors. */
LP_INTERNAL float lp_linear_finish(const lp_linear_epilogue *epilogue, int64_t channel, float sum,
                                   float added);

/* Floats of scratch that lp_linear_prepare needs. */
LP_INTERNAL bool lp_linear_prepared(int64_t channels, size_t *floats);
/* The epilogue of a call for kernels: a bias that is not yet in the shift is brought there, in `buffer`. */
LP_INTERNAL lp_linear_epilogue lp_linear_prepare(const lp_epilogue *epilogue, const float *bias,
                                                 int64_t channels, float *buffer);

#endif
