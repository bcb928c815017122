/*
 * op_pick.c - pick: one element along an axis for each place: out[...] = data[..., index[...], ...].
 *
 * axis: optional int = -1 (None is refused, as in MXNet); keepdims: bool = False: the axis stays,
 *   with size 1; mode: enum{clip|wrap} = clip
 */
#include "movement.h"
#include "op_table.h"

#include <string.h>

typedef struct op_pick_param {
  int64_t axis;
  int keepdims;
  int wrap;
} op_pick_param;

static const lp_attr op_pick_attrs[] = {
    {"axis", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_pick_param, axis), "-1", NULL},
    {"keepdims", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_pick_param, keepdims), "False", NULL},
    {"mode", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_pick_param, wrap), "clip", "clip|wrap"},
};

static lp_status op_pick_check(void *any_param) {
  const op_pick_param *param = any_param;
  if (param->axis == LP_NONE) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "axis is None, expected an integer");
  }
  return LP_OK;
}

static lp_status op_pick_shape(const lp_infer *infer) {
  const op_pick_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  int axis = 0; /* gcc 12 does not see that a failure returns */
  if (in->ndim < 0) {
    return LP_OK;
  }
  LP_TRY(lp_movement_axis(infer, "axis", param->axis, in->ndim, &axis));
  if (in->dim[axis] == 0) {
    return lp_infer_fail(infer, "axis %d has size 0, expected at least 1", axis);
  }
  lp_shape kept = *in;
  lp_shape dropped = *in;
  kept.dim[axis] = 1;
  for (int i = axis; i + 1 < in->ndim; i++) {
    dropped.dim[i] = in->dim[i + 1];
  }
  dropped.ndim--;
  if (dropped.ndim == 0) {
    dropped = lp_shape_1(1);
  }
  if (infer->in[1].ndim >= 0) {
    LP_TRY(lp_infer_merge(infer, &infer->in[1],
                          infer->in[1].ndim == in->ndim ? &kept : &dropped));
  }
  return lp_infer_merge(infer, &infer->out[0], param->keepdims ? &kept : &dropped);
}

static lp_status op_pick_run(const lp_call *call) {
  const op_pick_param *param = call->param;
  const lp_tensor *in = &call->in[0];
  int axis = lp_movement_position(param->axis, in->shape.ndim);
  int64_t size = in->shape.dim[axis];
  int64_t inner = lp_shape_product(&in->shape, axis + 1, in->shape.ndim);
  int64_t count = lp_shape_product(&in->shape, 0, axis) * inner;
  size_t element = lp_dtype_size(in->dtype);
  for (int64_t i = 0; i < count; i++) {
    int64_t index = lp_movement_index(&call->in[1], i);
    if (param->wrap) {
      index %= size;
      index += index < 0 ? size : 0;
    } else {
      index = index < 0 ? 0 : index >= size ? size - 1 : index;
    }
    int64_t from = (i / inner * size + index) * inner + i % inner;
    memcpy((char *)call->out[0].data + (size_t)i * element,
           (const char *)in->data + (size_t)from * element, element);
  }
  return LP_OK;
}

static const lp_algorithm op_pick_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_pick_run},
};

static const lp_op_family op_pick_family = {
    .attrs = op_pick_attrs,
    .num_attrs = LP_COUNT(op_pick_attrs),
    .param_size = sizeof(op_pick_param),
    .check = op_pick_check,
    .inputs = "data index",
    .shape = op_pick_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_pick_algorithms,
    .num_algorithms = LP_COUNT(op_pick_algorithms),
};
LP_DATA const lp_op lp_op_pick = {
    .name = "pick",
    .aliases = "choose_element_0index _npx_pick",
    .family = &op_pick_family,
};
