/*
 * convolution.h - convolution and its transpose over whole tensors.
 *
 * Sizes are checked by the operators' shape rules: every shape is known, its
 * bytes fit, windows fit the padded input. Three ways:
 *   columns    any number of dimensions and any attribute, plain layout, float32 and float64
 *   blocked    any number of dimensions, blocked output; input blocked, or plain ("planar": first layers)
 *   depthwise  2 dimensions, one filter per channel, blocked
 */
#ifndef LP_KERNEL_CONVOLUTION_H
#define LP_KERNEL_CONVOLUTION_H

#include "linear.h"
#include "winograd.h"

#define LP_CONV_DIMS 3

/* Spatial dimensions are depth, height, width; leading ones that the data lacks are 1 wide. */
typedef struct lp_conv_geometry {
  int64_t batch, channels, filters, groups;
  int64_t in[LP_CONV_DIMS], out[LP_CONV_DIMS];
  int64_t kernel[LP_CONV_DIMS], stride[LP_CONV_DIMS], dilate[LP_CONV_DIMS];
  int64_t pad[LP_CONV_DIMS]; /* before, may be negative: windows begin inside; behind follows from the sizes */
  int64_t weight_taps, first_tap; /* blocked input: the window is a part of the weights' of so many taps; 0: it is whole */
} lp_conv_geometry;

/* What fills the columns of pixels [first, first + count) of a group instead of plain windows: [channel and tap][pixel], rows `row` elements apart. */
typedef struct lp_conv_fill {
  void (*fill)(const void *context, int64_t image, int64_t group, int64_t first, int64_t count,
               void *target, int64_t row);
  const void *context;
} lp_conv_fill;

typedef struct lp_conv_run {
  const lp_conv_geometry *geometry;
  const void *x;
  const void *w; /* plain, or packed as the way wants */
  void *y;
  const void *bias;             /* of the filters, or NULL */
  const float *added;           /* laid out as y, or NULL; may be y */
  const lp_epilogue *epilogue;  /* float32 only */
  const lp_conv_fill *fill; /* columns only; NULL: plain windows */
  void *scratch;
  const void *prepared; /* blocked: by lp_conv_blocked_prepare for the same geometry and threads, or NULL */
  lp_threads *threads;
  lp_isa isa;
} lp_conv_run;

static inline int64_t lp_conv_taps(const lp_conv_geometry *g) {
  return g->kernel[0] * g->kernel[1] * g->kernel[2];
}
/* One and two dimensions, or a third that is only there in name. */
static inline bool lp_conv_is_flat(const lp_conv_geometry *g) {
  return g->in[0] == 1 && g->out[0] == 1 && g->kernel[0] == 1 && g->pad[0] == 0;
}
static inline int64_t lp_conv_in_pixels(const lp_conv_geometry *g) {
  return g->in[0] * g->in[1] * g->in[2];
}
static inline int64_t lp_conv_out_pixels(const lp_conv_geometry *g) {
  return g->out[0] * g->out[1] * g->out[2];
}
/* Multiply-adds; a double because it is an estimate. */
LP_INTERNAL double lp_conv_work(const lp_conv_geometry *g);

/* Scratch functions give bytes, SIZE_MAX on overflow. */
LP_INTERNAL size_t lp_conv_columns_scratch(const lp_conv_geometry *g, lp_isa isa, unsigned threads,
                                           lp_dtype dtype);
/* Whether the input itself is the matrix: windows are 1 wide and neither step nor reach over the edge. */
LP_INTERNAL bool lp_conv_columns_direct(const lp_conv_geometry *g);
LP_INTERNAL void lp_conv_columns_run(const lp_conv_run *run, lp_dtype dtype);
/* The matrix's columns of pixels [first, first + count) of the group whose first channel is x, float32 or float64: [channel and tap][pixel], rows `row` elements apart. */
LP_INTERNAL void lp_conv_columns_fill(const lp_conv_geometry *g, const void *x, int64_t first,
                                      int64_t count, void *columns, int64_t row, lp_dtype dtype);

/* Whether the blocked way can do it, in one to three dimensions. */
LP_INTERNAL bool lp_conv_blocked_accepts(const lp_conv_geometry *g, int block, bool planar);
/* Leaves out the taps of the window that see nothing but padding, where those that are left lie together in the weights. */
LP_INTERNAL void lp_conv_blocked_live(lp_conv_geometry *g);
/* How the work is cut, which each run works out again where it is not prepared: bytes, and the filling of them. */
LP_INTERNAL size_t lp_conv_blocked_prepared(void);
LP_INTERNAL void lp_conv_blocked_prepare(const lp_conv_geometry *g, lp_isa isa, unsigned threads,
                                         bool planar, void *prepared);
LP_INTERNAL size_t lp_conv_blocked_scratch(const lp_conv_geometry *g, lp_isa isa, unsigned threads,
                                           bool planar);
LP_INTERNAL void lp_conv_blocked_run(const lp_conv_run *run, bool planar);

/* Winograd's minimal filtering: the windows that a form is for, not strided, not dilated, in one group. */
LP_INTERNAL bool lp_conv_winograd_accepts(const lp_conv_geometry *g, int block,
                                          lp_winograd_form form);
LP_INTERNAL size_t lp_conv_winograd_scratch(const lp_conv_geometry *g, lp_isa isa,
                                            unsigned threads, lp_winograd_form form);
