/*
 * op_shape_array.c - shape_array: the input's dims as a vector of int64.
 *                    size_array: their product, a vector of one.
 *
 * No attributes.
 */
#include "movement.h"
#include "op_table.h"

static lp_status op_shape_array_shape(const lp_infer *infer) {
  lp_shape out = lp_shape_1(1);
  if (infer->op == &lp_op_shape_array) {
    if (infer->in[0].ndim < 0) {
      return LP_OK;
    }
    out.dim[0] = infer->in[0].ndim;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_shape_array_dtype(const lp_infer *infer) {
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_INT64);
}

static lp_status op_shape_array_run(const lp_call *call) {
  const lp_shape *in = &call->in[0].shape;
  int64_t *out = call->out[0].data;
  if (call->op == &lp_op_size_array) {
    out[0] = lp_shape_size(in);
    return LP_OK;
  }
  for (int i = 0; i < in->ndim; i++) {
    out[i] = in->dim[i];
  }
  return LP_OK;
}

static const lp_algorithm op_shape_array_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_shape_array_run},
};

static const lp_op_family op_shape_array_family = {
    .attrs_any = true,
    .inputs = "input0",
    .shape = op_shape_array_shape,
    .dtype = op_shape_array_dtype,
    .algorithms = op_shape_array_algorithms,
    .num_algorithms = LP_COUNT(op_shape_array_algorithms),
};
LP_DATA const lp_op lp_op_shape_array = {
    .name = "shape_array",
    .aliases = "_npx_shape_array",
    .family = &op_shape_array_family,
};

LP_DATA const lp_op lp_op_size_array = {.name = "size_array", .family = &op_shape_array_family};
