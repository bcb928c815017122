/*
 * reduce.h - sums, products and extremes of many numbers.
 *
 * A state has 64 lanes, each an independent result: lanes are either 64
 * neighbouring columns, or the 64 places of one long row that are put together
 * in the end. Sums carry the rounding error of every addition along (Knuth's
 * TwoSum), so that they are as good as if computed in twice the precision.
 */
#ifndef LP_KERNEL_REDUCE_H
#define LP_KERNEL_REDUCE_H

#include "../tensor/dtype.h"
#include "isa.h"

typedef enum lp_reduction {
  LP_REDUCTION_SUM,
  LP_REDUCTION_NANSUM,
  LP_REDUCTION_MAX, /* NaN if any is */
  LP_REDUCTION_MIN, /* these four have a float32 vector form */
  LP_REDUCTION_PROD,
  LP_REDUCTION_NANPROD,
  LP_REDUCTION_SUM_ABS,
  LP_REDUCTION_SUM_SQUARE
} lp_reduction;
#define LP_REDUCTION_LAST_VECTOR LP_REDUCTION_MIN

#define LP_REDUCE_LANES 64

/* The numbers that the state is kept in. */
typedef enum lp_reduce_form { LP_REDUCE_SINGLE, LP_REDUCE_REAL, LP_REDUCE_INTEGER } lp_reduce_form;

typedef struct lp_reduce_state {
  lp_reduction reduction;
  lp_dtype dtype; /* of the elements; not float16 */
  lp_reduce_form form;
  lp_isa isa;
  union {
    float single[LP_REDUCE_LANES];
    double real[LP_REDUCE_LANES];
    int64_t integer[LP_REDUCE_LANES];
  } value, error; /* error: what additions lost; not of integers */
} lp_reduce_state;

/* The first `lanes` lanes empty; no others may be used. */
LP_INTERNAL void lp_reduce_begin(lp_reduce_state *state, lp_reduction reduction, lp_dtype dtype,
                                 int64_t lanes, lp_isa isa);
/* Lane i takes in elements i, i + stride, ..., i + (rows - 1) * stride; i < lanes <= LP_REDUCE_LANES. */
LP_INTERNAL void lp_reduce_add(lp_reduce_state *state, const void *x, int64_t stride, int64_t rows,
                               int64_t lanes);
/* Puts the first `lanes` lanes together in lane 0. */
LP_INTERNAL void lp_reduce_fold(lp_reduce_state *state, int64_t lanes);
/* A lane's result: a double; an int64_t where the form is LP_REDUCE_INTEGER. */
LP_INTERNAL double lp_reduce_real(const lp_reduce_state *state, int64_t lane);
LP_INTERNAL int64_t lp_reduce_integer(const lp_reduce_state *state, int64_t lane);
/* Estimated nanoseconds per element. */
LP_INTERNAL double lp_reduce_cost(lp_reduction reduction, lp_dtype dtype);

#endif
