/*
 * op_slice_like.c - slice_like: data cut to the size of shape_like, from position 0.
 *
 * axes: tuple = (): which axes; empty: all, and the dimensions must be equal in number
 * GluonCV's YOLOv3 and SSD.
 */
#include "box.h"
#include "op_table.h"

typedef struct op_slice_like_param {
  lp_tuple axes;
} op_slice_like_param;

static const lp_attr op_slice_like_attrs[] = {
    {"axes", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_slice_like_param, axes), "()", NULL},
};

static lp_status op_slice_like_shape(const lp_infer *infer) {
  const op_slice_like_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  const lp_shape *like = &infer->in[1];
  if (in->ndim < 0 || like->ndim < 0) {
    return LP_OK;
  }
  bool all = param->axes.count <= 0;
  if (all && in->ndim != like->ndim) {
    return lp_infer_fail(infer, "data has %d dimensions and shape_like %d: expected equal numbers "
                                "where axes is not given",
                         in->ndim, like->ndim);
  }
  lp_shape out = *in;
  for (int i = 0; i < (all ? in->ndim : param->axes.count); i++) {
    int axis = i;
    if (!all) {
      LP_TRY(lp_movement_axis(infer, "axes", param->axes.values[i], in->ndim, &axis));
    }
    if (axis >= like->ndim) {
      return lp_infer_fail(infer, "axis %d is not one of shape_like's %d", axis, like->ndim);
    }
    if (in->dim[axis] >= 0 && like->dim[axis] > in->dim[axis]) {
      return lp_infer_fail(infer, "axis %d: expected a size of data of at least %lld, found %lld",
                           axis, (long long)like->dim[axis], (long long)in->dim[axis]);
    }
    out.dim[axis] = like->dim[axis];
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static void op_slice_like_box(const void *param, const lp_tensor *in, const lp_tensor *out,
                              lp_box *box) {
  (void)param;
  (void)in;
  (void)out;
  (void)box; /* it begins at 0 */
}

LP_BOX_ALGORITHMS(op_slice_like, 1)

static const lp_op_family op_slice_like_family = {
    .attrs = op_slice_like_attrs,
    .num_attrs = LP_COUNT(op_slice_like_attrs),
    .param_size = sizeof(op_slice_like_param),
    .inputs = "data shape_like",
    .shape_inputs = 2,
    .shape = op_slice_like_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_slice_like_algorithms,
    .num_algorithms = LP_COUNT(op_slice_like_algorithms),
    .slice_view = op_slice_like_view,
};
LP_DATA const lp_op lp_op_slice_like = {.name = "slice_like", .family = &op_slice_like_family};
