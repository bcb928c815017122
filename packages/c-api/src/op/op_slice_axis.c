/*
 * op_slice_axis.c - slice_axis: data[..., begin:end, ...] along one axis.
 *
 * axis: int, required; begin: int, required; end: optional int, required (None: to the end).
 * Negatives count from the end. Out of range or empty is an error.
 */
#include "box.h"
#include "op_table.h"

typedef struct op_slice_axis_param {
  int64_t axis;
  int64_t begin;
  int64_t end;
} op_slice_axis_param;

static const lp_attr op_slice_axis_attrs[] = {
    {"axis", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_slice_axis_param, axis), NULL, NULL},
    {"begin", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_slice_axis_param, begin), NULL, NULL},
    {"end", LP_ATTR_INT, LP_ATTR_REQUIRED | LP_ATTR_OPTIONAL, LP_ATTR_OF(op_slice_axis_param, end),
     NULL, NULL},
};

static lp_status op_slice_axis_shape(const lp_infer *infer) {
  const op_slice_axis_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  int axis = 0; /* gcc 12 does not see that a failure returns */
  if (in->ndim < 0) {
    return LP_OK;
  }
  LP_TRY(lp_movement_axis(infer, "axis", param->axis, in->ndim, &axis));
  lp_shape out = *in;
  if (in->dim[axis] >= 0) {
    int64_t size = in->dim[axis];
    int64_t begin = param->begin < 0 ? param->begin + size : param->begin;
    int64_t end = param->end == LP_NONE ? size : param->end < 0 ? param->end + size : param->end;
    if (begin < 0 || begin >= end || end > size) {
      return lp_infer_fail(infer, "begin %lld and end %lld of axis %d: expected 0 <= begin < end "
                                  "<= %lld",
                           (long long)begin, (long long)end, axis, (long long)size);
    }
    out.dim[axis] = end - begin;
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static void op_slice_axis_box(const void *any_param, const lp_tensor *in, const lp_tensor *out,
                              lp_box *box) {
  const op_slice_axis_param *param = any_param;
  int axis = lp_movement_position(param->axis, in->shape.ndim);
  (void)out;
  box->begin[axis] = param->begin < 0 ? param->begin + in->shape.dim[axis] : param->begin;
}

LP_BOX_ALGORITHMS(op_slice_axis, 1)

static const lp_op_family op_slice_axis_family = {
    .attrs = op_slice_axis_attrs,
    .num_attrs = LP_COUNT(op_slice_axis_attrs),
    .param_size = sizeof(op_slice_axis_param),
    .inputs = "input0",
    .shape = op_slice_axis_shape,
    .algorithms = op_slice_axis_algorithms,
    .num_algorithms = LP_COUNT(op_slice_axis_algorithms),
    .slice_view = op_slice_axis_view,
};
LP_DATA const lp_op lp_op_slice_axis = {.name = "slice_axis", .family = &op_slice_axis_family};
