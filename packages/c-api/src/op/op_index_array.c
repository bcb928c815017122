/*
 * op_index_array.c - _contrib_index_array: where each element of data stands, int64: data's shape with a
 *                    last axis of its indices. Attribute: axes: tuple = None: which ones, in which
 *                    order; None: all. Of data only the shape is read.
 *                    _contrib_index_copy: old_tensor with rows replaced: out[index_vector[i]] =
 *                    new_tensor[i], a later one in place of an earlier. An index that does not exist
 *                    is an error of the forward (MXNet writes elsewhere).
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

typedef struct op_index_array_param {
  lp_tuple axes;
} op_index_array_param;

static const lp_attr op_index_array_attrs[] = {
    {"axes", LP_ATTR_TUPLE, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_index_array_param, axes), "None", NULL},
};

static lp_status op_index_array_shape(const lp_infer *infer) {
  const op_index_array_param *param = infer->param;
  lp_shape out = infer->in[0];
  int axis;
  if (out.ndim < 0) {
    return LP_OK;
  }
  for (int i = 0; i < param->axes.count; i++) {
    LP_TRY(lp_movement_axis(infer, "axes", param->axes.values[i], out.ndim, &axis));
  }
  if (out.ndim == LP_MAX_NDIM) {
    return lp_infer_fail(infer, "the result has %d dimensions, expected at most %d", out.ndim + 1,
                         LP_MAX_NDIM);
  }
  out.dim[out.ndim] = param->axes.count < 0 ? out.ndim : param->axes.count;
  out.ndim++;
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_index_array_dtype(const lp_infer *infer) {
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], LP_INT64);
}

static lp_status op_index_array_run(const lp_call *call) {
  const op_index_array_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int count = param->axes.count < 0 ? shape->ndim : param->axes.count;
  int64_t strides[LP_MAX_NDIM];
  int64_t *y = call->out[0].data;
  lp_movement_strides(shape, strides);
  for (int64_t i = 0; i < lp_shape_size(shape); i++) {
    for (int k = 0; k < count; k++) {
      const int axis = param->axes.count < 0
                           ? k
                           : lp_movement_position(param->axes.values[k], shape->ndim);
      *y++ = i / strides[axis] % shape->dim[axis];
    }
  }
  return LP_OK;
}

static const lp_algorithm op_index_array_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_index_array_run},
};

static const lp_op_family op_index_array_family = {
    .attrs = op_index_array_attrs,
    .num_attrs = (int)LP_COUNT(op_index_array_attrs),
    .param_size = sizeof(op_index_array_param),
    .inputs = "data",
    .shape_inputs = 1,
    .shape = op_index_array_shape,
    .dtype = op_index_array_dtype,
    .algorithms = op_index_array_algorithms,
    .num_algorithms = (int)LP_COUNT(op_index_array_algorithms),
};
LP_DATA const lp_op lp_op_contrib_index_array = {
    .name = "_contrib_index_array", .family = &op_index_array_family};

static lp_status op_index_array_copy_shape(const lp_infer *infer) {
  lp_shape vector = lp_shape_1(LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_first_shape(infer));
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &vector));
  lp_shape rows = infer->in[0];
  if (rows.ndim < 0) {
    return LP_OK;
  }
  if (rows.ndim == 0) {
    return lp_infer_fail(infer, "old_tensor has no dimensions, expected at least one");
  }
  rows.dim[0] = infer->in[1].dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->in[2], &rows));
  vector.dim[0] = infer->in[2].dim[0];
  return lp_infer_merge(infer, &infer->in[1], &vector);
}

static lp_status op_index_array_copy_dtype(const lp_infer *infer) {
  for (int pass = 0; pass < 2; pass++) {
    LP_TRY(lp_movement_first_dtype(infer));
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[2], infer->in_dtype[0]));
    LP_TRY(lp_infer_merge_dtype(infer, &infer->in_dtype[0], infer->in_dtype[2]));
  }
  return LP_OK;
}

static lp_status op_index_array_copy_run(const lp_call *call) {
  const lp_shape *shape = &call->in[0].shape;
  const int64_t rows = shape->dim[0];
  const size_t size = lp_dtype_size(call->in[0].dtype);
  const size_t row = (size_t)lp_shape_product(shape, 1, shape->ndim) * size;
  char *y = call->out[0].data;
  if (rows > 0 && row > 0) {
    memcpy(y, call->in[0].data, (size_t)rows * row);
  }
  for (int64_t i = 0; i < call->in[1].shape.dim[0] && row > 0; i++) {
    const int64_t index = lp_movement_index(&call->in[1], i);
    if (index < 0 || index >= rows) {
      return lp_fail(LP_ERROR_INDEX,
                     "_contrib_index_copy: index %lld at position %lld, expected 0 to %lld",
                     (long long)index, (long long)i, (long long)rows - 1);
    }
    memcpy(y + (size_t)index * row, (const char *)call->in[2].data + (size_t)i * row, row);
  }
  return LP_OK;
}

static const lp_algorithm op_index_array_copy_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_index_array_copy_run},
};

static const lp_op_family op_index_copy_family = {
    .attrs_any = true,
    .inputs = "old_tensor index_vector new_tensor",
    .shape = op_index_array_copy_shape,
    .dtype = op_index_array_copy_dtype,
    .algorithms = op_index_array_copy_algorithms,
    .num_algorithms = (int)LP_COUNT(op_index_array_copy_algorithms),
};
LP_DATA const lp_op lp_op_contrib_index_copy = {
    .name = "_contrib_index_copy", .family = &op_index_copy_family};
