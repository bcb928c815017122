/* quantized_rules.h - what the operators of int8 graphs have in common: a tensor, the least and the largest real number it stands for. */
#ifndef LP_OP_QUANTIZED_RULES_H
#define LP_OP_QUANTIZED_RULES_H

#include "../kernel/quantized.h"
#include "op.h"

/* Names of the three outputs of most. */
#define LP_QUANTIZED_OUTPUTS "output min_output max_output"

/* The op's `count_outputs` and `count_visible`. */
LP_INTERNAL int lp_quantized_three(const void *param);

/*
 * Shape rule: input 0 and, where `tensors` is more, the next ones, with output 0 as `plain`, the
 * same operator on real numbers, has them (NULL: all alike); the inputs from `first` on and every
 * other output are (1).
 */
LP_INTERNAL lp_status lp_quantized_shape(const lp_infer *infer, const lp_op *plain, int tensors,
                                         int first);
/* Its second half: inputs from `first` on and outputs from 1 on are (1). */
LP_INTERNAL lp_status lp_quantized_range_shapes(const lp_infer *infer, int first);
/* Type rule: the inputs from `first` on, and the outputs behind output 0, are float32. */
LP_INTERNAL lp_status lp_quantized_ranges(const lp_infer *infer, int first);
/* Type rule of an input: int8 or uint8. */
LP_INTERNAL lp_status lp_quantized_bytes(const lp_infer *infer, int input);
/* Both, of an operator whose output 0 has the type of its only tensor. */
LP_INTERNAL lp_status lp_quantized_like_data(const lp_infer *infer);

/* Cost functions: nothing in the epilogue; a nanosecond per element of output 0. */
LP_INTERNAL double lp_quantized_cost(const lp_query *query);

/* The largest magnitude of the range that inputs `at` and `at` + 1 give, or of two numbers. */
LP_INTERNAL float lp_quantized_reach_of(double low, double high);
LP_INTERNAL float lp_quantized_reach(const lp_call *call, int at);
/* Real number of a step. */
static inline float lp_quantized_step(float reach, lp_dtype dtype) {
  return reach / lp_quantized_top(dtype);
}
/* a / b, 0 where b is. */
static inline float lp_quantized_ratio(double a, double b) { return b != 0 ? (float)(a / b) : 0; }
/* Outputs 1 and 2. */
LP_INTERNAL void lp_quantized_put_range(const lp_call *call, float low, float high);
/* The range of input 0, at inputs `at` and `at` + 1, is that of the output. */
LP_INTERNAL void lp_quantized_pass_range(const lp_call *call, int at);
/* The range of sums of products: ±(2^31 - 1) of their steps, for the ranges at two places. */
LP_INTERNAL void lp_quantized_put_sums_range(const lp_call *call, lp_dtype data, int at, int other);

/* The algorithm of an operator that takes the plain layout: its last. */
static inline const lp_algorithm *lp_quantized_plain(const lp_op *op) {
  return &op->family->algorithms[op->family->num_algorithms - 1];
}
/*
 * Output 0 is what `plain` makes of the first one or two inputs as real numbers q, times `scale`,
 * rounded to its type. Scratch: bytes, SIZE_MAX on overflow.
 */
LP_INTERNAL size_t lp_quantized_real_scratch(const lp_query *query, const lp_op *plain,
                                             int tensors);
LP_INTERNAL lp_status lp_quantized_real_run(const lp_call *call, const lp_op *plain, int tensors,
                                            float scale);

/* Attributes min_calib_range and max_calib_range; NaN: not given. */
typedef struct lp_quantized_calib {
  double low, high;
} lp_quantized_calib;
#define LP_QUANTIZED_CALIB_ATTRS(type, field)                                               \
  {"min_calib_range", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, LP_ATTR_OF(type, field.low), "None", \
   NULL},                                                                                   \
  {                                                                                         \
    "max_calib_range", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, LP_ATTR_OF(type, field.high),       \
        "None", NULL                                                                        \
  }
static inline bool lp_quantized_calibrated(const lp_quantized_calib *calib) {
  return calib->low == calib->low && calib->high == calib->high;
}

#endif
