/*
 * op_flatten.c - Flatten: all axes but the first become one; a vector (n) becomes (n,1).
 *
 * No attributes. Before the fully connected layers of most nets.
 */
#include "movement.h"
#include "op_table.h"

static lp_status op_flatten_shape(const lp_infer *infer) {
  const lp_shape *in = &infer->in[0];
  lp_shape out = lp_shape_2(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  if (in->ndim == 0) {
    return lp_infer_fail(infer, "expected an input of at least 1 dimension, found a scalar");
  }
  if (in->ndim > 0) {
    out.dim[0] = in->dim[0];
    if (!lp_movement_product(in, 1, in->ndim, &out.dim[1])) {
      lp_shape_text text;
      return lp_infer_fail(infer, "%s is too big", lp_shape_print(in, &text));
    }
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static const lp_op_family op_flatten_family = {
    .attrs_any = true,
    .inputs = "input0",
    .shape = op_flatten_shape,
    .algorithms = &lp_movement_copy,
    .num_algorithms = 1,
    .reshapes = true,
};
LP_DATA const lp_op lp_op_Flatten = {
    .name = "Flatten",
    .aliases = "flatten _npx_batch_flatten",
    .family = &op_flatten_family,
};
