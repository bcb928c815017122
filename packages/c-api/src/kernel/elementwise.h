/*
 * elementwise.h - functions of one number, and of two, applied to arrays.
 *
 * What a function computes is said once, in elementwise.inl (float32 vectors)
 * and elementwise.c (all other element types, and float32 functions without
 * a vector form, which go through double and round once).
 */
#ifndef LP_KERNEL_ELEMENTWISE_H
#define LP_KERNEL_ELEMENTWISE_H

#include "../tensor/dtype.h"
#include "isa.h"

/* Of one number x, of a number x and a parameter y, or of two numbers. */
typedef enum lp_function {
  /* These have a float32 vector form. */
  LP_FUNCTION_COPY,
  LP_FUNCTION_NEGATIVE,
  LP_FUNCTION_ABS,
  LP_FUNCTION_SIGN, /* -1, 0, 1; of NaN 0 */
  LP_FUNCTION_RELU, /* NaN stays */
  LP_FUNCTION_SQUARE,
  LP_FUNCTION_SQRT,
  LP_FUNCTION_RSQRT,
  LP_FUNCTION_RECIPROCAL,
  LP_FUNCTION_FLOOR,
  LP_FUNCTION_CEIL,
  LP_FUNCTION_TRUNC,
  LP_FUNCTION_ROUND, /* halves away from zero */
  LP_FUNCTION_RINT,  /* halves down */
  LP_FUNCTION_SOFTSIGN,
  LP_FUNCTION_DEGREES,
  LP_FUNCTION_RADIANS,
  LP_FUNCTION_LOGICAL_NOT,
  LP_FUNCTION_ADD,
  LP_FUNCTION_SUBTRACT,
  LP_FUNCTION_MULTIPLY,
  LP_FUNCTION_DIVIDE,
  LP_FUNCTION_MAXIMUM, /* NaN if either is */
  LP_FUNCTION_MINIMUM,
  LP_FUNCTION_EQUAL,
  LP_FUNCTION_NOT_EQUAL,
  LP_FUNCTION_GREATER,
  LP_FUNCTION_GREATER_EQUAL,
  LP_FUNCTION_LESSER,
  LP_FUNCTION_LESSER_EQUAL,
  LP_FUNCTION_LOGICAL_AND,
  LP_FUNCTION_LOGICAL_OR,
  LP_FUNCTION_LOGICAL_XOR,
  LP_FUNCTION_CEILING_MIN, /* x > y ? y : x, NaN of x stays: the upper bound of clip */
  LP_FUNCTION_FLOORING_MAX, /* x < y ? y : x, NaN of x stays: the lower bound of clip */
  LP_FUNCTION_SMOOTH_L1,
  LP_FUNCTION_SIGMOID,
  LP_FUNCTION_TANH,
  LP_FUNCTION_EXP,
  LP_FUNCTION_EXPM1,
  LP_FUNCTION_LOG,
  LP_FUNCTION_LOG1P,
  LP_FUNCTION_ERF,
  /* These have not. */
  LP_FUNCTION_LOG2,
  LP_FUNCTION_LOG10,
  LP_FUNCTION_CBRT,
  LP_FUNCTION_RCBRT,
  LP_FUNCTION_SIN,
  LP_FUNCTION_COS,
  LP_FUNCTION_TAN,
  LP_FUNCTION_ARCSIN,
  LP_FUNCTION_ARCCOS,
  LP_FUNCTION_ARCTAN,
  LP_FUNCTION_SINH,
  LP_FUNCTION_COSH,
  LP_FUNCTION_ARCSINH,
  LP_FUNCTION_ARCCOSH,
  LP_FUNCTION_ARCTANH,
  LP_FUNCTION_ERFINV,
  LP_FUNCTION_GAMMA,
  LP_FUNCTION_GAMMALN,
  LP_FUNCTION_MOD, /* floor modulo: the sign of y; 0 for y = 0 */
  LP_FUNCTION_POWER,
  LP_FUNCTION_HYPOT
} lp_function;
#define LP_FUNCTION_LAST_CHEAP LP_FUNCTION_SMOOTH_L1
#define LP_FUNCTION_LAST_VECTOR LP_FUNCTION_ERF

/*
 * out[r][i] = function(x[r][i], y[r][i]) for r < rows, i < n. Where a step is
 * 0 instead of 1, the first element of a row stands for all of it; where a row
 * stride is 0, the first row for all rows. `out` is contiguous and may be the
 * memory of an operand with step 1 and row stride n.
 */
typedef struct lp_elementwise {
  lp_function function;
  lp_dtype dtype; /* of all three; float16 does not exist here */
  const void *x;
  const void *y; /* functions of one number: NULL, step and stride 0 */
  void *out;
  int64_t x_step;
  int64_t y_step;
  bool x_lanes; /* with step 0: not one element, but lp_cpu_block(isa) of them in turn; n is a multiple, float32 functions with a vector form only */
  bool y_lanes;
  int64_t x_row; /* elements */
  int64_t y_row;
  int64_t rows;
  int64_t n;
} lp_elementwise;

LP_INTERNAL void lp_elementwise_apply(const lp_elementwise *work, lp_isa isa);
/* Estimated nanoseconds per element. */
LP_INTERNAL double lp_elementwise_cost(lp_function function, lp_dtype dtype);

#endif
