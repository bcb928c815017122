/* activation.h - activation functions of arrays. */
#ifndef LP_KERNEL_ACTIVATION_H
#define LP_KERNEL_ACTIVATION_H

#include "../base/threads.h"
#include "../tensor/dtype.h"
#include "isa.h"

typedef enum lp_activation_function {
  LP_ACTIVATE_RELU,     /* max(x, 0), NaN stays */
  LP_ACTIVATE_SIGMOID,  /* 1 / (1 + e^-x) */
  LP_ACTIVATE_TANH,
  LP_ACTIVATE_SOFTRELU, /* x > 20 ? x : log(1 + e^x) */
  LP_ACTIVATE_SOFTSIGN, /* x / (1 + |x|) */
  LP_ACTIVATE_LEAKY,    /* x > 0 ? x : slope x */
  LP_ACTIVATE_ELU,      /* x > 0 ? x : slope (e^x - 1) */
  LP_ACTIVATE_SELU,
  LP_ACTIVATE_GELU      /* x/2 (1 + erf(x / sqrt 2)) */
} lp_activation_function;

/* Whether a function is compiled in: base/parts.h. */
#define LP_HAS_ACTIVATION(function) ((LP_CONFIG_ACTIVATIONS >> (function) & 1u) != 0)

/* LP_ERROR_UNSUPPORTED, text without the node, if it is not. */
LP_INTERNAL lp_status lp_activation_check(lp_activation_function function);

/* y[i] = function(x[i]); y may be x. */
LP_INTERNAL void lp_activation_floats(lp_activation_function function, float slope, const float *x,
                                      float *y, int64_t n, lp_isa isa);
LP_INTERNAL void lp_activation_doubles(lp_activation_function function, double slope,
                                       const double *x, double *y, int64_t n);
/* As the two above by the element type, float32 or float64, on as many threads as are worth it. */
LP_INTERNAL void lp_activation_run(lp_activation_function function, double slope, lp_dtype dtype,
                                   const void *x, void *y, int64_t n, lp_isa isa,
                                   lp_threads *threads);
/* y[i * block + k] = x > 0 ? x : slope[k] x, for pixels of `block` channels; block is 1 or a level's lp_cpu_block. */
LP_INTERNAL void lp_activation_slopes(const float *slope, int block, const float *x, float *y,
                                      int64_t pixels, lp_isa isa);
/* Estimated nanoseconds per float32 element. */
LP_INTERNAL double lp_activation_cost(lp_activation_function function);

#endif
