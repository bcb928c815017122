/*
 * op_take.c - take: slices of a along an axis, at indices: out[..., i, ...] = a[..., indices[i], ...].
 *             batch_take: out[n] = a[n, indices[n]].
 *
 * take: axis: int = 0; mode: enum{clip|wrap|raise} = clip. Indices of any type, taken toward zero.
 * batch_take: no attributes; clips
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

enum { OP_TAKE_CLIP, OP_TAKE_WRAP, OP_TAKE_RAISE };

typedef struct op_take_param {
  int64_t axis;
  int mode;
} op_take_param;

static const lp_attr op_take_attrs[] = {
    {"axis", LP_ATTR_INT, 0, LP_ATTR_OF(op_take_param, axis), "0", NULL},
    {"mode", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_take_param, mode), "clip", "clip|wrap|raise"},
};

static lp_status op_take_shape(const lp_infer *infer) {
  const op_take_param *param = infer->param;
  const lp_shape *a = &infer->in[0];
  const lp_shape *indices = &infer->in[1];
  int axis = 0; /* gcc 12 does not see that a failure returns */
  if (a->ndim < 0 || indices->ndim < 0) {
    return LP_OK;
  }
  LP_TRY(lp_movement_axis(infer, "axis", param->axis, a->ndim, &axis));
  lp_shape out = lp_shape_unknown();
  out.ndim = a->ndim - 1 + indices->ndim;
  if (out.ndim > LP_MAX_NDIM) {
    return lp_infer_fail(infer, "the result has %d dimensions, expected at most %d", out.ndim,
                         LP_MAX_NDIM);
  }
  for (int i = 0; i < out.ndim; i++) {
    out.dim[i] = i < axis                   ? a->dim[i]
                 : i < axis + indices->ndim ? indices->dim[i - axis]
                                            : a->dim[i - indices->ndim + 1];
  }
  if (a->dim[axis] == 0 && lp_shape_known(indices) && lp_shape_size(indices) != 0) {
    return lp_infer_fail(infer, "axis %d of a has size 0, expected at least 1", axis);
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_take_run(const lp_call *call) {
  const op_take_param *param = call->param;
  const lp_tensor *a = &call->in[0];
  int axis = lp_movement_position(param->axis, a->shape.ndim);
  int64_t size = a->shape.dim[axis];
  int64_t outer = lp_shape_product(&a->shape, 0, axis);
  size_t row = (size_t)lp_shape_product(&a->shape, axis + 1, a->shape.ndim) *
               lp_dtype_size(a->dtype);
  int64_t count = lp_shape_size(&call->in[1].shape);
  for (int64_t i = 0; i < count; i++) {
    int64_t index = lp_movement_index(&call->in[1], i);
    if (param->mode == OP_TAKE_WRAP) {
      index %= size;
      index += index < 0 ? size : 0;
    } else if (param->mode == OP_TAKE_RAISE && (index < 0 || index >= size)) {
      return lp_fail(LP_ERROR_INDEX, "take: index %lld at position %lld, expected 0 to %lld",
                     (long long)index, (long long)i, (long long)size - 1);
    } else {
      index = index < 0 ? 0 : index >= size ? size - 1 : index;
    }
    for (int64_t k = 0; k < outer; k++) {
      memcpy((char *)call->out[0].data + (size_t)(k * count + i) * row,
             (const char *)a->data + (size_t)(k * size + index) * row, row);
    }
  }
  return LP_OK;
}

static lp_status op_take_batch_shape(const lp_infer *infer) {
  lp_shape a = lp_shape_2(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  lp_shape vector = lp_shape_1(LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &a));
  vector.dim[0] = infer->in[0].dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &vector));
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &infer->in[1]));
  if (infer->in[0].dim[1] == 0) {
    return lp_infer_fail(infer, "axis 1 of a has size 0, expected at least 1");
  }
  return LP_OK;
}

static lp_status op_take_batch_run(const lp_call *call) {
  const lp_tensor *a = &call->in[0];
  size_t size = lp_dtype_size(a->dtype);
  int64_t columns = a->shape.dim[1];
  for (int64_t i = 0; i < a->shape.dim[0]; i++) {
    int64_t index = lp_movement_index(&call->in[1], i);
    index = index < 0 ? 0 : index >= columns ? columns - 1 : index;
    memcpy((char *)call->out[0].data + (size_t)i * size,
           (const char *)a->data + (size_t)(i * columns + index) * size, size);
  }
  return LP_OK;
}

static const lp_algorithm op_take_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_take_run},
};
static const lp_algorithm op_take_batch_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_take_batch_run},
};

static const lp_op_family op_take_family = {
    .attrs = op_take_attrs,
    .num_attrs = LP_COUNT(op_take_attrs),
    .param_size = sizeof(op_take_param),
    .inputs = "a indices",
    .shape = op_take_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_take_algorithms,
    .num_algorithms = LP_COUNT(op_take_algorithms),
};
LP_DATA const lp_op lp_op_take = {
    .name = "take",
    .aliases = "_npi_take",
    .family = &op_take_family,
};

static const lp_op_family op_batch_take_family = {
    .attrs_any = true,
    .inputs = "a indices",
    .shape = op_take_batch_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_take_batch_algorithms,
    .num_algorithms = LP_COUNT(op_take_batch_algorithms),
};
LP_DATA const lp_op lp_op_batch_take = {.name = "batch_take", .family = &op_batch_take_family};
