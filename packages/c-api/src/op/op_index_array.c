/*
 * op_index_array.c - _contrib_index_array: for each element of data its coordinates, int64, along a
 *                    new last axis.
 *
 * axes: optional tuple = None: which coordinates, negative ones counting from the end; None: all
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_index_array_param {
  lp_tuple axes;
} op_index_array_param;

static const lp_attr op_index_array_attrs[] = {
    {"axes", LP_ATTR_TUPLE, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_index_array_param, axes), "None", NULL},
};

static lp_status op_index_array_shape(const lp_infer *infer) {
  const lp_tuple *axes = &((const op_index_array_param *)infer->param)->axes;
  lp_shape out = infer->in[0];
  if (out.ndim < 0) {
    return LP_OK;
  }
  if (out.ndim == LP_MAX_NDIM) {
    return lp_infer_fail(infer, "expected data of at most %d dimensions, found %d",
                         LP_MAX_NDIM - 1, out.ndim);
  }
  for (int i = 0; i < axes->count; i++) {
    int position = 0;
    LP_TRY(lp_movement_axis(infer, "axes", axes->values[i], out.ndim, &position));
  }
  out.dim[out.ndim] = axes->count < 0 ? out.ndim : axes->count;
  out.ndim++;
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_index_array_dtype(const lp_infer *infer) {
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_INT64);
}

static lp_status op_index_array_run(const lp_call *call) {
  const lp_tuple *axes = &((const op_index_array_param *)call->param)->axes;
  const lp_shape *in = &call->in[0].shape;
  int64_t *out = call->out[0].data;
  int64_t strides[LP_MAX_NDIM];
  const int width = axes->count < 0 ? in->ndim : axes->count;
  const int64_t count = lp_shape_size(in);
  lp_movement_strides(in, strides);
  for (int64_t i = 0; i < count; i++) {
    for (int k = 0; k < width; k++) {
      const int axis = axes->count < 0 ? k : lp_movement_position(axes->values[k], in->ndim);
      *out++ = i / strides[axis] % in->dim[axis];
    }
  }
  return LP_OK;
}

static const lp_algorithm op_index_array_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_index_array_run},
};

static const lp_op_family op_index_array_family = {
    .attrs = op_index_array_attrs,
    .num_attrs = LP_COUNT(op_index_array_attrs),
    .param_size = sizeof(op_index_array_param),
    .inputs = "data",
    .shape_inputs = 1u,
    .shape = op_index_array_shape,
    .dtype = op_index_array_dtype,
    .algorithms = op_index_array_algorithms,
    .num_algorithms = LP_COUNT(op_index_array_algorithms),
};
LP_DATA const lp_op lp_op_index_array = {
    .name = "_contrib_index_array", .family = &op_index_array_family};
