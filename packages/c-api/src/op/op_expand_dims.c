/*
 * op_expand_dims.c - expand_dims: a new axis of size 1.
 *
 * axis: int, required: its place in the output, from -ndim - 1 to ndim
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_expand_dims_param {
  int64_t axis;
} op_expand_dims_param;

static const lp_attr op_expand_dims_attrs[] = {
    {"axis", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_expand_dims_param, axis), NULL, NULL},
};

static lp_status op_expand_dims_shape(const lp_infer *infer) {
  const op_expand_dims_param *param = infer->param;
  lp_shape *in = &infer->in[0];
  const lp_shape *known = &infer->out[0];
  int ndim = in->ndim >= 0 ? in->ndim + 1 : known->ndim;
  int axis = 0; /* gcc 12 does not see that a failure returns */
  if (ndim < 1) {
    return LP_OK;
  }
  if (ndim > LP_MAX_NDIM) {
    return lp_infer_fail(infer, "expected an input of at most %d dimensions, found %d",
                         LP_MAX_NDIM - 1, in->ndim);
  }
  LP_TRY(lp_movement_axis(infer, "axis", param->axis, ndim, &axis));
  lp_shape out = lp_shape_unknown();
  lp_shape back = lp_shape_unknown();
  out.ndim = ndim;
  back.ndim = ndim - 1;
  for (int i = 0; i < ndim; i++) {
    out.dim[i] = i == axis ? 1 : in->ndim >= 0 ? in->dim[i - (i > axis)] : LP_DIM_UNKNOWN;
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  for (int i = 0; i < ndim - 1; i++) {
    back.dim[i] = infer->out[0].dim[i + (i >= axis)];
  }
  return lp_infer_merge(infer, in, &back);
}

static const lp_op_family op_expand_dims_family = {
    .attrs = op_expand_dims_attrs,
    .num_attrs = LP_COUNT(op_expand_dims_attrs),
    .param_size = sizeof(op_expand_dims_param),
    .inputs = "input0",
    .shape = op_expand_dims_shape,
    .algorithms = &lp_movement_copy,
    .num_algorithms = 1,
    .reshapes = true,
};
LP_DATA const lp_op lp_op_expand_dims = {
    .name = "expand_dims",
    .aliases = "_npi_expand_dims",
    .family = &op_expand_dims_family,
};
