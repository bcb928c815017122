/*
 * op_squeeze.c - squeeze: without axes of size 1.
 *
 * axis: optional tuple = None: which; None: all of them. When no axis is left, the shape is (1).
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_squeeze_param {
  lp_tuple axis;
} op_squeeze_param;

static const lp_attr op_squeeze_attrs[] = {
    {"axis", LP_ATTR_TUPLE, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_squeeze_param, axis), "None", NULL},
};

static lp_status op_squeeze_shape(const lp_infer *infer) {
  const op_squeeze_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  bool drop[LP_MAX_NDIM] = {false};
  lp_shape out = lp_shape_unknown();
  if (in->ndim < 0) {
    return LP_OK;
  }
  for (int i = 0; i < in->ndim && param->axis.count < 0; i++) {
    if (in->dim[i] < 0) {
      return LP_OK; /* may be 1 or not */
    }
    drop[i] = in->dim[i] == 1;
  }
  for (int i = 0; i < param->axis.count; i++) {
    int axis = 0; /* gcc 12 does not see that a failure returns */
    LP_TRY(lp_movement_axis(infer, "axis", param->axis.values[i], in->ndim, &axis));
    if (in->dim[axis] >= 0 && in->dim[axis] != 1) {
      return lp_infer_fail(infer, "axis %d has size %lld, expected 1", axis,
                           (long long)in->dim[axis]);
    }
    if (drop[axis]) {
      return lp_infer_fail(infer, "axis %d is given twice", axis);
    }
    drop[axis] = true;
  }
  out.ndim = 0;
  for (int i = 0; i < in->ndim; i++) {
    if (!drop[i]) {
      out.dim[out.ndim++] = in->dim[i];
    }
  }
  if (out.ndim == 0) {
    out = lp_shape_1(1);
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static const lp_op_family op_squeeze_family = {
    .attrs = op_squeeze_attrs,
    .num_attrs = LP_COUNT(op_squeeze_attrs),
    .param_size = sizeof(op_squeeze_param),
    .inputs = "data",
    .shape = op_squeeze_shape,
    .algorithms = &lp_movement_copy,
    .num_algorithms = 1,
    .reshapes = true,
};
LP_DATA const lp_op lp_op_squeeze = {.name = "squeeze", .family = &op_squeeze_family};
