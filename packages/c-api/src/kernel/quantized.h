/*
 * quantized.h - numbers of 8 bits: lines of elements, and sums of products.
 *
 * A quantized tensor stands for real numbers q * reach / top, where reach is the largest magnitude
 * of its range and top is 127.5 (int8) or 255.5 (uint8).
 */
#ifndef LP_KERNEL_QUANTIZED_H
#define LP_KERNEL_QUANTIZED_H

#include <float.h>

#include "../base/threads.h"
#include "../tensor/dtype.h"
#include "activation.h"
#include "convolution.h"

static inline float lp_quantized_top(lp_dtype dtype) {
  return dtype == LP_UINT8 ? 255.5f : 127.5f;
}

/* To the nearest integer, halves to the even one; |v| at most 2^31 - 128. */
static inline int32_t lp_quantized_round(double v) {
  const int32_t t = (int32_t)v;
  const double rest = v - (double)t;
  const int32_t odd = t & 1;
  return t + (rest > 0.5 || (rest == 0.5 && odd)) - (rest < -0.5 || (rest == -0.5 && odd));
}

/* The same of |v| below 2^22, without branches. */
static inline int32_t lp_quantized_round_small(float v) {
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD == 0
  const float shifted = v + 12582912.0f; /* 1.5 * 2^23: no bits are left behind the point */
  return (int32_t)(shifted - 12582912.0f);
#else
  return lp_quantized_round((double)v);
#endif
}

/* Bounds before rounding, besides those of the type. */
typedef enum lp_quantized_bounds {
  LP_QUANTIZED_OF_TYPE,
  LP_QUANTIZED_POSITIVE, /* 0 and above */
  LP_QUANTIZED_COMMON    /* 0 to 127, which int8 and uint8 share */
} lp_quantized_bounds;

/* gain * function(, slope), or of magnitudes. */
typedef struct lp_quantized_activation {
  bool magnitude; /* |v| instead of the function */
  lp_activation_function function;
  float slope;
  float gain;
  lp_isa isa;
} lp_quantized_activation;

/*
 * y = bounds(activation(x scale + added added_scale + shift)), for int8, uint8, int32 and float32 in any mixture.
 * Integers in y are the nearest, halves the even one, within the type's range; NaN becomes the
 * bound that MXNet's kernels give: 0 for uint8, 127 for int8. y may be x or `added` where it has
 * that type.
 */
typedef struct lp_quantized_line {
  const void *x;
  lp_dtype type;
  float scale;
  const void *added; /* NULL: nothing */
  lp_dtype added_type;
  float added_scale;
  float shift;
  const lp_quantized_activation *activation; /* NULL: none */
  lp_quantized_bounds bounds;
  void *y;
  lp_dtype to;
  int64_t count;
} lp_quantized_line;
LP_INTERNAL void lp_quantized_run(const lp_quantized_line *line, lp_threads *threads);

/*
 * Sums of products of x (int8 or uint8) with int8 weights, exact. They are done by the kernels of
 * float32 on as many channels at a time as keep every sum below 2^24. Scratch functions give bytes,
 * SIZE_MAX on overflow.
 */
LP_INTERNAL size_t lp_quantized_conv_scratch(const lp_conv_geometry *g, lp_isa isa,
                                             unsigned threads);
LP_INTERNAL void lp_quantized_conv(const lp_conv_geometry *g, const void *x, lp_dtype type,
                                   const int8_t *w, int32_t *y, void *scratch,
                                   lp_threads *threads, lp_isa isa);
LP_INTERNAL size_t lp_quantized_rows_scratch(int64_t images, int64_t rows, int64_t depth,
                                             unsigned threads);
LP_INTERNAL void lp_quantized_rows(int64_t images, int64_t rows, int64_t depth, const void *x,
                                   lp_dtype type, const int8_t *w, int32_t *y, void *scratch,
                                   lp_threads *threads, lp_isa isa);

#endif
