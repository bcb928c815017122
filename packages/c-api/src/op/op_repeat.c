/*
 * op_repeat.c - repeat: each element `repeats` times in a row along an axis.
 *
 * repeats: int, required; axis: optional int = None: None: of the flattened input
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_repeat_param {
  int64_t repeats;
  int64_t axis;
} op_repeat_param;

static const lp_attr op_repeat_attrs[] = {
    {"repeats", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_repeat_param, repeats), NULL, NULL},
    {"axis", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_repeat_param, axis), "None", NULL},
};

static lp_status op_repeat_check(void *any_param) {
  const op_repeat_param *param = any_param;
  if (param->repeats < 0) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "repeats is %lld, expected at least 0",
                   (long long)param->repeats);
  }
  return LP_OK;
}

static lp_status op_repeat_shape(const lp_infer *infer) {
  const op_repeat_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  lp_shape out = *in;
  int axis = 0;
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (param->axis == LP_NONE) {
    out = lp_shape_1(LP_DIM_UNKNOWN);
    if (!lp_movement_product(in, 0, in->ndim, &out.dim[0])) {
      return lp_infer_fail(infer, "the input is too big");
    }
  } else {
    LP_TRY(lp_movement_axis(infer, "axis", param->axis, in->ndim, &axis));
  }
  if (out.dim[axis] >= 0) {
    if (param->repeats != 0 && out.dim[axis] > INT64_MAX / param->repeats) {
      return lp_infer_fail(infer, "%lld repeats of size %lld are too many",
                           (long long)param->repeats, (long long)out.dim[axis]);
    }
    out.dim[axis] *= param->repeats;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_repeat_run(const lp_call *call) {
  const op_repeat_param *param = call->param;
  const lp_shape *in = &call->in[0].shape;
  int last = param->axis == LP_NONE ? in->ndim - 1 : lp_movement_position(param->axis, in->ndim);
  int64_t outer = lp_shape_product(in, 0, last + 1);
  int64_t inner = lp_shape_product(in, last + 1, in->ndim);
  lp_strided_copy copy;
  lp_strided_copy_begin(&copy);
  lp_strided_copy_add(&copy, outer, inner, inner * param->repeats);
  lp_strided_copy_add(&copy, param->repeats, 0, inner);
  lp_strided_copy_add(&copy, inner, 1, 1);
  lp_strided_copy_run(&copy, call->in[0].data, call->out[0].data, lp_dtype_size(call->in[0].dtype),
                      call->threads);
  return LP_OK;
}

static const lp_algorithm op_repeat_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_repeat_run},
};

static const lp_op_family op_repeat_family = {
    .attrs = op_repeat_attrs,
    .num_attrs = LP_COUNT(op_repeat_attrs),
    .param_size = sizeof(op_repeat_param),
    .check = op_repeat_check,
    .inputs = "data",
    .shape = op_repeat_shape,
    .algorithms = op_repeat_algorithms,
    .num_algorithms = LP_COUNT(op_repeat_algorithms),
};
LP_DATA const lp_op lp_op_repeat = {
    .name = "repeat",
    .aliases = "_np_repeat",
    .family = &op_repeat_family,
};
