/*
 * box.h - operators whose outputs are boxes of input 0: begin[i], begin[i] + step[i], ... along
 * each axis, as many as the output has. slice, slice_axis, slice_like, Crop, split, reverse.
 */
#ifndef LP_OP_BOX_H
#define LP_OP_BOX_H

#include "movement.h"

typedef struct lp_box {
  int64_t begin[LP_MAX_NDIM];
  int64_t step[LP_MAX_NDIM];
} lp_box;

/* Which box of input 0 output 0 is; shapes are known and follow the shape rule. */
typedef void (*lp_box_function)(const void *param, const lp_tensor *in, const lp_tensor *out,
                                lp_box *box);

/* begin 0, step 1 along every axis. */
LP_INTERNAL void lp_box_whole(lp_box *box);
/* Copies the box of `whole` that has the shape of `part` to `part`, or from there to the box. Both have one block and as many dimensions. */
LP_INTERNAL void lp_box_copy(const lp_tensor *whole, const lp_box *box, const lp_tensor *part,
                             bool to_part, lp_threads *threads);
/* Whether the box is one run of plain memory; sets the offset of its first element. */
LP_INTERNAL bool lp_box_is_contiguous(const lp_shape *whole, const lp_box *box,
                                      const lp_shape *part, int64_t *offset);

/* For operators with one output: parts of an lp_op and its algorithms. */
LP_INTERNAL lp_status lp_box_run(const lp_call *call, lp_box_function function);
/* Cost of a blocked algorithm: float32, and channels that begin with a block. */
LP_INTERNAL double lp_box_blocked_cost(const lp_query *query, lp_box_function function);
LP_INTERNAL bool lp_box_view(const lp_query *query, lp_box_function function, int64_t *offset);

/* Defines the functions and algorithms of an operator from its `stem##_box`. */
#define LP_BOX_ALGORITHMS(stem, inputs)                                                          static lp_status stem##_run(const lp_call *call) { return lp_box_run(call, stem##_box); }      static double stem##_blocked_cost(const lp_query *query) {                                       return lp_box_blocked_cost(query, stem##_box);                                               }                                                                                              static bool stem##_view(const lp_query *query, int output, int64_t *offset) {                    return output == 0 && lp_box_view(query, stem##_box, offset);                                }                                                                                              static const lp_algorithm stem##_algorithms[] = {                                                  {.name = "blocked",                                                                             .cost = stem##_blocked_cost,                                                                   .blocked_inputs = (inputs),                                                                    .blocked_output = true,                                                                        .run = stem##_run},                                                                           {.name = "plain", .cost = lp_movement_cost, .run = stem##_run},                            };

#endif
