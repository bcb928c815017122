/* normalize.h - y = (x - mean) scale + shift, and the moments that such operators need. */
#ifndef LP_KERNEL_NORMALIZE_H
#define LP_KERNEL_NORMALIZE_H

#include "isa.h"

/* One mean, scale and shift for n neighbours; `relu` makes negative results 0. y may be x. */
LP_INTERNAL void lp_normalize_run(const float *x, float *y, int64_t n, float mean, float scale,
                                  float shift, bool relu, lp_isa isa);
/* y = (x - mean) scale gamma + beta with a gamma and a beta for each of n neighbours. y may be x. */
LP_INTERNAL void lp_normalize_row(const float *x, float *y, int64_t n, float mean, float scale,
                                  const float *gamma, const float *beta, lp_isa isa);
/* Each pixel is `channels` neighbours with one mean, scale and shift each. y may be x. */
LP_INTERNAL void lp_normalize_pixels(const float *x, float *y, int64_t pixels, int64_t channels,
                                     const float *mean, const float *scale, const float *shift,
                                     bool relu, lp_isa isa);
/* Mean and biased variance of n neighbours, n > 0. */
LP_INTERNAL void lp_normalize_moments(const float *x, int64_t n, float *mean, float *variance,
                                      lp_isa isa);
/* The same of each lane of pixels of lp_cpu_block(isa) floats. */
LP_INTERNAL void lp_normalize_moments_blocked(const float *x, int64_t pixels, float *mean,
                                              float *variance, lp_isa isa);
/* Sum of squares of n neighbours. */
LP_INTERNAL float lp_normalize_squares(const float *x, int64_t n, lp_isa isa);
/*
 * y = x / sqrt(sum over i of x[i * step + k]^2 + epsilon) for `count` columns k of n entries.
 * norms[k], unless NULL, is the divisor. y may be x.
 */
LP_INTERNAL void lp_normalize_columns(const float *x, float *y, int64_t count, int64_t n,
                                      int64_t step, float epsilon, float *norms, lp_isa isa);

#endif
