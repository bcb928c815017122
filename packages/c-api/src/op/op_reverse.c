/*
 * op_reverse.c - reverse: the elements along some axes in reverse order.
 *
 * axis: tuple, required
 */
#include "box.h"
#include "op_table.h"

typedef struct op_reverse_param {
  lp_tuple axis;
} op_reverse_param;

static const lp_attr op_reverse_attrs[] = {
    {"axis", LP_ATTR_TUPLE, LP_ATTR_REQUIRED, LP_ATTR_OF(op_reverse_param, axis), NULL, NULL},
};

static lp_status op_reverse_shape(const lp_infer *infer) {
  const op_reverse_param *param = infer->param;
  bool seen[LP_MAX_NDIM] = {false};
  LP_TRY(lp_infer_first_shape(infer));
  for (int i = 0; i < param->axis.count && infer->in[0].ndim >= 0; i++) {
    int axis = 0; /* gcc 12 does not see that a failure returns */
    LP_TRY(lp_movement_axis(infer, "axis", param->axis.values[i], infer->in[0].ndim, &axis));
    if (seen[axis]) {
      return lp_infer_fail(infer, "axis %d is given twice", axis);
    }
    seen[axis] = true;
  }
  return LP_OK;
}

static void op_reverse_box(const void *any_param, const lp_tensor *in, const lp_tensor *out,
                           lp_box *box) {
  const op_reverse_param *param = any_param;
  (void)out;
  for (int i = 0; i < param->axis.count; i++) {
    int axis = lp_movement_position(param->axis.values[i], in->shape.ndim);
    if (in->shape.dim[axis] > 1) {
      box->begin[axis] = in->shape.dim[axis] - 1;
      box->step[axis] = -1;
    }
  }
}

LP_BOX_ALGORITHMS(op_reverse, 1)

static const lp_op_family op_reverse_family = {
    .attrs = op_reverse_attrs,
    .num_attrs = LP_COUNT(op_reverse_attrs),
    .param_size = sizeof(op_reverse_param),
    .inputs = "data",
    .shape = op_reverse_shape,
    .algorithms = op_reverse_algorithms,
    .num_algorithms = LP_COUNT(op_reverse_algorithms),
    .slice_view = op_reverse_view,
};
LP_DATA const lp_op lp_op_reverse = {
    .name = "reverse",
    .aliases = "flip",
    .family = &op_reverse_family,
};