LP_INTERNAL void lp_conv_winograd_run(const lp_conv_run *run, lp_winograd_form form);

LP_INTERNAL bool lp_conv_depthwise_accepts(const lp_conv_geometry *g, int block);
LP_INTERNAL size_t lp_conv_depthwise_scratch(const lp_conv_geometry *g);
LP_INTERNAL void lp_conv_depthwise_run(const lp_conv_run *run);
/* Output rows [first, first + rows) of one block of channels of an image, without the place they go to. */
LP_INTERNAL lp_depthwise_band lp_conv_depthwise_band(const lp_conv_run *run,
                                                     const lp_linear_epilogue *epilogue,
                                                     int64_t image, int64_t block_index,
                                                     int64_t first, int64_t rows);

/* A depthwise convolution and a 1x1 convolution of its output, which is not written: before->y is not used. 0 bytes of scratch: better apart. */
LP_INTERNAL size_t lp_conv_joined_scratch(const lp_conv_geometry *before, const lp_conv_geometry *g,
                                          lp_isa isa, unsigned threads);
LP_INTERNAL void lp_conv_joined_run(const lp_conv_run *before, const lp_conv_run *run);

/* Estimated nanoseconds of each way on one thread; conv_cost.c. */
LP_INTERNAL double lp_conv_plain_cost(const lp_conv_geometry *g, lp_isa isa);
LP_INTERNAL double lp_conv_blocked_cost(const lp_conv_geometry *g, lp_isa isa, bool planar);
LP_INTERNAL double lp_conv_winograd_cost(const lp_conv_geometry *g, lp_isa isa,
                                         lp_winograd_form form);
LP_INTERNAL double lp_conv_depthwise_cost(const lp_conv_geometry *g, lp_isa isa);

/*
 * Packed weights. Sizes are floats; 0 on overflow.
 * Blocked: per group and pair of blocks of filters (the last may be alone):
 * [block of channels][tap][channel in the block][filter]; filters beyond the last are 0.
 * Depthwise: [block of filters][tap][filter in the block].
 * Both are as many times as long as there are taps.
 *
 * Where weights stand in the plain tensor: filter f and channel c of group g, tap t at
 * origin + g * group_step + f * filter_step + c * channel_step +
 * t / tap_columns * tap_row_step + t % tap_columns * tap_step.
 */
typedef struct lp_conv_weights {
  int64_t filters, channels, groups; /* filters of all, channels of one group */
  int64_t taps;
  int64_t origin, group_step, filter_step, channel_step;
  int64_t tap_columns, tap_row_step, tap_step;
} lp_conv_weights;
/* The weights of a Convolution. */
LP_INTERNAL lp_conv_weights lp_conv_weights_of(int64_t filters, int64_t channels, int64_t taps,
                                               int64_t groups);
LP_INTERNAL size_t lp_conv_blocked_size(const lp_conv_weights *weights, int block);
LP_INTERNAL void lp_conv_blocked_pack(const lp_conv_weights *weights, int block,
                                      const float *plain, lp_threads *threads, float *packed);
LP_INTERNAL void lp_conv_blocked_unpack(const lp_conv_weights *weights, int block,
                                        const float *packed, float *plain);
LP_INTERNAL size_t lp_conv_depthwise_size(const lp_conv_weights *weights, int block);
LP_INTERNAL void lp_conv_depthwise_pack(const lp_conv_weights *weights, int block,
                                        const float *plain, float *packed);
LP_INTERNAL void lp_conv_depthwise_unpack(const lp_conv_weights *weights, int block,
                                          const float *packed, float *plain);

/* Larger than the plain weights, and rounded: there is no way back. */
LP_INTERNAL size_t lp_conv_winograd_size(const lp_conv_weights *weights, int block,
                                         lp_winograd_form form);
LP_INTERNAL void lp_conv_winograd_pack(const lp_conv_weights *weights, int block,
                                       lp_winograd_form form, const float *plain,
                                       lp_threads *threads, float *packed);

/*
 * Transposed convolution. In the geometry `channels` are those of x, `filters`
 * those of y, in and out their sizes; pad is cut off before, and y is as long
 * as it is (adj follows). Plain: by columns, float32 and float64.
 */
LP_INTERNAL size_t lp_deconv_plain_scratch(const lp_conv_geometry *g, lp_isa isa,
                                           unsigned threads, lp_dtype dtype);
LP_INTERNAL void lp_deconv_plain_run(const lp_conv_run *run, lp_dtype dtype);

/*
 * Blocked: one convolution per phase of the stride, see deconv_blocked.c.
 * Depthwise where every group is one channel and one filter. The weights that
 * a geometry describes are (channels, filters per group, taps); sizes in floats.
 */
LP_INTERNAL bool lp_deconv_blocked_accepts(const lp_conv_geometry *g, int block);
LP_INTERNAL size_t lp_deconv_blocked_scratch(const lp_conv_geometry *g, lp_isa isa,
                                             unsigned threads);
LP_INTERNAL void lp_deconv_blocked_run(const lp_conv_run *run);
LP_INTERNAL size_t lp_deconv_blocked_size(const lp_conv_geometry *g, int block);
LP_INTERNAL void lp_deconv_blocked_pack(const lp_conv_geometry *g, int block, const float *plain,
                                        lp_threads *threads, float *packed);
LP_INTERNAL void lp_deconv_blocked_unpack(const lp_conv_geometry *g, int block,
                                          const float *packed, float *plain);

#endif
