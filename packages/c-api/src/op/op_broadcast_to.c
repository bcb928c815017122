/*
 * op_broadcast_to.c - axes of size 1 repeated.
 *
 * broadcast_to: shape: tuple = (): the whole result's; 0 keeps a dim
 * broadcast_axis: axis: tuple = (); size: tuple = (): the listed axes get these sizes
 * broadcast_like: lhs_axes, rhs_axes: optional tuple = None: lhs axis i gets the size of rhs axis j,
 *   pair by pair; None: all axes
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_broadcast_to_param {
  lp_tuple first;  /* shape; axis; lhs_axes */
  lp_tuple second; /* size; rhs_axes */
} op_broadcast_to_param;

static const lp_attr op_broadcast_to_attrs[] = {
    {"shape", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_broadcast_to_param, first), "()", NULL},
};
static const lp_attr op_broadcast_to_axis_attrs[] = {
    {"axis", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_broadcast_to_param, first), "()", NULL},
    {"size", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_broadcast_to_param, second), "()", NULL},
};
static const lp_attr op_broadcast_to_like_attrs[] = {
    {"lhs_axes", LP_ATTR_TUPLE, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_broadcast_to_param, first), "None",
     NULL},
    {"rhs_axes", LP_ATTR_TUPLE, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_broadcast_to_param, second), "None",
     NULL},
};

/* Gives axis `axis` of the result a size. */
static lp_status op_broadcast_to_set(const lp_infer *infer, int axis, int64_t size, lp_shape *out) {
  int64_t old = infer->in[0].dim[axis];
  if (size >= 0 && old >= 0 && old != 1 && old != size) {
    return lp_infer_fail(infer, "axis %d has size %lld, expected 1 or %lld", axis, (long long)old,
                         (long long)size);
  }
  out->dim[axis] = size;
  return LP_OK;
}

static lp_status op_broadcast_to_shape(const lp_infer *infer) {
  const op_broadcast_to_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  lp_shape out = *in;
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (param->first.count != in->ndim) {
    return lp_infer_fail(infer, "shape has %d items, expected %d as the input", param->first.count,
                         in->ndim);
  }
  for (int i = 0; i < in->ndim; i++) {
    int64_t size = param->first.values[i];
    if (size < 0) {
      return lp_infer_fail(infer, "shape: item %d is %lld, expected at least 0", i,
                           (long long)size);
    }
    if (size != 0) {
      LP_TRY(op_broadcast_to_set(infer, i, size, &out));
    }
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_broadcast_to_axis_shape(const lp_infer *infer) {
  const op_broadcast_to_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  lp_shape out = *in;
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (param->first.count != param->second.count) {
    return lp_infer_fail(infer, "axis has %d items and size %d, expected equal numbers",
                         param->first.count, param->second.count);
  }
  for (int i = 0; i < param->first.count; i++) {
    int axis = 0; /* gcc 12 does not see that a failure returns */
    LP_TRY(lp_movement_axis(infer, "axis", param->first.values[i], in->ndim, &axis));
    if (param->second.values[i] < 0 || (in->dim[axis] >= 0 && in->dim[axis] != 1)) {
      return lp_infer_fail(infer, "axis %d has size %lld and shall get %lld: expected 1 and at "
                                  "least 0",
                           axis, (long long)in->dim[axis], (long long)param->second.values[i]);
    }
    out.dim[axis] = param->second.values[i];
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_broadcast_to_like_shape(const lp_infer *infer) {
  const op_broadcast_to_param *param = infer->param;
  const lp_shape *in = &infer->in[0];
  const lp_shape *like = &infer->in[1];
  lp_shape out = *in;
  if (in->ndim < 0 || like->ndim < 0) {
    return LP_OK;
  }
  if (param->first.count != param->second.count) {
    return lp_infer_fail(infer, "lhs_axes has %d items and rhs_axes %d, expected equal numbers",
                         param->first.count, param->second.count);
  }
  if (param->first.count < 0 && in->ndim != like->ndim) {
    return lp_infer_fail(infer, "lhs has %d dimensions and rhs %d, expected equal numbers",
                         in->ndim, like->ndim);
  }
  for (int i = 0; i < (param->first.count < 0 ? in->ndim : param->first.count); i++) {
    int axis = i;
    int like_axis = i;
    if (param->first.count >= 0) {
      LP_TRY(lp_movement_axis(infer, "lhs_axes", param->first.values[i], in->ndim, &axis));
      LP_TRY(lp_movement_axis(infer, "rhs_axes", param->second.values[i], like->ndim, &like_axis));
    }
    LP_TRY(op_broadcast_to_set(infer, axis, like->dim[like_axis], &out));
  }
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_broadcast_to_run(const lp_call *call) {
  const lp_shape *in = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  int64_t from[LP_MAX_NDIM];
  int64_t to[LP_MAX_NDIM];
  lp_strided_copy copy;
  lp_movement_strides(in, from);
  lp_movement_strides(out, to);
  lp_strided_copy_begin(&copy);
  for (int i = 0; i < out->ndim; i++) {
    lp_strided_copy_add(&copy, out->dim[i], in->dim[i] == 1 ? 0 : from[i], to[i]);
  }
  lp_strided_copy_run(&copy, call->in[0].data, call->out[0].data, lp_dtype_size(call->in[0].dtype),
                      call->threads);
  return LP_OK;
}

static const lp_algorithm op_broadcast_to_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_broadcast_to_run},
};

static const lp_op_family op_broadcast_to_family = {
    .attrs = op_broadcast_to_attrs,
    .num_attrs = LP_COUNT(op_broadcast_to_attrs),
    .param_size = sizeof(op_broadcast_to_param),
    .inputs = "input0",
    .shape = op_broadcast_to_shape,
    .algorithms = op_broadcast_to_algorithms,
    .num_algorithms = LP_COUNT(op_broadcast_to_algorithms),
};
LP_DATA const lp_op lp_op_broadcast_to = {
    .name = "broadcast_to",
    .family = &op_broadcast_to_family,
};

static const lp_op_family op_broadcast_axis_family = {
    .attrs = op_broadcast_to_axis_attrs,
    .num_attrs = LP_COUNT(op_broadcast_to_axis_attrs),
    .param_size = sizeof(op_broadcast_to_param),
    .inputs = "input0",
    .shape = op_broadcast_to_axis_shape,
    .algorithms = op_broadcast_to_algorithms,
    .num_algorithms = LP_COUNT(op_broadcast_to_algorithms),
};
LP_DATA const lp_op lp_op_broadcast_axis = {
    .name = "broadcast_axis",
    .aliases = "broadcast_axes",
    .family = &op_broadcast_axis_family,
};

static const lp_op_family op_broadcast_like_family = {
    .attrs = op_broadcast_to_like_attrs,
    .num_attrs = LP_COUNT(op_broadcast_to_like_attrs),
    .param_size = sizeof(op_broadcast_to_param),
    .inputs = "lhs rhs",
    .shape = op_broadcast_to_like_shape,
    .dtype = lp_movement_first_dtype,
    .algorithms = op_broadcast_to_algorithms,
    .num_algorithms = LP_COUNT(op_broadcast_to_algorithms),
};
LP_DATA const lp_op lp_op_broadcast_like = {
    .name = "broadcast_like",
    .family = &op_broadcast_like_family,
};
