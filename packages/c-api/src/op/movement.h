/* movement.h - what operators that only move elements have in common. They take any element type. */
#ifndef LP_OP_MOVEMENT_H
#define LP_OP_MOVEMENT_H

#include "../kernel/strided_copy.h"
#include "op.h"

/* Most inputs or outputs that "num_args" and "num_outputs" may ask for. */
#define LP_MOVEMENT_MAX_TENSORS 65536

/* The position that `axis`, negative ones counting from the end, has among `ndim`; an error that names `key` when there is none. */
LP_INTERNAL lp_status lp_movement_axis(const lp_infer *infer, const char *key, int64_t axis,
                                       int ndim, int *position);
/* The same where the shape rule has accepted the axis. */
static inline int lp_movement_position(int64_t axis, int ndim) {
  return (int)(axis < 0 ? axis + ndim : axis);
}

/* Product of dims [from, to): LP_DIM_UNKNOWN when one of them is not known. False: too big. */
LP_INTERNAL bool lp_movement_product(const lp_shape *shape, int from, int to, int64_t *product);
/* A shape that an attribute gives: 1 to LP_MAX_NDIM items, all but the first `free` ones greater than 0. Fails like an operator's check. */
LP_INTERNAL lp_status lp_movement_check_shape(const char *key, const lp_tuple *shape, int free);

/* Diagonal k of a matrix (above the main one if positive): where it begins, and its length, -1: there is none. */
typedef struct lp_movement_diagonal {
  int64_t row;
  int64_t column;
  int64_t size;
} lp_movement_diagonal;
LP_INTERNAL lp_movement_diagonal lp_movement_diagonal_of(int64_t rows, int64_t columns, int64_t k);
/* Strides of a row-major tensor, in elements. */
LP_INTERNAL void lp_movement_strides(const lp_shape *shape, int64_t *strides);

/* Type rule: output 0 has the type of input 0, both ways; nothing is said of others. */
LP_INTERNAL lp_status lp_movement_first_dtype(const lp_infer *infer);

/* Element i as an index: toward zero; INT64_MIN for what no int64 holds and NaN. */
LP_INTERNAL int64_t lp_movement_index(const lp_tensor *tensor, int64_t i);
/* Writes the number to every element of the tensor, converted to its type. */
LP_INTERNAL void lp_movement_fill(const lp_tensor *tensor, double value, lp_threads *threads);

/* Cost of output 0 written once. */
LP_INTERNAL double lp_movement_cost(const lp_query *query);
/* Output 0 is input 0's bytes: for operators that change the shape only. */
LP_DATA_DECLARE const lp_algorithm lp_movement_copy;

#endif
